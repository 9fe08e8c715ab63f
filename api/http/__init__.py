"""What every route shares: errors, sessions, who is asked for, cursors, the loopback guard."""
