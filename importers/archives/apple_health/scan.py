"""Workouts and records out of an ``export.xml`` of several GB, in constant memory.

Apple writes millions of records nobody here needs. Workouts are found several times faster than a
parser would read to them, because the text is searched for the elements that are wanted, and only
those are parsed, each by itself. What lies between them is never looked at, broken or not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from importers.contract import FailureCode, ImportFailure
from importers.limits import MIB
from importers.xml_guard import encoding_of, root_name, root_offset

CHUNK_BYTES: Final = MIB
LONGEST_WORKOUT: Final = 4 * MIB
"""Of a longer one only this much is read: old exports carry a route within, which may be cut."""

LONGEST_TAG: Final = 1 << 16

_ROOT: Final = "HealthData"
_WORKOUT: Final = re.compile(rb"<Workout[ \t\r\n]")
_WORKOUT_END: Final = re.compile(rb"</Workout[ \t\r\n]*>|<Workout[ \t\r\n]|</HealthData")
_TAG: Final = re.compile(rb"""<[A-Za-z]++(?:[^"'<>]|"[^"<]*+"|'[^'<]*+')*+>""")
_ENTITY: Final = b"<!ENTITY"
_DTD: Final = re.compile(
    rb"(<!DOCTYPE[ \t\r\n]+HealthData[ \t\r\n]*)\[.*?\][ \t\r\n]*(>[ \t\r\n]*<HealthData)",
    re.DOTALL,
)
"""With the declarations that no phone of iOS 16 closed (HealthKit Export Version 12)."""
_OVERLAP: Final = 32
"""More than the longest thing searched for, which may lie across two chunks."""


class _Window:
    """A piece of the file that moves on."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data = b""
        self.ended = False

    def more(self, keep_from: int) -> bool:
        """Drop what is before ``keep_from`` and read on; False at the end of the file.

        Raises
        ------
        ImportFailure
            ``FORBIDDEN_XML`` for an ENTITY; as the stream does.
        """
        chunk = self._stream.read(CHUNK_BYTES)
        searched = self.data[-_OVERLAP:] + chunk
        if _ENTITY in searched:
            raise ImportFailure(FailureCode.FORBIDDEN_XML, "ENTITY")
        self.data = self.data[keep_from:] + chunk
        self.ended = not chunk
        return not self.ended


def _begin(stream: BinaryIO) -> _Window:
    """First piece of the file, once it is known to be an export and to be harmless.

    Raises
    ------
    ImportFailure
        ``EMPTY_FILE``, ``NOT_RECOGNISED`` for XML of another kind, ``FORBIDDEN_XML``, ``DAMAGED``.
    """
    window = _Window(stream)
    while len(window.data) < CHUNK_BYTES and window.more(0):
        pass
    head = window.data.removeprefix(codecs.BOM_UTF8)
    if not head.strip(b" \t\r\n\0"):
        raise ImportFailure(FailureCode.EMPTY_FILE)
    encoding = encoding_of(window.data)
    if encoding not in {"utf-8", "ascii"}:
        raise ImportFailure(FailureCode.FORBIDDEN_XML, f"encoding {encoding}")
    head = _without_declarations(head)
    if root_name(head[root_offset(head) :]) != _ROOT:
        raise ImportFailure(FailureCode.NOT_RECOGNISED)
    return window


def _without_declarations(head: bytes) -> bytes:
    """Beginning without its DTD's content: nobody reads that, so it may be as broken as it is.

    One that refers to something outside stays, and is refused like any other.
    """
    start = max(head.find(b"<!DOCTYPE"), 0)
    declared = _DTD.match(head, start)
    return head if declared is None else head[:start] + declared.expand(rb"\1\2")


def workouts(stream: BinaryIO) -> Iterator[bytes]:
    """Each ``Workout`` element's text, in file order; one that is cut off ends with a whole tag.

    Raises
    ------
    ImportFailure
        As ``_begin`` and the stream do.
    """
    window = _begin(stream)
    at = 0
    while True:
        start = _WORKOUT.search(window.data, at)
        if start is None:
            keep = max(at, len(window.data) - _OVERLAP)
            if not window.more(keep):
                return
            at = 0
            continue
        begin, at = _workout_span(window, start.start())
        piece = window.data[begin:at]
        whole = piece[: piece.rfind(b">", 0, LONGEST_WORKOUT) + 1]
        if whole:
            yield whole


def _workout_span(window: _Window, begin: int) -> tuple[int, int]:
    """Where the element that begins at ``begin`` begins and ends, after reading on as needed."""
    while True:
        tag = _TAG.match(window.data, begin)
        if tag is not None and tag[0].endswith(b"/>"):
            return begin, tag.end()
        after = tag.end() if tag else begin + len(b"<Workout")
        end = _WORKOUT_END.search(window.data, after)
        if end is not None:
            return begin, end.end() if end[0].startswith(b"</W") else end.start()
        if len(window.data) - begin > LONGEST_WORKOUT + CHUNK_BYTES:
            # The rest is passed over like anything else; what it began with is kept.
            return begin, begin + LONGEST_WORKOUT
        ended = not window.more(begin)
        begin = 0
        if ended:
            return begin, len(window.data)


def _tag_at(data: bytes, start: int) -> bytes:
    """Start tag, b"" when there is no whole one."""
    tag = data[start : data.find(b">", start, start + LONGEST_TAG) + 1]
    if tag.count(b'"') % 2 == 0 and b"'" not in tag:
        return tag
    match = _TAG.match(data, start)
    return match[0] if match is not None and len(match[0]) <= LONGEST_TAG else b""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A ``Record``: the last word of its type, and its start tag's text."""

    kind: bytes
    tag: bytes


def records(stream: BinaryIO, kinds: tuple[str, ...]) -> Iterator[FoundRecord]:
    """Records of some kinds, in file order, wherever they stand.

    Parameters
    ----------
    stream
        The file from its first byte.
    kinds
        What follows ``HKQuantityTypeIdentifier`` in their types.

    Raises
    ------
    ImportFailure
        As ``workouts``.
    """
    words = b"|".join(kind.encode() for kind in kinds)
    wanted = re.compile(rb'"HKQuantityTypeIdentifier(' + words + rb')"')
    window = _begin(stream)
    while True:
        # What is not read yet may belong to the last tag.
        whole = len(window.data) if window.ended else window.data.rfind(b"<")
        searched = 0
        for match in wanted.finditer(window.data, 0, max(whole, 0)):
            start = window.data.rfind(b"<", searched, match.start())
            searched = match.end()
            if start >= 0 and window.data.startswith(b"<Record", start):
                tag = _tag_at(window.data, start)
                if tag:
                    yield FoundRecord(match[1], tag)
        if window.ended:
            return
        window.more(max(whole, len(window.data) - LONGEST_TAG, 0))
