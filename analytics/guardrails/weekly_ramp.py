"""Weekly ramp: the last seven days well above the highest seven of the four weeks before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.layoff import LAY_OFF_LOOKBACK_DAYS
from analytics.series.reasons import Reason, ReasonArray
from analytics.series.week_reason import week_reason
from analytics.series.weekly import (
    WEEK_DAYS,
    highest_week_before,
    ramp,
    ramp_ceiling,
    seven_day_total,
)


def reason(history: History) -> ReasonArray:
    """See ``week_reason``."""
    return week_reason(history, history.distance_km)


def ceiling(history: History, growth: float) -> Float64Array:
    """Km each day may hold: ``max((1 + g) R7max, R7max + 5 km) - S6``. ``[..., days]``."""
    allowed = ramp_ceiling(history.distance_km, growth, evidence.MIN_RAMP_KM)
    return np.where(reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The week, the highest week before, and how much more this one is."""
    return {
        "week_km": seven_day_total(history.distance_km),
        "highest_week_km": highest_week_before(history.distance_km),
        "increase_percent": 100.0 * ramp(history.distance_km),
        "window_days": np.full(history.distance_km.shape, float(WEEK_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=2,
    precedence=40,
    channel=Channel.DISTANCE_KM,
    family=Family.VOLUME,
    evidence=evidence.WEEKLY_RAMP,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
)
