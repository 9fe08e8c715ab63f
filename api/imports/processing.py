"""Works through an import's items: read in batches, and stored with what became of each at once.

Whoever holds an item's lease works on it, the server's worker or a command line. What dies half-way
leaves its items queued and nothing of them stored; when the lease runs out the next one takes them.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from api.accounts.service import ask_to_remodel, locked, whose
from api.imports.decoders import INTERNAL_ERROR, DecoderDied, Decoders, Read, failed, task_of
from api.imports.expanding import items_of, kinds_in
from api.imports.indexes import read_index
from api.imports.storing import SAME_BYTES, Place, ToStore, store
from api.recordings.reading import ReadFile
from api.refresh.service import refresh
from api.runtime import Runtime
from importers.contract import ImportFailure
from importers.identify import HEAD_BYTES
from importers.sources import Member, Refusal
from models import activities, imports, leases
from models.imports import ImportItem, ItemKind, ItemStatus
from models.leases import Outcome

logger = logging.getLogger(__name__)

LEASE_S = 30.0
HEARTBEAT_S = 10.0
CLAIM_ITEMS = 100
"""Items read together and stored in one transaction: the disk is waited for once for all."""

MOST_ATTEMPTS = 10
"""A file that ended its reader this often (killed, out of memory) is not tried again. Few files do,
and a machine switched off again and again must not be laid at a file's door."""

EMPTY_ARCHIVE = "empty_archive"


class Progress(Protocol):
    """Told of an import as it goes on."""

    def __call__(self, name: str) -> None:
        """An item has ended."""
        ...

    def expect(self, more: int) -> None:
        """There are more items than it looked like: an archive was opened."""
        ...


class Unwatched:
    """Nobody watches."""

    def __call__(self, name: str) -> None:
        """Tell nobody."""

    def expect(self, more: int) -> None:
        """As above."""


class LeaseLost(Exception):  # noqa: N818 - it is no error: somebody else carries on
    """Another took an item over, or the import was called off: nothing of it may be stored."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """Claimed items, the files among them, and how to wait for what is read of these."""

    items: Sequence[ImportItem]
    files: Sequence[ImportItem]
    height_cm: float | None
    results: Callable[[], list[Read]]

    @property
    def is_suspect(self) -> bool:
        """Whether it was begun before, and may have ended its reader."""
        return any(item.attempts > 1 for item in self.items)


class Work:
    """One owner's work on an import, with decoders that last for all of it; a context manager."""

    def __init__(
        self,
        runtime: Runtime,
        athlete_id: UUID,
        import_id: UUID,
        owner: str,
        progress: Progress | None = None,
    ) -> None:
        self._runtime = runtime
        self._athlete_id = athlete_id
        self._import_id = import_id
        self._owner = owner
        self._on_item = progress or Unwatched()
        self._decoders = Decoders(runtime.originals)
        self._engaged = False
        self._heartbeat = Heartbeat(runtime, athlete_id, import_id, owner)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._decoders.__exit__(exc_type, exc, traceback)
        if self._engaged:
            self._heartbeat.__exit__(exc_type, exc, traceback)
            gc.unfreeze()

    def expect_much(self) -> None:
        """Make ready for many files while they are still being looked at."""
        self._decoders.prepare()

    def _engage(self) -> None:
        """Begin in earnest: there is something to do."""
        if self._engaged:
            return
        self._engaged = True
        # Reading a file makes many short-lived objects. Unless what was loaded before is set aside,
        # the collector walks through all of it again every few files: a tenth of an import's time.
        gc.collect()
        gc.freeze()
        self._heartbeat.__enter__()

    def through(self) -> int:
        """Work until no item is left that nobody else holds; how many were done.

        While one batch is written, the decoders read the next.
        """
        done = 0
        current = self._begin()
        while current is not None:
            # Alone, what was begun before: should it end its decoder, nothing else is at stake.
            ahead = None if current.is_suspect else self._begin()
            done += self._finish(current)
            current = ahead or self._begin()
        return done

    def _begin(self) -> _Begun | None:
        with self._runtime.database.write() as session:
            now = self._runtime.now()
            items = leases.claim(
                session,
                self._athlete_id,
                self._import_id,
                owner=self._owner,
                now=now,
                lease_s=LEASE_S,
                limit=CLAIM_ITEMS,
            )
            height_cm = whose(session, self._athlete_id).height_cm if items else None
        if not items:
            return None
        self._engage()
        files = [item for item in items if _is_file(item)]
        return _Begun(
            items,
            files,
            height_cm,
            self._decoders.begin([task_of(one) for one in files], height_cm),
        )

    def _finish(self, begun: _Begun) -> int:
        done = 0
        for item in begun.items:
            if not _is_file(item):
                done += self._finish_other(item)
        try:
            read = begun.results()
        except DecoderDied:
            self._let_go(begun.files)
            return done
        return done + self._store(begun.files, read, begun.height_cm)

    def _finish_other(self, item: ImportItem) -> int:
        try:
            if item.attempts > MOST_ATTEMPTS:
                self._end(item, Outcome(status=ItemStatus.FAILED, code=INTERNAL_ERROR))
            elif item.kind is ItemKind.INDEX:
                self._read_index(item)
            else:
                self._expand(item)
        except LeaseLost:
            return 0
        self._on_item(item.name)
        return 1

    def _store(
        self, items: Sequence[ImportItem], read: Sequence[Read], height_cm: float | None
    ) -> int:
        """Store what was read, all at once; one by one when that fails. How many were done."""
        try:
            self._store_at_once(items, read, height_cm)
        except LeaseLost:
            if len(items) <= 1:
                return 0
        except (DataError, IntegrityError):
            if len(items) == 1:
                # One bad file must not stop the batch, not even one the database refuses.
                logger.exception("storing %s failed", items[0].name)
                refused = Outcome(status=ItemStatus.FAILED, code=INTERNAL_ERROR)
                return self._store(items, [refused], height_cm)
        else:
            for item in items:
                self._on_item(item.name)
            return len(items)
        return sum(
            self._store([item], [one], height_cm) for item, one in zip(items, read, strict=True)
        )

    def _store_at_once(
        self, items: Sequence[ImportItem], read: Sequence[Read], height_cm: float | None
    ) -> None:
        pairs = list(zip(items, read, strict=True))
        outcomes = {item.position: one for item, one in pairs if isinstance(one, Outcome)}
        files = [(item, one) for item, one in pairs if isinstance(one, ReadFile)]
        with self._runtime.database.write() as session:
            now = self._runtime.now()
            athlete = locked(session, self._athlete_id)
            stored = store(session, athlete, [ToStore(_place_of(i), r) for i, r in files], now)
            outcomes |= {item.position: one for (item, _), one in zip(files, stored, strict=True)}
            if files and athlete.height_cm != height_cm:
                # It changed meanwhile: compute these runs again.
                ask_to_remodel(session, athlete.id, now)
            self._end_all(session, outcomes)

    def _expand(self, archive: ImportItem) -> None:
        here = self._decoders.here

        def read_head(member: str) -> bytes:
            try:
                with here.open_member(_original_of(archive), member) as stream:
                    return stream.read(HEAD_BYTES)
            except (ImportFailure, OSError):
                return b""

        members: Sequence[Member | Refusal] = ()
        kinds: Mapping[str, ItemKind] = {}
        try:
            members = here.members(_original_of(archive))
            kinds = kinds_in(members, read_head)
            outcome = (
                Outcome(status=ItemStatus.EXPANDED)
                if members
                else Outcome(status=ItemStatus.SKIPPED, code=EMPTY_ARCHIVE)
            )
        except (ImportFailure, OSError) as failure:
            outcome = failed(failure)
        with self._runtime.database.write() as session:
            if imports.opened_before(session, self._athlete_id, self._import_id, archive):
                again = Outcome(status=ItemStatus.DUPLICATE, code=SAME_BYTES)
                self._end_all(session, {archive.position: again})
                return
            known = _known_members(session, archive)
            items = items_of(archive, members, kinds, known)
            now = self._runtime.now()
            if not imports.add_items(session, self._athlete_id, self._import_id, items, now):
                raise LeaseLost
            self._end_all(session, {archive.position: outcome})
        self._on_item.expect(len(items) - 1)

    def _read_index(self, index: ImportItem) -> None:
        try:
            outcome = read_index(
                self._runtime,
                index,
                self._decoders.here,
                lambda session: self._hold(session, index),
            )
        except (ImportFailure, OSError) as failure:
            outcome = failed(failure)
        except (LeaseLost, OperationalError):
            raise
        except Exception:
            # One bad list must not stop the batch, not even one that shows a fault of ours.
            logger.exception("reading the list %s failed", index.name)
            outcome = Outcome(status=ItemStatus.FAILED, code=INTERNAL_ERROR)
        self._end(index, outcome)

    def _hold(self, session: Session, item: ImportItem) -> None:
        # The batch before its items, in the order in which a cancel takes them.
        imports.lock_batch(session, self._athlete_id, self._import_id)
        held = leases.holds(
            session, self._athlete_id, self._import_id, item.position, owner=self._owner
        )
        if not held:
            raise LeaseLost

    def _end(self, item: ImportItem, outcome: Outcome) -> None:
        with self._runtime.database.write() as session:
            self._end_all(session, {item.position: outcome})

    def _end_all(self, session: Session, outcomes: Mapping[int, Outcome]) -> None:
        """End items in the transaction that stored what came of them, or roll all of it back."""
        ended = leases.finish_items(
            session,
            self._athlete_id,
            self._import_id,
            outcomes,
            owner=self._owner,
            now=self._runtime.now(),
        )
        if not ended:
            raise LeaseLost

    def _let_go(self, items: Sequence[ImportItem]) -> None:
        with self._runtime.database.write() as session:
            leases.release(
                session,
                self._athlete_id,
                self._import_id,
                owner=self._owner,
                positions=[item.position for item in items],
            )


def work_through(runtime: Runtime, athlete_id: UUID, import_id: UUID, owner: str) -> int:
    """Work on an import until it has no item left that nobody else holds; how many were done."""
    with Work(runtime, athlete_id, import_id, owner) as work:
        return work.through()


def settle(runtime: Runtime, athlete_id: UUID, import_id: UUID) -> None:
    """End an import that has nothing queued any more, and refresh what it changed."""
    with runtime.database.write() as session:
        now = runtime.now()
        imports.finish_batch_if_done(session, athlete_id, import_id, now)
        refresh(session, athlete_id, now)


def _known_members(session: Session, archive: ImportItem) -> Mapping[str, str]:
    """Contents of members that the athlete has from this very archive, and has not deleted."""
    before = imports.known_members(session, archive.athlete_id, _original_of(archive))
    stored = activities.by_content(session, archive.athlete_id, before.values())
    return {
        member: sha
        for member, sha in before.items()
        if any(not one.deleted for one in stored.get(sha, ()))
    }


def _place_of(item: ImportItem) -> Place:
    return Place(item.name, _original_of(item), item.member)


def _original_of(item: ImportItem) -> str:
    if item.file_sha256 is None:
        raise ValueError("a queued item has an original")
    return item.file_sha256


def _is_file(item: ImportItem) -> bool:
    return item.kind in {ItemKind.FILE, ItemKind.COMPANION} and item.attempts <= MOST_ATTEMPTS


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
