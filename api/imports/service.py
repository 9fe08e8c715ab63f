"""Imports: take files in, say how far they are, call them off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.service import whose
from api.errors import NotFound
from api.imports.schemas import (
    ImportBody,
    ImportStatusName,
    ItemBody,
    ItemStatusName,
    TotalsBody,
)
from api.imports.staging import Source, Staged, stage
from api.messages.imports import item_words
from api.runtime import Runtime
from models import activities, files, imports, jobs
from models.imports import ImportBatch, ImportItem, ItemStatus, Origin

JOB_KIND = "import"


class ImportUnknown(NotFound):
    """There is no such import."""


def upload(
    runtime: Runtime, session: Session, athlete_id: UUID | None, sources: Sequence[Source]
) -> ImportBody:
    """Store what was uploaded and leave the import to the worker.

    ``session`` is not touched before all files are stored: a slow disk holds up no other writer.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    """
    with runtime.database.read() as reading:
        athlete = whose(reading, athlete_id)
    staged = stage(runtime, athlete.id, sources)
    now = runtime.now()
    body = begin(session, athlete.id, staged, origin=Origin.API, now=now)
    if body.totals.queued:
        jobs.add(session, JOB_KIND, athlete.id, body.id, now)
        return body
    imports.finish_batch_if_done(session, athlete.id, body.id, now)
    return import_body(session, athlete.id, body.id)


def begin(
    session: Session, athlete_id: UUID, staged: Sequence[Staged], *, origin: Origin, now: datetime
) -> ImportBody:
    """Make an import of staged files: originals, batch and items in one transaction."""
    files.add_many(session, [one.original for one in staged if one.original is not None], now)
    items = [one.item for one in staged]
    import_id = imports.create(session, athlete_id, origin=origin, items=items, now=now)
    return import_body(session, athlete_id, import_id)


def add(
    session: Session, athlete_id: UUID, import_id: UUID, staged: Sequence[Staged], now: datetime
) -> bool:
    """Add more staged files to an import; False when it has been called off."""
    files.add_many(session, [one.original for one in staged if one.original is not None], now)
    return imports.add_items(session, athlete_id, import_id, [one.item for one in staged], now)


def import_body(session: Session, athlete_id: UUID | None, import_id: UUID) -> ImportBody:
    """How far an import is.

    Raises
    ------
    ImportUnknown
        This athlete has no such import.
    """
    athlete = whose(session, athlete_id)
    batch = _batch(session, athlete.id, import_id)
    totals = totals_body(session, athlete.id, import_id)
    return ImportBody(
        id=batch.id,
        athlete_id=athlete.id,
        status=_status(batch, totals),
        created_at=batch.created_at,
        finished_at=batch.finished_at,
        totals=totals,
    )


def item_page(
    session: Session,
    athlete_id: UUID | None,
    import_id: UUID,
    *,
    limit: int,
    after: int | None = None,
) -> tuple[Sequence[ItemBody], int | None]:
    """Items in the order they were handed over, and the position to go on after, if there is more.

    Raises
    ------
    ImportUnknown
        This athlete has no such import.
    """
    athlete = whose(session, athlete_id)
    _batch(session, athlete.id, import_id)
    rows = imports.items(
        session, athlete.id, import_id, limit=limit + 1, after=after, statuses=_SHOWN
    )
    shown = rows[:limit]
    return (
        item_bodies(session, athlete.id, shown),
        shown[-1].position if len(rows) > limit else None,
    )


def cancel(session: Session, athlete_id: UUID | None, import_id: UUID, now: datetime) -> ImportBody:
    """Call off what is still queued; what is imported stays.

    Raises
    ------
    ImportUnknown
        This athlete has no such import.
    """
    athlete = whose(session, athlete_id)
    _batch(session, athlete.id, import_id)
    imports.cancel(session, athlete.id, import_id, now)
    return import_body(session, athlete.id, import_id)


def item_bodies(
    session: Session, athlete_id: UUID, items: Sequence[ImportItem]
) -> Sequence[ItemBody]:
    """Items as seen from outside, with the activities each is stored as."""
    contents = [item.content_sha256 for item in items if item.content_sha256]
    known = activities.by_content(session, athlete_id, contents)
    return [
        _item_body(
            item, [one.id for one in known.get(item.content_sha256 or "", ()) if not one.deleted]
        )
        for item in items
    ]


def totals_body(session: Session, athlete_id: UUID, import_id: UUID) -> TotalsBody:
    """How many files of an import ended how."""
    counts = imports.totals(session, athlete_id, import_id)
    by_status = {status: counts.get(status, 0) for status in _SHOWN}
    return TotalsBody(
        files=sum(by_status.values()),
        queued=by_status[ItemStatus.QUEUED],
        imported=by_status[ItemStatus.IMPORTED],
        duplicate=by_status[ItemStatus.DUPLICATE],
        skipped=by_status[ItemStatus.SKIPPED],
        failed=by_status[ItemStatus.FAILED],
    )


def no_files() -> TotalsBody:
    """The totals of nothing at all."""
    return TotalsBody(files=0, queued=0, imported=0, duplicate=0, skipped=0, failed=0)


# An opened archive has become its members; it is not a file of the runner's any more.
_SHOWN = frozenset(ItemStatus) - {ItemStatus.EXPANDED}


_NAMES: Mapping[ItemStatus, ItemStatusName] = {
    ItemStatus.QUEUED: "queued",
    ItemStatus.IMPORTED: "imported",
    ItemStatus.DUPLICATE: "duplicate",
    ItemStatus.SKIPPED: "skipped",
    ItemStatus.FAILED: "failed",
}


def _item_body(item: ImportItem, run_ids: Iterable[UUID]) -> ItemBody:
    words = item_words(item.status.value, item.code, item.detail)
    return ItemBody(
        name=item.name,
        status=_NAMES[item.status],
        code=item.code,
        detail=words.sentence,
        hint=words.hint,
        run_ids=list(run_ids),
    )


def _status(batch: ImportBatch, totals: TotalsBody) -> ImportStatusName:
    if batch.cancelled_at is not None:
        return "cancelled"
    if totals.queued == 0 and batch.finished_at is not None:
        return "done"
    return "queued" if totals.queued == totals.files else "running"


def _batch(session: Session, athlete_id: UUID, import_id: UUID) -> ImportBatch:
    batch = imports.get(session, athlete_id, import_id)
    if batch is None:
        raise ImportUnknown("There is no such import. Check its id.", "path/import_id")
    return batch
