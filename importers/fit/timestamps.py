"""Timestamps that messages carry in their header byte: five low bits of the full time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import Float64Array
from importers.fit.columns import Table
from importers.fit.layout import COMPRESSED_HEADER
from importers.fit.profile import TIMESTAMP_FIELD
from importers.fit.rollover import unroll

OFFSET_BITS: Final = 5


def compressed_timestamps(tables: Sequence[Table]) -> dict[int, Float64Array]:
    """Full timestamps of the messages with a compressed timestamp header.

    The reference of each is the message before it in the file, of whatever kind, that has a
    timestamp; the counter starts anew in each chained part.

    Returns
    -------
    By index of the table that has such headers: float64 ``[n]``, NaN where a message has none.
    """
    result: dict[int, Float64Array] = {}
    compressed = {
        index: headers >= COMPRESSED_HEADER
        for index, table in enumerate(tables)
        if (headers := table.headers()).max() >= COMPRESSED_HEADER
    }
    by_part: dict[int, list[int]] = {}
    for index, table in enumerate(tables):
        by_part.setdefault(table.part, []).append(index)
    for part in {tables[index].part for index in compressed}:
        result |= _of_part(tables, by_part[part], compressed)
    return result


def _of_part(
    tables: Sequence[Table], members: Sequence[int], compressed: dict[int, NDArray[np.bool_]]
) -> dict[int, Float64Array]:
    full = [_full(tables[index]) for index in members]
    low = [
        np.where(compressed[index], tables[index].headers() % (1 << OFFSET_BITS), -1)
        if index in compressed
        else np.full(len(tables[index]), -1)
        for index in members
    ]
    order = np.argsort(np.concatenate([tables[index].positions for index in members]))
    times = np.empty(len(order), np.int64)
    times[order] = unroll(
        np.concatenate(low)[order].astype(np.int64), OFFSET_BITS, np.concatenate(full)[order]
    )
    pieces = np.split(times, np.cumsum([len(tables[index]) for index in members])[:-1])
    return {
        index: np.where(compressed[index] & (piece >= 0), piece.astype(np.float64), np.nan)
        for index, piece in zip(members, pieces, strict=True)
        if index in compressed
    }


def _full(table: Table) -> NDArray[np.int64]:
    index = table.index_of(TIMESTAMP_FIELD)
    if index is None or table.stored[index].count != 1:
        return np.full(len(table), -1, np.int64)
    seconds = table.numbers(index)
    usable = (seconds >= 0) & (seconds <= 0xFFFFFFFF)  # noqa: PLR2004 - 32 bits
    return np.where(usable, seconds, -1).astype(np.int64)
