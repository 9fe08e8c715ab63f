"""Athletes: who is asked for, and what is known of them."""
