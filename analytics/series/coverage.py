"""How far the days are known, and when that is too long ago to say anything."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics import evidence
from analytics.history import History

GAPS_OF_DAYS: Final = 90


def data_through(history: History, day: int) -> int | None:
    """Index of the last day up to ``day`` with a run or marked as rested; None without one.

    A day marked as not known is none of them, whatever else is known of it.
    """
    known = np.flatnonzero(((history.run_days | history.rested) & history.observed)[: day + 1])
    return int(known[-1]) if len(known) else None


def unknown_since(history: History, through: int, day: int) -> bool:
    """Whether a day after ``through`` up to ``day`` is marked as not known: it held a run."""
    return not history.observed[through + 1 : day + 1].all()


def usual_gap_days(history: History, day: int) -> int:
    """Days from one run to the next that this runner rarely exceeds, up to ``day``.

    The 90th percentile of the gaps in 90 days, at least 3 and at most 10 days; 7 without a gap to
    go by (our choice).
    """
    least, unknown, most = evidence.USUAL_GAP_DAYS
    start = max(0, day + 1 - GAPS_OF_DAYS)
    gaps = np.diff(np.flatnonzero(history.run_days[start : day + 1]))
    if not len(gaps):
        return unknown
    usual = np.percentile(gaps, evidence.USUAL_GAP_PERCENTILE, method="higher")
    return int(np.clip(usual, least, most))
