"""Where messages go on after a damaged stretch: at the next one that has a believable time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NEAR_S: Final = 6 * 3600
"""How far from the last times before the damage a time may be. By chance, one place in 100,000."""

LAST_TIMES: Final = 51
"""The median of so many times counts: the last ones may be misread already."""

TRIED_MESSAGES: Final = 12
MOST_TRIALS: Final = 1000

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Timed:
    """Messages that carry a timestamp: header byte, its place in them, and those read so far."""

    header: int
    time_offset: int
    big_endian: bool
    positions: Positions


def find_again(
    data: bytes, start: int, end: int, timed: Sequence[Timed], sizes: Sequence[int]
) -> int | None:
    """First place after ``start`` where messages can be read on; None when there is none.

    Parameters
    ----------
    data
        The whole file; only ``[start, end)`` is searched.
    timed
        The kinds of messages to look for.
    sizes
        Message size by header byte, 0 for headers that mean no data message.
    """
    places = [_find(data, start, end, kind, sizes) for kind in timed]
    return min((place for place in places if place is not None), default=None)


def _find(data: bytes, start: int, end: int, kind: Timed, sizes: Sequence[int]) -> int | None:
    first = start + 1
    count = end - first - kind.time_offset - 3
    if count <= 0 or not len(kind.positions):
        return None
    code = ">u4" if kind.big_endian else "<u4"
    # Every byte might begin a message: the times there would be, without copying anything.
    times = np.ndarray((count,), code, data, first + kind.time_offset, (1,))
    whole = np.ndarray((len(data) - 3,), code, data, 0, (1,))
    usual = int(np.median(whole[kind.positions[-LAST_TIMES:] + kind.time_offset]))
    headers = np.ndarray((count,), np.uint8, data, first)
    near = (times >= max(usual - NEAR_S, 0)) & (times <= min(usual + NEAR_S, 0xFFFFFFFF))
    candidates: list[int] = (np.flatnonzero(near & (headers == kind.header)) + first).tolist()
    for place in candidates[:MOST_TRIALS]:
        if _reads_on(data, place, end, sizes):
            return place
    return None


def _reads_on(data: bytes, place: int, end: int, sizes: Sequence[int]) -> bool:
    """Whether several messages follow one another from here, or all up to the end."""
    for _ in range(TRIED_MESSAGES):
        if place >= end:
            return place == end
        size = sizes[data[place]]
        if not size:
            # A definition, whose byte order can only be 0 or 1, is a good sign as well.
            return data[place] & 0xD0 == 0x40 and data[place + 2 : place + 3] in {b"\0", b"\1"}  # noqa: PLR2004 - the definition bit of a message header
        place += size
    return place <= end
