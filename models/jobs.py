"""The queue of work to do, in the database so that a job leaves with the commit that needs it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Job(Base):
    """Something a worker should look at. Twice is harmless: the work has leases of its own."""

    __tablename__ = "job"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "import_id"],
            ["import_batch.athlete_id", "import_batch.id"],
            ondelete="CASCADE",
        ),
        Index(None, "athlete_id", "import_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    athlete_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("athlete.id", ondelete="CASCADE"))
    import_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
