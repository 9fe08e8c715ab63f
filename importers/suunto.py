"""Suunto's JSON: one watch log, with the watch's own units (hertz, kelvin, radians).

Positions and sensors come as samples of their own, and beats between which the milliseconds are
counted; all of them meet on one time line.
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import degrees
from typing import Final

import numpy as np

from analytics.recording import (
    Device,
    DeviceTotals,
    Float64Array,
    Lap,
    Pause,
    RawCounts,
    Recording,
    RecordingWarning,
    Sport,
    Stream,
    Warn,
)
from importers.contract import FailureCode, ImportFailure
from importers.dates import moment, of_one_clock
from importers.json_stream import JsonStream
from importers.json_values import Fields
from importers.limits import MAX_MARKS, MAX_RECORDS
from importers.pauses import merged
from importers.points import Column
from importers.sports import sport_of
from importers.texts import plain
from importers.timeline import timeline
from importers.totals import total
from importers.track import TrackFacts, stated_offset, timed_recording
from importers.xml_values import utc_second

_LOG: Final = re.compile(rb'"DeviceLog"\s{0,40}:')
_HEADER: Final = re.compile(r'"Header"\s{0,40}:\s{0,40}(?=\{)')
_DEVICE: Final = re.compile(r'"Device"\s{0,40}:\s{0,40}(?=\{)')
_SAMPLES: Final = re.compile(r'"Samples"\s{0,40}:\s{0,40}\[')
_WINDOWS: Final = re.compile(r'"Windows"\s{0,40}:\s{0,40}\[')
_BEATS: Final = re.compile(r'"R-R"\s{0,40}:\s{0,40}(?=\{)')

_SPORTS: Final = {
    # As the watches' manuals number them; what is not here is another sport.
    1: (Sport.UNKNOWN, None),
    3: (Sport.RUNNING, None),
    4: (Sport.CYCLING, None),
    5: (Sport.CYCLING, None),
    6: (Sport.SWIMMING, None),
    11: (Sport.HIKING, None),
    12: (Sport.WALKING, None),
    17: (Sport.CYCLING, None),
    81: (Sport.RUNNING, "track"),
    82: (Sport.RUNNING, "trail"),
    83: (Sport.SWIMMING, None),
    84: (Sport.WALKING, None),
    93: (Sport.RUNNING, "treadmill"),
}

_PER_MINUTE: Final = 60.0
_KELVIN: Final = -273.15
_LONGEST_LEAD_S: Final = 3600.0
"""A log begins with its first sample, unless its start was noted within an hour before."""

_MOST_ACTIVITIES: Final = 100
"""Of one log: a triathlon has three, five with its changes. More of them are one with the last."""

_BEAT_MS: Final = (240.0, 3000.0)
_LONGEST_GAP_MS: Final = 86_400_000.0
_BEATS_AVERAGED: Final = 9
_BEAT_HOLDS_S: Final = 10.0
_FEW_HEART_RATES: Final = 0.5
"""Of the samples with anything else: below, the beats tell more."""


@dataclass(frozen=True, slots=True)
class _SuuntoImporter:
    key: str = "suunto"

    def claims(self, head: bytes, name: str) -> bool:
        del name
        return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and (
            _LOG.search(head) is not None
        )

    def parse(self, data: bytes) -> Sequence[Recording]:
        log = _read(data)
        if not len(log.points) and not len(log.header):
            raise ImportFailure(FailureCode.DAMAGED if log.cut else FailureCode.NO_ACTIVITY)
        starts = log.starts or [_Start(log.header_s, log.header)]
        ends = [start.at_s for start in starts[1:]]
        windows = [one for one in log.windows if one.kind == "Activity"]
        return [
            _recording(log, start, end, windows[at] if len(windows) == len(starts) else None)
            for at, (start, end) in enumerate(zip(starts, [*ends, None], strict=True))
        ]


IMPORTER: Final = _SuuntoImporter()


@dataclass(frozen=True, slots=True)
class _Start:
    """An activity begins; ``told`` names its ``ActivityType``."""

    at_s: float | None
    told: Fields


@dataclass(frozen=True, slots=True)
class _Window:
    """Sums of a lap (``Autolap``, ``Lap``) or of an ``Activity``, up to ``end_s``."""

    kind: str
    end_s: float | None
    timer_s: float | None
    distance_m: float | None
    ascent_m: float | None


@dataclass(slots=True)
class _Log:
    header: Fields = field(default_factory=Fields)
    device: Fields = field(default_factory=Fields)
    windows: list[_Window] = field(default_factory=list[_Window])
    points: Float64Array = field(default_factory=lambda: np.empty((0, len(Column))))
    starts: list[_Start] = field(default_factory=list[_Start])
    pauses: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])
    beats_ms: list[float] = field(default_factory=list[float])
    broken: int = 0
    cut: bool = False

    @property
    def header_s(self) -> float | None:
        """When it began, seconds since 1970, as its header says."""
        return utc_second(self.header.text("DateTime"))


def _read(data: bytes) -> _Log:
    log = _Log()
    log.header = _object(log, data, _HEADER)
    log.device = _object(log, data, _DEVICE)
    for told in _objects(log, data, _WINDOWS):
        if (window := _window(told.inner("Window"))) is not None:
            log.windows.append(window)
            _limit(len(log.windows), MAX_MARKS, "laps")
    log.beats_ms = _object(log, data, _BEATS).numbers("Data")
    rows: array[float] = array("d")
    for sample in _objects(log, data, _SAMPLES):
        at_s = utc_second(sample.text("TimeISO8601"))
        if at_s is None:
            continue
        events = list(sample.inners("Events"))
        for event in events:
            _note(log, at_s, event)
        if not events:
            rows.extend(_row(at_s, sample))
    log.points = _merged(np.array(rows).reshape(-1, len(Column) + 1))
    log.pauses.sort()
    return log


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise ImportFailure(FailureCode.TOO_LARGE, f"{most} {what}")


def _window(told: Fields) -> _Window | None:
    kind = told.text("Type")
    if kind not in {"Autolap", "Lap", "Activity"}:
        return None
    return _Window(
        kind,
        utc_second(told.text("TimeISO8601")),
        total(told.number("Duration")),
        total(told.number("Distance")),
        total(told.number("Ascent")),
    )


def _merged(rows: Float64Array) -> Float64Array:
    """Samples ``[n, len(Column)]`` in the order of time, those of one time as one.

    Receiver and sensors write each their own: neither order nor repetition is a fault here.
    """
    told = np.isfinite(np.delete(rows, Column.TIME, axis=1)).any(axis=1)
    rows = rows[told]
    if not len(rows):
        return np.empty((0, len(Column)))
    begin_s = rows[:, Column.TIME].min()
    line = timeline(rows[:, Column.TIME] - begin_s)
    points = np.column_stack([line.merge(rows[:, column]) for column in range(rows.shape[1])])
    points[:, Column.TIME] = line.seconds + begin_s
    if np.isnan(points[:, Column.ALTITUDE]).all():
        points[:, Column.ALTITUDE] = points[:, len(Column)]
    return points[:, : len(Column)]


def _object(log: _Log, data: bytes, key: re.Pattern[str]) -> Fields:
    stream = JsonStream(io.BytesIO(data))
    if not stream.skip_to(key):
        return Fields()
    found = stream.object()
    if isinstance(found, Fields):
        return found
    log.cut |= found.cut
    log.broken += 1
    return Fields()


def _objects(log: _Log, data: bytes, key: re.Pattern[str]) -> Iterator[Fields]:
    stream = JsonStream(io.BytesIO(data))
    if not stream.skip_to(key):
        return
    for number, found in enumerate(stream.objects(), start=1):
        _limit(number, MAX_RECORDS, "records")
        if isinstance(found, Fields):
            yield found
        else:
            log.cut |= found.cut
            log.broken += 1


def _note(log: _Log, at_s: float, event: Fields) -> None:
    """Keep an event that matters: the start of an activity, a pause."""
    if "Activity" in event and len(log.starts) < _MOST_ACTIVITIES:
        log.starts.append(_Start(at_s, event.inner("Activity")))
    if "Pause" in event and "State" in event.inner("Pause"):
        log.pauses.append((at_s, event.inner("Pause").flag("State")))
        _limit(len(log.pauses), MAX_MARKS, "pauses")


def _row(at_s: float, sample: Fields) -> list[float]:
    """One sample in a track's units, and what the receiver alone says of its height."""

    def scaled(name: str, factor: float, plus: float = 0.0) -> float:
        value = sample.number(name)
        return np.nan if value is None else value * factor + plus

    row = [np.nan] * (len(Column) + 1)
    row[Column.TIME] = at_s
    row[Column.LATITUDE] = degrees(scaled("Latitude", 1.0))
    row[Column.LONGITUDE] = degrees(scaled("Longitude", 1.0))
    row[Column.ALTITUDE] = scaled("Altitude", 1.0)
    row[Column.DISTANCE] = scaled("Distance", 1.0)
    row[Column.SPEED] = scaled("Speed", 1.0)
    row[Column.HEART_RATE] = scaled("HR", _PER_MINUTE)
    row[Column.CADENCE] = scaled("Cadence", _PER_MINUTE)
    row[Column.POWER] = scaled("Power", 1.0)
    row[Column.TEMPERATURE] = scaled("Temperature", 1.0, _KELVIN)
    row[len(Column)] = scaled("GPSAltitude", 1.0)
    return row


def _recording(log: _Log, start: _Start, end_s: float | None, window: _Window | None) -> Recording:
    first = start is log.starts[0] if log.starts else True
    last = end_s is None
    # What was sampled before the watch noted its first activity belongs to that one.
    since_s = -np.inf if first or start.at_s is None else start.at_s
    edges = np.searchsorted(log.points[:, Column.TIME], (since_s, np.inf if last else end_s))
    points = log.points[slice(*edges)]
    begin_s = log.header_s if first and log.header_s is not None else start.at_s
    sport, sub_sport = _sport(start.told, log.header)
    offset_s, impossible = stated_offset(log.header.text("DateTime"))
    facts = TrackFacts(
        sport=sport,
        sub_sport=sub_sport,
        device=Device(
            manufacturer="suunto",
            product=plain(log.device.text("Name")),
            serial=plain(log.device.text("SerialNumber")),
        ),
        totals=_totals(log.header, window, whole=first and last),
        utc_offset_s=offset_s,
        warnings=(*_damage(log), *impossible),
    )
    if not len(points):
        return _without_samples(begin_s, facts)
    recording = _since(begin_s, timed_recording(points, (), facts))
    time_s, _ = of_one_clock(points[:, Column.TIME])
    until_s = float(recording.elapsed_s[-1])
    start_s = float(np.nanmax(time_s)) - until_s
    recording = replace(
        recording,
        pauses=merged([*recording.pauses, *_pauses(log.pauses, start_s, until_s)]),
        laps=_laps(log.windows, start_s, until_s),
    )
    return _with_beats(recording, log.beats_ms) if first and last else recording


def _without_samples(begin_s: float | None, facts: TrackFacts) -> Recording:
    told = {
        Warn.NO_RECORDS: True,
        Warn.NO_START: begin_s is None,
        Warn.IMPOSSIBLE_DATE: begin_s is not None and moment(begin_s) is None,
        Warn.UNKNOWN_SPORT: facts.sport is Sport.UNKNOWN,
    }
    return Recording(
        sport=facts.sport,
        sub_sport=facts.sub_sport,
        started_at=None if begin_s is None else moment(begin_s),
        utc_offset_s=facts.utc_offset_s,
        elapsed_s=np.empty(0),
        counts=RawCounts(records=0),
        totals=facts.totals,
        device=facts.device,
        warnings=(
            *facts.warnings,
            *(RecordingWarning(code) for code, applies in told.items() if applies),
        ),
    )


def _sport(told: Fields, header: Fields) -> tuple[Sport, str | None]:
    number = told.number("ActivityType")
    if number is None:
        number = header.number("ActivityType")
    if number is None:
        # The name of the watch's mode, which its owner may have chosen.
        return sport_of(header.text("Activity"))
    return _SPORTS.get(int(number), (Sport.OTHER, None))


def _totals(header: Fields, window: _Window | None, *, whole: bool) -> DeviceTotals:
    """Sums of one activity: of the whole log where it is the only one."""
    if not whole:
        return (
            DeviceTotals()
            if window is None
            else DeviceTotals(
                distance_m=window.distance_m, timer_s=window.timer_s, ascent_m=window.ascent_m
            )
        )
    elapsed_s = total(header.number("Duration"))
    timer_s = None if window is None else window.timer_s
    if timer_s is None and elapsed_s is not None:
        timer_s = total(elapsed_s - (header.number("PauseDuration") or 0.0))
    return DeviceTotals(
        distance_m=total(header.number("Distance")),
        timer_s=timer_s,
        elapsed_s=elapsed_s,
        ascent_m=total(header.number("Ascent")),
    )


def _damage(log: _Log) -> tuple[RecordingWarning, ...]:
    if log.cut:
        return (RecordingWarning(Warn.TRUNCATED),)
    return (RecordingWarning(Warn.DAMAGED_MIDDLE),) if log.broken else ()


def _since(begin_s: float | None, recording: Recording) -> Recording:
    """Recording that begins when the watch says it did, not with its first sample."""
    begin = None if begin_s is None else moment(begin_s)
    if begin is None or recording.started_at is None:
        return recording
    lead_s = (recording.started_at - begin).total_seconds()
    if not 0 < lead_s <= _LONGEST_LEAD_S:
        return recording
    return replace(
        recording,
        started_at=begin,
        elapsed_s=recording.elapsed_s + lead_s,
        pauses=tuple(Pause(one.start_s + lead_s, one.end_s + lead_s) for one in recording.pauses),
    )


def _pauses(
    events: Sequence[tuple[float, bool]], start_s: float, until_s: float
) -> Iterator[Pause]:
    since: float | None = None
    for at_s, begins in events:
        at = min(max(at_s - start_s, 0.0), until_s)
        if begins and since is None:
            since = at
        elif not begins and since is not None:
            if at > since:
                yield Pause(since, at)
            since = None
    if since is not None and until_s > since:
        yield Pause(since, until_s)


def _laps(windows: Sequence[_Window], start_s: float, until_s: float) -> tuple[Lap, ...]:
    """Laps the watch made by itself or, if it made none, those of its button."""
    for kind in ("Autolap", "Lap"):
        laps: list[Lap] = []
        begin = 0.0
        for window in windows:
            if window.kind != kind or window.end_s is None or window.end_s < start_s:
                continue
            if begin <= until_s:
                laps.append(Lap(begin, window.timer_s, window.distance_m))
            begin = max(begin, window.end_s - start_s)
        if laps:
            return tuple(laps)
    return ()


def _with_beats(recording: Recording, beats_ms: Sequence[float]) -> Recording:
    """Heart rate from the times between beats, where the samples carry hardly any.

    They are counted from the start, through pauses too.
    """
    rates = recording.streams.get(Stream.HEART_RATE_BPM)
    known = 0 if rates is None else int(np.isfinite(rates).sum())
    beats = np.clip(np.array(beats_ms), 0.0, _LONGEST_GAP_MS)
    if known >= _FEW_HEART_RATES * recording.samples or len(beats) < _BEATS_AVERAGED:
        return recording
    times_s = np.cumsum(beats) / 1000.0
    usable = (beats >= _BEAT_MS[0]) & (beats <= _BEAT_MS[1])
    if np.count_nonzero(usable) < _BEATS_AVERAGED:
        return recording
    # The median of some: a beat that was missed doubles one, a false one halves two.
    windows = np.lib.stride_tricks.sliding_window_view(beats[usable], _BEATS_AVERAGED)
    rate_bpm = 60_000.0 / np.median(windows, axis=1)
    at_s = times_s[usable][_BEATS_AVERAGED - 1 :]
    last = np.searchsorted(at_s, recording.elapsed_s, side="right") - 1
    held = (last >= 0) & (recording.elapsed_s - at_s[np.maximum(last, 0)] <= _BEAT_HOLDS_S)
    values = np.where(held, rate_bpm[np.maximum(last, 0)], np.nan).astype(np.float32)
    if not held.any():
        return recording
    return replace(
        recording,
        streams={**recording.streams, Stream.HEART_RATE_BPM: values},
        counts=_counted(recording.counts, int(held.sum())),
    )


def _counted(counts: RawCounts, with_heart_rate: int) -> RawCounts:
    return replace(counts, with_heart_rate=max(counts.with_heart_rate, with_heart_rate))
