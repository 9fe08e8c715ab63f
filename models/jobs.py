"""The queue of work to do, in the database so that a job leaves with the commit that needs it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, affected_rows, new_id, table_of


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


_JOB: Final = table_of(Job)


def add(
    session: Session, kind: str, athlete_id: uuid.UUID, import_id: uuid.UUID | None, now: datetime
) -> uuid.UUID:
    """Queue a job; it exists for others once the transaction commits."""
    job_id = new_id()
    session.execute(
        insert(_JOB),
        {
            "id": job_id,
            "kind": kind,
            "athlete_id": athlete_id,
            "import_id": import_id,
            "created_at": now,
        },
    )
    return job_id


def next(session: Session, after: uuid.UUID | None = None) -> Job | None:  # noqa: A001 - read as jobs.next
    """The oldest job, or the oldest one after another when that has nothing to do just now."""
    statement = select(Job).order_by(Job.id).limit(1)
    if after is not None:
        statement = statement.where(Job.id > after)
    return session.scalar(statement)


def remove(session: Session, job_id: uuid.UUID) -> bool:
    """Take a job off the queue; False when somebody else already has."""
    return affected_rows(session, delete(_JOB).where(_JOB.c.id == job_id)) == 1


def exists(session: Session, kind: str, athlete_id: uuid.UUID, import_id: uuid.UUID | None) -> bool:
    """Whether such a job is waiting."""
    statement = select(Job.id).where(
        Job.athlete_id == athlete_id, Job.import_id == import_id, Job.kind == kind
    )
    return session.scalar(statement.limit(1)) is not None
