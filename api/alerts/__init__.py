"""Alerts: episodes of findings at take care or above, with what the runner said about them."""
