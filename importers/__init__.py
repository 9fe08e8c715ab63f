"""From bytes to recordings: one module per file format. Knows no database, settings or user."""
