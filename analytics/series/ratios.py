"""Acute:chronic ratios: the last 7 days against the four weeks, three ways.

Thresholds are on the coupled scale; coupled and uncoupled are one rule, for
``coupled = 4 uncoupled / (uncoupled + 3)`` exactly.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.history import IntArray
from analytics.recording import Float64Array
from analytics.series.decay import ewma
from analytics.series.weekly import WEEK_DAYS, seven_day_total, six_days_before
from analytics.series.windows import days_before, trailing_sum

ACUTE_DAYS: Final = WEEK_DAYS
BASE_DAYS: Final = 21
CHRONIC_DAYS: Final = ACUTE_DAYS + BASE_DAYS
HIGHEST_COUPLED: Final = 4.0
"""What the coupled ratio reads when nothing was run in the base days."""


def base_total(values: Float64Array) -> Float64Array:
    """S21: the total of the days t-27 to t-7, all before the acute week. ``[..., days]``."""
    return days_before(trailing_sum(values, BASE_DAYS), ACUTE_DAYS)


def coupled_ratio(load: Float64Array) -> Float64Array:
    """mean(7 days) / mean(28 days, the 7 among them); NaN where all are 0. ``[..., days]``.

    Source of the zones: Gabbett 2016, Br J Sports Med 50:273.
    """
    acute = seven_day_total(load)
    return _share(HIGHEST_COUPLED * acute, acute + base_total(load))


def uncoupled_ratio(load: Float64Array) -> Float64Array:
    """mean(7 days) / mean(21 days before them); NaN where the base is 0. ``[..., days]``.

    Source: Windt and Gabbett 2019, Br J Sports Med 53:988.
    """
    return _share(BASE_DAYS / ACUTE_DAYS * seven_day_total(load), base_total(load))


def ewma_ratio(load: Float64Array, first_index: int | IntArray = 0) -> Float64Array:
    """EWMA(7) / EWMA(28); NaN before any load. ``[..., days]``.

    Source: Williams et al. 2017, Br J Sports Med 51:209.
    """
    return _share(ewma(load, ACUTE_DAYS, first_index), ewma(load, CHRONIC_DAYS, first_index))


def as_uncoupled(coupled: float) -> float:
    """The uncoupled ratio that is the same load as a coupled one below 4."""
    return 3.0 * coupled / (HIGHEST_COUPLED - coupled)


def ratio_ceiling(load: Float64Array, coupled: float) -> Float64Array:
    """Most each day may hold within a coupled ratio below 4. ``[..., days]``.

    ``(S6 + x) / 7 <= r (S27 + x) / 28`` solved for x; the same as ``7 u mean(base) - S6`` with u
    the uncoupled equivalent of r.
    """
    return as_uncoupled(coupled) / 3.0 * base_total(load) - six_days_before(load)


def ewma_ceiling(load: Float64Array, ratio: float, first_index: int | IntArray = 0) -> Float64Array:
    """Most each day may hold within an EWMA ratio. ``[..., days]``.

    ``a x + (1-a) A <= r (c x + (1-c) C)`` solved for x, with A and C the means of the day before;
    needs a > r c, that is a ratio below 3.6.
    """
    acute_weight = 2.0 / (ACUTE_DAYS + 1)
    chronic_weight = 2.0 / (CHRONIC_DAYS + 1)
    acute = days_before(ewma(load, ACUTE_DAYS, first_index), 1)
    chronic = days_before(ewma(load, CHRONIC_DAYS, first_index), 1)
    room = ratio * (1.0 - chronic_weight) * chronic - (1.0 - acute_weight) * acute
    return room / (acute_weight - ratio * chronic_weight)


def _share(amount: Float64Array, of: Float64Array) -> Float64Array:
    some = of > 0
    return np.where(some, amount / np.where(some, of, 1.0), np.nan)
