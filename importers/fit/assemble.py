"""The messages of one activity file to recordings: one for each session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.recording import (
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
from importers.contract import FailureCode, ImportFailure
from importers.fit.clock import Clock, read_clock, seconds_of, start_at
from importers.fit.decoding import Columns, Decoding
from importers.fit.device import read_device
from importers.fit.pauses import pauses_within, timer_stops
from importers.fit.samples import (
    Records,
    Rows,
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
    by_owner,
    outside,
    owners,
    sessions_of,
    strays,
    totals_of,
)
from importers.fit.sports import guess_sport, sport_of
from importers.limits import MAX_MARKS
from importers.pauses import certain, merged
from importers.timeline import timeline
from importers.zone import zone_at

STEPPING: Final = frozenset({Sport.RUNNING, Sport.WALKING, Sport.HIKING})
"""Sports whose session counts strides in ``total_cycles`` (others: pedal turns, strokes)."""


@dataclass(frozen=True, slots=True)
class Summaries:
    """The session messages of a file, read once. float64 ``[n]`` each, NaN where missing."""

    sport: Float64Array
    sub_sport: Float64Array
    distance_m: Float64Array
    timer_s: Float64Array
    elapsed_s: Float64Array
    cycles: Float64Array
    ascent_m: Float64Array


@dataclass(frozen=True, slots=True)
class Laps:
    """The lap messages of a file, read once. float64 ``[n]`` each, starts in FIT seconds."""

    starts: Float64Array
    timer_s: Float64Array
    distance_m: Float64Array


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """What all sessions of one FIT file share. ``stops`` are FIT seconds from and until."""

    sessions: list[Session]
    summaries: Summaries
    records: Records
    laps: Laps
    stops: list[tuple[float, float]]
    clock: Clock
    device: Device
    likely: tuple[Sport, str | None]
    warnings: Mapping[Warn, int]


def read_file(decoding: Decoding, parts: range) -> ActivityFile:
    """Read the messages a recording needs from some chained parts of a file.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE`` for more sessions, laps or timer stops than a file may have.
    """
    lap, record = decoding.messages("lap", parts), decoding.messages("record", parts)
    if lap.count > MAX_MARKS:
        raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_MARKS} laps")
    device = read_device(
        decoding.messages("file_id", parts), decoding.messages("device_info", parts)
    )
    session = decoding.messages("session", parts)
    return ActivityFile(
        sessions=sessions_of(session),
        summaries=_summaries(session),
        records=read_records(record, decoding.messages("hr", parts)),
        laps=_laps(lap),
        stops=timer_stops(decoding.messages("event", parts)),
        clock=read_clock(decoding.messages("activity", parts), device.manufacturer),
        device=device,
        likely=guess_sport(decoding.messages("sport", parts), lap, record),
        warnings=decoding.warnings,
    )


def of_file(file: ActivityFile) -> list[Recording]:
    """One recording for each session, in file order; one of all records if there is none."""
    sessions = file.sessions
    if not sessions:
        everything, laps = np.arange(len(file.records)), np.arange(len(file.laps.starts))
        return [_recording(file, None, everything, laps)]
    owned, owned_laps = (
        by_owner(owners(sessions, moments), len(sessions))
        for moments in (file.records.stamps, file.laps.starts)
    )
    return [
        _recording(file, session, mine, laps)
        for session, mine, laps in zip(sessions, owned, owned_laps, strict=True)
    ]


def _summaries(session: Columns) -> Summaries:
    return Summaries(
        sport=session.numbers("sport"),
        sub_sport=session.numbers("sub_sport"),
        distance_m=totals_of(session, "total_distance"),
        timer_s=totals_of(session, "total_timer_time"),
        elapsed_s=totals_of(session, "total_elapsed_time"),
        cycles=totals_of(session, "total_cycles"),
        ascent_m=totals_of(session, "total_ascent"),
    )


def _laps(lap: Columns) -> Laps:
    starts = seconds_of(lap, "start_time")
    return Laps(
        starts=np.where(np.isnan(starts), seconds_of(lap, "timestamp"), starts),
        timer_s=totals_of(lap, "total_timer_time"),
        distance_m=totals_of(lap, "total_distance"),
    )


def _recording(file: ActivityFile, session: Session | None, mine: Rows, laps: Rows) -> Recording:
    records, warnings = file.records, dict(file.warnings)
    sport, sub_sport = _sport(file, session)
    stray = strays(session, records.stamps[mine])
    kept = mine[~stray & ~np.isnan(records.stamps[mine])]
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
        laps=_laps_since(file.laps, laps, second),
        totals=DeviceTotals() if session is None else _totals(file.summaries, session.row, sport),
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
    summaries = file.summaries
    found = sport_of(float(summaries.sport[session.row]), float(summaries.sub_sport[session.row]))
    # With several sessions the rest of the file tells nothing about one of them.
    alone = len(summaries.sport) == 1
    return file.likely if found[0] is Sport.UNKNOWN and alone else found


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


def _distance_before(records: Records, kept: Rows) -> float:
    """Distance the records before this session ended at, if this session counts on from it."""
    distance = records.streams.get(Stream.DISTANCE_M)
    if distance is None or not len(kept) or not kept[0]:
        return 0.0
    before, own = float(records.distance_so_far[kept[0] - 1]), distance[kept]
    own = own[~np.isnan(own)]
    # The least and not the first: out of order, that one need not be the first in time.
    if np.isnan(before) or not len(own) or own.min() < before:
        return 0.0
    return before


def _pauses(
    file: ActivityFile, start: float, last: float, seconds: Float64Array
) -> tuple[Pause, ...]:
    """Timer stops within the activity, and gaps so long that the timer cannot have run."""
    stops = () if np.isnan(start) else pauses_within(file.stops, start, start, last)
    return merged([*stops, *certain(seconds)])


def _laps_since(laps: Laps, mine: Rows, start: float) -> tuple[Lap, ...]:
    starts = laps.starts[mine] - start
    # A lap without any time still counts as one; it is put at the start.
    starts = np.where(np.isnan(starts), 0.0, starts)
    timers, distances = laps.timer_s[mine], laps.distance_m[mine]
    return tuple(
        Lap(begin, _known(timer), _known(distance))
        for begin, timer, distance in zip(
            starts.tolist(), timers.tolist(), distances.tolist(), strict=True
        )
    )


def _totals(summaries: Summaries, row: int, sport: Sport) -> DeviceTotals:
    strides = _known(float(summaries.cycles[row])) if sport in STEPPING else None
    return DeviceTotals(
        distance_m=_known(float(summaries.distance_m[row])),
        timer_s=_known(float(summaries.timer_s[row])),
        elapsed_s=_known(float(summaries.elapsed_s[row])),
        steps=None if strides is None else round(2 * strides),
        ascent_m=_known(float(summaries.ascent_m[row])),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
