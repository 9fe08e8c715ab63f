"""Stored originals: which files the content-addressed store holds. The bytes are not here."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.activities import Activity
from models.athletes import Athlete
from models.base import Base, Count, Sha256, chunks, table_of, upsert
from models.imports import ImportItem


class StoredFile(Base):
    """An original as it was uploaded: one watch file or one whole archive."""

    __tablename__ = "stored_file"

    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    size_bytes: Mapped[Count]
    stored_at: Mapped[datetime]


_FILE: Final = table_of(StoredFile)


class NewFile(NamedTuple):
    """An original just written to the store."""

    sha256: str
    size_bytes: int


def known(session: Session, shas: Collection[str]) -> set[str]:
    """Those of ``shas`` the store already has."""
    return {
        sha
        for chunk in chunks(shas)
        for sha in session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(chunk)))
    }


def stored(session: Session) -> Sequence[NewFile]:
    """Every original the store should hold."""
    rows = session.execute(select(_FILE.c.sha256, _FILE.c.size_bytes).order_by(_FILE.c.sha256))
    return [NewFile(sha256, size_bytes) for sha256, size_bytes in rows]


def add_many(session: Session, files: Collection[NewFile], now: datetime) -> None:
    """Record originals; those already recorded stay as they are."""
    rows = [
        {"sha256": file.sha256, "size_bytes": file.size_bytes, "stored_at": now} for file in files
    ]
    upsert(session, _FILE, rows, update=())


def unreferenced(session: Session, shas: Collection[str] | None = None) -> set[str]:
    """Originals (all, or those of ``shas``) that no activity and no import item refers to.

    Asked athlete by athlete, as these tables may lie in different places. What is added later is
    guarded by the foreign keys: removing an original in use fails.
    """
    stored = session.scalars(select(StoredFile.sha256)) if shas is None else known(session, shas)
    unused = set(stored)
    for athlete_id in session.scalars(select(Athlete.id)).all():
        if not unused:
            break
        unused -= _referenced(session, athlete_id, unused)
    return unused


def remove_many(session: Session, shas: Collection[str]) -> None:
    """Forget originals; the caller removes the bytes after the commit.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        When one is still in use.
    """
    for chunk in chunks(shas):
        session.execute(delete(_FILE).where(_FILE.c.sha256.in_(chunk)))


def _referenced(session: Session, athlete_id: uuid.UUID, shas: Collection[str]) -> set[str]:
    used: set[str] = set()
    for chunk in chunks(shas):
        activities = select(Activity.file_sha256).where(
            Activity.athlete_id == athlete_id, Activity.file_sha256.in_(chunk)
        )
        items = select(ImportItem.file_sha256).where(
            ImportItem.athlete_id == athlete_id, ImportItem.file_sha256.in_(chunk)
        )
        used.update(sha for sha in session.scalars(activities) if sha is not None)
        used.update(sha for sha in session.scalars(items) if sha is not None)
    return used
