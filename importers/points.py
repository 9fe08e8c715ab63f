"""Points of an XML track as columns of numbers, and what is done to the raw ones."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import numpy as np

from analytics.recording import Float64Array
from importers.xml_lift import Texts
from importers.xml_values import numbers, utc_seconds


class Column(IntEnum):
    """What a point may carry, and where in its row."""

    TIME = 0
    LATITUDE = 1
    LONGITUDE = 2
    ALTITUDE = 3
    DISTANCE = 4
    SPEED = 5
    HEART_RATE = 6
    CADENCE = 7
    POWER = 8
    TEMPERATURE = 9


_PLAUSIBLE: Final = {
    # Wide on purpose: these catch sentinels and wrong units, not unlikely runs.
    Column.ALTITUDE: (-500.0, 9000.0),
    Column.DISTANCE: (0.0, 2_000_000.0),
    Column.SPEED: (0.0, 60.0),
    Column.HEART_RATE: (20.0, 250.0),
    Column.CADENCE: (0.0, 254.0),
    Column.POWER: (0.0, 5000.0),
    Column.TEMPERATURE: (-60.0, 70.0),
}

_ZERO_MEANS_MISSING: Final = (Column.HEART_RATE,)
_EARTH_RADIUS_M: Final = 6_371_008.8
_BLOCK_POINTS: Final = 4096
_LONGEST_SPREAD_S: Final = 1.0


class PointTable:
    """Points of one activity as they come, turned into numbers block by block.

    The texts of a long file would take many times the memory of its numbers.
    """

    def __init__(self) -> None:
        self._texts: list[Texts] = [[] for _ in Column]
        self._blocks: list[Float64Array] = []
        self._converted = 0
        self.first_time: str | None = None
        self.breaks: list[int] = []

    def __len__(self) -> int:
        return self._converted + len(self._texts[0])

    def add(self, columns: Sequence[Texts]) -> None:
        """Append points, in file order: one list of texts for each ``Column``."""
        for texts, more in zip(self._texts, columns, strict=True):
            texts.extend(more)
        if len(self._texts[0]) >= _BLOCK_POINTS:
            self._convert()

    def begin_segment(self) -> None:
        """Note that the next point begins a new segment."""
        if self.breaks[-1:] != [len(self)]:
            self.breaks.append(len(self))

    def extend(self, other: PointTable) -> None:
        """Append all points of another table as a new segment."""
        before = len(self)
        self.breaks += [before, *(before + at for at in other.breaks)]
        self._convert()
        self._blocks.append(other.points())
        self._converted += len(other)

    def points(self) -> Float64Array:
        """Return float64 ``[n, len(Column)]``, NaN where missing; times are UTC since 1970."""
        self._convert()
        table = np.concatenate([np.empty((0, len(Column))), *self._blocks])
        self._blocks = [table]
        return table

    def _convert(self) -> None:
        count = len(self._texts[0])
        if not count:
            return
        block = np.full((count, len(Column)), np.nan)
        for column, texts in zip(Column, self._texts, strict=True):
            if column is Column.TIME:
                block[:, column] = utc_seconds(texts)
                self.first_time = self.first_time or next(filter(None, texts), None)
            elif any(texts):
                block[:, column] = numbers(texts)
        self._blocks.append(block)
        self._converted += count
        self._texts = [[] for _ in Column]


def clean(points: Float64Array) -> tuple[Float64Array, int]:
    """Blank what no sensor can have measured; also how many values that were.

    ``points`` is ``[n, len(Column)]``, and so is what is returned, a copy.
    """
    raw = points.copy()
    implausible = 0
    for column in _ZERO_MEANS_MISSING:
        raw[raw[:, column] == 0, column] = np.nan
    for column, (least, most) in _PLAUSIBLE.items():
        wrong = (raw[:, column] < least) | (raw[:, column] > most)
        implausible += int(np.count_nonzero(wrong))
        raw[wrong, column] = np.nan
    latitude, longitude = raw[:, Column.LATITUDE], raw[:, Column.LONGITUDE]
    on_earth = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)  # noqa: PLR2004 - degrees
    # 0, 0 is what a receiver writes before its first fix.
    placed = on_earth & ((latitude != 0) | (longitude != 0))
    raw[~placed, Column.LATITUDE] = np.nan
    raw[~placed, Column.LONGITUDE] = np.nan
    return raw, implausible


def position_steps_m(latitude_deg: Float64Array, longitude_deg: Float64Array) -> Float64Array:
    """Great-circle distance ``[n - 1]`` between neighbouring positions ``[n]`` (haversine)."""
    latitude = np.radians(latitude_deg)
    longitude = np.radians(longitude_deg)
    half_chord = (
        np.sin(np.diff(latitude) / 2) ** 2
        + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0)))


def spread_repeats(points: Float64Array) -> Float64Array:
    """Times ``[n]`` in which points of one time at different places are apart.

    A receiver faster than the whole seconds it writes puts several points into one. Kept as one
    they would lose the way between them, and a track without distances has nothing else; so
    they share out the time until the next, of at most a second. Points that repeat their
    place keep their time, and are merged as one.
    """
    time_s = points[:, Column.TIME]
    again = np.concatenate(([False], np.diff(time_s) == 0))
    if not again.any():
        return time_s
    moved = np.zeros(len(time_s), bool)
    for column in (Column.LATITUDE, Column.LONGITUDE):
        moved[1:] |= np.abs(np.diff(points[:, column])) > 0
    group_of = np.cumsum(~again) - 1
    moves = np.cumsum(again & moved)
    first = np.flatnonzero(~again)
    rank = moves - moves[first][group_of]
    places = np.maximum.reduceat(rank, first) + 1
    until_next = np.diff(time_s[first], append=np.inf)
    share = np.clip(until_next, 0.0, _LONGEST_SPREAD_S) / places
    return time_s + rank * share[group_of]
