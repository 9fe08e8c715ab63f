"""Tables and the queries on them, one file per subject. Queries never commit."""
