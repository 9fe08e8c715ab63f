"""Points of an XML track as columns, and from columns to a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

import numpy as np

from analytics.recording import (
    NO_POSITION,
    SEMICIRCLES_TO_DEGREES,
    BoolArray,
    CadenceReading,
    Device,
    DeviceTotals,
    Float32Array,
    Float64Array,
    Int32Array,
    Lap,
    Pause,
    RawCounts,
    Recording,
    RecordingWarning,
    Sport,
    Stream,
    Warn,
)
from importers import pauses
from importers.cadence import read_cadence
from importers.timeline import Timeline, timeline
from importers.xml_columns import Texts
from importers.xml_values import numbers, utc_seconds
from importers.zone import zone_at


class Column(IntEnum):
    """What a point may carry, and where in its row."""

    TIME = 0
    LATITUDE = 1
    LONGITUDE = 2
    ALTITUDE = 3
    DISTANCE = 4
    SPEED = 5
    HEART_RATE = 6
    CADENCE = 7
    POWER = 8
    TEMPERATURE = 9


_STREAMS: Final = {
    Column.ALTITUDE: Stream.ALTITUDE_M,
    Column.DISTANCE: Stream.DISTANCE_M,
    Column.SPEED: Stream.SPEED_M_S,
    Column.HEART_RATE: Stream.HEART_RATE_BPM,
    Column.CADENCE: Stream.CADENCE_SPM,
    Column.POWER: Stream.POWER_W,
    Column.TEMPERATURE: Stream.TEMPERATURE_C,
}

_PLAUSIBLE: Final = {
    # Wide on purpose: these catch sentinels and wrong units, not unlikely runs.
    Column.ALTITUDE: (-500.0, 9000.0),
    Column.DISTANCE: (0.0, 2_000_000.0),
    Column.SPEED: (0.0, 60.0),
    Column.HEART_RATE: (20.0, 250.0),
    Column.CADENCE: (0.0, 254.0),
    Column.POWER: (0.0, 5000.0),
    Column.TEMPERATURE: (-60.0, 70.0),
}

_ZERO_MEANS_MISSING: Final = (Column.HEART_RATE,)
_EARTH_RADIUS_M: Final = 6_371_008.8
_LARGEST_SEMICIRCLE: Final = 2**31 - 2
_ENOUGH_TO_COMPARE: Final = 20
_SAME_UNIT_RATIO: Final = (0.5, 2.0)
_MOVING_M_S: Final = 0.5
_BLOCK_POINTS: Final = 4096


class PointTable:
    """Points of one activity as they come, turned into numbers block by block.

    The texts of a long file would take many times the memory of its numbers.
    """

    def __init__(self) -> None:
        self._texts: list[Texts] = [[] for _ in Column]
        self._blocks: list[Float64Array] = []
        self._converted = 0
        self.first_time: str | None = None
        self.breaks: list[int] = []

    def __len__(self) -> int:
        return self._converted + len(self._texts[0])

    def add(self, columns: Sequence[Texts]) -> None:
        """Append points, in file order: one list of texts for each ``Column``."""
        for texts, more in zip(self._texts, columns, strict=True):
            texts.extend(more)
        if len(self._texts[0]) >= _BLOCK_POINTS:
            self._convert()

    def begin_segment(self) -> None:
        """Note that the next point begins a new segment."""
        self.breaks.append(len(self))

    def extend(self, other: PointTable) -> None:
        """Append all points of another table as a new segment."""
        before = len(self)
        self.breaks += [before, *(before + at for at in other.breaks)]
        self._convert()
        self._blocks.append(other.points())
        self._converted += len(other)

    def points(self) -> Float64Array:
        """Return float64 ``[n, len(Column)]``, NaN where missing; times are UTC since 1970."""
        self._convert()
        table = np.concatenate([np.empty((0, len(Column))), *self._blocks])
        self._blocks = [table]
        return table

    def _convert(self) -> None:
        count = len(self._texts[0])
        if not count:
            return
        block = np.full((count, len(Column)), np.nan)
        for column, texts in zip(Column, self._texts, strict=True):
            if column is Column.TIME:
                block[:, column] = utc_seconds(texts)
                self.first_time = self.first_time or next(filter(None, texts), None)
            elif any(texts):
                block[:, column] = numbers(texts)
        self._blocks.append(block)
        self._converted += count
        self._texts = [[] for _ in Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFacts:
    """What a format knows of an activity besides its points; times are UTC since 1970."""

    sport: Sport
    sub_sport: str | None = None
    device: Device = field(default_factory=Device)
    totals: DeviceTotals = field(default_factory=DeviceTotals)
    laps: tuple[Lap, ...] = ()
    timed_laps: tuple[pauses.TimedLap, ...] = ()
    utc_offset_s: int | None = None
    warnings: tuple[RecordingWarning, ...] = ()


def timed_recording(points: Float64Array, breaks: Sequence[int], facts: TrackFacts) -> Recording:
    """Make a recording of points of which at least one has a time.

    Parameters
    ----------
    points
        float64 ``[n, len(Column)]`` in file order; points without a time are counted, not kept.
    breaks
        Indices of points that begin a new segment.
    facts
        The rest. Laps' times are seconds since 1970, for only here the start becomes known.
    """
    raw, implausible = _clean(points)
    time_s = raw[:, Column.TIME]
    timed = np.isfinite(time_s)
    start_s = float(time_s[timed].min())
    line = timeline(time_s[timed] - start_s)
    columns = {column: line.merge(raw[timed, column]) for column in Column}
    if not _speed_is_m_s(line.seconds, columns):
        implausible += int(np.isfinite(raw[:, Column.SPEED]).sum())
        columns[Column.SPEED] = np.full(len(line.seconds), np.nan)
    reading = _cadence(line.seconds, columns, facts.sport)
    latitudes, longitudes = _positions(columns)
    stops = _pauses(line.seconds, time_s[[at for at in breaks if at < len(time_s)]], start_s, facts)
    return Recording(
        sport=facts.sport,
        sub_sport=facts.sub_sport,
        started_at=datetime.fromtimestamp(start_s, UTC),
        zone=_zone(columns),
        utc_offset_s=facts.utc_offset_s,
        elapsed_s=line.seconds,
        latitude_semicircles=latitudes,
        longitude_semicircles=longitudes,
        streams=_streams(columns, reading),
        pauses=stops,
        laps=tuple(Lap(lap.start_s - start_s, lap.timer_s, lap.distance_m) for lap in facts.laps),
        totals=facts.totals,
        counts=_counts(raw, reading),
        cadence=reading,
        device=facts.device,
        warnings=(*facts.warnings, *_warnings(line, implausible, facts.sport)),
    )


def dateless_recording(points: Float64Array, facts: TrackFacts) -> Recording:
    """Make a recording of points without any time: a distance, and nothing that needs a clock.

    It has no samples: times made up for them would become paces and durations. So the length of
    the track stands where a device's own total would.
    """
    raw, implausible = _clean(points)
    columns = {column: raw[:, column] for column in Column}
    length_m = float(np.nansum(_position_steps_m(columns)))
    return Recording(
        sport=facts.sport,
        sub_sport=facts.sub_sport,
        started_at=None,
        zone=_zone(columns),
        elapsed_s=np.empty(0),
        totals=DeviceTotals(distance_m=length_m),
        counts=_counts(raw, None),
        device=facts.device,
        warnings=(
            *facts.warnings,
            RecordingWarning(Warn.NO_START),
            *_warnings(Timeline(np.empty(0)), implausible, facts.sport),
        ),
    )


def _clean(points: Float64Array) -> tuple[Float64Array, int]:
    """Blank what no sensor can have measured; also how many values that were."""
    raw = points.copy()
    implausible = 0
    for column in _ZERO_MEANS_MISSING:
        raw[raw[:, column] == 0, column] = np.nan
    for column, (least, most) in _PLAUSIBLE.items():
        wrong = (raw[:, column] < least) | (raw[:, column] > most)
        implausible += int(np.count_nonzero(wrong))
        raw[wrong, column] = np.nan
    latitude, longitude = raw[:, Column.LATITUDE], raw[:, Column.LONGITUDE]
    on_earth = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)  # noqa: PLR2004 - degrees
    # 0, 0 is what a receiver writes before its first fix.
    placed = on_earth & ((latitude != 0) | (longitude != 0))
    raw[~placed, Column.LATITUDE] = np.nan
    raw[~placed, Column.LONGITUDE] = np.nan
    return raw, implausible


def _counts(raw: Float64Array, reading: CadenceReading | None) -> RawCounts:
    cadence = raw[:, Column.CADENCE]
    with_cadence = int(np.isfinite(cadence).sum())
    factor = reading.factor if reading else 2.0
    return RawCounts(
        records=len(raw),
        cadence_sum_per_leg=float(np.nansum(cadence)) * factor / 2 if with_cadence else None,
        with_cadence=with_cadence,
        with_heart_rate=int(np.isfinite(raw[:, Column.HEART_RATE]).sum()),
        with_position=int(np.isfinite(raw[:, Column.LATITUDE]).sum()),
    )


def _cadence(
    seconds: Float64Array, columns: dict[Column, Float64Array], sport: Sport
) -> CadenceReading | None:
    if np.isnan(columns[Column.CADENCE]).all():
        return None
    speed = columns[Column.SPEED]
    if np.isnan(speed).all():
        speed = _derived_speed_m_s(seconds, columns)
    return read_cadence(columns[Column.CADENCE], speed, sport)


def _derived_speed_m_s(seconds: Float64Array, columns: dict[Column, Float64Array]) -> Float64Array:
    """Speed ``[n]`` from the sample before to each; NaN for the first and where unknown."""
    distance = columns[Column.DISTANCE]
    known = not np.isnan(distance).all()
    steps = np.diff(distance) if known else _position_steps_m(columns)
    speed = np.full(len(seconds), np.nan)
    speed[1:] = steps / np.diff(seconds)
    return speed


def _position_steps_m(columns: dict[Column, Float64Array]) -> Float64Array:
    """Great-circle distance ``[n - 1]`` between neighbouring positions (haversine)."""
    latitude = np.radians(columns[Column.LATITUDE])
    longitude = np.radians(columns[Column.LONGITUDE])
    half_chord = (
        np.sin(np.diff(latitude) / 2) ** 2
        + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0)))


def _speed_is_m_s(seconds: Float64Array, columns: dict[Column, Float64Array]) -> bool:
    """Whether the file's speed agrees with its positions; some exporters write km/h."""
    moved = _derived_speed_m_s(seconds, columns)
    speed = columns[Column.SPEED]
    both: BoolArray = (moved > _MOVING_M_S) & (speed > _MOVING_M_S)
    if np.count_nonzero(both) < _ENOUGH_TO_COMPARE:
        return True
    ratio = float(np.median(speed[both] / moved[both]))
    return _SAME_UNIT_RATIO[0] <= ratio <= _SAME_UNIT_RATIO[1]


def _positions(columns: dict[Column, Float64Array]) -> tuple[Int32Array, Int32Array]:
    latitude, longitude = columns[Column.LATITUDE], columns[Column.LONGITUDE]
    placed = np.isfinite(latitude) & np.isfinite(longitude)
    if not placed.any():
        return np.empty(0, np.int32), np.empty(0, np.int32)
    return _semicircles(latitude, placed), _semicircles(longitude, placed)


def _semicircles(degrees: Float64Array, placed: BoolArray) -> Int32Array:
    circles = np.full(len(degrees), NO_POSITION, np.int32)
    exact = np.round(degrees[placed] / SEMICIRCLES_TO_DEGREES)
    # Longitude 180 itself would be one more than an int32 holds, one less means "missing".
    circles[placed] = np.minimum(exact, _LARGEST_SEMICIRCLE).astype(np.int32)
    return circles


def _zone(columns: dict[Column, Float64Array]) -> str | None:
    placed = np.flatnonzero(np.isfinite(columns[Column.LATITUDE]))
    if not len(placed):
        return None
    first = placed[0]
    return zone_at(float(columns[Column.LATITUDE][first]), float(columns[Column.LONGITUDE][first]))


def _streams(
    columns: dict[Column, Float64Array], reading: CadenceReading | None
) -> dict[Stream, Float32Array]:
    streams: dict[Stream, Float32Array] = {}
    for column, stream in _STREAMS.items():
        values = columns[column]
        if np.isnan(values).all():
            continue
        if column is Column.CADENCE and reading:
            values = values * reading.factor
        streams[stream] = values.astype(np.float32)
    return streams


def _pauses(
    seconds: Float64Array, break_times_s: Float64Array, start_s: float, facts: TrackFacts
) -> tuple[Pause, ...]:
    certain = pauses.certain(seconds)
    if facts.timed_laps:
        laps = [
            pauses.TimedLap(lap.start_s - start_s, lap.end_s - start_s, lap.timer_s)
            for lap in facts.timed_laps
        ]
        return pauses.merged([*certain, *pauses.by_lap_times(seconds, laps)])
    known = break_times_s[np.isfinite(break_times_s)] - start_s
    return pauses.merged([*certain, *pauses.at_breaks(seconds, known)])


def _warnings(line: Timeline, implausible: int, sport: Sport) -> list[RecordingWarning]:
    counts = {
        Warn.REPEATED_TIMES: line.repeated,
        Warn.BACKWARD_TIMES: line.backward,
        Warn.TIME_JUMP: len(pauses.certain(line.seconds)),
        Warn.IMPLAUSIBLE_VALUES: implausible,
    }
    warnings = [RecordingWarning(code, count) for code, count in counts.items() if count]
    if sport is Sport.UNKNOWN:
        warnings.append(RecordingWarning(Warn.UNKNOWN_SPORT))
    return warnings
