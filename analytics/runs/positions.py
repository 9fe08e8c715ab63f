"""The way along positions, for recordings whose device kept no distance."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from analytics.recording import NO_POSITION, Float64Array, Int32Array, Recording
from analytics.runs.gait import MOVING_SPEED_M_S
from analytics.runs.sums import around, running_sum

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

SEMICIRCLES_TO_RADIANS: Final = math.pi / 2**31
SEMICIRCLES_TO_METRES: Final = SEMICIRCLES_TO_RADIANS * EARTH_RADIUS_M
"""Along a meridian."""

STANDSTILL_S: Final = 5.0
"""Who is within a walk of this long to either side of where they were stands still: satellite
jitter adds up to a way, but leads nowhere (our choice)."""

SHORTEST_STANDSTILL: Final = 2
"""Chords to either side that a standstill takes at least: positions further apart were thinned by
their device, and too few to let jitter add up."""

AVERAGED_S: Final = 2.0
"""Positions are averaged over this long to either side before asking whether they led anywhere."""


def position_advance(
    recording: Recording, active_s: Float64Array, fastest_m_s: float
) -> Float64Array | None:
    """Way covered in the stretch that ends at each sample.

    Chords between neighbouring positions on a local plane, in float64 from whole semicircles: at
    neighbours' distances this agrees with the great circle to a millimetre. Chords faster than
    possible and those walked while standing still are 0.

    Parameters
    ----------
    recording
        ``n`` samples with positions.
    active_s
        ``[n]``, seconds of each stretch outside pauses. Nothing is covered in a pause.
    fastest_m_s
        Speed beyond which a position has jumped.

    Returns
    -------
    Metres ``[n]``, or None with fewer than two positions.
    """
    latitude = recording.latitude_semicircles
    longitude = recording.longitude_semicircles
    known = np.flatnonzero((latitude != NO_POSITION) & (longitude != NO_POSITION))
    if len(known) <= 1:
        return None
    everywhere = len(known) == len(latitude)
    seconds = np.cumsum(active_s)
    if not everywhere:
        latitude, longitude = latitude[known], longitude[known]
    seconds_known = seconds if everywhere else seconds[known]
    between_s = seconds_known[1:] - seconds_known[:-1]
    east, north = chords_m(latitude, longitude)
    chord = np.hypot(east, north)
    if (chord > fastest_m_s * between_s).any():
        chord[chord > fastest_m_s * _since_moved(chord, between_s)] = 0.0
    chord *= _leads_somewhere(east, north, between_s)
    advance = np.zeros(len(active_s))
    if everywhere:
        advance[1:] = chord
        return advance
    way = np.zeros(len(known))
    np.cumsum(chord, out=way[1:])
    # Between two positions far apart the way grows with the active time.
    advance[1:] = np.diff(np.interp(seconds, seconds_known, way))
    return advance


def chords_m(latitude: Int32Array, longitude: Int32Array) -> tuple[Float64Array, Float64Array]:
    """Metres east and north to the next one of ``[n]`` positions in semicircles: ``[n - 1]``."""
    # Differences of int32 wrap around at the date line, as the Earth does.
    north = (latitude[1:] - latitude[:-1]).astype(np.float64) * SEMICIRCLES_TO_METRES
    east = (longitude[1:] - longitude[:-1]).astype(np.float64) * SEMICIRCLES_TO_METRES
    east *= np.cos(latitude[1:] * SEMICIRCLES_TO_RADIANS)
    return east, north


def _since_moved(chord_m: Float64Array, between_s: Float64Array) -> Float64Array:
    """Seconds each chord stands for: after a frozen position also those it was frozen."""
    ends = np.cumsum(between_s)
    moved_at = np.maximum.accumulate(np.where(chord_m > 0, ends, 0.0))
    return ends - np.concatenate(([0.0], moved_at[:-1]))


def _leads_somewhere(
    east_m: Float64Array, north_m: Float64Array, between_s: Float64Array
) -> Float64Array:
    """1 for each chord on a way that leads somewhere, 0 where one stands still."""
    chords = len(between_s)
    total_s = float(between_s.sum())
    if total_s <= 0:
        return np.zeros(chords)
    half = min(round(STANDSTILL_S * chords / total_s), chords)
    too_short_to_tell = total_s < 2 * STANDSTILL_S
    if half < SHORTEST_STANDSTILL or too_short_to_tell:
        return np.ones(chords)
    averaged = min(round(AVERAGED_S * chords / total_s), chords)
    away = np.hypot(_led(east_m, averaged, half), _led(north_m, averaged, half))
    window_s = around(running_sum(between_s), half)
    return (away > MOVING_SPEED_M_S * window_s).astype(np.float64)


def _led(chord_m: Float64Array, averaged: int, half: int) -> Float64Array:
    """How far one coordinate led from ``half`` chords before each to ``half`` after it."""
    place = running_sum(chord_m)
    if averaged:
        padded = np.pad(place, averaged, mode="edge")
        width = 2 * averaged + 1
        sums = running_sum(padded)
        place = (sums[width:] - sums[:-width]) / width
    return around(place, half)
