"""Day marks: races, illness, travel, and what a day without a file means."""
