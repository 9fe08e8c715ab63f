"""What the numbers in a FIT file mean, taken from fitparse's copy of the FIT profile.

Nothing of the profile is written down here, except the few sub-sports newer than that copy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol, cast

from fitparse.profile import (  # pyright: ignore[reportMissingTypeStubs] - has no types
    FIELD_TYPES,
    MESSAGE_TYPES,
)
from fitparse.records import BASE_TYPES  # pyright: ignore[reportMissingTypeStubs] - has no types

TIMESTAMP_FIELD: Final = 253
"""The field number of ``timestamp`` in every message."""

UNKNOWN: Final = "unknown_"

_BYTE: Final = 0x0D
_TYPE_NUMBER: Final = 0x1F

NEWER_NAMES: Final[Mapping[str, Mapping[int, str]]] = {
    "sub_sport": {67: "ultra"},
    "manufacturer": {294: "coros"},
}
"""Garmin FIT SDK profile 21.115; fitparse 1.2 carries profile 20.8 of 2019."""


@dataclass(frozen=True, slots=True)
class BaseType:
    """How values of a base type are stored: a NumPy type code and the value that means none.

    ``code`` is "S" for strings; ``invalid`` is NaN for floating point numbers.
    """

    name: str
    code: str
    size: int
    invalid: float


@dataclass(frozen=True, slots=True)
class Component:
    """Some bits of one field that are the value of another field of the same message."""

    target: int
    bits: int
    shift: int
    scale: float
    offset: float
    accumulate: bool


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a message: ``value = raw / scale - offset``."""

    number: int
    name: str
    scale: float = 1.0
    offset: float = 0.0
    units: str | None = None
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageSpec:
    """One kind of message and its fields."""

    number: int
    name: str
    fields: Mapping[int, FieldSpec] = field(default_factory=dict[int, FieldSpec])

    names: Mapping[str, FieldSpec] = field(default_factory=dict[str, FieldSpec])

    def numbered(self, number: int) -> FieldSpec:
        """Specification of a field; unknown ones are called ``unknown_<number>``."""
        known = self.fields.get(number)
        return FieldSpec(number, f"{UNKNOWN}{number}") if known is None else known

    def named(self, name: str) -> FieldSpec | None:
        """Specification of a field by its name; None when no native field is called so."""
        known = self.names.get(name)
        if known is None and name.startswith(UNKNOWN) and name[len(UNKNOWN) :].isdecimal():
            return FieldSpec(int(name[len(UNKNOWN) :]), name)
        return known


class _Scaled(Protocol):
    name: str
    def_num: int
    scale: float | None
    offset: float | None
    units: str | None


class _Component(_Scaled, Protocol):
    bits: int
    bit_offset: int
    accumulate: bool


class _Field(_Scaled, Protocol):
    components: Sequence[_Component] | None


class _Message(Protocol):
    name: str
    fields: Mapping[int, _Field]


class _Type(Protocol):
    values: Mapping[int, str] | None


class _BaseType(Protocol):
    name: str
    fmt: str
    size: int


_MESSAGES = cast("Mapping[int, _Message]", MESSAGE_TYPES)
_TYPES = cast("Mapping[str, _Type]", FIELD_TYPES)
_BASE_TYPES = cast("Mapping[int, _BaseType]", BASE_TYPES)
_NUMBERS = {message.name: number for number, message in _MESSAGES.items()}


@lru_cache(maxsize=256)
def base_type(identifier: int) -> BaseType:
    """Base type by its number; what the format does not know is bytes.

    Some devices leave out the flag (0x80) of types wider than a byte, so it is not looked at.
    """
    for number, known in _BASE_TYPES.items():
        if number & _TYPE_NUMBER == identifier & _TYPE_NUMBER:
            return BaseType(
                known.name,
                known.fmt.upper() if known.fmt == "s" else known.fmt,
                known.size,
                _invalid(known),
            )
    return base_type(_BYTE)


def _invalid(known: _BaseType) -> float:
    if known.fmt in "fds":
        return math.nan
    if known.name.endswith("z"):
        return 0
    bits = 8 * known.size - (1 if known.fmt.islower() else 0)
    return (1 << bits) - 1


@lru_cache(maxsize=256)
def message_spec(number: int) -> MessageSpec:
    """Specification of a message by its global number; unknown ones have no known fields."""
    known = _MESSAGES.get(number)
    if known is None:
        return MessageSpec(number, f"{UNKNOWN}{number}")
    fields = {key: _field_spec(key, value) for key, value in known.fields.items()}
    return MessageSpec(number, known.name, fields, {each.name: each for each in fields.values()})


def message_number(name: str) -> int:
    """Global number of a message by its name.

    Raises
    ------
    KeyError
        When the profile has no message of this name.
    """
    return _NUMBERS[name]


def enum_name(type_name: str, value: float) -> str | None:
    """Name of an enumerated value such as sport 1 "running"; None when missing or unknown."""
    if value != value:  # noqa: PLR0124 - NaN is the only number unlike itself
        return None
    newer = NEWER_NAMES.get(type_name, {}).get(int(value))
    if newer is not None:
        return newer
    kind = _TYPES.get(type_name)
    return None if kind is None or kind.values is None else kind.values.get(int(value))


def enum_value(type_name: str, name: str) -> int:
    """Number of an enumerated name, the reverse of `enum_name`.

    Raises
    ------
    KeyError
        When the type has no such name.
    """
    values = _TYPES[type_name].values or {}
    return {label: number for number, label in values.items()}[name]


def _field_spec(number: int, known: _Field) -> FieldSpec:
    return FieldSpec(
        number=number,
        name=known.name,
        scale=known.scale or 1.0,
        offset=known.offset or 0.0,
        units=known.units,
        components=tuple(
            Component(
                target=part.def_num,
                bits=part.bits,
                shift=part.bit_offset,
                scale=part.scale or 1.0,
                offset=part.offset or 0.0,
                accumulate=bool(part.accumulate),
            )
            for part in known.components or ()
        ),
    )
