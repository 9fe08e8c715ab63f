"""What our decoding of a FIT file says otherwise than fitparse's, field by field."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from importers.fit.decode import Decoded, Refused, decode
from importers.fit.messages import Messages
from importers.fit.profile import message_spec
from importers.fit.second_opinion import GaveUp, Message, Value, fitparse_messages

RELATIVE_TOLERANCE: Final = 1e-9
"""Both compute in float64; only the order of operations differs."""

MOST_PER_FIELD: Final = 3
"""Differences listed of one field: the first few tell what is wrong."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the two decoders read otherwise.

    Parameters
    ----------
    message, field
        Names in the profile; ``field`` is "" when the number of messages differs.
    index
        Which message of its kind, in file order.
    ours, theirs
        The values as text, "-" where missing.
    """

    message: str
    field: str
    index: int
    ours: str
    theirs: str


def verify(data: bytes) -> list[Difference]:
    """Compare our decoding of a file with fitparse's.

    Where fitparse gives up in mid-file, the messages before are compared, and that it gave up is
    the last difference.

    Not compared is what fitparse does not do: it lets no whole value set a counter kept in few
    bits (the strap's clock in ``hr`` messages), and leaves out the scale of developer fields.
    """
    by_number: dict[int, list[Message]] = {}
    gave_up = ""
    try:
        for message in fitparse_messages(data):
            by_number.setdefault(message.number, []).append(message)
    except GaveUp as reason:
        gave_up = str(reason)
    try:
        decoded = decode(data)
    except Refused:
        return [Difference("file", "", 0, "refused", gave_up or "read")]
    numbers = sorted({*by_number, *decoded.numbers_of_messages()})
    differences = [
        each
        for number in numbers
        for each in _compare(decoded, number, by_number.get(number, []), gave_up)
    ]
    if gave_up:
        differences.append(Difference("file", "", sum(map(len, by_number.values())), "-", gave_up))
    return differences


def _compare(
    decoded: Decoded, number: int, theirs: Sequence[Message], gave_up: str
) -> list[Difference]:
    ours = decoded.messages_numbered(number)
    name = message_spec(number).name
    if ours.count < len(theirs) or (ours.count > len(theirs) and not gave_up):
        return [Difference(name, "", 0, str(ours.count), str(len(theirs)))]
    values = [message.values() for message in theirs]
    names = dict.fromkeys([*ours.names(), *(key for each in values for key in each)])
    return [
        Difference(name, field, index, *pair)
        for field in names
        if field not in _untold(ours)
        for index, pair in _unlike(ours, field, [each.get(field) for each in values])
    ]


def _untold(ours: Messages) -> set[str]:
    """Fields stored whole in some messages and as a few bits in others; scaled developer's."""
    spec = ours.spec
    scaled = {
        name
        for name, field in ours.developer_fields().items()
        if field.scale != 1.0 or field.offset
    }
    return scaled | {
        spec.numbered(component.target).name
        for source in spec.fields.values()
        for component in source.components
        if component.accumulate and ours.stores(source.number) and ours.stores(component.target)
    }


def _unlike(
    ours: Messages, field: str, theirs: Sequence[Value | None]
) -> list[tuple[int, tuple[str, str]]]:
    """The first messages in which a field differs, and how."""
    if any(isinstance(value, str) for value in theirs):
        texts = ours.texts(field)[: len(theirs)]
        found = [
            (row, (_text(mine), _text(other)))
            for row, (mine, other) in enumerate(zip(texts, theirs, strict=True))
            if mine != other
        ]
        return found[:MOST_PER_FIELD]
    numbers = ours.numbers(field)
    wide = ours.arrays(field) if any(isinstance(value, tuple) for value in theirs) else None
    rows = numbers[:, None] if wide is None or wide.shape[1] <= 1 else wide
    found = [
        (row, (_text(tuple(mine)), _text(other)))
        for row, (mine, other) in enumerate(zip(rows.tolist(), theirs, strict=False))
        if not _same_values(mine, other)
    ]
    return found[:MOST_PER_FIELD]


def _same_values(ours: Sequence[float], theirs: Value | None) -> bool:
    if theirs is None or isinstance(theirs, str):
        return theirs is None and all(math.isnan(each) for each in ours)
    values = theirs if isinstance(theirs, tuple) else (theirs,)
    return all(_same(mine, other) for mine, other in zip(ours, values, strict=False))


def _same(ours: float, theirs: float | None) -> bool:
    if theirs is None or math.isnan(theirs):
        return math.isnan(ours)
    return math.isclose(ours, theirs, rel_tol=RELATIVE_TOLERANCE, abs_tol=RELATIVE_TOLERANCE)


def _text(value: Value | None) -> str:
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    return value if isinstance(value, str) else repr(value)
