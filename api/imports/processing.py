"""Works through an import's items one by one: read, store and end each in a transaction of its own.

Whoever holds an item's lease works on it, the server's worker or a command line. What dies half-way
leaves the item queued and nothing of it stored; when its lease runs out the next one takes it.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.accounts.service import ask_to_remodel, whose
from api.imports.archives import OriginalReader
from api.imports.reading import ReadFile, read_file
from api.imports.staging import LIMITS, UNREADABLE
from api.imports.storing import store
from api.refresh.service import refresh
from api.runtime import Runtime
from importers.contract import FailureCode, ImportFailure
from models import imports, leases
from models.imports import ImportItem, ItemKind, ItemStatus, NewItem
from models.leases import Outcome

logger = logging.getLogger(__name__)

LEASE_S = 30.0
HEARTBEAT_S = 10.0
CLAIM_ITEMS = 25
MOST_ATTEMPTS = 3
"""A file that ended its reader this often (killed, out of memory) is not tried again."""

INTERNAL_ERROR = "internal_error"
EMPTY_ARCHIVE = "empty_archive"
_LEAVING_ALONE = frozenset({FailureCode.NO_ACTIVITY, FailureCode.NOT_A_WATCH_FILE})
"""A sleep or settings file is no failure: there is no run in it to lose."""

OnItem = Callable[[str], None]


class LeaseLost(Exception):  # noqa: N818 - it is no error: somebody else carries on
    """Another took the item over, or the import was called off: nothing of it may be stored."""


def work_through(
    runtime: Runtime, athlete_id: UUID, import_id: UUID, owner: str, on_item: OnItem | None = None
) -> int:
    """Work on an import until it has no item left that nobody else holds; how many were done."""
    done = 0
    # Reading a file makes many short-lived objects. Unless what was loaded before is set aside, the
    # collector walks through all of it again every few files: a tenth of an import's time.
    gc.freeze()
    with (
        Heartbeat(runtime, athlete_id, import_id, owner),
        OriginalReader(runtime.originals) as originals,
    ):
        while claimed := _claim(runtime, athlete_id, import_id, owner):
            with runtime.database.read() as session:
                height_cm = whose(session, athlete_id).height_cm
            for item in claimed:
                try:
                    _advance(runtime, item, owner, originals, height_cm)
                except LeaseLost:
                    continue
                done += 1
                if on_item is not None:
                    on_item(item.name)
    return done


def settle(runtime: Runtime, athlete_id: UUID, import_id: UUID) -> None:
    """End an import that has nothing queued any more, and refresh what it changed."""
    with runtime.database.write() as session:
        now = runtime.now()
        imports.finish_batch_if_done(session, athlete_id, import_id, now)
        refresh(session, athlete_id, now)


def _claim(runtime: Runtime, athlete_id: UUID, import_id: UUID, owner: str) -> Sequence[ImportItem]:
    with runtime.database.write() as session:
        return leases.claim(
            session,
            athlete_id,
            import_id,
            owner=owner,
            now=runtime.now(),
            lease_s=LEASE_S,
            limit=CLAIM_ITEMS,
        )


def _advance(
    runtime: Runtime,
    item: ImportItem,
    owner: str,
    originals: OriginalReader,
    height_cm: float | None,
) -> None:
    if item.attempts > MOST_ATTEMPTS:
        outcome = Outcome(status=ItemStatus.FAILED, code=INTERNAL_ERROR)
        with runtime.database.write() as session:
            _end(session, item, owner, outcome, runtime.now())
    elif item.kind is ItemKind.ARCHIVE:
        _expand(runtime, item, owner, originals)
    else:
        _import_file(runtime, item, owner, originals, height_cm)


def _import_file(
    runtime: Runtime,
    item: ImportItem,
    owner: str,
    originals: OriginalReader,
    height_cm: float | None,
) -> None:
    read = _read(item, height_cm, originals)
    with runtime.database.write() as session:
        now = runtime.now()
        if isinstance(read, ReadFile):
            athlete = whose(session, item.athlete_id)
            outcome = store(session, athlete, item, read, now)
            if athlete.height_cm != height_cm:  # it changed meanwhile: compute this run again
                ask_to_remodel(session, athlete.id, now)
        else:
            outcome = read
        _end(session, item, owner, outcome, now)


def _read(
    item: ImportItem, height_cm: float | None, originals: OriginalReader
) -> ReadFile | Outcome:
    try:
        data = originals.content(_original_of(item), item.member)
        return read_file(data, item.name, LIMITS, height_cm, item.content_sha256)
    except ImportFailure as failure:
        passing = failure.code in _LEAVING_ALONE
        return Outcome(
            status=ItemStatus.SKIPPED if passing else ItemStatus.FAILED,
            code=failure.code.value,
            detail=failure.detail or None,
        )
    except OSError as error:
        return Outcome(status=ItemStatus.FAILED, code=UNREADABLE, detail=error.strerror)
    except Exception:
        # One bad file must not stop the batch, not even one that shows a fault of ours.
        logger.exception("reading %s failed", item.name)
        return Outcome(status=ItemStatus.FAILED, code=INTERNAL_ERROR)


def _original_of(item: ImportItem) -> str:
    if item.file_sha256 is None:
        raise ValueError("a queued item has an original")
    return item.file_sha256


def _expand(runtime: Runtime, item: ImportItem, owner: str, originals: OriginalReader) -> None:
    members: Sequence[NewItem] = ()
    try:
        members = originals.members(item)
    except ImportFailure as failure:
        outcome = Outcome(
            status=ItemStatus.FAILED, code=failure.code.value, detail=failure.detail or None
        )
    except OSError as error:
        outcome = Outcome(status=ItemStatus.FAILED, code=UNREADABLE, detail=error.strerror)
    else:
        outcome = (
            Outcome(status=ItemStatus.EXPANDED)
            if members
            else Outcome(status=ItemStatus.SKIPPED, code=EMPTY_ARCHIVE)
        )
    with runtime.database.write() as session:
        now = runtime.now()
        if members:
            imports.add_items(session, item.athlete_id, item.import_id, members, now)
        _end(session, item, owner, outcome, now)


def _end(session: Session, item: ImportItem, owner: str, outcome: Outcome, now: datetime) -> None:
    """End an item in the transaction that stored what came of it, or roll all of it back."""
    ended = leases.finish_item(
        session,
        item.athlete_id,
        item.import_id,
        item.position,
        owner=owner,
        outcome=outcome,
        now=now,
    )
    if not ended:
        raise LeaseLost


class Heartbeat:
    """Renews the leases of one owner while a long file is being read; a context manager."""

    def __init__(self, runtime: Runtime, athlete_id: UUID, import_id: UUID, owner: str) -> None:
        self._runtime = runtime
        self._key = (athlete_id, import_id)
        self._owner = owner
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(HEARTBEAT_S):
            try:
                with self._runtime.database.write() as session:
                    leases.renew(
                        session,
                        *self._key,
                        owner=self._owner,
                        now=self._runtime.now(),
                        lease_s=LEASE_S,
                    )
            except SQLAlchemyError:
                # Should the lease run out for it, finish_item notices and nothing is stored twice.
                logger.warning("could not renew the lease of %s", self._owner, exc_info=True)
