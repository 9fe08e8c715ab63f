"""First runs: the first 28 days, when there is no usual yet, grow a step every seven days.

Were each longer run the next one's measure at once, 3 km would grow to 42 in eleven days. It also
holds the days where runs are kept without a distance, so that no day is without a ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics import evidence
from analytics.guardrails.contract import Family, Guardrail
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.layoff import LAY_OFF_LOOKBACK_DAYS, comeback, history_before
from analytics.series.longest import longest_before
from analytics.series.reasons import Reason, ReasonArray, first_reason
from analytics.series.weekly import WEEK_DAYS, seven_day_total, six_days_before
from analytics.series.windows import days_before, trailing_max


def reason(history: History) -> ReasonArray:
    """``enough_history`` once 28 days have gone by and another rule has something to go by."""
    no_distance = longest_before(history.longest_run_km) <= 0
    nothing_else = no_distance & ~comeback(history).in_force
    beginning = history_before(history) < evidence.FIRST_RUNS_DAYS
    return first_reason((~(beginning | nothing_else), Reason.ENOUGH_HISTORY))


def ceiling(history: History, growth: float) -> Float64Array:
    """Km each day may hold: ``max((1 + g) L, L + 1 km, 3 km)``. ``[..., days]``.

    L is the longest run up to seven days before; until then the first run. From the eighth day on
    the week is held too: ``max((1 + g) W, W + 5 km) - S6``, W the best seven days that ended at
    least seven days before; until then the first week. The whole day counts as the run.
    """
    longest = _stepped(history, history.longest_run_km, 0)
    week = _stepped(history, seven_day_total(history.distance_km), WEEK_DAYS - 1)
    session = np.maximum((1.0 + growth) * longest, longest + evidence.MIN_SPIKE_KM)
    left = np.maximum((1.0 + growth) * week, week + evidence.MIN_RAMP_KM) - six_days_before(
        history.distance_km
    )
    begun = history_before(history)
    holds_week = (begun >= WEEK_DAYS) & (begun < evidence.FIRST_RUNS_DAYS)
    allowed = np.minimum(
        np.maximum(session, evidence.FLOOR_SESSION_KM), np.where(holds_week, left, np.inf)
    )
    return np.where(reason(history) == Reason.NONE, allowed, np.nan)


def numbers(history: History) -> Mapping[str, Float64Array]:
    """The longest run so far, and for how many days there is a history."""
    return {
        "reference_km": longest_before(history.longest_run_km),
        "history_days": history_before(history).astype(np.float64),
        "window_days": np.full(history.distance_km.shape, float(evidence.FIRST_RUNS_DAYS)),
    }


def _stepped(history: History, values: Float64Array, begin: int) -> Float64Array:
    """The highest value ``begin`` or more days after the first run, seven days or more ago.

    In the seven days after ``begin`` its own value; 0 up to that day and 28 days after the first
    run. ``[..., days]``.
    """
    since = history_before(history)
    old = days_before(
        trailing_max(np.where(since >= begin, values, 0.0), evidence.FIRST_RUNS_DAYS),
        evidence.FIRST_RUNS_STEP_DAYS,
    )
    first = np.asarray(history.first_run_index)[..., np.newaxis] + begin
    own = np.take_along_axis(values, np.clip(first, 0, history.days - 1), axis=-1)
    stepped = np.maximum(old, own)
    return np.where((since > begin) & (since < evidence.FIRST_RUNS_DAYS), stepped, 0.0)


GUARDRAIL = Guardrail(
    version=2,
    precedence=30,
    channel=Channel.DISTANCE_KM,
    family=Family.SPIKE,
    evidence=evidence.FIRST_RUNS,
    lookback_days=LAY_OFF_LOOKBACK_DAYS,
    ceiling=ceiling,
    reason=reason,
    numbers=numbers,
    speaks_on_race_days=False,
)
