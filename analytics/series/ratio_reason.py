"""When an acute:chronic ratio has no value, or a value without a zone; the same for all three."""

from __future__ import annotations

import numpy as np

from analytics import evidence
from analytics.history import History
from analytics.recording import BoolArray
from analytics.series.layoff import comeback, history_before
from analytics.series.ratios import BASE_DAYS, CHRONIC_DAYS, base_total
from analytics.series.reasons import Reason, ReasonArray, first_reason
from analytics.series.weekly import WEEK_DAYS, six_days_before
from analytics.series.windows import days_before, trailing_sum


def value_reason(history: History) -> ReasonArray:
    """Why a day has no ratio, judged before its own run. ``[..., days]``.

    ``insufficient_history`` below 28 days, the day included; ``unobserved`` with more than two
    unknown days of the 27 before, or any of the six before; ``no_base`` when the 21 base days hold
    nothing.
    """
    return first_reason(
        (history_before(history) < CHRONIC_DAYS - 1, Reason.INSUFFICIENT_HISTORY),
        (_gappy(history), Reason.UNOBSERVED),
        (base_total(history.distance_km) <= 0, Reason.NO_BASE),
    )


def zone_reason(history: History) -> ReasonArray:
    """Why a day's ratio has no zone, and so no ceiling. ``[..., days]``.

    As ``value_reason``, and ``comeback`` while a lay-off reaches into the base, which would make
    every return a jump; ``low_base`` with fewer than three runs or 5 km a week in it.
    """
    weeks = BASE_DAYS / WEEK_DAYS
    low = (base_total(history.runs.astype(np.float64)) < evidence.LOW_BASE_RUNS) | (
        base_total(history.distance_km) / weeks < evidence.LOW_BASE_KM_PER_WEEK
    )
    without_value = value_reason(history)
    zone = first_reason(
        (comeback(history).base_holds_lay_off, Reason.COMEBACK),
        (low, Reason.LOW_BASE),
    )
    return np.where(without_value == Reason.NONE, zone, without_value)


def _gappy(history: History) -> BoolArray:
    unknown = (~history.observed).astype(np.float64)
    in_chronic = days_before(trailing_sum(unknown, CHRONIC_DAYS - 1), 1)
    return (in_chronic > evidence.MAX_UNOBSERVED_DAYS) | (six_days_before(unknown) > 0)
