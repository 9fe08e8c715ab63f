"""A FIT file's bytes as messages in columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

from analytics.recording import Float64Array, Warn
from importers.fit.columns import BYTE, DeveloperField, DeveloperKey, Table
from importers.fit.layout import Found, read_layout
from importers.fit.messages import Messages
from importers.fit.profile import message_number, message_spec
from importers.fit.timestamps import compressed_timestamps

FEW_MESSAGES: Final = 50_000
SHORTEST_MEAN_BYTES: Final = 3
"""Real files' messages have 7 bytes or more on average: each costs memory, however short."""

FIELD_DESCRIPTION: Final = "field_description"
_LARGEST_BYTE: Final = 0xFF


class Refused(Exception):  # noqa: N818 - says what happened, like ImportFailure
    """Nothing of the file could be read by the columnar decoder."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Every data message of a FIT file, as tables."""

    tables: tuple[Table, ...]
    parts: int
    warnings: Mapping[Warn, int]
    timestamps: Mapping[int, Float64Array]
    """By table index: timestamps of messages that carry them in their header."""

    by_number: Mapping[int, Sequence[int]]
    """Table indices by the messages' global number."""

    by_part: Mapping[tuple[int, int], Sequence[int]]
    """Table indices by global number and chained part: asking part by part looks at each once."""

    def messages(self, name: str, parts: Iterable[int] | None = None) -> Messages:
        """All messages of this name, in file order, of some parts or of all.

        Raises
        ------
        KeyError
            When the profile has no message of this name.
        """
        number = message_number(name)
        if parts is None:
            return self.messages_numbered(number)
        return self._messages(
            number, [index for part in parts for index in self.by_part.get((number, part), ())]
        )

    def numbers_of_messages(self) -> list[int]:
        """Global numbers of all messages present."""
        return sorted(self.by_number)

    def messages_numbered(self, number: int) -> Messages:
        """All messages of this global number, in file order."""
        return self._messages(number, self.by_number.get(number, ()))

    def _messages(self, number: int, chosen: Sequence[int]) -> Messages:
        return Messages(
            message_spec(number),
            [self.tables[index] for index in chosen],
            [self.timestamps.get(index) for index in chosen],
        )


def decode(data: bytes) -> Decoded:
    """Read every message of a FIT file and of the files chained to it.

    Values are read when asked for; this only finds the messages and lays out their rows.

    Raises
    ------
    Refused
        When there is no data message to be read, or so many short ones that only somebody
        after our memory would have written them.
    ImportFailure
        ``TOO_LARGE`` for more messages than a file may have.
    """
    layout = read_layout(data)
    tables: list[Table] = []
    present = [each for each in layout.found if len(each)]
    if sum(map(len, present)) > max(FEW_MESSAGES, len(data) // SHORTEST_MEAN_BYTES):
        raise Refused
    for _, found in groupby(present, key=lambda each: each.part):
        tables += _tables(data, list(found))
    if not tables:
        raise Refused
    by_number: dict[int, list[int]] = {}
    by_part: dict[tuple[int, int], list[int]] = {}
    for index, table in enumerate(tables):
        number = table.definition.message
        by_number.setdefault(number, []).append(index)
        by_part.setdefault((number, table.part), []).append(index)
    timestamps = compressed_timestamps(tables)
    return Decoded(tuple(tables), layout.parts, layout.warnings, timestamps, by_number, by_part)


def _tables(data: bytes, found: Sequence[Found]) -> list[Table]:
    described = message_number(FIELD_DESCRIPTION)
    descriptions = [Table(data, each, {}) for each in found if each.definition.message == described]
    developer = _developer_fields(descriptions)
    return [Table(data, each, developer) for each in found]


def _developer_fields(tables: Sequence[Table]) -> dict[DeveloperKey, DeveloperField]:
    if not tables:
        return {}
    messages = Messages(
        message_spec(message_number(FIELD_DESCRIPTION)), tables, [None] * len(tables)
    )
    names, units = messages.texts("field_name"), messages.texts("units")
    index, number, base, scale, offset, native, native_message = (
        messages.numbers(column)
        for column in (
            "developer_data_index",
            "field_definition_number",
            "fit_base_type_id",
            "scale",
            "offset",
            "native_field_num",
            "native_mesg_num",
        )
    )
    record = message_number("record")
    fields: dict[DeveloperKey, DeveloperField] = {}
    for row in range(messages.count):
        if np.isnan(index[row]) or np.isnan(number[row]):
            continue
        of_record = np.isnan(native_message[row]) or native_message[row] == record
        key = (int(index[row]), int(number[row]))
        fields[key] = DeveloperField(
            name=names[row] or f"unknown_{key[0]}_{key[1]}",
            base_type=BYTE if np.isnan(base[row]) else int(base[row]),
            # A byte each in the profile: what a damaged layout makes of them may overflow.
            scale=float(scale[row]) if 1 <= scale[row] <= _LARGEST_BYTE else 1.0,
            offset=float(offset[row]) if abs(offset[row]) <= _LARGEST_BYTE else 0.0,
            units=units[row],
            native=None if np.isnan(native[row]) or not of_record else int(native[row]),
        )
    return fields
