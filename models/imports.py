"""Imports: a batch of uploaded files, its items, and who is working on which of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Sha256


class Origin(StrEnum):
    """Where a batch came from."""

    API = "api"
    CLI = "cli"


class ItemKind(StrEnum):
    """One watch file, or an archive that is still to be opened into items of its own."""

    FILE = "file"
    ARCHIVE = "archive"


class ItemStatus(StrEnum):
    """How far an item has come. ``expanded`` ends an archive: its members are items now."""

    QUEUED = "queued"
    IMPORTED = "imported"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"
    EXPANDED = "expanded"


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


def _vocabulary(words: type[StrEnum], name: str) -> Enum:
    """Text limited to ``words`` by a CHECK, which both databases can alter without a type."""
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=_values,
    )


class ImportBatch(Base):
    """One upload, or one run of the command line."""

    __tablename__ = "import_batch"
    __table_args__ = (UniqueConstraint("athlete_id", "idempotency_key"),)

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    origin: Mapped[Origin] = mapped_column(_vocabulary(Origin, "origin"))
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
    kind: Mapped[ItemKind] = mapped_column(_vocabulary(ItemKind, "kind"))
    file_sha256: Mapped[Sha256 | None] = mapped_column(ForeignKey("stored_file.sha256"))
    member: Mapped[str | None]
    content_sha256: Mapped[Sha256 | None]
    status: Mapped[ItemStatus] = mapped_column(_vocabulary(ItemStatus, "status"))
    code: Mapped[str | None]
    detail: Mapped[str | None]
    run_count: Mapped[int]
    owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int]
