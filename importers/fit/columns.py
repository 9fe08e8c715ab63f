"""The values of FIT messages as columns: one gather per definition, read when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import Float64Array
from importers.fit.layout import Definition, FieldDefinition, Found, Positions
from importers.fit.profile import BaseType, base_type

BYTE: Final = 0x0D
HEADER: Final = "header"
LARGEST: Final = 2.0**64

Rows = NDArray[np.void]
DeveloperKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DeveloperField:
    """What a file says about a developer field of its own.

    ``native`` is the number of the record field it stands for, or None.
    """

    name: str
    base_type: int
    scale: float = 1.0
    offset: float = 0.0
    units: str | None = None
    native: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """How one field is stored: its base type and how many values it has."""

    kind: BaseType
    count: int

    @property
    def is_text(self) -> bool:
        """Whether it is a string."""
        return self.kind.code == "S"


class Table:
    """All data messages of one definition, as rows of a structured array.

    Parameters
    ----------
    positions
        int64 ``[n]``, offsets of the messages in the file, ascending.
    rows
        structured ``[n]``, one field per field of the definition, named by its index.
    """

    def __init__(
        self, data: bytes, found: Found, developer: Mapping[DeveloperKey, DeveloperField]
    ) -> None:
        self.definition: Definition = found.definition
        self.part: int = found.part
        self.developer_fields: dict[int, DeveloperField] = {}
        self._index: dict[int, int] = {}
        self._developer_index: dict[str | int, list[int]] = {}
        for index, each in enumerate(found.definition.fields):
            if each.developer is None:
                self._index.setdefault(each.number, index)
                continue
            known = _described(developer, each.developer, each.number)
            self.developer_fields[index] = known
            # Looked up and not looked through: a definition holds up to 255, a file thousands.
            self._developer_index.setdefault(known.name, []).append(index)
            if known.native is not None:
                self._developer_index.setdefault(known.native, []).append(index)
        self.stored: list[Stored] = [stored_as(each, developer) for each in found.definition.fields]
        self.positions: Positions = found.positions()
        self.rows: Rows = _gather(data, found, self.positions, self._row_type())

    def __len__(self) -> int:
        return len(self.positions)

    def index_of(self, number: int) -> int | None:
        """Which field of the definition has this native field number."""
        return self._index.get(number)

    def developer_indices(self, name: str, native: int | None) -> list[int]:
        """Which fields are developer fields of this name, or stand for this native field."""
        named = self._developer_index.get(name, [])
        standing = [] if native is None else self._developer_index.get(native, [])
        return sorted({*named, *standing})

    def values(self, index: int) -> NDArray[np.generic]:
        """The stored values of a field ``[n]`` or ``[n, count]``; strings are bytes ``[n]``."""
        if self.definition.fields[index].size == 0:
            return np.empty((len(self), 0), np.uint8)
        column: NDArray[np.generic] = self.rows[str(index)]
        return column

    def numbers(self, index: int) -> Float64Array:
        """The values of a field, NaN where invalid, unscaled. float64 ``[n]`` or ``[n, count]``.

        A byte field is one value: valid unless all of its bytes are 0xFF.
        """
        stored = self.stored[index]
        raw = self.values(index)
        if stored.is_text:
            return np.full(len(raw), np.nan)
        if np.isnan(stored.kind.invalid):
            with np.errstate(invalid="ignore"):
                numbers = raw.astype(np.float64)
            # No whole number of 64 bits is larger: such a float is damage, and would overflow.
            numbers[~(np.abs(numbers) < LARGEST)] = np.nan
            return numbers
        numbers = raw.astype(np.float64)
        # Compared as stored: a float64 cannot tell the largest 64-bit numbers apart.
        invalid = raw == np.array(stored.kind.invalid).astype(raw.dtype)
        if stored.kind.name == "byte" and invalid.ndim > 1:
            invalid = invalid.all(axis=1)
        if invalid.any():
            numbers[invalid] = np.nan
        return numbers

    def texts(self, index: int) -> list[str | None]:
        """The strings of a field, None where empty. ``[n]``."""
        if not self.stored[index].is_text or not self.stored[index].kind.size:
            return [None] * len(self)
        values: Sequence[bytes] = self.values(index).tolist()
        return [
            value.split(b"\0", 1)[0].decode("utf-8", errors="replace") or None for value in values
        ]

    def headers(self) -> NDArray[np.uint8]:
        """The header byte of each message. uint8 ``[n]``."""
        column: NDArray[np.uint8] = self.rows[HEADER]
        return column

    def _row_type(self) -> np.dtype[np.void]:
        order = ">" if self.definition.big_endian else "<"
        return _row_type(
            tuple((each.kind.code, each.kind.size, each.count) for each in self.stored), order
        )


def _described(
    developer: Mapping[DeveloperKey, DeveloperField], index: int, number: int
) -> DeveloperField:
    known = developer.get((index, number))
    return DeveloperField(f"unknown_{index}_{number}", BYTE) if known is None else known


def stored_as(field: FieldDefinition, developer: Mapping[DeveloperKey, DeveloperField]) -> Stored:
    """How a field is stored, whatever size its definition gives it.

    A size below the base type's (COROS writes events' 4-byte data in 1) is a narrower integer;
    any other size that is no multiple of the base type's is bytes.
    """
    identifier = field.base_type
    if field.developer is not None:
        description = developer.get((field.developer, field.number))
        identifier = BYTE if description is None else description.base_type
    kind = base_type(identifier)
    if kind.code == "S":
        return Stored(BaseType(kind.name, "S", field.size, kind.invalid), 1)
    if field.size % kind.size == 0:
        return Stored(kind, field.size // kind.size)
    narrower = _narrower(kind, field.size)
    return Stored(base_type(BYTE), field.size) if narrower is None else Stored(narrower, 1)


def _narrower(kind: BaseType, size: int) -> BaseType | None:
    if kind.code in "fd" or size >= kind.size or size not in {1, 2, 4}:
        return None
    code = {1: "b", 2: "h", 4: "i"}[size]
    if kind.code.isupper():
        code = code.upper()
    bits = 8 * size - (1 if code.islower() else 0)
    return BaseType(kind.name, code, size, 0 if kind.invalid == 0 else (1 << bits) - 1)


@lru_cache(maxsize=512)
def _row_type(fields: tuple[tuple[str, int, int], ...], order: str) -> np.dtype[np.void]:
    names, formats, offsets, offset = [HEADER], ["u1"], [0], 1
    for index, (code, size, count) in enumerate(fields):
        if size * count == 0:
            # A field of no bytes has no values; a one-byte view of its place would be wrong.
            continue
        names.append(str(index))
        formats.append(f"S{size}" if code == "S" else _format(order, code, count))
        offsets.append(offset)
        offset += size * count
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": offset})


def _format(order: str, code: str, count: int) -> str:
    return f"{order}{code}" if count == 1 else f"({count},){order}{code}"


def _gather(data: bytes, found: Found, positions: Positions, row_type: np.dtype[np.void]) -> Rows:
    if not found.singles and len(found.runs) == 1:
        # Messages one after another are rows as they stand: nothing to copy.
        start, count = found.runs[0]
        return np.ndarray((count,), row_type, data, start)
    size = row_type.itemsize
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), size)
    return windows[positions].view(row_type).reshape(len(positions))
