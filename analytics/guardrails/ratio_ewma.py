"""EWMA ratio: the acute:chronic ratio with weights that fade; a note at most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import LOOKBACK_DAYS, Channel, History
from analytics.recording import Float64Array
from analytics.series.ratio_reason import zone_reason
from analytics.series.ratios import CHRONIC_DAYS, ewma_ceiling, ewma_ratio
from analytics.series.reasons import Reason
from analytics.series.weekly import seven_day_total


def ceiling(history: History, ratio: float) -> Float64Array:
    """Km each day may hold: ``a x + (1-a) A <= r (c x + (1-c) C)`` for x. ``[..., days]``."""
    allowed = ewma_ceiling(history.distance_km, ratio, history.first_run_index)
    return np.where(zone_reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The week and the ratio."""
    return {
        "week_km": seven_day_total(history.distance_km),
        "ewma_ratio": ewma_ratio(history.distance_km, history.first_run_index),
        "window_days": np.full(history.distance_km.shape, float(CHRONIC_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=1,
    precedence=70,
    channel=Channel.DISTANCE_KM,
    family=Family.VOLUME,
    evidence=evidence.RATIO_EWMA,
    lookback_days=LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=zone_reason,
    numbers=numbers,
)
