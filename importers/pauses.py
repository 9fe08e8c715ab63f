"""Where the timer stood still in files that have no timer events, only gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.recording import Float64Array, Pause

SHORTEST_PAUSE_S: Final = 10.0
"""Our choice: below, a gap is more likely lost reception or smart recording than a stop."""

SAMPLE_INTERVALS: Final = 3.0
"""A break between segments counts only when this many usual sample intervals long."""

CERTAIN_PAUSE_S: Final = 6 * 3600.0
"""No device records so seldom that nothing for six hours was running time (our choice)."""

ROUNDING_S: Final = 2.0
"""Lap times are rounded to seconds, their starts too."""


@dataclass(frozen=True, slots=True)
class TimedLap:
    """A lap's start and next lap's start, seconds since the start, and its timer time."""

    start_s: float
    end_s: float
    timer_s: float


def at_breaks(seconds: Float64Array, break_times_s: Float64Array) -> list[Pause]:
    """Pauses where the file begins a new segment after a gap.

    Parameters
    ----------
    seconds
        float64 ``[n]``, strictly increasing sample times.
    break_times_s
        float64 ``[b]``, the time of the first sample of each new segment.
    """
    if len(seconds) < 2:  # noqa: PLR2004 - a gap has two sides
        return []
    after = np.unique(np.searchsorted(seconds, break_times_s))
    after = after[(after > 0) & (after < len(seconds))]
    gaps = seconds[after] - seconds[after - 1]
    shortest = max(SHORTEST_PAUSE_S, SAMPLE_INTERVALS * float(np.median(np.diff(seconds))))
    starts, ends = seconds[after - 1], seconds[after]
    return _pauses(starts[gaps > shortest], ends[gaps > shortest])


def by_lap_times(seconds: Float64Array, laps: Sequence[TimedLap]) -> list[Pause]:
    """Pauses that explain why laps, in order of their starts, took longer than their timer ran.

    Within each lap the longest gaps are taken, while they fit into the time that is missing.
    What is still missing then is looked for in the whole activity: some exporters (Polar) count
    the laps' starts in timer time, so that a stop falls out of its lap.
    """
    steps = np.diff(seconds)
    if not len(steps) or not laps:
        return []
    # A gap is the stop and what was left of the sample intervals on either side of it.
    slack_s = ROUNDING_S + 2 * float(np.median(steps))
    whole = TimedLap(laps[0].start_s, laps[-1].end_s, sum(lap.timer_s for lap in laps))
    taken: dict[int, float] = {}
    for lap in (*laps, whole):
        first, last = np.searchsorted(seconds, [lap.start_s, lap.end_s])
        inside = range(max(int(first) - 1, 0), min(int(last), len(steps)))
        missing_s = lap.end_s - lap.start_s - lap.timer_s
        missing_s -= _sum_inside(taken, inside)
        gaps: list[int] = [at for at in _longest_first(steps, inside) if at not in taken]
        for at in gaps:
            if missing_s < SHORTEST_PAUSE_S:
                break
            if steps[at] <= missing_s + slack_s:
                taken[at] = float(steps[at])
                missing_s -= taken[at]
    return [Pause(float(seconds[at]), float(seconds[at + 1])) for at in sorted(taken)]


def _sum_inside(taken: Mapping[int, float], inside: range) -> float:
    # Through the fewer of the two, or a file of many laps and pauses would take their product.
    if len(taken) < len(inside):
        return sum(gap_s for at, gap_s in taken.items() if at in inside)
    return sum(taken.get(at, 0.0) for at in inside)


def _longest_first(steps: Float64Array, inside: range) -> list[int]:
    within = steps[inside.start : inside.stop]
    order: list[int] = np.argsort(-within, kind="stable").tolist()
    return [at + inside.start for at in order if within[at] >= SHORTEST_PAUSE_S]


def certain(seconds: Float64Array) -> list[Pause]:
    """Gaps so long that the timer cannot have run."""
    at = np.flatnonzero(np.diff(seconds) >= CERTAIN_PAUSE_S)
    return _pauses(seconds[at], seconds[at + 1])


def merged(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """Put pauses in order, those that overlap as one."""
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: (pause.start_s, pause.end_s)):
        if result and pause.start_s < result[-1].end_s:
            result[-1] = Pause(result[-1].start_s, max(result[-1].end_s, pause.end_s))
        else:
            result.append(pause)
    return tuple(result)


def _pauses(starts: Float64Array, ends: Float64Array) -> list[Pause]:
    return [Pause(float(start), float(end)) for start, end in zip(starts, ends, strict=True)]
