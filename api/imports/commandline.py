"""An import from the command line: files and folders of this machine, worked through at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.imports import service
from api.imports.disk import OnDisk, found_at_all
from api.imports.kinds import kinds_of
from api.imports.processing import Progress, Work, settle
from api.imports.schemas import ImportReport, ItemBody
from api.imports.staging import Staged, stage
from api.runtime import Runtime
from models import athletes, imports, leases
from models.base import new_id
from models.imports import ItemStatus, Origin

CHUNK_FILES = 50
"""Files staged with one transaction; each is then imported with its own."""

MUCH_BYTES = 64 * 1024 * 1024
"""Hundreds of runs: worth starting the decoders while the archive is still being copied."""

PAGE_ITEMS = 1000
WAIT_S = 0.2

OnProgress = Callable[[int, int | None, str], None]
"""Called with files done, files found so far if known, and the name of the last one."""


def import_paths(
    runtime: Runtime, athlete_id: UUID, paths: Sequence[Path], on_progress: OnProgress
) -> ImportReport:
    """Import files, folders and archives; returns when every item has ended.

    Cut short at any moment, what is imported stays, and the same command again goes on. An import
    that an earlier command left unfinished is finished first.
    """
    return import_sources(runtime, athlete_id, found_at_all(paths), on_progress)


def import_sources(
    runtime: Runtime, athlete_id: UUID, found: Sequence[OnDisk], on_progress: OnProgress
) -> ImportReport:
    """Import files that were found already, as ``import_paths`` does."""
    owner = f"cli-{new_id()}"
    progress = _Progress(len(found), on_progress)
    finish_interrupted(runtime, owner, progress)
    if not found:
        return ImportReport(items=[], totals=service.no_files())
    with runtime.database.write() as session:
        now = runtime.now()
        import_id = service.begin(session, athlete_id, [], origin=Origin.CLI, now=now).id
    with _handing_back(runtime, athlete_id, import_id, owner):
        return _import(runtime, athlete_id, import_id, owner, found, progress)


@contextmanager
def _handing_back(
    runtime: Runtime, athlete_id: UUID, import_id: UUID, owner: str
) -> Generator[None]:
    """Interrupted, what was claimed is free at once, not when its lease runs out."""
    try:
        yield
    except BaseException:
        with runtime.database.write() as session:
            leases.hand_back(session, athlete_id, import_id, owner=owner)
        raise


def _import(  # noqa: PLR0913, PLR0917 - whose import, by whom, of what
    runtime: Runtime,
    athlete_id: UUID,
    import_id: UUID,
    owner: str,
    found: Sequence[OnDisk],
    progress: _Progress,
) -> ImportReport:
    kinds = kinds_of([source.name for source in found])
    plain = [source for source in found if source.name not in kinds]
    rest = [source for source in found if source.name in kinds]

    def add(staged: Sequence[Staged]) -> bool:
        with runtime.database.write() as session:
            if not service.add(session, athlete_id, import_id, staged, runtime.now()):
                return False
        for one in staged:
            if one.item.status is not ItemStatus.QUEUED:
                progress(one.item.name)
        return True

    with Work(runtime, athlete_id, import_id, owner, progress) as work:
        if sum(source.size_bytes for source in found) >= MUCH_BYTES:
            work.expect_much()
        going_on = True
        for sources in _chunks(plain):
            going_on = add(stage(runtime, athlete_id, sources, kinds))
            if not going_on:
                break  # somebody has called it off
            work.through()
        if going_on:
            # All at once: an index must find its companions there, and they not come without it.
            add([one for some in _chunks(rest) for one in stage(runtime, athlete_id, some, kinds)])
            work.through()
        return _report(runtime, athlete_id, import_id, work)


def finish_interrupted(runtime: Runtime, owner: str, progress: Progress) -> None:
    """Finish what an earlier command line left behind; what is held by a living one is let be."""
    with runtime.database.read() as session:
        left = [
            (athlete.id, batch.id, imports.totals(session, athlete.id, batch.id))
            for athlete in athletes.list_all(session)
            for batch in imports.open_batches(session, athlete.id)
            if batch.origin is Origin.CLI
        ]
    for athlete_id, import_id, totals in left:
        progress.expect(totals[ItemStatus.QUEUED])
        with (
            _handing_back(runtime, athlete_id, import_id, owner),
            Work(runtime, athlete_id, import_id, owner, progress) as work,
        ):
            work.through()
        settle(runtime, athlete_id, import_id)


class _Progress:
    """Counts items as they end."""

    def __init__(self, found: int, on_progress: OnProgress) -> None:
        self._found = found
        self._done = 0
        self._on_progress = on_progress

    def __call__(self, name: str) -> None:
        self._done += 1
        self._on_progress(self._done, max(self._found, self._done), name)

    def expect(self, more: int) -> None:
        self._found += more


def _report(runtime: Runtime, athlete_id: UUID, import_id: UUID, work: Work) -> ImportReport:
    while True:
        settle(runtime, athlete_id, import_id)
        with runtime.database.read() as session:
            totals = service.totals_body(session, athlete_id, import_id)
            if totals.queued == 0:
                items = list(_all_items(session, athlete_id, import_id))
                return ImportReport(items=items, totals=totals)
        # Another process took some of our items over: it ends them, or its lease ends.
        time.sleep(WAIT_S)
        work.through()


def _all_items(session: Session, athlete_id: UUID, import_id: UUID) -> Iterator[ItemBody]:
    position: int | None = None
    while True:
        items, position = service.item_page(
            session, athlete_id, import_id, limit=PAGE_ITEMS, after=position
        )
        yield from items
        if position is None:
            return


def _chunks(files: Iterable[OnDisk]) -> Iterator[Sequence[OnDisk]]:
    rest = iter(files)
    while chunk := list(islice(rest, CHUNK_FILES)):
        yield chunk
