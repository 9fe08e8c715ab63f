"""First runs: the first 28 days, when there is no usual yet, grow from the longest run so far.

It also holds the days after a gap of more than 180 days, and those where runs are kept without a
distance, so that no day is without a ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.layoff import LAY_OFF_LOOKBACK_DAYS, comeback, history_before
from analytics.series.longest import longest_before, spike_ceiling
from analytics.series.reasons import Reason, ReasonArray, first_reason


def reason(history: History) -> ReasonArray:
    """``enough_history`` once 28 days have gone by and another rule has something to go by."""
    no_distance = longest_before(history.longest_run_km) <= 0
    nothing_else = no_distance & ~comeback(history).in_force
    beginning = history_before(history) < evidence.FIRST_RUNS_DAYS
    return first_reason((~(beginning | nothing_else), Reason.ENOUGH_HISTORY))


def ceiling(history: History, growth: float) -> Float64Array:
    """Longest run each day may hold, km: ``max((1 + g) L, L + 1 km, 3 km)``. ``[..., days]``.

    L is the longest run so far. The 30 days before hold all of them: what came before a new start
    is further back.
    """
    grown = spike_ceiling(history.longest_run_km, growth, evidence.MIN_SPIKE_KM)
    allowed = np.maximum(grown, evidence.FLOOR_SESSION_KM)
    return np.where(reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The longest run so far, and for how many days there is a history."""
    return {
        "reference_km": longest_before(history.longest_run_km),
        "history_days": history_before(history).astype(np.float64),
        "window_days": np.full(history.distance_km.shape, float(evidence.FIRST_RUNS_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=1,
    precedence=30,
    channel=Channel.LONGEST_RUN_KM,
    family=Family.SPIKE,
    evidence=evidence.FIRST_RUNS,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
    speaks_on_race_days=False,
)
