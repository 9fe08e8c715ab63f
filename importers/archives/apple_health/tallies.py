"""Steps, heart rates and efforts of workouts out of all records of a life, source by source."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

import numpy as np

from analytics.recording import Float32Array, Float64Array
from importers.archives.apple_health.scan import FoundRecord
from importers.archives.apple_health.values import midnight_s, seconds_since_1970, unescaped
from importers.archives.apple_health.workout import Workout
from importers.texts import plain
from importers.xml_values import number

STEP_COUNT: Final = "StepCount"
HEART_RATE: Final = "HeartRate"
EFFORT: Final = "WorkoutEffortScore"
KINDS: Final = (STEP_COUNT, HEART_RATE, EFFORT)

_OWN_SHARE: Final = 0.5
"""A workout's own source counts unless another one counted more than twice as much (our choice:
then it did not count all along)."""

_MOST_HEART_RATES: Final = 100_000
"""Of one source in one workout: one a second for more than a day."""

_MOST_IN_ALL: Final = 20_000_000
"""Heart rates that are kept: one every five seconds for three years of workouts, in 240 MB."""

_MOST_SOURCES: Final = 16
"""Of one workout: devices and apps that counted the same steps or beats."""

_ATTRIBUTE: Final = re.compile(
    rb"""\s(startDate|endDate|value|sourceName)\s*=\s*(?:"([^"]*)"|'([^']*)')"""
)
_START: Final = re.compile(
    rb"""\sstartDate="(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d) ([+-]\d{4})\""""
)
_LONGEST_RECORD_S: Final = 3600.0
"""Step counts of longer spans tell nothing of a workout; phones write ten minutes at most."""

_MOST_AT_ONCE: Final = 64
"""Workouts at one time that a record is counted for; a handful of apps may record the same run."""

_PULSES_BPM: Final = (20.0, 250.0)


@dataclass(frozen=True, slots=True)
class HeartRates:
    """Samples ``[n]``: seconds since the workout's start, strictly increasing, and beats."""

    seconds: Float64Array
    beats_per_minute: Float32Array


@dataclass(slots=True)
class _Tally:
    steps: defaultdict[str | None, float] = field(
        default_factory=lambda: defaultdict[str | None, float](float)
    )
    beats: dict[str | None, tuple[array[float], array[float]]] = field(
        default_factory=dict[str | None, tuple["array[float]", "array[float]"]]
    )
    effort: float | None = None


class Tallies:
    """What the records say of each workout.

    Only what lies within a workout is kept, so memory grows with the workouts, not the records.

    Parameters
    ----------
    workouts
        In any order; results are asked for by their place in it.
    """

    def __init__(self, workouts: Sequence[Workout]) -> None:
        self._workouts = workouts
        self._order = sorted(range(len(workouts)), key=lambda at: workouts[at].start_s)
        self._starts = [workouts[at].start_s for at in self._order]
        # Workouts may overlap: two apps recorded the same run, or one forgot to end.
        self._latest = list(accumulate((workouts[at].end_s for at in self._order), max))
        self._tallies = [_Tally() for _ in workouts]
        self._heart_rates = 0

    def add(self, record: FoundRecord) -> None:
        """Count a record of one of ``KINDS`` where it belongs."""
        if not self._may_matter(record.tag):
            return
        texts = {name: double or single for name, double, single in _ATTRIBUTE.findall(record.tag)}
        start_s = seconds_since_1970(texts.get(b"startDate", b"").decode("utf-8", "replace"))
        end_s = seconds_since_1970(texts.get(b"endDate", b"").decode("utf-8", "replace"))
        if start_s is None or end_s is None or end_s < start_s:
            return
        value = number(texts.get(b"value", b"").decode("utf-8", "replace"))
        if value is None or value <= 0:
            return
        source = plain(unescaped(texts.get(b"sourceName", b"")))
        for at in self._during(start_s, end_s):
            self._count(at, record.kind.decode(), source, (start_s, end_s), value)

    def _may_matter(self, tag: bytes) -> bool:
        """Whether a record begins within a workout or shortly before: nearly none of them does.

        Of millions of records, reading more than this would take longer than finding them.
        """
        match = _START.search(tag)
        if match is None:
            return True
        day, hour, minute, second, offset = match.groups()
        midnight = midnight_s(day.decode(), offset.decode())
        if midnight is None:
            return False
        start_s = midnight + 3600 * int(hour) + 60 * int(minute) + int(second)
        place = bisect_right(self._starts, start_s + _LONGEST_RECORD_S) - 1
        return place >= 0 and self._latest[place] >= start_s

    def steps(self, at: int) -> float | None:
        """Steps of the workout, as one source counted them: a phone beside a watch counts twice."""
        steps = self._tallies[at].steps
        if not steps:
            return None
        own = steps.get(self._workouts[at].source, 0.0)
        most = max(steps.values())
        return own if own >= _OWN_SHARE * most else most

    def effort(self, at: int) -> float | None:
        """Effort, 0 to 10, the runner gave it; None when there is none."""
        return self._tallies[at].effort

    def heart_rates(self, at: int) -> HeartRates | None:
        """Heart rate of the workout's own source, or of the one that has most; None for none."""
        beats = self._tallies[at].beats
        if not beats:
            return None
        own = beats.get(self._workouts[at].source)
        seconds, values = own or max(beats.values(), key=lambda some: len(some[0]))
        # Several samples of one second: the last one counts, as everywhere.
        times, last = np.unique(np.array(seconds)[::-1], return_index=True)
        return HeartRates(times, np.array(values, np.float32)[::-1][last])

    def _during(self, start_s: float, end_s: float) -> Iterator[int]:
        """Workouts that share time with an interval, or hold a moment."""
        place = bisect_right(self._starts, end_s) - 1
        last = max(place - _MOST_AT_ONCE, -1)
        while place > last and self._latest[place] >= start_s:
            at = self._order[place]
            if self._workouts[at].end_s >= start_s:
                yield at
            place -= 1

    def _count(
        self, at: int, kind: str, source: str | None, span_s: tuple[float, float], value: float
    ) -> None:
        workout, tally = self._workouts[at], self._tallies[at]
        start_s, end_s = span_s
        shared_s = min(end_s, workout.end_s) - max(start_s, workout.start_s)
        told = tally.steps if kind == STEP_COUNT else tally.beats
        if source not in told and len(told) >= _MOST_SOURCES:
            return
        if kind == STEP_COUNT:
            # A record across the workout's edge counts by the time it shares with it.
            share = shared_s / (end_s - start_s) if end_s > start_s else 1.0
            tally.steps[source] += value * share
        elif kind == EFFORT:
            if shared_s >= (workout.end_s - workout.start_s) / 2:
                tally.effort = value
        elif _PULSES_BPM[0] <= value <= _PULSES_BPM[1] and start_s >= workout.start_s:
            seconds, values = tally.beats.setdefault(source, (array("d"), array("f")))
            if len(seconds) < _MOST_HEART_RATES and self._heart_rates < _MOST_IN_ALL:
                self._heart_rates += 1
                seconds.append(start_s - workout.start_s)
                values.append(value)
