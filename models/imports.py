"""Imports: a batch of uploaded files, its items, and who is working on which of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    UniqueConstraint,
    and_,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sha256, affected_rows, chunks, new_id, table_of, vocabulary


class Origin(StrEnum):
    """Where a batch came from."""

    API = "api"
    CLI = "cli"


class ItemKind(StrEnum):
    """What an item is, in the order in which a batch is worked through.

    An archive is opened into items of its own. An index lists the activities of an account export,
    so it is read once the watch files are in; a companion is a file that only its index explains.
    """

    FILE = "file"
    ARCHIVE = "archive"
    INDEX = "index"
    COMPANION = "companion"


class ItemStatus(StrEnum):
    """How far an item has come. ``expanded`` ends an archive: its members are items now."""

    QUEUED = "queued"
    IMPORTED = "imported"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"
    EXPANDED = "expanded"


class ImportBatch(Base):
    """One upload, or one run of the command line."""

    __tablename__ = "import_batch"
    __table_args__ = (UniqueConstraint("athlete_id", "idempotency_key"),)

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    origin: Mapped[Origin] = mapped_column(vocabulary(Origin, "origin"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    idempotency_key: Mapped[str | None]


class ImportItem(Base):
    """One file of a batch, or one archive, or one member of an archive."""

    __tablename__ = "import_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "import_id"],
            ["import_batch.athlete_id", "import_batch.id"],
            ondelete="CASCADE",
        ),
        # claiming must not walk over the thousands of an archive already done
        Index(
            "ix_import_item_queued",
            "athlete_id",
            "import_id",
            "position",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        # the file first: deleting an original looks for whoever refers to it
        Index(None, "file_sha256", "athlete_id"),
    )

    athlete_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    import_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    kind: Mapped[ItemKind] = mapped_column(vocabulary(ItemKind, "kind"))
    file_sha256: Mapped[Sha256 | None] = mapped_column(ForeignKey("stored_file.sha256"))
    member: Mapped[str | None]
    content_sha256: Mapped[Sha256 | None]
    status: Mapped[ItemStatus] = mapped_column(vocabulary(ItemStatus, "status"))
    code: Mapped[str | None]
    detail: Mapped[str | None]
    run_count: Mapped[int]
    owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A file to import; with a final ``status`` and a ``code``, one refused at the door."""

    name: str
    kind: ItemKind
    file_sha256: str | None = None
    member: str | None = None
    content_sha256: str | None = None
    status: ItemStatus = ItemStatus.QUEUED
    code: str | None = None
    detail: str | None = None


class SiblingItem(NamedTuple):
    """As much of an item as another item of its import needs to know."""

    position: int
    name: str
    member: str | None
    kind: ItemKind
    status: ItemStatus
    file_sha256: str | None
    content_sha256: str | None


CANCELLED: Final = "cancelled"
"""The code of an item skipped because its batch was cancelled."""

_BATCH: Final = table_of(ImportBatch)
_ITEM: Final = table_of(ImportItem)


def create(  # noqa: PLR0913 - the key of a row, and the terms by name
    session: Session,
    athlete_id: uuid.UUID,
    *,
    origin: Origin,
    items: Sequence[NewItem],
    now: datetime,
    idempotency_key: str | None = None,
) -> uuid.UUID:
    """Add a batch with its items, in their order from position 0.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        When the athlete has used the key before.
    """
    import_id = new_id()
    session.execute(
        insert(_BATCH),
        {
            "athlete_id": athlete_id,
            "id": import_id,
            "origin": origin,
            "created_at": now,
            "idempotency_key": idempotency_key,
        },
    )
    _insert_items(session, athlete_id, import_id, 0, items, now)
    return import_id


def add_items(
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    items: Sequence[NewItem],
    now: datetime,
) -> bool:
    """Append items behind those there are; False, and nothing, when the batch was cancelled."""
    # Or two archives would count the same positions.
    if lock_batch(session, athlete_id, import_id) is not None:
        return False
    last = session.scalar(
        select(func.max(ImportItem.position)).where(
            ImportItem.athlete_id == athlete_id, ImportItem.import_id == import_id
        )
    )
    _insert_items(session, athlete_id, import_id, 0 if last is None else last + 1, items, now)
    # Between two additions nothing is queued, and somebody may have ended the batch meanwhile.
    session.execute(
        update(_BATCH)
        .where(
            _BATCH.c.athlete_id == athlete_id,
            _BATCH.c.id == import_id,
            _BATCH.c.cancelled_at.is_(None),
        )
        .values(finished_at=None)
    )
    return True


def add_ended(
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    items: Sequence[NewItem],
    now: datetime,
) -> None:
    """Append items that have ended, known by their content; those that are there stay alone."""
    if not items:
        return
    contents = [item.content_sha256 for item in items if item.content_sha256 is not None]
    there = names_of(session, athlete_id, import_id, contents)
    missing = [item for item in items if item.content_sha256 not in there]
    add_items(session, athlete_id, import_id, missing, now)


def names_of(
    session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID, contents: Collection[str]
) -> Mapping[str, str]:
    """Name of an item of a batch for each of some contents that the batch has already."""
    return {
        sha: name
        for chunk in chunks(contents)
        for sha, name in session.execute(
            select(_ITEM.c.content_sha256, _ITEM.c.name).where(
                _ITEM.c.athlete_id == athlete_id,
                _ITEM.c.import_id == import_id,
                _ITEM.c.content_sha256.in_(chunk),
            )
        )
    }


def opened_before(
    session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID, archive: ImportItem
) -> bool:
    """Whether the very same archive stands before this one in its batch, under another name."""
    statement = select(ImportItem.position).where(
        ImportItem.athlete_id == athlete_id,
        ImportItem.import_id == import_id,
        ImportItem.kind == ItemKind.ARCHIVE,
        ImportItem.file_sha256 == archive.file_sha256,
        ImportItem.position < archive.position,
    )
    return session.scalar(statement.limit(1)) is not None


def siblings(
    session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID, archive_sha256: str | None
) -> Sequence[SiblingItem]:
    """Items of one archive of a batch, or, with None, those of no archive."""
    inside = (
        ImportItem.member.is_(None)
        if archive_sha256 is None
        else and_(ImportItem.member.is_not(None), ImportItem.file_sha256 == archive_sha256)
    )
    rows = session.execute(
        select(*(_ITEM.c[name] for name in SiblingItem._fields))
        .where(_ITEM.c.athlete_id == athlete_id, _ITEM.c.import_id == import_id, inside)
        .order_by(_ITEM.c.position)
    )
    return [SiblingItem._make(row) for row in rows]


def handed_over_in(
    session: Session, athlete_id: uuid.UUID, file_sha256: str
) -> Sequence[uuid.UUID]:
    """Imports that a file was part of as a file of its own, the first made first."""
    return session.scalars(
        select(ImportItem.import_id)
        .where(
            ImportItem.athlete_id == athlete_id,
            ImportItem.file_sha256 == file_sha256,
            ImportItem.member.is_(None),
        )
        .distinct()
        .order_by(ImportItem.import_id)
    ).all()


def known_members(
    session: Session, athlete_id: uuid.UUID, archive_sha256: str
) -> Mapping[str, str]:
    """Contents of the members of an archive that were read from it before, by member."""
    rows = session.execute(
        select(_ITEM.c.member, _ITEM.c.content_sha256).where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.file_sha256 == archive_sha256,
            _ITEM.c.member.is_not(None),
            _ITEM.c.content_sha256.is_not(None),
        )
    )
    return {member: content for member, content in rows}  # noqa: C416 - as in totals


def finish_batch_if_done(
    session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID, now: datetime
) -> bool:
    """End a batch none of whose items is queued. True for the one call that ends it."""
    # Of two who end the last two items at once, neither sees the other's: the second waits here
    # for the first to commit, and then does.
    lock_batch(session, athlete_id, import_id)
    queued = exists().where(
        _ITEM.c.athlete_id == athlete_id,
        _ITEM.c.import_id == import_id,
        _ITEM.c.status == ItemStatus.QUEUED,
    )
    statement = (
        update(_BATCH)
        .where(
            _BATCH.c.athlete_id == athlete_id,
            _BATCH.c.id == import_id,
            _BATCH.c.finished_at.is_(None),
            ~queued,
        )
        .values(finished_at=now)
    )
    return affected_rows(session, statement) == 1


def cancel(session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID, now: datetime) -> bool:
    """Skip all items still queued and end the batch; False when it had ended before.

    Who is at work on an item learns of it in ``leases.finish_items``.
    """
    statement = (
        update(_BATCH)
        .where(
            _BATCH.c.athlete_id == athlete_id,
            _BATCH.c.id == import_id,
            _BATCH.c.finished_at.is_(None),
        )
        .values(cancelled_at=now, finished_at=now)
    )
    if affected_rows(session, statement) == 0:
        return False
    session.execute(
        update(_ITEM)
        .where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.status == ItemStatus.QUEUED,
        )
        .values(
            status=ItemStatus.SKIPPED,
            code=CANCELLED,
            finished_at=now,
            owner=None,
            lease_expires_at=None,
        )
    )
    return True


def get(session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID) -> ImportBatch | None:
    """One batch, or None when this athlete has none of that id."""
    return session.scalar(_batches_of(athlete_id).where(ImportBatch.id == import_id))


def by_key(session: Session, athlete_id: uuid.UUID, idempotency_key: str) -> ImportBatch | None:
    """The batch an idempotency key has made before, or None."""
    return session.scalar(
        _batches_of(athlete_id).where(ImportBatch.idempotency_key == idempotency_key)
    )


def open_batches(session: Session, athlete_id: uuid.UUID) -> Sequence[ImportBatch]:
    """Batches of an athlete that have not ended, the first made first."""
    return session.scalars(
        _batches_of(athlete_id).where(ImportBatch.finished_at.is_(None)).order_by(ImportBatch.id)
    ).all()


def items(  # noqa: PLR0913 - the key of a row, and the terms by name
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    *,
    limit: int,
    after: int | None = None,
    statuses: Collection[ItemStatus] | None = None,
) -> Sequence[ImportItem]:
    """Items by position, from behind position ``after`` on, of all statuses or those given."""
    statement = _items_of(athlete_id, import_id).order_by(ImportItem.position).limit(limit)
    if after is not None:
        statement = statement.where(ImportItem.position > after)
    if statuses is not None:
        statement = statement.where(ImportItem.status.in_(statuses))
    return session.scalars(statement).all()


def totals(
    session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID
) -> Mapping[ItemStatus, int]:
    """How many items of a batch have which status, 0 included."""
    statement = (
        select(ImportItem.status, func.count())
        .where(ImportItem.athlete_id == athlete_id, ImportItem.import_id == import_id)
        .group_by(ImportItem.status)
    )
    counted = {status: count for status, count in session.execute(statement)}  # noqa: C416 - a Row is no tuple to the type checker
    return {status: counted.get(status, 0) for status in ItemStatus}


def _batches_of(athlete_id: uuid.UUID) -> Select[ImportBatch]:
    return (
        select(ImportBatch)
        .where(ImportBatch.athlete_id == athlete_id)
        .execution_options(populate_existing=True)  # never an object read before a change
    )


def _items_of(athlete_id: uuid.UUID, import_id: uuid.UUID) -> Select[ImportItem]:
    return (
        select(ImportItem)
        .where(ImportItem.athlete_id == athlete_id, ImportItem.import_id == import_id)
        .execution_options(populate_existing=True)  # as above
    )


def lock_batch(session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID) -> datetime | None:
    """Hold a batch until the transaction ends, before any of its items; when it was cancelled."""
    return session.scalar(
        select(_BATCH.c.cancelled_at)
        .where(_BATCH.c.athlete_id == athlete_id, _BATCH.c.id == import_id)
        .with_for_update(key_share=True)
    )


def _insert_items(  # noqa: PLR0913, PLR0917 - as above
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    first: int,
    new: Sequence[NewItem],
    now: datetime,
) -> None:
    if not new:
        return
    rows = [
        {
            "athlete_id": athlete_id,
            "import_id": import_id,
            "position": position,
            "name": item.name,
            "kind": item.kind,
            "file_sha256": item.file_sha256,
            "member": item.member,
            "content_sha256": item.content_sha256,
            "status": item.status,
            "code": item.code,
            "detail": item.detail,
            "run_count": 0,
            "attempts": 0,
            "finished_at": None if item.status is ItemStatus.QUEUED else now,
        }
        for position, item in enumerate(new, first)
    ]
    session.execute(insert(_ITEM), rows)
