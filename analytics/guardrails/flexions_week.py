"""Hip flexions of the week: the weekly-ramp rule on flexions.

No study links the count to hip pain; the thresholds are those of the km.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.flexion_rate import flexions_per_km_or_usual
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
    return week_reason(history, history.hip_flexions)


def ceiling(history: History, growth: float) -> Float64Array:
    """Hip flexions each day may hold; the least step is 5 km's of the runner. ``[..., days]``."""
    step = evidence.MIN_RAMP_KM * flexions_per_km_or_usual(history)
    allowed = ramp_ceiling(history.hip_flexions, growth, step)
    return np.where(reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The week's flexions, those of the highest week before, and how many more these are."""
    return {
        "week_flexions": seven_day_total(history.hip_flexions),
        "highest_week_flexions": highest_week_before(history.hip_flexions),
        "increase_percent": 100.0 * ramp(history.hip_flexions),
        "window_days": np.full(history.distance_km.shape, float(WEEK_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=2,
    precedence=45,
    channel=Channel.HIP_FLEXIONS,
    family=Family.VOLUME,
    evidence=evidence.FLEXIONS_WEEK,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
)
