"""What follows a change: day totals, findings, alerts, in one transaction."""
