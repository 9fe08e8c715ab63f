"""Acute:chronic ratio: the last seven days against the last four weeks, on the coupled scale.

The uncoupled ratio is the same rule: 1.3 and 1.5 coupled are 1.444 and 1.8 uncoupled, and the
ceilings are equal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.layoff import LAY_OFF_LOOKBACK_DAYS
from analytics.series.ratio_reason import zone_reason
from analytics.series.ratios import (
    BASE_DAYS,
    CHRONIC_DAYS,
    base_total,
    coupled_ratio,
    ratio_ceiling,
    uncoupled_ratio,
)
from analytics.series.reasons import Reason
from analytics.series.weekly import WEEK_DAYS, seven_day_total


def ceiling(history: History, coupled: float) -> Float64Array:
    """Km each day may hold: ``(S6 + x) / 7 <= r (S27 + x) / 28`` solved for x. ``[..., days]``."""
    allowed = ratio_ceiling(history.distance_km, coupled)
    return np.where(zone_reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The week, the usual week of the three before, and both ratios."""
    return {
        "week_km": seven_day_total(history.distance_km),
        "base_week_km": base_total(history.distance_km) / (BASE_DAYS / WEEK_DAYS),
        "coupled_ratio": coupled_ratio(history.distance_km),
        "uncoupled_ratio": uncoupled_ratio(history.distance_km),
        "window_days": np.full(history.distance_km.shape, float(CHRONIC_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=2,
    precedence=60,
    channel=Channel.DISTANCE_KM,
    family=Family.VOLUME,
    evidence=evidence.RATIO,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=zone_reason,
    numbers=numbers,
)
