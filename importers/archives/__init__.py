"""From account exports to recordings: one module per export. Pure parsing, as in ``importers``."""
