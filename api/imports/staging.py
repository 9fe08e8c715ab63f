"""The door of an import: looks at each file, keeps its original, says what is to be done with it.

Nothing here opens a write session, so a slow upload holds up nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from uuid import UUID

from api.imports.kinds import kinds_of
from api.imports.storing import known_outcome
from api.originals import Incoming, Original
from api.recordings.originals import LIMITS
from api.recordings.reading import content_sha256
from api.runtime import Runtime
from importers.archives.registry import index_layout
from importers.contract import FailureCode, ImportFailure
from importers.identify import HEAD_BYTES, identify, payload
from importers.sources import is_zip
from models import activities
from models.activities import Known
from models.files import NewFile
from models.imports import ItemKind, ItemStatus, NewItem

UNREADABLE = "unreadable"
HELD_BYTES = 32 * 1024 * 1024


class Source(Protocol):
    """A file handed over: its name, whether it was meant itself, and its bytes, more than once."""

    @property
    def name(self) -> str:
        """The name to show."""
        ...

    @property
    def explicit(self) -> bool:
        """Handed over by name, not found in a folder: then an unknown kind is a failure."""
        ...

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Its bytes from the start."""
        ...


@dataclass(frozen=True, slots=True)
class Staged:
    """An item ready to be recorded, and its original if that is new here."""

    item: NewItem
    original: NewFile | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A source looked at: refused already, an archive, or a watch file with its content's hash.

    ``kept`` are the bytes of a file that is no gzip: they need not be read and hashed again.
    An index is not looked into here: it may be far larger than a watch file.
    """

    source: Source
    kind: ItemKind = ItemKind.FILE
    refused: NewItem | None = None
    content: str | None = None
    kept: bytes | None = None


def stage(
    runtime: Runtime,
    athlete_id: UUID,
    sources: Sequence[Source],
    kinds: Mapping[str, ItemKind] | None = None,
) -> list[Staged]:
    """Look at files, store the originals of those that are new to this athlete.

    ``kinds`` are those of files that are no plain ones, by name; when these sources are all there
    is, they tell by themselves.
    """
    if kinds is None:
        kinds = kinds_of([source.name for source in sources])
    held = _Held()
    seen = [_look(source, kinds.get(source.name, ItemKind.FILE), held) for source in sources]
    contents = [one.content for one in seen if one.content]
    with runtime.database.read() as session:
        known = activities.by_content(session, athlete_id, contents)
    with runtime.originals.incoming() as incoming:
        staged = [_stage(incoming, one, known) for one in seen]
        incoming.settle()
    return staged


def refusal(name: str, failure: ImportFailure, *, explicit: bool) -> NewItem:
    """An item that ended at the door."""
    passing = failure.code is FailureCode.NOT_A_WATCH_FILE and not explicit
    return NewItem(
        name=name,
        kind=ItemKind.FILE,
        status=ItemStatus.SKIPPED if passing else ItemStatus.FAILED,
        code=failure.code.value,
        detail=failure.detail or None,
    )


class _Held:
    """How much of the files looked at is kept in memory, so as not to be read again."""

    def __init__(self) -> None:
        self._bytes = 0

    def keeps(self, data: bytes) -> bool:
        """Whether there is room for this file too; if so it is taken up."""
        if self._bytes + len(data) > HELD_BYTES:
            return False
        self._bytes += len(data)
        return True


def _look(source: Source, kind: ItemKind, held: _Held) -> _Seen:
    if kind is ItemKind.INDEX:
        return _Seen(source, kind)
    try:
        with source.open() as file:
            head = file.read(HEAD_BYTES)
            if is_zip(head):
                return _Seen(source, ItemKind.ARCHIVE)
            if index_layout(head) is not None:
                return _Seen(source, ItemKind.INDEX)
            # One byte more than allowed is enough for payload to refuse it.
            data = head + file.read(LIMITS.max_file_bytes + 1 - len(head))
        content = payload(data, source.name, LIMITS)
        identify(content[:HEAD_BYTES], source.name)
    except ImportFailure as failure:
        return _Seen(source, refused=refusal(source.name, failure, explicit=source.explicit))
    except OSError as error:
        return _Seen(source, refused=_unreadable(source.name, error))
    kept = data if content is data and held.keeps(data) else None
    return _Seen(source, kind, content=content_sha256(content), kept=kept)


def _stage(incoming: Incoming, seen: _Seen, known: Mapping[str, Sequence[Known]]) -> Staged:
    source = seen.source
    if seen.refused is not None:
        return Staged(seen.refused)
    if seen.content is not None and seen.content in known:
        ended = known_outcome(seen.content, known[seen.content])
        return Staged(
            NewItem(
                name=source.name,
                kind=ItemKind.FILE,
                content_sha256=seen.content,
                status=ended.status,
                code=ended.code,
            )
        )
    try:
        original = _keep(incoming, seen)
    except OSError as error:
        return Staged(_unreadable(source.name, error))
    return Staged(
        NewItem(
            name=source.name,
            kind=seen.kind,
            file_sha256=original.sha256,
            content_sha256=seen.content,
        ),
        NewFile(original.sha256, original.size_bytes),
    )


def _keep(incoming: Incoming, seen: _Seen) -> Original:
    if seen.kept is not None and seen.content is not None:
        return incoming.add(seen.kept, seen.content)
    with seen.source.open() as file:
        return incoming.add_file(file)


def _unreadable(name: str, error: OSError) -> NewItem:
    return NewItem(
        name=name,
        kind=ItemKind.FILE,
        status=ItemStatus.FAILED,
        code=UNREADABLE,
        detail=error.strerror,
    )
