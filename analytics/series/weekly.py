"""Seven days against the highest seven days of the four weeks before."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import Float64Array
from analytics.series.windows import days_before, trailing_max, trailing_sum

WEEK_DAYS: Final = 7
RAMP_WINDOW_DAYS: Final = 35
"""The last 7 days and the 28 days in which the highest week before them may lie."""

_HIGHEST_OF_DAYS: Final = 22


def seven_day_total(load: Float64Array) -> Float64Array:
    """R7: the load of each day and the six before it. ``[..., days]``."""
    return trailing_sum(load, WEEK_DAYS)


def six_days_before(load: Float64Array) -> Float64Array:
    """S6: the load of the six days before each day. ``[..., days]``."""
    return days_before(trailing_sum(load, WEEK_DAYS - 1), 1)


def highest_week_before(load: Float64Array) -> Float64Array:
    """R7max: the highest seven-day total ending 28 to 7 days before each day. ``[..., days]``.

    The highest of four weeks, not the last one: a steady runner who shifts and misses runs exceeds
    the week before by 10 % in most weeks (SCIENCE.md, section 2).
    """
    return days_before(trailing_max(seven_day_total(load), _HIGHEST_OF_DAYS), WEEK_DAYS)


def ramp(load: Float64Array) -> Float64Array:
    """R7 / R7max - 1, a fraction; NaN where R7max is 0. ``[..., days]``."""
    highest = highest_week_before(load)
    some = highest > 0
    return np.where(some, seven_day_total(load) / np.where(some, highest, 1.0) - 1.0, np.nan)


def ramp_ceiling(load: Float64Array, growth: float, step: Float64Array | float) -> Float64Array:
    """Most each day may hold: ``max((1 + g) R7max, R7max + step) - S6``. ``[..., days]``.

    May be negative, when the six days before already hold more.
    """
    highest = highest_week_before(load)
    return np.maximum((1.0 + growth) * highest, highest + step) - six_days_before(load)
