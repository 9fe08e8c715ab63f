"""Where the messages of a FIT file stand: one pass over the message headers, no values.

Source of the format: Garmin, "FIT Protocol" (developer.garmin.com/fit/protocol).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

import numpy as np
from fastcrc import crc16
from numpy.typing import NDArray

from analytics.recording import Warn
from importers.contract import FailureCode, ImportFailure
from importers.fit.profile import TIMESTAMP_FIELD
from importers.fit.resync import Timed, find_again
from importers.limits import MAX_RECORDS

MAGIC: Final = b".FIT"
SHORTEST_HEADER: Final = 12
HEADER_WITH_CRC: Final = 14
CRC_SIZE: Final = 2

COMPRESSED_HEADER: Final = 0x80
DEFINITION_HEADER: Final = 0x40
DEVELOPER_FLAG: Final = 0x20
RESERVED_FLAG: Final = 0x10
LOCAL_TYPES: Final = 16
COMPRESSED_LOCAL_TYPES: Final = 4
TIME_OFFSETS: Final = 32

MOST_DEFINITIONS: Final = 16384
"""Real files hold some dozens; more would let a small file ask for a lot of memory and time."""

MOST_FIELDS: Final = 100_000
"""Of all definitions together; real files hold some hundreds."""

MOST_PARTS: Final = 512
"""Real files chain a handful."""

TIMESTAMP_SIZE: Final = 4

MOST_DAMAGES: Final = 8
"""After so many unreadable stretches the rest of a part is given up."""

COUNTED_EVERY: Final = 1 << 24
"""Bytes after which messages are counted, so that a file of too many is left early."""

GALLOP_AFTER: Final = 12
"""Equal headers in a row before NumPy looks for more: below that the plain loop is faster."""

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field as a definition message lays it out; ``developer`` is the developer index."""

    number: int
    size: int
    base_type: int
    developer: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition message: how the data messages that name it are laid out."""

    message: int
    big_endian: bool
    fields: tuple[FieldDefinition, ...]

    @property
    def size(self) -> int:
        """Bytes of one data message, its header byte included."""
        return 1 + sum(each.size for each in self.fields)

    @property
    def time_offset(self) -> int | None:
        """Where a whole timestamp stands in a data message; None when there is none."""
        offset = 1
        for each in self.fields:
            if each.number == TIMESTAMP_FIELD and each.developer is None:
                return offset if each.size == TIMESTAMP_SIZE else None
            offset += each.size
        return None


class Found:
    """The data messages of one definition within one part of the file."""

    __slots__ = ("definition", "part", "runs", "singles", "size")

    def __init__(self, definition: Definition, part: int) -> None:
        self.definition = definition
        self.part = part
        self.size = definition.size
        self.singles = array("Q")
        self.runs: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self.singles) + sum(count for _, count in self.runs)

    def positions(self) -> Positions:
        """Offsets of the messages' header bytes, ascending. int64 ``[n]``."""
        pieces = [
            start + self.size * np.arange(count, dtype=np.int64) for start, count in self.runs
        ]
        if self.singles:
            pieces.append(np.array(self.singles, dtype=np.int64))
        merged = np.concatenate(pieces) if pieces else np.empty(0, np.int64)
        return merged if len(pieces) == 1 else np.sort(merged)


@dataclass(slots=True)
class Layout:
    """Everything the pass over the headers found, and what was wrong with the file."""

    found: list[Found] = field(default_factory=list[Found])
    parts: int = 0
    warnings: dict[Warn, int] = field(default_factory=dict[Warn, int])

    def warn(self, code: Warn) -> None:
        """Note that something was wrong once more."""
        self.warnings[code] = self.warnings.get(code, 0) + 1


@dataclass(slots=True)
class Allowance:
    """What all parts of a file together may still ask for.

    ``fields`` are of definitions, ``messages`` those of data.
    """

    definitions: int = MOST_DEFINITIONS
    fields: int = MOST_FIELDS
    messages: int = MAX_RECORDS


class Stop(Enum):
    """Why reading message headers ended."""

    AT_END = auto()
    CUT_MESSAGE = auto()
    UNREADABLE = auto()


class PartReader:
    """Reads the messages of one part (one FIT file; several may be chained in one)."""

    def __init__(self, data: bytes, part: int, allowance: Allowance) -> None:
        self._data = data
        self._bytes = np.frombuffer(data, np.uint8)
        self._part = part
        self._allowance = allowance
        self._known: dict[bytes, Found] = {}
        # One entry per possible header byte, so that the loop below needs no bit arithmetic.
        self._sizes = [0] * 256
        self._appends: list[Callable[[int], None] | None] = [None] * 256
        self._current: list[Found | None] = [None] * 256

    @property
    def found(self) -> list[Found]:
        """Messages found so far, by definition."""
        return list(self._known.values())

    def read(self, position: int, end: int) -> tuple[int, Stop]:
        """Read messages from ``position`` up to ``end``; returns where and why it stopped.

        ``end`` must not lie beyond the data. Nothing beyond it is read.

        Raises
        ------
        ImportFailure
            ``TOO_LARGE`` for more messages than a file may have.
        """
        stop = None
        while stop is None:
            position, stop = self._read(position, end, min(position + COUNTED_EVERY, end))
            if sum(map(len, self._known.values())) > self._allowance.messages:
                raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_RECORDS} records")
        return position, stop

    def close(self) -> None:
        """Take what was read off the allowance."""
        self._allowance.messages -= sum(map(len, self._known.values()))

    def _read(self, position: int, end: int, pause: int) -> tuple[int, Stop | None]:
        """Read on to the first message that begins at ``pause`` or later."""
        data, sizes, appends = self._data, self._sizes, self._appends
        previous, repeats = -1, 0
        while position < pause:
            header = data[position]
            append = appends[header]
            if append is None:
                after = self._define(position, end)
                if after is None:
                    cut = _is_definition(header) and end - position < _longest_definition(header)
                    return position, Stop.CUT_MESSAGE if cut else Stop.UNREADABLE
                position, previous = after, -1
                continue
            after = position + sizes[header]
            if after > end:
                return position, Stop.CUT_MESSAGE
            append(position)
            position = after
            if header != previous:
                previous, repeats = header, 0
                continue
            repeats += 1
            if repeats == GALLOP_AFTER:
                position, repeats = self._gallop(header, position, end), 0
        return position, None if position < end else Stop.AT_END

    def find_again(self, position: int, end: int) -> int | None:
        """Where messages go on after an unreadable one; None when nowhere."""
        timed = [
            Timed(header, offset, found.definition.big_endian, found.positions())
            for header in range(LOCAL_TYPES)
            if (found := self._current[header]) is not None
            and (offset := found.definition.time_offset) is not None
        ]
        return find_again(self._data, position, end, timed, self._sizes)

    def _gallop(self, header: int, position: int, end: int) -> int:
        """Take all further messages with the same header byte at once.

        Exact, not a guess: a header found one message size after a message is the next header.
        """
        found = self._current[header]
        if found is None:
            return position
        size = found.size
        whole = (end - position) // size
        total, block = 0, 64
        while total < whole:
            # Growing blocks keep a short run from looking at the whole rest of a large file.
            block = min(block * 4, whole - total)
            start = position + total * size
            same = self._bytes[start : start + block * size : size] == header
            if not same.all():
                total += int(same.argmin())
                break
            total += block
        if total and self._appends[header] is not _forget:
            found.runs.append((position, total))
        return position + total * size

    def _define(self, position: int, end: int) -> int | None:
        """Read the definition message at ``position``; None when there is none to be read."""
        data = self._data
        header = data[position]
        if not _is_definition(header) or end - position < 6:  # noqa: PLR2004 - its fixed part
            return None
        after = position + 6 + 3 * data[position + 5]
        if data[position + 2] > 1 or after > end:
            return None
        if header & DEVELOPER_FLAG:
            if after >= end:
                return None
            after += 1 + 3 * data[after]
            if after > end:
                return None
        content = bytes([header & DEVELOPER_FLAG]) + data[position + 2 : after]
        found = self._known.get(content)
        if found is None:
            definition = _definition(content)
            left = self._allowance
            if left.definitions <= 0 or left.fields < len(definition.fields):
                return None
            left.definitions -= 1
            left.fields -= len(definition.fields)
            found = self._known[content] = Found(definition, self._part)
        self._use(header % LOCAL_TYPES, found)
        return after

    def _use(self, local: int, found: Found) -> None:
        # A message of no field and no time says nothing and is too cheap to write to be kept.
        append = found.singles.append if found.definition.fields else _forget
        self._use_header(local, found, append)
        if local < COMPRESSED_LOCAL_TYPES:
            first = COMPRESSED_HEADER + local * TIME_OFFSETS
            for header in range(first, first + TIME_OFFSETS):
                self._use_header(header, found, found.singles.append)

    def _use_header(self, header: int, found: Found, append: Callable[[int], None]) -> None:
        self._sizes[header] = found.size
        self._appends[header] = append
        self._current[header] = found


def read_layout(data: bytes) -> Layout:
    """Find all messages of a FIT file and of the files chained to it.

    An unreadable file gives a layout without messages, with warnings.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE`` for more messages than a file may have.
    """
    layout, allowance = Layout(), Allowance()
    start = 0
    while layout.parts < MOST_PARTS and is_header(data, start):
        reader = PartReader(data, layout.parts, allowance)
        start = _read_part(data, start, reader, layout)
        reader.close()
        layout.found += reader.found
        layout.parts += 1
    if start < len(data) and layout.parts:
        layout.warn(Warn.TRAILING_BYTES)
    return layout


def is_header(data: bytes, start: int) -> bool:
    """Whether a FIT file header stands at ``start``."""
    return (
        len(data) - start >= SHORTEST_HEADER
        and data[start] >= SHORTEST_HEADER
        and data[start + 8 : start + 12] == MAGIC
    )


def _read_part(data: bytes, start: int, reader: PartReader, layout: Layout) -> int:
    """Read one part into ``reader`` and return where it ends."""
    header_size = data[start]
    first = start + header_size
    data_size = int.from_bytes(data[start + 4 : start + 8], "little")
    _check_header_crc(data, start, header_size, layout)
    if data_size == 0:
        layout.warn(Warn.NO_DATA_SIZE)
        return _read_open_end(data, start, first, reader, layout)
    end = first + data_size
    limit = min(end, len(data))
    position, stop = _read_on(reader, first, limit, layout)
    if end + CRC_SIZE > len(data):
        layout.warn(Warn.TRUNCATED)
    elif crc16.arc(memoryview(data)[start : end + CRC_SIZE]) != 0:
        layout.warn(Warn.BAD_CRC)
        if stop is Stop.CUT_MESSAGE and not is_header(data, end + CRC_SIZE):
            # A message across the end the header tells: that size is out of date.
            _, stop = _read_on(reader, position, len(data), layout)
            end = limit = len(data)
            if stop is Stop.CUT_MESSAGE:
                layout.warn(Warn.TRUNCATED)
                return end
    if stop is Stop.CUT_MESSAGE and limit == end:
        layout.warn(Warn.DAMAGED_MIDDLE)
    return min(end + CRC_SIZE, len(data))


def _read_on(reader: PartReader, position: int, end: int, layout: Layout) -> tuple[int, Stop]:
    """Read messages up to ``end``, leaving out unreadable stretches."""
    position, stop = reader.read(position, end)
    for _ in range(MOST_DAMAGES):
        if stop is not Stop.UNREADABLE:
            break
        layout.warn(Warn.DAMAGED_MIDDLE)
        again = reader.find_again(position, end)
        if again is None:
            break
        position, stop = reader.read(again, end)
    return position, stop


def _read_open_end(data: bytes, start: int, first: int, reader: PartReader, layout: Layout) -> int:
    """Read a part whose header does not tell its size: the watch had no time to fill it in."""
    end = len(data)
    if end - CRC_SIZE >= first and crc16.arc(memoryview(data)[start:]) == 0:
        end -= CRC_SIZE
    _, stop = _read_on(reader, first, end, layout)
    if stop is Stop.CUT_MESSAGE:
        layout.warn(Warn.TRUNCATED)
    return len(data)


def _check_header_crc(data: bytes, start: int, header_size: int, layout: Layout) -> None:
    if header_size < HEADER_WITH_CRC or start + HEADER_WITH_CRC > len(data):
        return
    stored = int.from_bytes(data[start + 12 : start + 14], "little")
    # 0 is legal: the header's CRC is optional.
    if stored not in {0, crc16.arc(memoryview(data)[start : start + 12])}:
        layout.warn(Warn.BAD_CRC)


def _forget(position: int) -> None:
    """Keep no message."""


def _is_definition(header: int) -> bool:
    return header & (COMPRESSED_HEADER | DEFINITION_HEADER | RESERVED_FLAG) == DEFINITION_HEADER


def _longest_definition(header: int) -> int:
    return 6 + 3 * 255 + (1 + 3 * 255 if header & DEVELOPER_FLAG else 0)


def _definition(content: bytes) -> Definition:
    """Definition from its bytes: developer flag, architecture, number, fields."""
    big_endian = content[1] == 1
    count = content[4]
    fields = [
        FieldDefinition(content[at], content[at + 1], content[at + 2])
        for at in range(5, 5 + 3 * count, 3)
    ]
    if content[0]:
        first = 6 + 3 * count
        fields += [
            # The base type of a developer field stands in its description, not here.
            FieldDefinition(content[at], content[at + 1], 0x0D, developer=content[at + 2])
            for at in range(first, len(content), 3)
        ]
    return Definition(
        message=int.from_bytes(content[2:4], "big" if big_endian else "little"),
        big_endian=big_endian,
        fields=tuple(fields),
    )
