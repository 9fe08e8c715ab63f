"""TCX (Garmin's Training Center Database v2): activities of laps of tracks of points.

Schemas: garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd and ActivityExtensionv2.xsd.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analytics.recording import (
    Device,
    DeviceTotals,
    Float64Array,
    Lap,
    RawCounts,
    Recording,
    RecordingWarning,
    Sport,
    Warn,
)
from importers.contract import FailureCode, ImportFailure
from importers.dates import moment, of_one_clock, possible
from importers.limits import MAX_ACTIVITIES, MAX_MARKS, MAX_RECORDS
from importers.pauses import TimedLap
from importers.points import Column, PointTable
from importers.sports import sport_of
from importers.totals import LARGEST_TOTAL, total
from importers.track import TrackFacts, laps_since, stated_offset, timed_recording
from importers.xml_columns import RecordColumns
from importers.xml_guard import claims_xml
from importers.xml_lift import Lifter, RecordLifter, Records
from importers.xml_stream import Handover, XmlStream, local_name
from importers.xml_values import number, utc_second

_COLUMNS: Final = {
    "time": Column.TIME,
    "latitudedegrees": Column.LATITUDE,
    "longitudedegrees": Column.LONGITUDE,
    "altitudemeters": Column.ALTITUDE,
    "distancemeters": Column.DISTANCE,
    "speed": Column.SPEED,
    "value": Column.HEART_RATE,
    "cadence": Column.CADENCE,
    "runcadence": Column.CADENCE,
    "watts": Column.POWER,
}

_CONTAINERS: Final = ("Activity", "Lap", "Track")
_RECORDS: Final = Records(
    container="Track",
    record="Trackpoint",
    width=len(Column),
    column_of=_COLUMNS,
    attributes={},
)

_NEW_COUNT_FRACTION: Final = 0.1
"""A distance that falls below this part of the one before was started anew, not misread."""

_STRIDES_FROM: Final = (0.75, 1.33)
"""Steps within these of the strides that cadence gives are strides (between 1/2 and 1 x 4/3)."""

_STEPS_FROM: Final = (1.5, 2.66)


@dataclass(slots=True)
class _TcxLap:
    start_text: str | None
    first_point: int
    timer_s: float | None = None
    distance_m: float | None = None
    steps: float | None = None
    cadence_per_leg: float | None = None


@dataclass(slots=True, eq=False)
class _Activity:
    sport_text: str | None
    table: PointTable = field(default_factory=PointTable)
    laps: list[_TcxLap] = field(default_factory=list[_TcxLap])
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True)
class _TcxImporter:
    key: str = "tcx"
    lifter: Callable[[Records, Collection[str]], Lifter] = RecordLifter

    def claims(self, head: bytes, name: str) -> bool:
        return claims_xml(head, name, root="TrainingCenterDatabase", ending=".tcx")

    def parse(self, data: bytes) -> Sequence[Recording]:
        stream = XmlStream(data, _CONTAINERS, self.lifter(_RECORDS, _CONTAINERS))
        if stream.root_name.lower() != "trainingcenterdatabase":
            raise ImportFailure(FailureCode.DAMAGED, f"root element {stream.root_name}"[:80])
        collector = _Collector()
        for part in stream:
            collector.take(part)
        activities = collector.activities
        if not activities:
            # Courses and workouts are plans; nobody ran them yet.
            raise ImportFailure(stream.code_for_nothing())
        warnings = stream.warnings()
        return [_recording(activity, warnings) for activity in activities]


IMPORTER: Final = _TcxImporter()


class _Collector:
    """Puts what the stream hands over into the activities it belongs to."""

    def __init__(self) -> None:
        self.activities: list[_Activity] = []
        self._records = RecordColumns(_RECORDS)
        self._current: _Activity | None = None
        self._laps = 0
        self._points = 0

    def take(self, part: Handover) -> None:
        """Take the next part of the file."""
        if part.name == "Activity":
            self._activity(part)
        elif self._current is not None:
            # Elsewhere it is a course's lap or track, whose points were never run.
            self._inside(part, self._current)

    def _activity(self, part: Handover) -> None:
        if part.event == "start":
            self._current = _Activity(part.container.get("Sport"))
            return
        if self._current is not None:
            _describe(self._current, part)
        if part.event == "end":
            self._current = None

    def _inside(self, part: Handover, activity: _Activity) -> None:
        if part.name == "Lap":
            if part.event == "start":
                lap = _TcxLap(part.container.get("StartTime"), len(activity.table))
                activity.laps.append(lap)
                self._laps += 1
            elif activity.laps:
                _sum_up(activity.laps[-1], part)
        elif part.event == "start":
            activity.table.begin_segment()
        else:
            columns = self._records.read(part)
            activity.table.add(columns)
            self._points += len(columns[0])
        if self.activities[-1:] != [activity] and (activity.laps or len(activity.table)):
            self.activities.append(activity)
        self._check_size()

    def _check_size(self) -> None:
        for count, most, what in (
            (len(self.activities), MAX_ACTIVITIES, "activities"),
            (self._laps, MAX_MARKS, "laps"),
            (self._points, MAX_RECORDS, "points"),
        ):
            if count > most:
                raise ImportFailure(FailureCode.TOO_LARGE, f"{most} {what}")


def _describe(activity: _Activity, part: Handover) -> None:
    for element in part.container[: part.whole]:
        if local_name(element) == "Creator":
            texts = {local_name(child): (child.text or "").strip() for child in element}
            # Polar and others write unit 0 for all of their watches.
            serial = texts.get("UnitId", "").strip("0") and texts["UnitId"]
            activity.device = Device(product=texts.get("Name") or None, serial=serial or None)


def _sum_up(lap: _TcxLap, part: Handover) -> None:
    for element in part.container[: part.whole]:
        name = local_name(element)
        if name == "TotalTimeSeconds":
            lap.timer_s = total(number(element.text))
        elif name == "DistanceMeters":
            lap.distance_m = total(number(element.text))
        elif name == "Extensions":
            for inner in element.iterdescendants():
                if local_name(inner) == "Steps":
                    lap.steps = total(number(inner.text))
                elif local_name(inner) == "AvgRunCadence":
                    lap.cadence_per_leg = total(number(inner.text))


def _recording(activity: _Activity, warnings: tuple[RecordingWarning, ...]) -> Recording:
    points = activity.table.points().copy()
    points[:, Column.DISTANCE], shrunk = _distance_so_far(points[:, Column.DISTANCE])
    if shrunk:
        warnings = (*warnings, RecordingWarning(Warn.IMPLAUSIBLE_VALUES, shrunk))
    time_s, _ = of_one_clock(points[:, Column.TIME])
    starts = _lap_starts_s(activity.laps, time_s)
    sport, sub_sport = sport_of(activity.sport_text)
    laps = tuple(
        Lap(start_s, lap.timer_s, lap.distance_m)
        for lap, start_s in zip(activity.laps, starts, strict=True)
    )
    offset_s, impossible = stated_offset(activity.table.first_time)
    facts = TrackFacts(
        sport=sport,
        sub_sport=sub_sport,
        device=activity.device,
        totals=_totals(activity.laps, sport),
        laps=laps,
        timed_laps=_timed_laps(laps, time_s),
        utc_offset_s=offset_s,
        warnings=(*warnings, *impossible),
    )
    if np.isfinite(time_s).any():
        return timed_recording(points, activity.table.breaks, facts)
    return _summary(points, facts)


def _lap_starts_s(laps: Sequence[_TcxLap], time_s: Float64Array) -> list[float]:
    """Start of each lap, seconds since 1970: its own, else its first point's, else the last's."""
    starts: list[float] = []
    dated = bool(possible(time_s).any())
    for lap in laps:
        start_s = utc_second(lap.start_text)
        if dated and start_s is not None and moment(start_s) is None:
            start_s = None
        if start_s is None and lap.first_point < len(time_s):
            start_s = float(time_s[lap.first_point])
        if start_s is None or not np.isfinite(start_s):
            start_s = starts[-1] if starts else float("nan")
        starts.append(start_s)
    return starts


def _timed_laps(laps: Sequence[Lap], time_s: Float64Array) -> tuple[TimedLap, ...]:
    """Laps with their ends, when every lap says when it began and how long its timer ran."""
    known = time_s[np.isfinite(time_s)]
    if not len(known) or not laps:
        return ()
    # In order each stretch of time is one lap's, and looked through once.
    laps = sorted(laps, key=lambda lap: lap.start_s)
    ends = [*(lap.start_s for lap in laps[1:]), float(known.max())]
    timed = tuple(
        TimedLap(lap.start_s, end_s, lap.timer_s)
        for lap, end_s in zip(laps, ends, strict=True)
        if lap.timer_s and np.isfinite(lap.start_s) and np.isfinite(end_s)
    )
    return timed if len(timed) == len(laps) else ()


def _distance_so_far(distance: Float64Array) -> tuple[Float64Array, int]:
    """Distance since the start that never shrinks; also how many values were below one before.

    Some exporters begin to count anew with each lap: what was run before is added.
    """
    at = np.flatnonzero(np.abs(distance) <= LARGEST_TOTAL)
    known = distance[at]
    anew = np.concatenate(([False], known[1:] < known[:-1] * _NEW_COUNT_FRACTION))
    before = np.concatenate(([0.0], known[:-1]))
    known = known + np.cumsum(np.where(anew[: len(known)], before[: len(known)], 0.0))
    so_far = np.maximum.accumulate(known) if len(known) else known
    result = distance.copy()
    result[at] = so_far
    return result, int(np.count_nonzero(known < so_far))


def _totals(laps: Sequence[_TcxLap], sport: Sport) -> DeviceTotals:
    timers = [lap.timer_s for lap in laps if lap.timer_s is not None]
    distances = [lap.distance_m for lap in laps if lap.distance_m is not None]
    on_foot = sport in {Sport.RUNNING, Sport.WALKING, Sport.HIKING}
    return DeviceTotals(
        distance_m=total(sum(distances)) if distances else None,
        timer_s=total(sum(timers)) if timers else None,
        steps=_steps(laps) if on_foot else None,
    )


def _steps(laps: Sequence[_TcxLap]) -> int | None:
    """Steps of both feet, where the lap extension's ``Steps`` can be told from strides.

    The schema does not say which, so each file's sum is held against what its laps' average
    cadence (strides of one leg) gives; when it is neither once nor twice that, it is not used.
    """
    if not laps or any(
        lap.steps is None or lap.cadence_per_leg is None or lap.timer_s is None for lap in laps
    ):
        return None
    counted = sum(lap.steps or 0.0 for lap in laps)
    strides = sum((lap.cadence_per_leg or 0.0) * (lap.timer_s or 0.0) / 60 for lap in laps)
    if strides and _STRIDES_FROM[0] <= counted / strides <= _STRIDES_FROM[1]:
        return round(2 * counted)
    if strides and _STEPS_FROM[0] <= counted / strides <= _STEPS_FROM[1]:
        return round(counted)
    return None


def _summary(points: Float64Array, facts: TrackFacts) -> Recording:
    """Make a recording of an activity of laps only: entered by hand, or without a sensor."""
    start_s = facts.laps[0].start_s if facts.laps else float("nan")
    started_at = moment(start_s)
    warnings = list(facts.warnings)
    warnings.append(RecordingWarning(Warn.NO_RECORDS))
    if started_at is None:
        told = bool(np.isfinite(start_s))
        warnings.append(RecordingWarning(Warn.IMPOSSIBLE_DATE if told else Warn.NO_START))
    if facts.sport is Sport.UNKNOWN:
        warnings.append(RecordingWarning(Warn.UNKNOWN_SPORT))
    return Recording(
        sport=facts.sport,
        sub_sport=facts.sub_sport,
        started_at=started_at,
        utc_offset_s=facts.utc_offset_s,
        elapsed_s=np.empty(0),
        laps=laps_since(facts.laps, start_s),
        totals=facts.totals,
        counts=RawCounts(records=len(points)),
        device=facts.device,
        warnings=tuple(warnings),
    )
