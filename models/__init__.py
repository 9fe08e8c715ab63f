"""Tables and the queries on them, one file per subject. Queries never commit."""

# A table's foreign keys name other tables: whoever imports one module has them all.
from models import (
    activities,
    alerts,
    athletes,
    channels,
    day_marks,
    days,
    files,
    imports,
    jobs,
    leases,
)

__all__ = [
    "activities",
    "alerts",
    "athletes",
    "channels",
    "day_marks",
    "days",
    "files",
    "imports",
    "jobs",
    "leases",
]
