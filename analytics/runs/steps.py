"""Steps of a recording by the best rung of the ladder that holds: device, cadence, pace, distance.

Every number is summed over the stretches of the recording and stays unrounded, so that a run cut
in two keeps its steps, whichever rung counted them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.recording import BoolArray, Float64Array
from analytics.runs import gait
from analytics.runs.intervals import LONG_GAP_S, Intervals
from analytics.runs.sums import sum_of_products

LEAST_CADENCE_COVERAGE: Final = 0.1
"""A cadence known for less of the moving time than this does not speak for the run (our choice)."""

DEVICE_AGAINST_CADENCE: Final = 0.20
"""A device's total this far off its own cadence is not believed (our choice: real files agree
within 13 %, a halved or doubled count is 50 % off or more)."""

DEVICE_AGAINST_MODEL: Final = 0.35
"""The same where only a model of the pace can object (our choice: its error of 10 % and more
walking than it saw, still clear of half and double)."""

DEVICE_CADENCES_SPM: Final = (60.0, 240.0)
"""The same where not even a pace is known (our choice)."""


class FlexionSource(StrEnum):
    """Which rung of the ladder counted the steps."""

    DEVICE_STEPS = "device_steps"
    CADENCE = "cadence"
    PACE_HEIGHT = "pace_height"
    PACE = "pace"
    PER_MILE = "per_mile"
    NONE = "none"


BAND_FRACTION: Final = {
    FlexionSource.DEVICE_STEPS: gait.DEVICE_STEPS_BAND,
    FlexionSource.CADENCE: gait.CADENCE_BAND,
    FlexionSource.PACE_HEIGHT: gait.MODEL_BAND,
    FlexionSource.PACE: gait.MODEL_BAND,
    FlexionSource.PER_MILE: gait.PER_MILE_BAND,
    FlexionSource.NONE: 0.0,
}
"""Half width of the 95 % band around the count, as a fraction of it; 0 without a count."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of both feet, unrounded, and the rung that counted them.

    ``held_out`` are those of the running steps that were counted in stretches too fast to have been
    run. ``cadence_spm`` and ``speed_m_s`` are means over the running part (over all of a walk),
    None where not measured.
    """

    running: float
    walking: float
    source: FlexionSource
    cadence_spm: float | None = None
    speed_m_s: float | None = None
    held_out: float = 0.0

    @property
    def total(self) -> float:
        """Running and walking steps."""
        return self.running + self.walking

    def scaled(self, factor: float) -> Steps:
        """The same steps over a longer time."""
        return Steps(
            self.running * factor,
            self.walking * factor,
            self.source,
            self.cadence_spm,
            self.speed_m_s,
            self.held_out * factor,
        )


NO_STEPS: Final = Steps(0.0, 0.0, FlexionSource.NONE)


def sampled_steps(
    parts: Intervals,
    cadence_spm: Float64Array | None,
    mean_speed_m_s: float | None,
    height_cm: float | None,
    *,
    on_a_walk: bool,
) -> Steps:
    """Steps of the moving time of a recording, by its cadence or else by its pace.

    Parameters
    ----------
    parts
        The ``n`` stretches of the recording.
    cadence_spm
        ``[n]``, NaN where missing, or None.
    mean_speed_m_s
        Distance over moving time, for stretches of unknown speed; None when unknown.
    height_cm
        The runner's, or None.
    on_a_walk
        Whether all steps are walking steps, as on a hike.

    Returns
    -------
    The steps; ``NO_STEPS`` when neither a cadence nor a pace is known.
    """
    if cadence_spm is not None:
        cadence_spm = _believable(cadence_spm, parts)
        known = ~np.isnan(cadence_spm)
        if _speaks_for_the_run(parts, cadence_spm, known):
            return _by_cadence(parts, cadence_spm, known, height_cm, on_a_walk=on_a_walk)
    return _by_pace(parts, mean_speed_m_s, height_cm, on_a_walk=on_a_walk)


def unsampled_steps(
    distance_m: float | None, moving_s: float | None, height_cm: float | None, *, on_a_walk: bool
) -> Steps:
    """Steps of an activity of which only totals are known.

    A mean speed hides the stops within it, so it is no sign of a walk: all steps of a run are
    running steps here.
    """
    if distance_m is None:
        return NO_STEPS
    if not moving_s:
        steps = distance_m / gait.METRES_PER_MILE * gait.STEPS_PER_MILE
        source, speed = FlexionSource.PER_MILE, None
    else:
        speed = distance_m / moving_s
        model = gait.walking_cadence_spm if on_a_walk else gait.running_cadence_spm
        steps = float(model(speed, height_cm)) * moving_s / 60.0
        source = pace_source(height_cm)
    return Steps(0.0, steps, source) if on_a_walk else Steps(steps, 0.0, source, None, speed)


def with_device_total(
    counted: Steps, device_steps: int | None, moving_s: float | None, *, on_a_walk: bool
) -> Steps:
    """The device's own total, where it is believable, shared out between running and walking.

    The walking steps stay as counted and the rest is running, rather than both in proportion:
    only so do the parts of a run add up to the run.

    Parameters
    ----------
    counted
        What the samples or the pace say.
    device_steps
        The device's total, or None.
    moving_s
        Moving time, or None when unknown.
    on_a_walk
        Whether all steps are walking steps.
    """
    if not device_steps or not _agrees(device_steps, counted, moving_s):
        return counted
    walking = min(counted.walking, float(device_steps))
    if on_a_walk or (counted.running == 0 and counted.walking > 0):
        walking = float(device_steps)
    running = device_steps - walking
    cadence = counted.cadence_spm
    if cadence is None and moving_s and walking == 0:
        cadence = running * 60.0 / moving_s
    # A total of the whole run says nothing of its parts: the share of them stays.
    held_out = counted.held_out * running / counted.running if counted.running > 0 else 0.0
    held_out = min(held_out, running)
    return Steps(running, walking, FlexionSource.DEVICE_STEPS, cadence, counted.speed_m_s, held_out)


def pace_source(height_cm: float | None) -> FlexionSource:
    """The rung a model of the pace stands on."""
    return FlexionSource.PACE if height_cm is None else FlexionSource.PACE_HEIGHT


def _agrees(device_steps: int, counted: Steps, moving_s: float | None) -> bool:
    if counted.source is FlexionSource.CADENCE:
        return abs(device_steps / counted.total - 1.0) <= DEVICE_AGAINST_CADENCE
    if counted.total > 0:
        return counted.source is FlexionSource.PER_MILE or (
            abs(device_steps / counted.total - 1.0) <= DEVICE_AGAINST_MODEL
        )
    if not moving_s:
        return True
    lowest, highest = DEVICE_CADENCES_SPM
    return lowest <= device_steps * 60.0 / moving_s <= highest


def _believable(cadence_spm: Float64Array, parts: Intervals) -> Float64Array:
    """Cadence without the samples whose step would be longer than a leg can make it."""
    if parts.counted is not None:
        cadence_spm = np.where(parts.counted, cadence_spm, np.nan)
    speed = parts.speed_m_s
    if speed is None:
        return cadence_spm
    # Watches write 0 when they lose the rhythm; at speed that is a missing value, not a stop.
    too_long = cadence_spm * gait.LONGEST_STEP_M < speed * 60.0
    too_long &= speed > gait.MOVING_SPEED_M_S
    if float(parts.active_s.max()) > LONG_GAP_S:
        # One sample must not fill a long gap with steps on the spot.
        short = cadence_spm * gait.SHORTEST_STEP_M > speed * 60.0
        too_long |= short & (parts.active_s > LONG_GAP_S)
    return np.where(too_long, np.nan, cadence_spm)


def _speaks_for_the_run(parts: Intervals, cadence_spm: Float64Array, known: BoolArray) -> bool:
    moving_total_s = float(parts.moving_s.sum())
    covered_s = sum_of_products(parts.moving_s, known)
    stepping_s = sum_of_products(parts.moving_s, cadence_spm > 0)
    return stepping_s > 0 and covered_s >= LEAST_CADENCE_COVERAGE * moving_total_s


def _by_cadence(
    parts: Intervals,
    cadence_spm: Float64Array,
    known: BoolArray,
    height_cm: float | None,
    *,
    on_a_walk: bool,
) -> Steps:
    moving_s, speed = parts.moving_s, parts.speed_m_s
    walking = _walking(cadence_spm, known, speed, on_a_walk=on_a_walk)
    ran_s, walked_s = moving_s * ~walking, moving_s * walking
    part_s = ran_s if ran_s.any() else walked_s
    filled = cadence_spm
    if not known.all():
        filled = _filled(cadence_spm, known, walking, parts, height_cm)
        measured_s = part_s * known
    else:
        measured_s = part_s
    return Steps(
        sum_of_products(ran_s, filled) / 60.0,
        sum_of_products(walked_s, filled) / 60.0,
        FlexionSource.CADENCE,
        _mean(filled, measured_s),
        None if speed is None else _mean(speed, part_s),
        _held_out(parts, ran_s, filled),
    )


def _walking(
    cadence_spm: Float64Array, known: BoolArray, speed_m_s: Float64Array | None, *, on_a_walk: bool
) -> BoolArray:
    if on_a_walk:
        return np.full(len(cadence_spm), True)
    # Comparisons with a missing cadence or speed are false.
    walking = cadence_spm < gait.WALKING_CADENCE_SPM
    if speed_m_s is None:
        return walking
    slow = speed_m_s < gait.SLOW_SPEED_M_S
    walking |= slow & (cadence_spm < gait.SLOW_CADENCE_SPM)
    walking |= ~known & (speed_m_s < gait.WALKING_SPEED_M_S)
    return walking


def _filled(
    cadence_spm: Float64Array,
    known: BoolArray,
    walking: BoolArray,
    parts: Intervals,
    height_cm: float | None,
) -> Float64Array:
    """Cadence without gaps: the run's own where it ran, the walk equation's where it walked."""
    speed = parts.speed_m_s
    filled = cadence_spm.copy()
    alike = known & (parts.moving_s > 0) & (walking if walking.all() else ~walking)
    usual = cadence_spm[alike]
    if len(usual):
        filled[~known] = np.median(usual)
    elif speed is not None:
        fast = np.nan_to_num(speed[~known], nan=gait.POOLED_SPEED_M_S)
        filled[~known] = gait.running_cadence_spm(fast, height_cm)
    else:
        filled[~known] = np.median(cadence_spm[known])
    if speed is not None:
        at_a_walk = ~known & walking & ~np.isnan(speed)
        filled[at_a_walk] = gait.walking_cadence_spm(speed[at_a_walk], height_cm)
    return filled


def _by_pace(
    parts: Intervals, mean_speed_m_s: float | None, height_cm: float | None, *, on_a_walk: bool
) -> Steps:
    speed = parts.speed_m_s
    if speed is None:
        moving_s = float(parts.moving_s.sum())
        distance_m = None if mean_speed_m_s is None else mean_speed_m_s * moving_s
        steps = unsampled_steps(distance_m, moving_s, height_cm, on_a_walk=on_a_walk)
        if parts.fast is None or moving_s <= 0:
            return steps
        share = sum_of_products(parts.moving_s, parts.fast.within) / moving_s
        return replace(steps, held_out=steps.running * share)
    unknown = np.isnan(speed)
    if unknown.any():
        typical = _mean(speed, parts.moving_s)
        typical = mean_speed_m_s if typical is None else typical
        if typical is None:
            return NO_STEPS
        speed = np.where(unknown, typical, speed)
    walking = np.full(len(speed), True) if on_a_walk else speed < gait.WALKING_SPEED_M_S
    ran_s, walked_s = parts.moving_s * ~walking, parts.moving_s * walking
    running_spm = gait.running_cadence_spm(speed, height_cm)
    return Steps(
        sum_of_products(ran_s, running_spm) / 60.0,
        sum_of_products(walked_s, gait.walking_cadence_spm(speed, height_cm)) / 60.0,
        pace_source(height_cm),
        None,
        _mean(speed, ran_s),
        _held_out(parts, ran_s, running_spm),
    )


def _held_out(parts: Intervals, ran_s: Float64Array, running_spm: Float64Array) -> float:
    if parts.fast is None:
        return 0.0
    return sum_of_products(ran_s * parts.fast.within, running_spm) / 60.0


def _mean(values: Float64Array, seconds: Float64Array) -> float | None:
    """Mean over time; values of no time may be missing."""
    total_s = float(seconds.sum())
    if total_s <= 0:
        return None
    weighted = sum_of_products(seconds, values)
    if np.isnan(weighted):
        there = ~np.isnan(values)
        total_s = sum_of_products(seconds, there)
        if total_s <= 0:
            return None
        weighted = sum_of_products(seconds * there, np.nan_to_num(values))
    return weighted / total_s
