"""What kind of file a FIT file says it is, by its first two messages alone.

Account exports hold ten times as many files of steps, sleep and stress as activities.
"""

from __future__ import annotations

import re
from typing import Final

from importers.fit.activity import ACTIVITY_FILES
from importers.fit.layout import CRC_SIZE, DEFINITION_HEADER
from importers.fit.profile import enum_name

_FILE_ID: Final = b"\0\0"
"""Its message number, the same in both byte orders."""

_TYPE: Final = 0
_MISSING: Final = 0xFF
_DEFINITION: Final = 6
"""Bytes of a definition message before its fields."""

_LONGEST_MESSAGE: Final = 255 * 255

_SESSION_DEFINITION: Final = re.compile(
    rb"[\x40-\x4f\x60-\x6f].(?:\x00\x12\x00|\x01\x00\x12)", re.DOTALL
)
"""A definition of message 18 in either byte order, or bytes that look like one."""


def kind_of_other_file(data: bytes) -> str | None:
    """Name of a file's type if it is one that holds no activity; None when it must be read.

    Exact: where this names a type, reading the whole file would too. Records count for activities'
    own types alone, sessions for every type; so without a session's definition anywhere there is
    nothing to be found.

    Parameters
    ----------
    data
        A file with a FIT header.
    """
    first = data[0]
    end = first + int.from_bytes(data[4:8], "little") + CRC_SIZE
    if end < len(data):
        # Another file may be chained to it.
        return None
    number = _file_type(data, first)
    if number is None:
        return None
    name = enum_name("file", number) or f"file_type_{number}"
    if name in ACTIVITY_FILES or _SESSION_DEFINITION.search(data):
        return None
    return name


def _file_type(data: bytes, at: int) -> int | None:
    """Number of the type in a ``file_id`` that is the file's first message."""
    fields = data[at + _DEFINITION - 1 : at + _DEFINITION]
    if not fields or data[at] & 0xF0 != DEFINITION_HEADER:
        return None
    count = fields[0]
    begin = at + _DEFINITION + 3 * count
    message = data[begin : begin + 1 + _LONGEST_MESSAGE]
    if data[at + 3 : at + 5] != _FILE_ID or message[:1] != bytes([data[at] & 0x0F]):
        return None
    offset = 1
    for field in range(at + _DEFINITION, at + _DEFINITION + 3 * count, 3):
        number, size = data[field], data[field + 1]
        if number == _TYPE:
            value = message[offset] if size == 1 and offset < len(message) else _MISSING
            return None if value == _MISSING else value
        offset += size
    return None
