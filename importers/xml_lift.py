"""Runs of uniform records, lifted out of a file's text by one regular expression.

Nearly all of a watch's XML is points of one or a few shapes, and a parser's tree of them costs ten
times a match. What is lifted is exactly what a parser would read there: no record with anything
out of the ordinary is, but left to the parser with all that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

Texts = list[str | None]

_FIRST_WINDOW: Final = 1 << 12
_LARGEST_WINDOW: Final = 1 << 20
"""Bytes looked at in one go: small runs must not cost much, and large ones not fill the memory."""

_WINDOW_GROWTH: Final = 8
_FEWEST: Final = 2
"""The last record of a run is left to the parser, to be whole or not as it decides."""

_MOST_SHAPES: Final = 12
_MOST_MISSES: Final = 64
_MOST_PIECES: Final = 192
_LONGEST_SKELETON: Final = 1 << 13
_LONGEST_PIECE: Final = 100
_LONGEST_RECORD: Final = 1 << 15
"""More than a skeleton with its pieces can amount to, and not more than a stream's chunk, so that
none of what is lifted would have been open for longer than a stream spares it."""

_LONGEST_PREFIX: Final = 64

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.\-]{0,99}+"
_QUALIFIED: Final = rf"(?:{_NAME}:)?{_NAME}"
# Printable ASCII without what means something to a parser: it hands these on as they are.
_TEXT: Final = rf"[\t\n -%'-;=?-~]{{0,{_LONGEST_PIECE}}}+"
_VALUE: Final = rf"[ !#-%'-;=?-~]{{0,{_LONGEST_PIECE}}}+"
_SPACE: Final = rf"[ \t\r\n]{{0,{_LONGEST_PIECE}}}+"

_RECORD_AHEAD: Final = re.compile(rf"{_SPACE}<(?:{_NAME}:)?({_NAME})[ \t\r\n/>]")
_GAP: Final = re.compile(_SPACE)
_START: Final = re.compile(
    rf'<({_QUALIFIED})((?:[ \t\r\n]++{_QUALIFIED}="{_VALUE}"){{0,16}}+)[ \t\r\n]*+(/?)>'
)
_ATTRIBUTE: Final = re.compile(rf'({_QUALIFIED})="({_VALUE})"')
_LEAF: Final = re.compile(_TEXT)
_CONTAINER_OPENING: Final = re.compile(rf"<(?:{_NAME}:)?".encode())
_HARMLESS_NAMESPACE: Final = re.compile(
    # Some names of the W3C's may not be declared, and relative ones are complained about.
    r"https?://(?!www\.w3\.org)[A-Za-z0-9]++(?:[.\-][A-Za-z0-9]++)*+(?:/[A-Za-z0-9._\-]*+)*+"
)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a format, where they are, and what of them is read.

    Parameters
    ----------
    container
        Local name of the element whose children they are.
    record
        Local name of a record's element; a container's other children are skipped.
    width
        How many columns.
    column_of
        Column of a local name in lower case; elements of other names are not read. Of several
        elements for one column in a record, the first in file order that has a text counts.
    attributes
        Columns of the record's own attributes, which come before any element's.
    """

    container: str
    record: str
    width: int
    column_of: Mapping[str, int]
    attributes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lifted:
    """Columns of some records, and the offset at which the file goes on behind them."""

    columns: list[Texts]
    end: int


class Lifter(Protocol):
    """What a stream asks before it hands text to its parser."""

    def container_tag(self, body: bytes, at: int) -> tuple[int, int] | None:
        """Where the next container's start tag begins and ends, if records might follow it."""
        ...

    def lift(self, body: bytes, at: int, prefixes: Collection[str | None]) -> Iterator[Lifted]:
        """Lift records from ``at``, right behind that tag; ``prefixes`` are declared there."""
        ...


@dataclass(frozen=True, slots=True)
class _Shape:
    """One kind of record: a pattern of its text, and the column of each of the pattern's groups."""

    pattern: str
    columns: tuple[int, ...]
    opening: str
    prefixes: frozenset[str]


class RecordLifter:
    """Lifts the records of one file.

    Parameters
    ----------
    records
        What to lift.
    containers
        Local names of all elements that a record must not contain, for they are read elsewhere.
    """

    def __init__(self, records: Records, containers: Collection[str]) -> None:
        self._records = records
        self._containers = frozenset(containers)
        self._tag_ending = f"{records.container}>".encode()
        self._shapes: list[_Shape] = []
        self._misses = 0

    def container_tag(self, body: bytes, at: int) -> tuple[int, int] | None:
        """Where the next container's start tag begins and ends, if records might follow it."""
        while self._misses < _MOST_MISSES:
            name_at = body.find(self._tag_ending, at)
            if name_at < 0:
                return None
            end = name_at + len(self._tag_ending)
            begin = body.rfind(b"<", max(at, name_at - _LONGEST_PREFIX), name_at)
            opening = begin >= 0 and _CONTAINER_OPENING.fullmatch(body, begin, name_at)
            ahead = body[end : end + 4 * _LONGEST_PIECE].decode("latin-1")
            if opening and self._record_ahead(ahead, 0):
                return begin, end
            at = end
        return None

    def lift(self, body: bytes, at: int, prefixes: Collection[str | None]) -> Iterator[Lifted]:
        """Lift records from ``at``, right behind that tag; ``prefixes`` are declared there."""
        shapes = [shape for shape in self._shapes if shape.prefixes.issubset(prefixes)]
        size = _FIRST_WINDOW
        while True:
            window = body[at : at + size].decode("latin-1")
            rows, end = _rows(shapes, window)
            if len(rows) >= _FEWEST:
                last_at = max(window.rfind(shape.opening, 0, end) for shape in shapes)
                at += last_at
                yield Lifted(self._columns(shapes, rows[:-1]), at)
                size = min(size * _WINDOW_GROWTH, _LARGEST_WINDOW)
                continue
            shape = self._new_shape(window, end)
            if shape is not None and shape.prefixes.issubset(prefixes) and shape not in shapes:
                shapes.append(shape)
                self._shapes.append(shape)
            elif at + size < len(body) and self._may_be_cut(window, end):
                size *= _WINDOW_GROWTH
            else:
                self._misses += self._record_ahead(window, end)
                return

    def _record_ahead(self, text: str, at: int) -> bool:
        ahead = _RECORD_AHEAD.match(text, at)
        return ahead is not None and ahead.group(1) == self._records.record

    def _may_be_cut(self, window: str, end: int) -> bool:
        """Whether what comes behind the records might be one more, if the window were larger."""
        left = len(window) - end
        tag_may_be_cut = (
            left < 4 * _LONGEST_PIECE and "</" not in window[end : end + _LONGEST_PIECE]
        )
        return left < _LONGEST_RECORD and (tag_may_be_cut or self._record_ahead(window, end))

    def _columns(self, shapes: Sequence[_Shape], rows: Sequence[tuple[str, ...]]) -> list[Texts]:
        columns: list[Texts] = [[] for _ in range(self._records.width)]
        groups = zip(*rows, strict=True)
        for number in (number for shape in shapes for number in shape.columns):
            texts = next(groups)
            # Of other shapes' groups there is no text, as of an empty element.
            before = columns[number]
            columns[number] = (
                [one or other for one, other in zip(before, texts, strict=True)]
                if before
                else list(texts)
            )
        return [texts or [None] * len(rows) for texts in columns]

    def _new_shape(self, window: str, at: int) -> _Shape | None:
        if len(self._shapes) >= _MOST_SHAPES or not self._record_ahead(window, at):
            return None
        try:
            return _Skeleton(self._records, self._containers).read(window, _after_space(window, at))
        except _NotPlainError:
            return None


def _rows(shapes: Sequence[_Shape], window: str) -> tuple[list[tuple[str, ...]], int]:
    """Groups of each record the text begins with, and the offset behind the last of them."""
    if not shapes:
        return [], 0
    pattern = _compiled(tuple(shape.pattern for shape in shapes))
    rows: list[tuple[str, ...]] = pattern.findall(window)
    rest = rows[-1][-1] if rows else ""
    return rows[:-1] if rest else rows, len(window) - len(rest)


@lru_cache(maxsize=64)
def _compiled(shapes: tuple[str, ...]) -> re.Pattern[str]:
    # The last group takes all the rest at once where no record follows, so that none is found
    # behind anything else. Nothing is repeated within a repetition, so nothing is tried twice.
    return re.compile(rf"{_SPACE}(?:{'|'.join(shapes)})()|((?s:.+))")


class _NotPlainError(Exception):
    """A record has something that is for the parser to read."""


class _Skeleton:
    """Reads one record's text into a shape."""

    def __init__(self, records: Records, containers: Collection[str]) -> None:
        self._records = records
        self._containers = containers
        self._pattern: list[str] = []
        self._columns: list[int] = []
        self._open: list[str] = []
        self._declared: list[frozenset[str]] = []
        self._prefixes: set[str] = set()

    def read(self, text: str, at: int) -> _Shape:
        """Shape of the record that begins at an offset; raises ``_NotPlainError``."""
        begin, opening = at, _required(_START.match(text, at))
        while True:
            start = _START.match(text, at)
            at = self._started(start, text) if start else self._ended(text, at)
            if len(self._pattern) > _MOST_PIECES or at - begin > _LONGEST_SKELETON:
                raise _NotPlainError
            if not self._open:
                return _Shape(
                    "".join(self._pattern),
                    tuple(self._columns),
                    f"<{opening.group(1)}",
                    frozenset(self._prefixes),
                )
            self._pattern.append(_SPACE)
            at = _after_space(text, at)

    def _started(self, start: re.Match[str], text: str) -> int:
        name, _, empty = start.groups()
        self._declare(start)
        column = self._column(name)
        self._tag(start)
        at = start.end()
        if empty:
            self._declared.pop()
            return at
        end = f"</{name}>"
        leaf = _required(_LEAF.match(text, at))
        if text.startswith(end, leaf.end()):
            self._pattern += [self._captured(_TEXT, column), re.escape(end)]
            self._declared.pop()
            return leaf.end() + len(end)
        if column is not None:
            # What stands before its first child is its text.
            raise _NotPlainError
        self._open.append(end)
        return at

    def _ended(self, text: str, at: int) -> int:
        if not self._open or not text.startswith(self._open[-1], at):
            raise _NotPlainError
        end = self._open.pop()
        self._declared.pop()
        self._pattern.append(re.escape(end))
        return at + len(end)

    def _declare(self, start: re.Match[str]) -> None:
        """Check the names of a tag, and note which prefixes must be declared around the record."""
        attributes = [
            (match.group(1), match.group(2)) for match in _ATTRIBUTE.finditer(start.group(2))
        ]
        names = [_split(name) for name, _ in attributes]
        declared = frozenset(local for prefix, local in names if prefix == "xmlns")
        scope = declared.union(*self._declared[-1:])
        self._declared.append(scope)
        used = {prefix for prefix, _ in (_split(start.group(1)), *names)} - {"", "xmlns"} - scope
        self._prefixes |= used
        # By its local name alone an attribute can be there twice, with or without a prefix.
        twice = len({local for _, local in names}) < len(names)
        reserved = any(prefix.startswith("xml") for prefix in declared)
        harmful = any(
            "xmlns" in _split(name) and not _HARMLESS_NAMESPACE.fullmatch(value)
            for name, value in attributes
        )
        if twice or reserved or harmful or _split(start.group(1))[0] == "xmlns":
            raise _NotPlainError

    def _column(self, name: str) -> int | None:
        if not self._open:
            return None
        local = _split(name)[1]
        if local in self._containers or local.startswith(self._records.record):
            raise _NotPlainError
        return self._records.column_of.get(local.lower())

    def _tag(self, start: re.Match[str]) -> None:
        """Add a start tag, in which the values of attributes may differ."""
        text, at = start.string, start.start()
        for attribute in _ATTRIBUTE.finditer(text, start.start(2), start.end(2)):
            if "xmlns" not in _split(attribute.group(1)):
                column = None if self._open else self._records.attributes.get(attribute.group(1))
                literal = re.escape(text[at : attribute.start(2)])
                self._pattern += [literal, self._captured(_VALUE, column)]
                at = attribute.end(2)
        self._pattern.append(re.escape(text[at : start.end()]))

    def _captured(self, pattern: str, column: int | None) -> str:
        if column is None:
            return pattern
        self._columns.append(column)
        return f"({pattern})"


def _split(name: str) -> tuple[str, str]:
    """Prefix, "" for none, and local name."""
    prefix, _, local = name.rpartition(":")
    return prefix, local


def _after_space(text: str, at: int) -> int:
    return _required(_GAP.match(text, at)).end()


def _required(match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise _NotPlainError
    return match
