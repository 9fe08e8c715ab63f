"""Objects of JSON files as typed fields: what has another type than expected is not there."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object."""

    _values: Mapping[str, object] = field(default_factory=dict[str, object])

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def __len__(self) -> int:
        return len(self._values)

    def number(self, name: str) -> float | None:
        """Finite number, also one written as a text."""
        return _number(self._values.get(name))

    def numbers(self, name: str) -> list[float]:
        """Finite numbers of a list in it."""
        values = self._values.get(name)
        if not isinstance(values, list):
            return []
        return [
            number
            for value in cast("list[object]", values)
            if (number := _number(value)) is not None
        ]

    def text(self, name: str) -> str | None:
        """Text, or None; a number is none."""
        value = self._values.get(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str) -> bool:
        """Whether it is true."""
        return self._values.get(name) is True

    def inner(self, name: str) -> Fields:
        """Fields of an object in it; no fields when there is none."""
        return _fields(self._values.get(name)) or Fields()

    def inners(self, name: str) -> Iterator[Fields]:
        """Objects of a list in it."""
        values = self._values.get(name)
        if isinstance(values, list):
            for value in cast("list[object]", values):
                one = _fields(value)
                if one is not None:
                    yield one


def read_object(text: str) -> Fields | None:
    """Read one JSON object; None for anything else, however broken."""
    try:
        return _fields(json.loads(text))
    except (ValueError, RecursionError):
        # ValueError also for a whole number of thousands of digits.
        return None


def _fields(value: object) -> Fields | None:
    return Fields(cast("dict[str, object]", value)) if isinstance(value, dict) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
