"""The index of an account export: names and efforts for stored runs, and the runs without a file.

An index is read once all watch files of its import have ended, in pieces, each in a transaction of
its own: cut short, the next reading finds what is there and adds nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.runs.duplicates import same_run
from api.accounts.service import locked, whose
from api.imports.siblings import Siblings, siblings_of
from api.imports.storing import Place, ToStore, known_outcome, overlap_of, store
from api.recordings.originals import OriginalReader
from api.recordings.reading import ReadFile, read_activity
from api.recordings.settling import footprint
from api.runtime import Runtime
from importers.archives.contract import Layout, Listed, Unread
from importers.contract import ImportFailure
from models import activities, imports, leases
from models.activities import Known, Overlap, Told
from models.athletes import Athlete
from models.imports import ImportItem, ItemKind, ItemStatus, NewItem, SiblingItem
from models.leases import Outcome

PIECE: Final = 50
"""Entries stored with one transaction."""

INDEX: Final = "index"
INDEX_KNOWN: Final = "index_known"
KNOWN_ENTRY: Final = "known_entry"

Hold = Callable[[Session], None]
"""Raises when the item is no longer ours to store anything for."""

_Entry = Listed | Unread
_T = TypeVar("_T")


class _File(NamedTuple):
    """What became of the file an entry belongs to."""

    item: SiblingItem
    stored: Sequence[Known]


@dataclass(slots=True)
class _Tally:
    """What an index has brought so far."""

    added: int = 0
    told: int = 0
    unread: int = 0


@dataclass(slots=True)
class _Piece:
    """What a piece of an index changes besides the runs it adds."""

    told: list[Told] = field(default_factory=list[Told])
    items: list[NewItem] = field(default_factory=list[NewItem])
    companions: dict[int, Outcome] = field(default_factory=dict[int, Outcome])


def read_index(
    runtime: Runtime, item: ImportItem, originals: OriginalReader, hold: Hold
) -> Outcome:
    """Read an index and store what it adds; how it ended.

    Parameters
    ----------
    hold
        Called in each transaction before anything is stored.

    Raises
    ------
    ImportFailure
        Nothing of it can be read.
    OSError
        Its original is not there.
    """
    with runtime.database.read() as session:
        siblings = siblings_of(session, item.athlete_id, item, originals)
        height_cm = whose(session, item.athlete_id).height_cm
    layout = siblings.layout()
    tally = _Tally()
    for piece in _pieces(_complete(siblings.entries())):
        reader = _IndexPiece(item, siblings, layout, height_cm)
        with runtime.database.write() as session:
            athlete = locked(session, item.athlete_id)
            hold(session)
            reader.store(session, athlete, piece, tally, runtime.now())
    if tally.added or tally.told or tally.unread:
        detail = f"{tally.added} {tally.told} {tally.unread}"
        return Outcome(status=ItemStatus.IMPORTED, code=INDEX, detail=detail)
    return Outcome(status=ItemStatus.DUPLICATE, code=INDEX_KNOWN)


def entry_sha256(identity: str) -> str:
    """The hash by which the same activity of an account is known again in a later export."""
    return hashlib.sha256(f"entry:{identity}".encode()).hexdigest()


def _complete(entries: Iterable[_Entry]) -> Iterator[tuple[int, _Entry]]:
    """The entries, numbered; an index that breaks off in the middle keeps what came before."""
    number = 0
    try:
        for number, entry in enumerate(entries, start=1):
            yield number, entry
    except ImportFailure as failure:
        if not number:
            raise
        rest = Unread(label="the rest of it", code=failure.code, detail=failure.detail)
        yield number + 1, rest


class _IndexPiece:
    """Stores one piece of an index."""

    def __init__(
        self, item: ImportItem, siblings: Siblings, layout: Layout, height_cm: float | None
    ) -> None:
        self._item = item
        self._siblings = siblings
        self._layout = layout
        self._height_cm = height_cm

    def store(
        self,
        session: Session,
        athlete: Athlete,
        entries: Sequence[tuple[int, _Entry]],
        tally: _Tally,
        now: datetime,
    ) -> None:
        change = _Piece()
        listed = [one for _, one in entries if isinstance(one, Listed)]
        contents = [entry_sha256(one.identity) for one in listed]
        known = activities.by_content(session, athlete.id, contents)
        before = imports.names_of(session, athlete.id, self._item.import_id, contents)
        files = self._files(session, athlete.id, listed)
        new: list[Listed] = []
        for one in listed:
            there = known.get(entry_sha256(one.identity))
            file = files.get(one.file or "")
            if before.get(entry_sha256(one.identity)) == self._name_of(one):
                tally.added += 1  # before this index was cut short
            elif there is not None:
                ended = known_outcome(entry_sha256(one.identity), there)
                if ended.status is ItemStatus.DUPLICATE:
                    ended = replace(ended, code=KNOWN_ENTRY)
                self._report(change, one, ended)
            elif one.recording.counts.records or not self._tell(
                session, athlete, change, one, file, now
            ):
                new.append(one)
        outcomes = store(session, athlete, [self._to_store(one) for one in new], now)
        for one, outcome in zip(new, outcomes, strict=True):
            tally.added += outcome.status is ItemStatus.IMPORTED
            self._report(change, one, outcome)
        for number, one in entries:
            if isinstance(one, Unread):
                tally.unread += 1
                change.items.append(self._unread(number, one))
        tally.told += activities.tell(session, athlete.id, change.told)
        leases.end_unclaimed(session, athlete.id, self._item.import_id, change.companions, now)
        imports.add_ended(session, athlete.id, self._item.import_id, change.items, now)

    def _files(
        self, session: Session, athlete_id: UUID, listed: Sequence[Listed]
    ) -> Mapping[str, _File]:
        items = {
            one.file: item
            for one in listed
            if one.file is not None and (item := self._siblings.item(one.file)) is not None
        }
        contents = [one.content_sha256 for one in items.values() if one.content_sha256]
        stored = activities.by_content(session, athlete_id, contents)
        return {
            name: _File(item, stored.get(item.content_sha256 or "", ()))
            for name, item in items.items()
        }

    def _tell(  # noqa: PLR0913, PLR0917 - what is said, of which file, to whom
        self,
        session: Session,
        athlete: Athlete,
        change: _Piece,
        one: Listed,
        file: _File | None,
        now: datetime,
    ) -> bool:
        """Hand what the index knows to the run it lists; False when there is none yet."""
        if file is not None and file.stored:
            live = [one.duplicate_of or one.id for one in file.stored if not one.deleted]
        else:
            match = self._match(session, athlete, one, now)
            live = [] if match is None else [match.duplicate_of or match.id]
            if not live:
                return False
        change.told += [Told(known, one.title, one.rpe) for known in live]
        return True

    def _match(
        self, session: Session, athlete: Athlete, one: Listed, now: datetime
    ) -> Overlap | None:
        """The stored recording of the activity an entry lists, by sport and time."""
        row = overlap_of(athlete, self._to_store(one), now)
        if row is None:
            return None
        listed = footprint(row)
        found = activities.overlapping(session, athlete.id, row.started_at, row.ended_at)
        return next((other for other in found if same_run(listed, footprint(other))), None)

    def _to_store(self, one: Listed) -> ToStore:
        if self._item.file_sha256 is None:
            raise ValueError("an index without an original")
        place = Place(
            f"{self._item.name}: {one.label}",
            self._item.file_sha256,
            self._item.member,
            one.identity,
            one.title,
            one.rpe,
        )
        activity = read_activity(one.recording, 0, self._height_cm)
        return ToStore(
            place,
            ReadFile(entry_sha256(one.identity), self._layout.key, self._height_cm, [activity]),
        )

    def _name_of(self, one: Listed) -> str:
        return f"{self._item.name}: {one.label}"

    def _report(self, change: _Piece, one: Listed, outcome: Outcome) -> None:
        """Say how an entry ended: of its companion if it has one, else as an item of its own."""
        companion = self._siblings.item(one.file)
        if companion is not None and companion.kind is ItemKind.COMPANION:
            change.companions[companion.position] = outcome
            return
        change.items.append(
            NewItem(
                name=f"{self._item.name}: {one.label}",
                kind=ItemKind.FILE,
                content_sha256=entry_sha256(one.identity),
                status=outcome.status,
                code=outcome.code,
                detail=outcome.detail,
            )
        )

    def _unread(self, number: int, one: Unread) -> NewItem:
        return NewItem(
            name=f"{self._item.name}: {one.label}",
            kind=ItemKind.FILE,
            content_sha256=entry_sha256(f"unread:{self._item.position}:{number}"),
            status=ItemStatus.FAILED,
            code=one.code.value,
            detail=one.detail or None,
        )


def _pieces(entries: Iterable[_T]) -> Iterator[Sequence[_T]]:
    rest = iter(entries)
    while piece := list(islice(rest, PIECE)):
        yield piece
