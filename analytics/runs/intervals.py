"""A recording as the stretches of time that end at each of its samples.

Everything a run metric sums is summed over these. A stretch knows only its own two ends (speeds
taken from distances look a few seconds around), which is why a run cut in two at a sample adds up
to the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.recording import (
    NO_POSITION,
    BoolArray,
    Float64Array,
    Pause,
    Recording,
    Sport,
    Stream,
)
from analytics.runs.fast_stretch import FastStretches, fast_stretches
from analytics.runs.gait import MOVING_SPEED_M_S
from analytics.runs.positions import position_advance
from analytics.runs.sums import around, running_sum, sum_of_products

SMOOTHING_S: Final = 5.0
"""Speeds made from distances are means over this long to either side: device distances come in
whole metres or decimetres, positions with metres of noise (our choice)."""

LONG_GAP_S: Final = 30.0
"""Over a longer stretch without a sample the way covered tells the speed, not the sample that
ends it (our choice)."""

UNMARKED_STOP_S: Final = 3600.0
"""A longer stretch without a sample and without a way covered is a stop nobody marked (our
choice); a shorter one is smart recording, and running time."""

FASTEST_ON_FOOT_M_S: Final = 12.5
"""Faster than any sprinter (fastest 20 m of the 9.58 s 100 m: 12.4 m/s)."""

FASTEST_OTHERWISE_M_S: Final = 40.0
"""Faster than a descent by bicycle; beyond it a position has jumped (our choice)."""

SPEED_AGAINST_WAY: Final = (0.5, 2.0)
"""Speeds that sum up to less or more of the way covered than this are not believed (our choice):
satellites that see a treadmill stand still, a file in km/h."""

RESET_M: Final = 50.0
"""A distance that falls by more has begun anew; by less it trembles (our choice)."""

ON_FOOT: Final = frozenset({Sport.RUNNING, Sport.WALKING, Sport.HIKING})


@dataclass(frozen=True, slots=True)
class Intervals:
    """The stretches of a recording, one ending at each of its ``n`` samples.

    Parameters
    ----------
    active_s
        ``[n]``, seconds of each outside pauses; the first begins at the recording's start.
    sampled_s
        Their sum, the unmarked stops included.
    counted
        ``[n]``, whether the sample that ends a stretch lies outside all pauses; None when all do.
    advance_m
        ``[n]``, the way covered in each, or None when neither distances nor positions are known.
    from_positions
        Whether the way was measured along positions.
    speed_m_s
        ``[n]``, NaN where unknown, or None where it is unknown throughout.
    moving_s
        ``[n]``, ``active_s`` where moving or of unknown speed, else 0.
    fast
        Where a run was too fast to have been run; None where it nowhere was, or is no run.
    """

    active_s: Float64Array
    sampled_s: float
    counted: BoolArray | None
    advance_m: Float64Array | None
    from_positions: bool
    speed_m_s: Float64Array | None
    moving_s: Float64Array
    fast: FastStretches | None


def intervals(recording: Recording) -> Intervals:
    """Cut a recording into the stretches between its samples.

    Parameters
    ----------
    recording
        At least one sample.
    """
    elapsed = recording.elapsed_s
    span = np.empty_like(elapsed)
    span[0] = elapsed[0]
    np.subtract(elapsed[1:], elapsed[:-1], out=span[1:])
    active, counted = without_pauses(elapsed, span, recording.pauses)
    sampled_s = float(active.sum())
    advance, from_positions = _advance(recording, span, active)
    speed = _speed(recording, active, advance, from_positions=from_positions)
    if float(span.max()) > LONG_GAP_S:
        gap = np.flatnonzero(active > LONG_GAP_S)
        over_gap = np.zeros(len(gap)) if advance is None else advance[gap] / active[gap]
        if advance is not None and speed is not None:
            speed[gap] = over_gap
        stopped = (active[gap] > UNMARKED_STOP_S) & (over_gap <= MOVING_SPEED_M_S)
        if stopped.any():
            active = active.copy()
            active[gap[stopped]] = 0.0
    # "not slow" rather than "fast": an unknown speed is moving.
    moving = active if speed is None else active * ~(speed <= MOVING_SPEED_M_S)
    fast = fast_stretches(recording) if recording.sport is Sport.RUNNING else None
    return Intervals(active, sampled_s, counted, advance, from_positions, speed, moving, fast)


def without_pauses(
    elapsed_s: Float64Array, span_s: Float64Array, pauses: Sequence[Pause]
) -> tuple[Float64Array, BoolArray | None]:
    """Seconds of each stretch outside the pauses, and which samples lie outside them.

    Parameters
    ----------
    elapsed_s
        ``[n]``, strictly increasing.
    span_s
        ``[n]``, length of the stretch that ends at each sample.
    pauses
        In order, not overlapping.

    Returns
    -------
    Active seconds ``[n]`` (a new array when there are pauses) and the mask ``[n]``, None when
    there are no pauses.
    """
    if not pauses:
        return span_s, None
    samples = len(elapsed_s)
    active = span_s.copy()
    counted = np.ones(samples, np.bool_)
    firsts = np.searchsorted(elapsed_s, [pause.start_s for pause in pauses], "right")
    lasts = np.searchsorted(elapsed_s, [pause.end_s for pause in pauses], "left")
    for pause, first, last in zip(pauses, firsts.tolist(), lasts.tolist(), strict=True):
        if first >= samples:
            break
        counted[first:last] = False
        if first == last:
            active[first] -= pause.end_s - max(pause.start_s, 0.0)
            continue
        active[first] -= elapsed_s[first] - max(pause.start_s, 0.0)
        active[first + 1 : last] = 0.0
        if last < samples:
            active[last] -= pause.end_s - elapsed_s[last - 1]
    return np.maximum(active, 0.0), counted


def fastest_m_s(sport: Sport) -> float:
    """Speed beyond which a recording of this sport is in error."""
    return FASTEST_ON_FOOT_M_S if sport in ON_FOOT else FASTEST_OTHERWISE_M_S


def _advance(
    recording: Recording, span_s: Float64Array, active_s: Float64Array
) -> tuple[Float64Array | None, bool]:
    fastest = fastest_m_s(recording.sport)
    still = None
    distance = recording.streams.get(Stream.DISTANCE_M)
    if distance is not None:
        advance = _stream_advance(recording.elapsed_s, distance.astype(np.float64), span_s, fastest)
        if advance is not None and recording.pauses:
            advance *= active_s > 0
        if advance is not None and advance.any():
            return advance, False
        still = advance
    if recording.has_position:
        advance = position_advance(recording, active_s, fastest)
        if advance is not None and advance.any():
            return advance, True
        still = advance if still is None else still
    speed = recording.streams.get(Stream.SPEED_M_S)
    if _moves(recording) or (speed is not None and (speed > MOVING_SPEED_M_S).any()):
        return None, False
    return still, False


def _moves(recording: Recording) -> bool:
    """Whether the device, or a cadence most of the time, speak of moving.

    Against them a way or a speed that stays at 0 knows nothing: satellites see a treadmill stand
    still.
    """
    if recording.totals.distance_m or recording.totals.steps:
        return True
    cadence = recording.streams.get(Stream.CADENCE_SPM)
    return cadence is not None and bool(2 * np.count_nonzero(cadence > 0) > len(cadence))


def _stream_advance(
    elapsed_s: Float64Array, distance_m: Float64Array, span_s: Float64Array, fastest_m_s: float
) -> Float64Array | None:
    first_known = 0
    # A sum tells in one pass whether any is missing.
    if np.isnan(distance_m.sum()):
        known = np.flatnonzero(~np.isnan(distance_m))
        if len(known) == 0:
            return None
        first_known = int(known[0])
        distance_m = np.interp(elapsed_s, elapsed_s[known], distance_m[known])
    advance = np.empty_like(distance_m)
    np.subtract(distance_m[1:], distance_m[:-1], out=advance[1:])
    # A later session of a multisport file goes on counting: a first distance that could not have
    # been covered by then is no way of its own.
    first_m, first_s = float(distance_m[0]), float(elapsed_s[first_known])
    own = first_m <= fastest_m_s * first_s
    advance[0] = first_m if own else 0.0
    if own and first_known:
        advance[: first_known + 1] = span_s[: first_known + 1] * (first_m / first_s)
    if advance.min() < 0:
        begun_anew = advance < -RESET_M
        advance[begun_anew] = 0.0
        risen = np.maximum.accumulate(np.cumsum(advance))
        np.subtract(risen[1:], risen[:-1], out=advance[1:])
    if float(advance.sum()) > fastest_m_s * (float(elapsed_s[-1]) + 1.0):
        # Devices catch up in leaps after a tunnel, so leaps are dropped only when they cannot be.
        advance[advance > fastest_m_s * span_s] = 0.0
    return advance


def _speed(
    recording: Recording,
    active_s: Float64Array,
    advance_m: Float64Array | None,
    *,
    from_positions: bool,
) -> Float64Array | None:
    stream = recording.streams.get(Stream.SPEED_M_S)
    if stream is None:
        if advance_m is None:
            return None
        return _speed_of_way(recording, active_s, advance_m, from_positions=from_positions)
    speed = stream.astype(np.float64)
    if advance_m is None:
        still = not (speed > MOVING_SPEED_M_S).any()
        return None if still and _moves(recording) else speed
    missing = np.isnan(speed)
    any_missing = bool(missing.any())
    believed = _believed(
        np.where(missing, 0.0, speed) if any_missing else speed, active_s, advance_m
    )
    if believed and not any_missing:
        return speed
    of_way = _speed_of_way(recording, active_s, advance_m, from_positions=from_positions)
    return np.where(missing, of_way, speed) if believed else of_way


def _believed(speed_m_s: Float64Array, active_s: Float64Array, advance_m: Float64Array) -> bool:
    """Whether the speeds sum up to the way, long gaps left out: one sample cannot know them."""
    sampled = active_s <= LONG_GAP_S
    way_m = sum_of_products(advance_m, sampled)
    low, high = SPEED_AGAINST_WAY
    return low * way_m <= sum_of_products(speed_m_s, active_s * sampled) <= high * way_m


def _speed_of_way(
    recording: Recording, active_s: Float64Array, advance_m: Float64Array, *, from_positions: bool
) -> Float64Array:
    speed = _smoothed(active_s, advance_m)
    if from_positions:
        # Before the first position and after the last nothing is known of the way.
        known = np.flatnonzero(recording.latitude_semicircles != NO_POSITION)
        if known[0] > 0:
            speed[: known[0] + 1] = np.nan
        speed[known[-1] + 1 :] = np.nan
    return speed


def _smoothed(active_s: Float64Array, advance_m: Float64Array) -> Float64Array:
    seconds, metres = active_s, advance_m
    total_s = float(active_s.sum())
    half = min(round(SMOOTHING_S * len(active_s) / total_s), len(active_s)) if total_s > 0 else 0
    if half:
        seconds = around(running_sum(active_s), half)
        metres = around(running_sum(advance_m), half)
    return np.divide(metres, seconds, out=np.zeros(len(active_s)), where=seconds > 0)
