"""Whether a file's cadence counts one leg or both feet: the rule, in one place for all formats.

FIT defines running cadence as strides of one leg, Garmin's and most others' XML follows it, but
some exporters write steps of both feet into the same field. No file says which, so the numbers
themselves decide, once per activity.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import BoolArray, CadenceReading, Float64Array, Sport

PER_LEG: Final = 2.0
"""One stride of one leg is two steps, one pedal turn flexes both hips once."""

BOTH_FEET: Final = 1.0

STEPS_FROM_RAW: Final = 120.0
"""Medians below are one leg's: real runs' per-leg means end at 105, step counts start at 134."""

SLOWEST_STEPS_RAW: Final = 70.0
"""Nobody moving at walking speed takes fewer steps: below, the step length may not overrule."""

LEAST_PER_MINUTE: Final = 1.0
"""Less than one stride a minute is standing, whatever small fraction a damaged file holds."""

MOVING_M_S: Final = 0.5

STEP_LENGTH_M: Final = (0.4, 2.2)


def read_cadence(
    raw_per_minute: Float64Array, speed_m_s: Float64Array | None, sport: Sport
) -> CadenceReading:
    """Decide what one activity's cadence numbers count.

    Parameters
    ----------
    raw_per_minute
        float64 ``[n]``, the file's own numbers per minute, NaN where missing.
    speed_m_s
        float64 ``[n]``, NaN where unknown, or None when the file has no speed at all.
    sport
        Cycling counts pedal turns and swimming arm strokes, whatever the numbers say.

    Returns
    -------
    CadenceReading
        ``rule`` is ``crank_revolutions``, ``arm_strokes``, ``no_moving_cadence`` (nothing to
        decide on: the formats' own definition, one leg), ``per_leg_by_median``,
        ``steps_by_median``, or, when only the other reading gives a human step length,
        ``steps_by_step_length`` and ``per_leg_by_step_length``.
    """
    moving = _moving(raw_per_minute, speed_m_s)
    median = float(np.median(raw_per_minute[moving])) if moving.any() else None
    if sport is Sport.CYCLING:
        return CadenceReading(median, PER_LEG, "crank_revolutions")
    if sport is Sport.SWIMMING:
        return CadenceReading(median, PER_LEG, "arm_strokes")
    if median is None:
        return CadenceReading(None, PER_LEG, "no_moving_cadence")
    factor, rule = _by_gait(median, _median_raw_step_m(raw_per_minute, speed_m_s, moving))
    return CadenceReading(median, factor, rule)


def _by_gait(median: float, raw_step_m: float | None) -> tuple[float, str]:
    if median >= STEPS_FROM_RAW:
        if _only_fits(raw_step_m, PER_LEG, BOTH_FEET):
            return PER_LEG, "per_leg_by_step_length"
        return BOTH_FEET, "steps_by_median"
    if median >= SLOWEST_STEPS_RAW and _only_fits(raw_step_m, BOTH_FEET, PER_LEG):
        return BOTH_FEET, "steps_by_step_length"
    return PER_LEG, "per_leg_by_median"


def _moving(raw_per_minute: Float64Array, speed_m_s: Float64Array | None) -> BoolArray:
    stepping = raw_per_minute >= LEAST_PER_MINUTE
    if speed_m_s is None:
        return stepping
    # NaN compares False: a sample of unknown speed counts as moving.
    moving = stepping & ~(speed_m_s <= MOVING_M_S)
    # A treadmill without a foot pod writes speed 0 all along; then the steps alone must do.
    return moving if moving.any() else stepping


def _median_raw_step_m(
    raw_per_minute: Float64Array, speed_m_s: Float64Array | None, moving: BoolArray
) -> float | None:
    """Length of one step if the raw numbers were steps of both feet."""
    if speed_m_s is None:
        return None
    known = moving & (speed_m_s > MOVING_M_S)
    if not known.any():
        return None
    return float(np.median(speed_m_s[known] * 60.0 / raw_per_minute[known]))


def _only_fits(raw_step_m: float | None, factor: float, other_factor: float) -> bool:
    if raw_step_m is None:
        return False
    shortest, longest = STEP_LENGTH_M
    fits = shortest <= raw_step_m / factor <= longest
    other_fits = shortest <= raw_step_m / other_factor <= longest
    return fits and not other_fits
