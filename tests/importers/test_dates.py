"""Clocks that were never set, and dates that cannot be: the run is kept, its date is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.recording import Lap, Recording, Warn
from analytics.runs.metrics import run_metrics
from bench.writers import gpx, tcx
from bench.writers.fit_activity import at, records, session, started
from importers.dates import EARLIEST, LATEST, moment
from importers.identify import read
from importers.limits import DEFAULT_LIMITS

Make = Callable[[Sequence[gpx.Point]], Recording]

SET_NEVER = datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 3, 1, 6, tzinfo=UTC)
T0 = 1_000_000_000
LAST_FIT_SECOND = int((LATEST - at(0)).total_seconds()) - 1


def only(data: bytes, name: str) -> Recording:
    _, (recording,) = read(data, name, DEFAULT_LIMITS)
    return recording


def warned(recording: Recording) -> dict[Warn, int]:
    return {warning.code: warning.count for warning in recording.warnings}


def as_gpx(points: Sequence[gpx.Point]) -> Recording:
    return only(gpx.gpx(gpx.track([points])), "x.gpx")


def as_tcx(points: Sequence[gpx.Point]) -> Recording:
    return only(tcx.tcx(tcx.activity(tcx.lap(points, timer_s=60.0))), "x.tcx")


def as_fit(first: int) -> Recording:
    writer = started()
    records(writer, range(first, first + 61), speed=3.0)
    session(writer, first, 60)
    return only(writer.finish(), "x.fit")


@pytest.mark.parametrize("make", [as_gpx, as_tcx])
@pytest.mark.parametrize("start", [SET_NEVER, FAR_AHEAD, datetime(1066, 10, 14, 9, tzinfo=UTC)])
def test_a_run_of_an_impossible_date_is_whole_and_dateless(make: Make, start: datetime) -> None:
    recording = make(gpx.run(61, start=start))
    assert recording.started_at is None
    assert warned(recording) == {Warn.IMPOSSIBLE_DATE: 0}
    assert recording.elapsed_s.tolist() == [float(second) for second in range(61)]
    assert run_metrics(recording, 174.0).elapsed_s == 60


def test_a_fit_run_of_an_impossible_date_is_whole_and_dateless() -> None:
    recording = as_fit(LAST_FIT_SECOND + 1)
    assert (recording.started_at, recording.local_start) == (None, None)
    assert warned(recording) == {Warn.IMPOSSIBLE_DATE: 0}
    assert recording.elapsed_s[-1] == 60
    assert as_fit(LAST_FIT_SECOND).started_at == LATEST - timedelta(seconds=1)


def test_uptime_is_not_dated_beyond_the_last_date_by_a_local_clock_either() -> None:
    writer = started()
    records(writer, range(500, 560))
    writer.put("activity", timestamp=560, local_timestamp=LAST_FIT_SECOND + 90, num_sessions=1)
    recording = only(writer.finish(), "x.fit")
    assert (recording.started_at, recording.local_start) == (None, None)
    assert warned(recording)[Warn.NO_START] == 0


def test_the_first_and_the_last_possible_moment_are_dates() -> None:
    assert moment(EARLIEST.timestamp()) == EARLIEST
    assert moment(EARLIEST.timestamp() - 1e-3) is None
    assert moment(LATEST.timestamp() - 1) == LATEST - timedelta(seconds=1)
    assert moment(LATEST.timestamp()) is None
    assert moment(float("nan")) is None


@pytest.mark.parametrize("make", [as_gpx, as_tcx])
def test_points_before_the_clock_was_set_do_not_make_a_run_of_decades(
    make: Make,
) -> None:
    points = gpx.run(60)
    unset = [
        replace(point, time=SET_NEVER + timedelta(seconds=second))
        for second, point in enumerate(points[:5])
    ]
    recording = make([*unset, *points[5:]])
    assert recording.started_at == gpx.START + timedelta(seconds=5)
    assert (recording.elapsed_s[-1], recording.samples, recording.counts.records) == (54, 55, 60)
    assert warned(recording) == {Warn.TIME_JUMP: 5}


def test_a_lap_of_an_impossible_start_begins_at_its_first_point() -> None:
    points = gpx.run(60)
    laps = (
        tcx.lap(points[:30], timer_s=30.0),
        tcx.lap(points[30:], timer_s=30.0, start="0001-01-01T00:00:00Z"),
    )
    recording = only(tcx.tcx(tcx.activity(*laps)), "x.tcx")
    assert recording.laps == (Lap(0.0, 30.0, None), Lap(30.0, 30.0, None))
    assert recording.pauses == ()


@pytest.mark.parametrize(
    ("start", "code"),
    [("0001-01-01T00:00:00Z", Warn.IMPOSSIBLE_DATE), ("never", Warn.NO_START)],
)
def test_a_run_of_laps_alone_may_be_dateless_too(start: str, code: Warn) -> None:
    lap = tcx.lap(timer_s=1800.0, distance_m=5000.0, start=start)
    recording = only(tcx.tcx(tcx.activity(lap)), "x.tcx")
    assert recording.started_at is None
    assert warned(recording) == {Warn.NO_RECORDS: 0, code: 0}
    assert recording.laps == (Lap(0.0, 1800.0, 5000.0),)


def test_a_year_no_calendar_has_is_no_time_at_all() -> None:
    points = gpx.run(20)
    data = gpx.gpx(gpx.track([points])).replace(b"2026-05-04T06:30:03", b"0000-05-04T06:30:03")
    recording = only(data, "x.gpx")
    assert (recording.started_at, recording.samples) == (gpx.START, 19)


def test_a_fit_time_of_a_damaged_layout_is_no_time() -> None:
    writer = started()
    records(writer, range(T0, T0 + 30))
    # As a float the same four bytes are 1.0e-2 or so; as infinity they are no moment.
    writer.raw(bytes([0x41, 0, 0, 20, 0, 2, 253, 4, 0x88, 3, 1, 2]))
    for value in (b"\x00\x00\x80\x7f", b"\xff\xff\x7f\x7f", b"\x00\x00\x80\xbf"):
        writer.raw(b"\x01" + value + b"\x8c")
    session(writer, T0, 30)
    recording = only(writer.finish(), "x.fit")
    assert (recording.samples, recording.counts.records) == (30, 33)
    assert recording.started_at == at(T0)
