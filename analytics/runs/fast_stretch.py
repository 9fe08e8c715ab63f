"""Stretches of a run too fast to have been run: a drive home with the watch still on.

They are found on the clock that never stops, so that a pause or a gap over which the place changed
is one too. What was recorded of them stays in the recording; a day counts it once the runner has
confirmed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import NO_POSITION, BoolArray, Float64Array, Recording, Stream
from analytics.runs.positions import chords_m

TOO_FAST_M_S: Final = 7.0
TOO_LONG_S: Final = 60.0
"""Faster than this for longer than this was hardly run (our choice). The few who run 800 m so fast
confirm it."""

AROUND_S: Final = 5.0
"""The speed of a stretch is from this long before it to this long after it, as the crow flies where
there are positions: one that jumps away and back leads nowhere (our choice)."""

SHORTEST_PIECE_S: Final = 20.0
"""A fast piece as long as this may belong to a drive; a position that jumps for good makes one of
little more than twice ``AROUND_S`` (our choice)."""

LONGEST_WAIT_S: Final = 120.0
"""Slow parts up to this long between fast pieces belong to the drive: traffic lights and queues
(our choice)."""

NOBODY_RUNS_M_S: Final = 10.5
"""A mean over a piece that no runner holds for 20 s (200 m in 19.19 s are 10.4 m/s): between two
lights a car may not drive for ``TOO_LONG_S``, and a runner's fast repeats are no drive."""


@dataclass(frozen=True, slots=True)
class FastStretches:
    """Which stretches between samples were too fast, of the ``n`` of a recording.

    Parameters
    ----------
    within
        ``[n]``, whether the stretch that ends at each sample belongs to one; at least one does.
    way_m
        ``[n]``, the way covered in each, however fast.
    """

    within: BoolArray
    way_m: Float64Array


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the runner was at ``at_s``, along one axis or two, and how far they had come."""

    at_s: Float64Array
    axes_m: tuple[Float64Array, ...]
    way_m: Float64Array


def fast_stretches(recording: Recording) -> FastStretches | None:
    """Find what was too fast to have been run.

    Pieces of 20 s and more at more than 7 m/s, at most 120 s apart, are one drive, the slow parts
    between them included. It is held out when its pieces last longer than 60 s together, and one of
    them does alone or is faster than anybody runs.

    Parameters
    ----------
    recording
        ``n`` samples, at least one.

    Returns
    -------
    None when nothing was too fast, or no way is known.
    """
    places = _places(recording)
    if places is None:
        return None
    elapsed = recording.elapsed_s
    starts_s = np.concatenate((elapsed[:1], elapsed[:-1]))
    around_m_s = _speed_m_s(places, starts_s - AROUND_S, elapsed + AROUND_S)
    own_m_s = _speed_m_s(places, starts_s, elapsed)
    within = _drives(around_m_s, own_m_s, starts_s, elapsed)
    if not within.any():
        return None
    way_m = np.diff(np.interp(elapsed, places.at_s, places.way_m), prepend=places.way_m[0])
    return FastStretches(within, way_m)


def too_fast_throughout(distance_m: float | None, timer_s: float | None) -> bool:
    """Whether a recording of which only totals are known was too fast, as one stretch."""
    if not distance_m or not timer_s:
        return False
    return timer_s > TOO_LONG_S and distance_m > TOO_FAST_M_S * timer_s


def _speed_m_s(places: _Places, from_s: Float64Array, until_s: Float64Array) -> Float64Array:
    """How fast the runner came away, as the crow flies, between two times each."""
    from_s = np.maximum(from_s, places.at_s[0])
    until_s = np.minimum(until_s, places.at_s[-1])
    seconds = until_s - from_s
    away_m = np.zeros(len(from_s))
    for axis_m in places.axes_m:
        moved = np.interp(until_s, places.at_s, axis_m) - np.interp(from_s, places.at_s, axis_m)
        away_m = np.hypot(away_m, moved)
    return np.divide(away_m, seconds, out=np.zeros(len(from_s)), where=seconds > 0)


def _places(recording: Recording) -> _Places | None:
    """By the device's distance, else by positions, else by its speed."""
    elapsed = recording.elapsed_s
    distance = recording.streams.get(Stream.DISTANCE_M)
    if distance is not None:
        known = ~np.isnan(distance)
        # Where it falls it has begun anew.
        steps_m = np.maximum(np.diff(distance[known].astype(np.float64)), 0.0)
        if steps_m.any():
            way_m = _from_zero(steps_m)
            return _Places(elapsed[known], (way_m,), way_m)
    if recording.has_position:
        latitude, longitude = recording.latitude_semicircles, recording.longitude_semicircles
        known = (latitude != NO_POSITION) & (longitude != NO_POSITION)
        east_m, north_m = chords_m(latitude[known], longitude[known])
        if east_m.any() or north_m.any():
            axes_m = (_from_zero(east_m), _from_zero(north_m))
            return _Places(elapsed[known], axes_m, _from_zero(np.hypot(east_m, north_m)))
    speed = recording.streams.get(Stream.SPEED_M_S)
    if speed is None:
        return None
    way_m = _from_zero(np.nan_to_num(speed[1:].astype(np.float64)) * np.diff(elapsed))
    return _Places(elapsed, (way_m,), way_m)


def _from_zero(steps: Float64Array) -> Float64Array:
    return np.concatenate((np.zeros(1), np.cumsum(steps)))


def _drives(
    around_m_s: Float64Array, own_m_s: Float64Array, starts_s: Float64Array, ends_s: Float64Array
) -> BoolArray:
    """Which stretches lie in a drive, each of ``[n]`` from its start to its end."""
    within = np.zeros(len(around_m_s), np.bool_)
    first, last = _pieces(around_m_s > TOO_FAST_M_S)
    piece = ends_s[last] - starts_s[first] >= SHORTEST_PIECE_S
    first, last = first[piece], last[piece]
    if len(first) == 0:
        return within
    first, last = _widened(first, last, own_m_s > TOO_FAST_M_S, starts_s, ends_s)
    long_s = ends_s[last] - starts_s[first]
    covered_m = np.concatenate((np.zeros(1), np.cumsum(around_m_s * (ends_s - starts_s))))
    mean_m_s = (covered_m[last + 1] - covered_m[first]) / long_s
    driven = (long_s > TOO_LONG_S) | (mean_m_s > NOBODY_RUNS_M_S)
    breaks = np.flatnonzero(starts_s[first[1:]] - ends_s[last[:-1]] > LONGEST_WAIT_S) + 1
    for drive in np.split(np.arange(len(first)), breaks):
        if driven[drive].any() and float(long_s[drive].sum()) > TOO_LONG_S:
            within[first[drive[0]] : last[drive[-1]] + 1] = True
    return within


def _widened(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    fast: BoolArray,
    starts_s: Float64Array,
    ends_s: Float64Array,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pieces with what is fast by itself at their ends, where the speed around it was blurred."""
    first, last = first.copy(), last.copy()
    for piece, (begin, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        least = last[piece - 1] + 1 if piece else 0
        most = first[piece + 1] - 1 if piece + 1 < len(first) else len(fast) - 1
        while (
            first[piece] > least
            and fast[first[piece] - 1]
            and starts_s[begin] - ends_s[first[piece] - 1] < AROUND_S
        ):
            first[piece] -= 1
        while (
            last[piece] < most
            and fast[last[piece] + 1]
            and starts_s[last[piece] + 1] - ends_s[end] < AROUND_S
        ):
            last[piece] += 1
    return first, last


def _pieces(fast: BoolArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last index of each run of True."""
    edges = np.diff(np.concatenate(([False], fast, [False])).astype(np.int8))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
