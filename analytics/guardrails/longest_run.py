"""Longest run: one run much longer than any of the 30 days before.

Found by the largest cohort of runners so far, which found neither the weekly ramp nor the ratio;
it leads. Within the first 28 days first runs hold the day instead.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.layoff import LAY_OFF_LOOKBACK_DAYS, history_before
from analytics.series.longest import REFERENCE_DAYS, longest_before, spike, spike_ceiling
from analytics.series.reasons import Reason, ReasonArray, first_reason


def reason(history: History) -> ReasonArray:
    """``insufficient_history`` in the first 28 days, ``no_reference`` without a run in 30."""
    return first_reason(
        (history_before(history) < evidence.FIRST_RUNS_DAYS, Reason.INSUFFICIENT_HISTORY),
        (longest_before(history.longest_run_km) <= 0, Reason.NO_REFERENCE),
    )


def ceiling(history: History, growth: float) -> Float64Array:
    """Longest run each day may hold, km: ``max((1 + s) M30, M30 + 1 km)``. ``[..., days]``."""
    allowed = spike_ceiling(history.longest_run_km, growth, evidence.MIN_SPIKE_KM)
    return np.where(reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The longest run before, and how much longer this one was."""
    return {
        "reference_km": longest_before(history.longest_run_km),
        "increase_percent": 100.0 * spike(history.longest_run_km),
        "window_days": np.full(history.distance_km.shape, float(REFERENCE_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=2,
    precedence=10,
    channel=Channel.LONGEST_RUN_KM,
    family=Family.SPIKE,
    evidence=evidence.LONGEST_RUN,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
    speaks_on_race_days=False,
)
