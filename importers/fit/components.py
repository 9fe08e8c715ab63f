"""Bits of one field that are values of others, cut out of all messages at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from analytics.recording import Float64Array
from importers.fit.columns import LARGEST, Table
from importers.fit.profile import Component


def bits_of(table: Table, index: int, parts: Sequence[Component]) -> Float64Array:
    """Some bits of one field, as whole numbers; -1 where the field is invalid or too short.

    Parameters
    ----------
    table, index
        The messages and which of their fields. Several bytes count as one number, lowest first.
    parts
        Which bits.

    Returns
    -------
    float64 ``[n, len(parts)]``
    """
    numbers = table.numbers(index)
    if numbers.ndim == 1:
        known = (numbers >= 0) & (numbers < LARGEST)
        whole = np.where(known, numbers, 0).astype(np.uint64)
        columns = [
            np.where(known, (whole >> np.uint64(part.shift)) % np.uint64(1 << part.bits), -1.0)
            for part in parts
        ]
        return np.stack(columns, axis=1)
    if table.stored[index].kind.size != 1:
        return np.full((len(table), len(parts)), -1.0)
    known = np.any(~np.isnan(numbers), axis=1, keepdims=True)[:, 0]
    octets = cast("NDArray[np.uint8]", table.values(index))
    return np.stack([_cut(octets, part, known) for part in parts], axis=1)


def _cut(octets: NDArray[np.uint8], part: Component, known: NDArray[np.bool_]) -> Float64Array:
    first, last = part.shift // 8, (part.shift + part.bits + 7) // 8
    if last > octets.shape[1]:
        return np.full(len(octets), -1.0)
    window = octets[:, first:last].astype(np.uint64)
    places = np.uint64(1) << (np.uint64(8) * np.arange(last - first, dtype=np.uint64))
    number = (window @ places) >> np.uint64(part.shift % 8)
    return np.where(known, number % np.uint64(1 << part.bits), -1.0)
