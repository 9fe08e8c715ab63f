"""From the points of an XML track to a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from importers.dates import moment, of_one_clock
from importers.points import Column, clean, position_steps_m, spread_repeats
from importers.timeline import Timeline, timeline
from importers.xml_values import stated_offset_s
from importers.zone import possible_offset_s, zone_at

_STREAMS: Final = {
    Column.ALTITUDE: Stream.ALTITUDE_M,
    Column.DISTANCE: Stream.DISTANCE_M,
    Column.SPEED: Stream.SPEED_M_S,
    Column.HEART_RATE: Stream.HEART_RATE_BPM,
    Column.CADENCE: Stream.CADENCE_SPM,
    Column.POWER: Stream.POWER_W,
    Column.TEMPERATURE: Stream.TEMPERATURE_C,
}

_LARGEST_SEMICIRCLE: Final = 2**31 - 2
_ENOUGH_TO_COMPARE: Final = 20
_SAME_UNIT_RATIO: Final = (0.5, 2.0)
_MOVING_M_S: Final = 0.5


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


def stated_offset(first_time: str | None) -> tuple[int | None, tuple[RecordingWarning, ...]]:
    """Offset from UTC, in seconds, that an activity's first time names, if a zone can have it."""
    offset_s = stated_offset_s(first_time)
    if offset_s is None:
        return None, ()
    possible = possible_offset_s(offset_s)
    return possible, () if possible is not None else (RecordingWarning(Warn.IMPOSSIBLE_OFFSET),)


def timed_recording(points: Float64Array, breaks: Sequence[int], facts: TrackFacts) -> Recording:
    """Make a recording of points of which at least one has a time.

    Where some times are possible dates, points of impossible ones are left out; where none is, the
    clock was never set: the recording is whole but dateless.

    Parameters
    ----------
    points
        float64 ``[n, len(Column)]`` in file order; points without a time are counted, not kept.
    breaks
        Indices of points that begin a new segment.
    facts
        The rest. Laps' times are seconds since 1970, for only here the start becomes known.
    """
    raw, implausible = clean(points)
    time_s, off = of_one_clock(raw[:, Column.TIME])
    timed = np.isfinite(time_s)
    start_s = float(time_s[timed].min())
    started_at = moment(start_s)
    by_place = np.isnan(raw[:, Column.DISTANCE]).all()
    spread_s = spread_repeats(raw[timed]) if by_place else time_s[timed]
    line = timeline(spread_s - start_s)
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
        started_at=started_at,
        zone=_zone(columns),
        utc_offset_s=facts.utc_offset_s,
        elapsed_s=line.seconds,
        latitude_semicircles=latitudes,
        longitude_semicircles=longitudes,
        streams=_streams(columns, reading),
        pauses=stops,
        laps=laps_since(facts.laps, start_s),
        totals=facts.totals,
        counts=_counts(raw, reading),
        cadence=reading,
        device=facts.device,
        warnings=_listed(
            [
                *facts.warnings,
                *_warnings(line, _repeats(time_s[timed]), implausible, facts.sport),
                *([RecordingWarning(Warn.TIME_JUMP, off)] if off else []),
                *([] if started_at else [RecordingWarning(Warn.IMPOSSIBLE_DATE)]),
            ]
        ),
    )


def laps_since(laps: Sequence[Lap], start_s: float) -> tuple[Lap, ...]:
    """Laps counted from the start; one without any time still counts as one, at the start."""
    return tuple(
        Lap(
            lap.start_s - start_s if np.isfinite(lap.start_s - start_s) else 0.0,
            lap.timer_s,
            lap.distance_m,
        )
        for lap in laps
    )


def dateless_recording(points: Float64Array, facts: TrackFacts) -> Recording:
    """Make a recording of points without any time: a distance, and nothing that needs a clock.

    It has no samples: times made up for them would become paces and durations. So the length of
    the track stands where a device's own total would.
    """
    raw, implausible = clean(points)
    columns = {column: raw[:, column] for column in Column}
    length_m = float(
        np.nansum(position_steps_m(columns[Column.LATITUDE], columns[Column.LONGITUDE]))
    )
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
            *_warnings(Timeline(np.empty(0)), 0, implausible, facts.sport),
        ),
    )


def _listed(warnings: Sequence[RecordingWarning]) -> tuple[RecordingWarning, ...]:
    """Warnings in order, each code once."""
    counts: dict[Warn, int] = {}
    for warning in warnings:
        counts[warning.code] = counts.get(warning.code, 0) + warning.count
    return tuple(RecordingWarning(code, count) for code, count in counts.items())


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
    steps = (
        np.diff(distance)
        if known
        else position_steps_m(columns[Column.LATITUDE], columns[Column.LONGITUDE])
    )
    speed = np.full(len(seconds), np.nan)
    speed[1:] = steps / np.diff(seconds)
    return speed


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


def _repeats(time_s: Float64Array) -> int:
    return len(time_s) - len(np.unique(time_s))


def _warnings(
    line: Timeline, repeated: int, implausible: int, sport: Sport
) -> list[RecordingWarning]:
    counts = {
        Warn.REPEATED_TIMES: repeated,
        Warn.BACKWARD_TIMES: line.backward,
        Warn.TIME_JUMP: len(pauses.certain(line.seconds)),
        Warn.IMPLAUSIBLE_VALUES: implausible,
    }
    warnings = [RecordingWarning(code, count) for code, count in counts.items() if count]
    if sport is Sport.UNKNOWN:
        warnings.append(RecordingWarning(Warn.UNKNOWN_SPORT))
    return warnings
