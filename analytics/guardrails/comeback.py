"""Comeback: after seven days or more without a run, sessions and weeks start smaller.

Without it every other ceiling would let a runner of 40 km a week do 17 km after two weeks in bed,
for their windows still hold the weeks before.
A watch started by mistake or a lone short jog ends no lay-off.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series import layoff
from analytics.series.reasons import Reason, ReasonArray, first_reason
from analytics.series.weekly import WEEK_DAYS, seven_day_total, six_days_before


def reason(history: History) -> ReasonArray:
    """``no_lay_off`` where the runner is not coming back from a lay-off."""
    return first_reason((~layoff.comeback(history).in_force, Reason.NO_LAY_OFF))


def ceiling(history: History, times: float) -> Float64Array:
    """Km each day may hold: ``times`` its session, and ``times`` its week less S6. ``[..., days]``.

    The whole day counts as the session: nobody comes back with two runs a day.
    """
    back = layoff.comeback(history)
    allowed = np.minimum(
        times * back.session_km, times * back.week_km - six_days_before(history.distance_km)
    )
    return np.where(back.in_force, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """Days without any run before the day, its session and week, and what the week holds."""
    back = layoff.comeback(history)
    return {
        "off_days": back.off_days,
        "session_km": back.session_km,
        "week_limit_km": back.week_km,
        "week_km": seven_day_total(history.distance_km),
        "window_days": np.full(history.distance_km.shape, float(WEEK_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=3,
    precedence=20,
    channel=Channel.DISTANCE_KM,
    family=Family.SPIKE,
    evidence=evidence.COMEBACK,
    lookback_days=layoff.LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
    speaks_on_race_days=False,
)
