"""A FIT file that our decoder refuses, read by fitparse instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import Float64Array, Warn
from importers.contract import FailureCode, ImportFailure
from importers.fit.columns import LARGEST
from importers.fit.profile import message_number
from importers.fit.second_opinion import GaveUp, Message, Value, fitparse_messages

LARGEST_BYTES: Final = 2_000_000
"""Some seven hours of running; fitparse needs 3 s a megabyte and much memory."""


class SlowMessages:
    """All messages of one kind, as columns in file order, from fitparse's messages."""

    def __init__(self, messages: list[Message]) -> None:
        self._values = [message.values() for message in messages]
        self.parts: NDArray[np.integer] = np.zeros(len(messages), np.int64)

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self._values)

    def numbers(self, name: str) -> Float64Array:
        """A column of numbers, scaled; of several values the first. float64 ``[n]``."""
        return np.array([_number(values.get(name)) for values in self._values], np.float64)

    def texts(self, name: str) -> list[str | None]:
        """A column of strings. ``[n]``."""
        found = [values.get(name) for values in self._values]
        return [value if isinstance(value, str) else None for value in found]

    def arrays(self, name: str) -> Float64Array:
        """Fields of several values are not read here. float64 ``[n, 0]``."""
        del name
        return np.empty((self.count, 0))

    def components(self, name: str) -> Float64Array:
        """Repeated components are not read here. float64 ``[n, 0]``."""
        del name
        return np.empty((self.count, 0))


@dataclass(frozen=True, slots=True)
class SlowlyDecoded:
    """Messages by global number, as fitparse read them."""

    by_number: Mapping[int, list[Message]]
    parts: int = 1
    warnings: Mapping[Warn, int] = field(default_factory=dict[Warn, int])

    def messages(self, name: str, parts: Iterable[int] | None = None) -> SlowMessages:
        """All messages of this name; fitparse does not tell chained parts apart."""
        del parts
        return SlowMessages(self.by_number.get(message_number(name), []))


def decode_slowly(data: bytes) -> SlowlyDecoded:
    """Read a file with fitparse, up to where it gives up.

    Raises
    ------
    ImportFailure
        ``DAMAGED`` when it reads nothing either.
    """
    if len(data) > LARGEST_BYTES:
        raise ImportFailure(FailureCode.DAMAGED)
    by_number: dict[int, list[Message]] = {}
    warnings = {Warn.FALLBACK_DECODER: 1}
    try:
        for message in fitparse_messages(data):
            by_number.setdefault(message.number, []).append(message)
    except GaveUp as reason:
        if not by_number:
            raise ImportFailure(FailureCode.DAMAGED, str(reason)) from reason
        warnings[Warn.DAMAGED_MIDDLE] = 1
    if not by_number:
        raise ImportFailure(FailureCode.DAMAGED)
    return SlowlyDecoded(by_number, warnings=warnings)


def _number(value: Value | None) -> float:
    if isinstance(value, tuple):
        value = value[0] if value else None
    return np.nan if value is None or isinstance(value, str) or not abs(value) < LARGEST else value
