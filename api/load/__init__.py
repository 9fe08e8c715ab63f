"""Load: every day's totals and ratios, and the weeks they make."""
