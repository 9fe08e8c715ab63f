"""The runs of one day summed up: what a history keeps of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SESSION_GAP_S: Final = 30 * 60.0
"""Recordings at most this far apart, end to start, are one session (our choice: a warm-up, a race
and a cool-down are one outing; a second run in the evening is another)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOfDay:
    """One recording of a run.

    Parameters
    ----------
    started_s
        Seconds since the epoch, or None when the time of day is not known.
    elapsed_s
        Seconds from start to end, pauses included.
    distance_km, hip_flexions, minutes
        What it adds to the day; flexions of both hips.
    """

    started_s: float | None
    elapsed_s: float
    distance_km: float
    hip_flexions: float
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a recording holds, or a part of it; flexions of both hips."""

    distance_m: float
    minutes: float
    hip_flexions: float


def counted(recorded: Amounts, held_out: Amounts, *, confirmed: bool) -> Amounts:
    """What of a run counts for its day: all but what was too fast to have been run.

    Parameters
    ----------
    recorded
        The whole recording's.
    held_out
        The ``held_out_*`` of its metrics; more than was recorded counts as all of it.
    confirmed
        Whether the runner said that it was run nevertheless.
    """
    if confirmed:
        return recorded
    return Amounts(
        distance_m=max(0.0, recorded.distance_m - held_out.distance_m),
        minutes=max(0.0, recorded.minutes - held_out.minutes),
        hip_flexions=max(0.0, recorded.hip_flexions - held_out.hip_flexions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """What the runs of a day amount to.

    Parameters
    ----------
    runs
        Recordings of runs.
    distance_km, hip_flexions, minutes
        Sums over them.
    longest_run_km, longest_run_flexions
        The most one session holds of each, not necessarily the same session.
    """

    runs: int
    distance_km: float
    hip_flexions: float
    minutes: float
    longest_run_km: float
    longest_run_flexions: float


def day_totals(runs: Sequence[RunOfDay]) -> DayTotals:
    """Sum a day's runs up, the same to the last bit in whatever order they come.

    Parameters
    ----------
    runs
        Those of one local day; none gives zeros.

    References
    ----------
    One session of several recordings: SESSION_GAP_S. The longest session of a day is what
    Schuster Brandt Frandsen 2025 BJSM 59:1203 compares.
    """
    sessions = _sessions(runs)
    return DayTotals(
        runs=len(runs),
        distance_km=_distance_km(runs),
        hip_flexions=_hip_flexions(runs),
        minutes=math.fsum(run.minutes for run in runs),
        longest_run_km=max(map(_distance_km, sessions), default=0.0),
        longest_run_flexions=max(map(_hip_flexions, sessions), default=0.0),
    )


def _sessions(runs: Sequence[RunOfDay]) -> list[list[RunOfDay]]:
    # A run of unknown start stands alone: nothing says what it was near to.
    sessions = [[run] for run in runs if run.started_s is None]
    ended_s = -math.inf
    for start_s, run in sorted(
        ((run.started_s, run) for run in runs if run.started_s is not None),
        key=lambda dated: dated[0],
    ):
        if start_s - ended_s <= SESSION_GAP_S:
            sessions[-1].append(run)
        else:
            sessions.append([run])
        ended_s = max(ended_s, start_s + run.elapsed_s)
    return sessions


def _distance_km(runs: Sequence[RunOfDay]) -> float:
    return math.fsum(run.distance_km for run in runs)


def _hip_flexions(runs: Sequence[RunOfDay]) -> float:
    return math.fsum(run.hip_flexions for run in runs)
