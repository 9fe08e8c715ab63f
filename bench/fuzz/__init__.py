"""Damaged files by the hundred thousand through the product's own doors: ``make fuzz``."""
