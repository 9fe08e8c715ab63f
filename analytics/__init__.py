"""Pure numpy: what recordings and days amount to. No I/O, no database, no web, no prose."""
