"""Hip flexions of the longest run: the longest-run rule on flexions.

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
from analytics.series.layoff import LAY_OFF_LOOKBACK_DAYS, history_before
from analytics.series.longest import REFERENCE_DAYS, longest_before, spike, spike_ceiling
from analytics.series.reasons import Reason, ReasonArray, first_reason


def reason(history: History) -> ReasonArray:
    """``insufficient_history`` in the first 28 days, ``no_reference`` without flexions in 30."""
    return first_reason(
        (history_before(history) < evidence.FIRST_RUNS_DAYS, Reason.INSUFFICIENT_HISTORY),
        (longest_before(history.longest_run_flexions) <= 0, Reason.NO_REFERENCE),
    )


def ceiling(history: History, growth: float) -> Float64Array:
    """Most hip flexions of one run: the least step is 1 km's of the runner. ``[..., days]``."""
    step = evidence.MIN_SPIKE_KM * flexions_per_km_or_usual(history)
    allowed = spike_ceiling(history.longest_run_flexions, growth, step)
    return np.where(reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The most flexions of a run before, and how many more these were."""
    return {
        "reference_flexions": longest_before(history.longest_run_flexions),
        "increase_percent": 100.0 * spike(history.longest_run_flexions),
        "window_days": np.full(history.distance_km.shape, float(REFERENCE_DAYS)),
    }


GUARDRAIL = Guardrail(
    version=2,
    precedence=50,
    channel=Channel.LONGEST_RUN_FLEXIONS,
    family=Family.SPIKE,
    evidence=evidence.FLEXIONS_LONGEST_RUN,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
    speaks_on_race_days=False,
)
