"""The messages of one activity file to recordings: one for each session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.recording import (
    BoolArray,
    Device,
    DeviceTotals,
    Float64Array,
    Lap,
    Pause,
    Recording,
    RecordingWarning,
    Sport,
    Stream,
    Warn,
)
from importers.fit.clock import Clock, read_clock, seconds_of, start_at
from importers.fit.decoding import Columns, Decoding
from importers.fit.device import read_device
from importers.fit.pauses import pauses_within, timer_stops
from importers.fit.samples import (
    Records,
    cadence_of,
    count,
    first_position_deg,
    positions_of,
    read_records,
    streams_of,
)
from importers.fit.sessions import (
    OTHER_DAY_S,
    Session,
    outside,
    owners,
    sessions_of,
    strays,
    totals_of,
)
from importers.fit.sports import guess_sport, sport_of
from importers.pauses import certain, merged
from importers.timeline import timeline
from importers.zone import zone_at

STEPPING: Final = frozenset({Sport.RUNNING, Sport.WALKING, Sport.HIKING})
"""Sports whose session counts strides in ``total_cycles`` (others: pedal turns, strokes)."""


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """What all sessions of one FIT file share. ``stops`` are FIT seconds from and until."""

    session: Columns
    records: Records
    lap: Columns
    stops: list[tuple[float, float]]
    clock: Clock
    device: Device
    likely: tuple[Sport, str | None]
    warnings: Mapping[Warn, int]


def read_file(decoding: Decoding, parts: range) -> ActivityFile:
    """Read the messages a recording needs from some chained parts of a file."""
    lap, record = decoding.messages("lap", parts), decoding.messages("record", parts)
    device = read_device(
        decoding.messages("file_id", parts), decoding.messages("device_info", parts)
    )
    return ActivityFile(
        session=decoding.messages("session", parts),
        records=read_records(record, decoding.messages("hr", parts)),
        lap=lap,
        stops=timer_stops(decoding.messages("event", parts)),
        clock=read_clock(decoding.messages("activity", parts), device.manufacturer),
        device=device,
        likely=guess_sport(decoding.messages("sport", parts), lap, record),
        warnings=decoding.warnings,
    )


def of_file(file: ActivityFile) -> list[Recording]:
    """One recording for each session, in file order; one of all records if there is none."""
    sessions = sessions_of(file.session)
    lap_starts = _lap_starts(file.lap)
    if not sessions:
        everything = np.ones(len(file.records), np.bool_)
        return [_recording(file, None, everything, np.ones(len(lap_starts), np.bool_))]
    owner, lap_owner = owners(sessions, file.records.stamps), owners(sessions, lap_starts)
    return [
        _recording(file, session, owner == index, lap_owner == index)
        for index, session in enumerate(sessions)
    ]


def _recording(
    file: ActivityFile, session: Session | None, mine: BoolArray, laps: BoolArray
) -> Recording:
    records, warnings = file.records, dict(file.warnings)
    sport, sub_sport = _sport(file, session)
    stray = strays(session, records.stamps[mine])
    kept = mine & ~np.isnan(records.stamps)
    kept[np.flatnonzero(mine)[stray]] = False
    stamps = records.stamps[kept]
    second = _start(session, stamps)
    line = timeline(stamps - second)
    cadence = cadence_of(records, mine, sport)
    streams = streams_of(records, kept, line, cadence, _distance_before(records, kept))
    latitude, longitude = positions_of(records, kept, line)
    place = first_position_deg(latitude, longitude)
    start = start_at(second, file.clock)
    last = _end(session, stamps, second)
    days_off = int(np.count_nonzero(np.diff(line.seconds) > OTHER_DAY_S))
    warnings |= {
        Warn.NO_SESSION: 1 if session is None else 0,
        Warn.NO_RECORDS: 0 if len(stamps) else 1,
        Warn.RECORDS_OUTSIDE_SESSION: 0 if session is None else outside(session, stamps),
        Warn.TIME_JUMP: int(np.count_nonzero(stray)) + days_off,
        Warn.REPEATED_TIMES: line.repeated,
        Warn.BACKWARD_TIMES: line.backward,
        Warn.IMPOSSIBLE_OFFSET: int(file.clock.impossible),
        Warn.IMPLAUSIBLE_VALUES: int(records.implausible[kept].sum()),
        Warn.UNKNOWN_SPORT: int(sport is Sport.UNKNOWN),
    }
    if start.warning is not None:
        warnings[start.warning] = 1
    return Recording(
        sport=sport,
        sub_sport=sub_sport,
        started_at=start.utc,
        local_start=start.local,
        zone=None if place is None else zone_at(*place),
        utc_offset_s=file.clock.offset_s,
        elapsed_s=line.seconds,
        latitude_semicircles=latitude,
        longitude_semicircles=longitude,
        streams=streams,
        pauses=_pauses(file, second, last, line.seconds),
        laps=_laps(file.lap, laps, second),
        totals=DeviceTotals() if session is None else _totals(file.session, session, sport),
        cadence=cadence,
        counts=count(records, mine, cadence),
        device=file.device,
        warnings=_listed(warnings),
    )


COUNTED: Final = frozenset(
    {
        Warn.RECORDS_OUTSIDE_SESSION,
        Warn.TIME_JUMP,
        Warn.REPEATED_TIMES,
        Warn.BACKWARD_TIMES,
        Warn.IMPLAUSIBLE_VALUES,
    }
)
"""Warnings that apply to single records; the others apply to the whole."""


def _listed(warnings: Mapping[Warn, int]) -> tuple[RecordingWarning, ...]:
    return tuple(
        RecordingWarning(code, times if code in COUNTED else 0)
        for code, times in warnings.items()
        if times
    )


def _sport(file: ActivityFile, session: Session | None) -> tuple[Sport, str | None]:
    if session is None:
        return file.likely
    found = sport_of(
        float(file.session.numbers("sport")[session.row]),
        float(file.session.numbers("sub_sport")[session.row]),
    )
    # With several sessions the rest of the file tells nothing about one of them.
    return file.likely if found[0] is Sport.UNKNOWN and file.session.count == 1 else found


def _start(session: Session | None, stamps: Float64Array) -> float:
    """When the activity began, in FIT seconds; NaN when nothing tells.

    The session's own start, unless its records are of another time or begin earlier.
    """
    told = np.nan if session is None else session.start
    if not len(stamps):
        return told
    first, last = float(stamps.min()), float(stamps.max())
    return told if first - OTHER_DAY_S <= told <= first <= last else first


def _end(session: Session | None, stamps: Float64Array, start: float) -> float:
    """When the activity ended, in FIT seconds: the later of its last record and its summary."""
    told = start if session is None else session.end
    return float(np.fmax.reduce([start, told, *([stamps.max()] if len(stamps) else [])]))


def _distance_before(records: Records, kept: BoolArray) -> float:
    """Distance the records before this session ended at, if this session counts on from it."""
    distance = records.streams.get(Stream.DISTANCE_M)
    if distance is None or not kept.any():
        return 0.0
    before = distance[: int(np.argmax(kept))]
    before, own = before[~np.isnan(before)], distance[kept & ~np.isnan(distance)]
    if not len(before) or not len(own) or own[0] < before[-1]:
        return 0.0
    return float(before[-1])


def _pauses(
    file: ActivityFile, start: float, last: float, seconds: Float64Array
) -> tuple[Pause, ...]:
    """Timer stops within the activity, and gaps so long that the timer cannot have run."""
    stops = () if np.isnan(start) else pauses_within(file.stops, start, start, last)
    return merged([*stops, *certain(seconds)])


def _lap_starts(lap: Columns) -> Float64Array:
    starts = seconds_of(lap, "start_time")
    return np.where(np.isnan(starts), seconds_of(lap, "timestamp"), starts)


def _laps(lap: Columns, mine: BoolArray, start: float) -> tuple[Lap, ...]:
    starts = _lap_starts(lap)[mine] - start
    # A lap without any time still counts as one; it is put at the start.
    starts = np.where(np.isnan(starts), 0.0, starts)
    timers, distances = (
        totals_of(lap, "total_timer_time")[mine],
        totals_of(lap, "total_distance")[mine],
    )
    return tuple(
        Lap(begin, _known(timer), _known(distance))
        for begin, timer, distance in zip(
            starts.tolist(), timers.tolist(), distances.tolist(), strict=True
        )
    )


def _totals(messages: Columns, session: Session, sport: Sport) -> DeviceTotals:
    def total(name: str) -> float | None:
        return _known(float(totals_of(messages, name)[session.row]))

    strides = total("total_cycles") if sport in STEPPING else None
    return DeviceTotals(
        distance_m=total("total_distance"),
        timer_s=total("total_timer_time"),
        elapsed_s=total("total_elapsed_time"),
        steps=None if strides is None else round(2 * strides),
        ascent_m=total("total_ascent"),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
