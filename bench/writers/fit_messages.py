"""Writes FIT files: any layout the format allows, and a few it does not.

Shares no code with the importer, so that the two check each other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

import numpy as np
from fastcrc import crc16
from fitparse.profile import MESSAGE_TYPES  # pyright: ignore[reportMissingTypeStubs] - no types
from fitparse.records import BASE_TYPES  # pyright: ignore[reportMissingTypeStubs] - no types
from numpy.typing import NDArray

Value = float | str | bytes | Sequence[float | None] | None

PROTOCOL_VERSION: Final = 0x20
PROFILE_VERSION: Final = 2115
DEFINITION: Final = 0x40
DEVELOPER: Final = 0x20
COMPRESSED: Final = 0x80


class _BaseType(Protocol):
    name: str
    identifier: int
    fmt: str
    size: int


class _FieldType(Protocol):
    base_type: _BaseType


class _ProfileField(Protocol):
    name: str
    type: _FieldType | _BaseType
    base_type: _BaseType
    scale: float | None
    offset: float | None


class _ProfileMessage(Protocol):
    name: str
    fields: Mapping[int, _ProfileField]


_BASE = {each.name: each for each in cast("Mapping[int, _BaseType]", BASE_TYPES).values()}
_PROFILE = cast("Mapping[int, _ProfileMessage]", MESSAGE_TYPES)
_MESSAGES = {message.name: number for number, message in _PROFILE.items()}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a definition message.

    Parameters
    ----------
    number
        Field number, of the message or of the developer.
    kind
        Base type by name: ``uint16``, ``string``, ``byte``.
    count
        How many values, or bytes of a string.
    developer
        Developer index of a developer field.
    size
        Bytes to claim instead of what kind and count need; its values are then bytes.
    """

    number: int
    kind: str
    count: int = 1
    developer: int | None = None
    size: int | None = None

    @property
    def bytes(self) -> int:
        """Bytes of the field in a data message."""
        return _BASE[self.kind].size * self.count if self.size is None else self.size


@dataclass(frozen=True, slots=True)
class _Definition:
    fields: tuple[Field, ...]
    big_endian: bool


class FitWriter:
    """Collects messages and makes a file of them.

    Parameters
    ----------
    big_endian
        Byte order of the messages defined from now on.
    """

    def __init__(self, *, big_endian: bool = False) -> None:
        self.big_endian = big_endian
        self._body = bytearray()
        self._defined: dict[int, _Definition] = {}
        self._put: dict[int, tuple[str, tuple[str, ...], tuple[Field, ...]]] = {}

    def define(self, local: int, message: int | str, fields: Iterable[Field]) -> None:
        """Write a definition message."""
        fields = tuple(fields)
        native = [each for each in fields if each.developer is None]
        developer = [each for each in fields if each.developer is not None]
        number = _MESSAGES[message] if isinstance(message, str) else message
        header = DEFINITION | local | (DEVELOPER if developer else 0)
        self._body += struct.pack("BBB", header, 0, int(self.big_endian))
        self._body += struct.pack(">H" if self.big_endian else "<H", number)
        self._body.append(len(native))
        for each in native:
            self._body += bytes((each.number, each.bytes, _BASE[each.kind].identifier))
        if developer:
            self._body.append(len(developer))
            for each in developer:
                self._body += bytes((each.number, each.bytes, each.developer or 0))
        self._defined[local] = _Definition((*native, *developer), self.big_endian)
        self._put.pop(local, None)

    def write(self, local: int, *values: Value) -> None:
        """Write a data message: stored values in the order of the definition, None invalid."""
        self._write(local, local, values)

    def write_compressed(self, local: int, offset: int, *values: Value) -> None:
        """Write a data message whose header carries the low five bits of its timestamp."""
        self._write(COMPRESSED | (local << 5) | (offset & 0x1F), local, values)

    def rows(self, local: int, columns: Sequence[NDArray[np.float64]]) -> None:
        """Write many data messages at once from one column of stored values for each field."""
        definition = self._defined[local]
        order = ">" if definition.big_endian else "<"
        formats = [("header", "u1")]
        formats += [
            (str(index), order + _BASE[each.kind].fmt)
            for index, each in enumerate(definition.fields)
        ]
        table = np.empty(len(columns[0]), np.dtype(formats))
        table["header"] = local
        for index, column in enumerate(columns):
            table[str(index)] = column
        self._body += table.tobytes()

    def put(self, message: str, local: int = 0, /, **values: Value) -> None:
        """Write a data message by the profile's names and units, defining it when needed."""
        number = _MESSAGES[message]
        specs = {each.name: (key, each) for key, each in _PROFILE[number].fields.items()}
        fields: list[Field] = []
        stored: list[Value] = []
        for name, value in values.items():
            key, spec = specs[name]
            count = 1
            if isinstance(value, str):
                count = len(value.encode()) + 1
            elif isinstance(value, Sequence):
                count = len(value)
            fields.append(Field(key, _kind(spec).name, count))
            stored.append(_stored(value, spec))
        shape = (message, tuple(values), tuple(fields))
        if self._put.get(local) != shape:
            self.define(local, message, fields)
            self._put[local] = shape
        self.write(local, *stored)

    def raw(self, content: bytes) -> None:
        """Write bytes as they are."""
        self._body += content

    @property
    def size(self) -> int:
        """Bytes of the messages so far."""
        return len(self._body)

    def finish(
        self,
        *,
        header_size: int = 14,
        header_crc: int | None = None,
        data_size: int | None = None,
        crc: int | None = None,
    ) -> bytes:
        """Make the file; sizes and CRCs are right unless given."""
        claimed = len(self._body) if data_size is None else data_size
        header = struct.pack(
            "<BBHI4s", header_size, PROTOCOL_VERSION, PROFILE_VERSION, claimed, b".FIT"
        )
        if header_size > len(header):
            right = crc16.arc(header)
            header += struct.pack("<H", right if header_crc is None else header_crc)
            header += bytes(header_size - len(header))
        content = header + bytes(self._body)
        return content + struct.pack("<H", crc16.arc(content) if crc is None else crc)

    def _write(self, header: int, local: int, values: Sequence[Value]) -> None:
        definition = self._defined[local]
        order = ">" if definition.big_endian else "<"
        self._body.append(header)
        for each, value in zip(definition.fields, values, strict=True):
            self._body += _packed(each, value, order)


def _kind(spec: _ProfileField) -> _BaseType:
    return spec.base_type


def _stored(value: Value, spec: _ProfileField) -> Value:
    if isinstance(value, int | float):
        scaled = (value + (spec.offset or 0)) * (spec.scale or 1)
        return scaled if _kind(spec).fmt in "fd" else round(scaled)
    return value


def _packed(field: Field, value: Value, order: str) -> bytes:
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return value[: field.bytes].ljust(field.bytes, b"\0")
    kind = _BASE[field.kind]
    if kind.fmt == "s":
        return bytes(field.bytes)
    values = [value] * field.count if value is None or isinstance(value, int | float) else value
    return b"".join(
        struct.pack(order + kind.fmt, invalid(field.kind) if each is None else each)
        for each in values
    )


def invalid(kind: str) -> float:
    """The stored value that means "none" in a base type."""
    fmt = _BASE[kind].fmt
    if fmt in "fd":
        return float("nan")
    if kind.endswith("z"):
        return 0
    return (1 << (8 * _BASE[kind].size - (1 if fmt.islower() else 0))) - 1
