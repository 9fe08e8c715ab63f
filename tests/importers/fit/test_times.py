"""When things were: pauses, laps, offsets, uptime, clock jumps, repeated times."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analytics.recording import Pause, Recording, Warn
from bench.writers.fit_activity import at, records, session, started
from bench.writers.fit_messages import FitWriter
from importers.fit import IMPORTER

T0 = 1_000_000_000
STOPS = {"stop": 1, "stop_all": 4, "stop_disable": 8, "stop_disable_all": 9}
HOUR = 3600
DAY = 86400


def parse(writer: FitWriter) -> Sequence[Recording]:
    return IMPORTER.parse(writer.finish())


def only(writer: FitWriter) -> Recording:
    (recording,) = parse(writer)
    return recording


def codes(recording: Recording) -> dict[Warn, int]:
    return {warning.code: warning.count for warning in recording.warnings}


@pytest.mark.parametrize("kind", STOPS.values(), ids=STOPS.keys())
def test_a_timer_stop_and_the_next_start_are_a_pause(kind: int) -> None:
    writer = started()
    writer.put("event", timestamp=T0, event=0, event_type=0)
    records(writer, range(T0, T0 + 30))
    writer.put("event", timestamp=T0 + 30, event=0, event_type=kind)
    writer.put("event", timestamp=T0 + 90, event=0, event_type=0)
    records(writer, range(T0 + 90, T0 + 120))
    writer.put("event", timestamp=T0 + 120, event=0, event_type=kind)
    session(writer, T0, 120, total_timer_time=60)
    assert only(writer).pauses == (Pause(30, 90),)


def test_a_gap_without_a_stop_is_running_time() -> None:
    writer = started()
    records(writer, [T0, T0 + 60, T0 + 600])
    session(writer, T0, 600)
    assert only(writer).pauses == ()


def test_events_of_other_kinds_stop_nothing() -> None:
    writer = started()
    writer.put("event", timestamp=T0 + 3, event=36, event_type=4)
    writer.put("event", timestamp=T0 + 5, event=36, event_type=0)
    records(writer, range(T0, T0 + 10))
    session(writer, T0, 9)
    assert only(writer).pauses == ()


def test_pauses_of_a_multisport_file_stay_with_their_session() -> None:
    writer = started()
    records(writer, range(T0, T0 + 200))
    for stop, go in ((50, 60), (95, 110)):
        writer.put("event", timestamp=T0 + stop, event=0, event_type=4)
        writer.put("event", timestamp=T0 + go, event=0, event_type=0)
    session(writer, T0, 99, sport=2)
    session(writer, T0 + 100, 100)
    ride, run = parse(writer)
    assert ride.pauses == (Pause(50, 60), Pause(95, 99))
    assert run.pauses == (Pause(0, 10),)


def test_laps_belong_to_the_session_they_start_in() -> None:
    writer = started()
    for start in (0, 50, 100, 130, 160):
        writer.put("lap", start_time=T0 + start, total_timer_time=30.5, total_distance=100.25)
    session(writer, T0, 100, sport=2)
    session(writer, T0 + 100, 100)
    ride, run = parse(writer)
    assert [lap.start_s for lap in ride.laps] == [0, 50]
    assert [lap.start_s for lap in run.laps] == [0, 30, 60]
    assert (run.laps[0].timer_s, run.laps[0].distance_m) == (30.5, 100.25)


@pytest.mark.parametrize(
    ("manufacturer", "shift_s", "offset_s", "impossible"),
    [
        (1, 7200, 7200, False),
        (1, -9005, -9000, False),
        (1, 0, 0, False),
        (294, 0, None, False),
        (294, 3600, 3600, False),
        (1, 15 * HOUR, None, True),
        (1, -576_963, None, True),
    ],
)
def test_the_offset_from_utc_must_be_possible(
    manufacturer: int,
    shift_s: int,
    offset_s: int | None,
    impossible: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    writer = FitWriter()
    writer.put("file_id", type=4, manufacturer=manufacturer)
    session(writer, T0, 10)
    writer.put("activity", timestamp=T0 + 10, local_timestamp=T0 + 10 + shift_s)
    assert only(writer).utc_offset_s == offset_s
    assert (Warn.IMPOSSIBLE_OFFSET in codes(only(writer))) is impossible


def test_uptime_is_dated_by_the_local_clock() -> None:
    uptime = 17_000_000
    writer = started()
    records(writer, range(uptime, uptime + 10))
    session(writer, uptime, 9)
    writer.put("activity", timestamp=uptime + 9, local_timestamp=T0 + 9)
    run = only(writer)
    assert run.started_at is None
    assert run.local_start == at(T0).replace(tzinfo=None)
    assert codes(run) == {Warn.DATED_BY_LOCAL_CLOCK: 0}


def test_uptime_alone_dates_nothing() -> None:
    writer = started()
    records(writer, range(500, 510))
    session(writer, 500, 9)
    run = only(writer)
    assert (run.started_at, run.local_start, run.samples) == (None, None, 10)
    assert codes(run) == {Warn.NO_START: 0}


@pytest.mark.parametrize("jump", [2 * HOUR, 1_746_563, -30 * DAY, -T0 + 5])
@pytest.mark.parametrize("summed_up", [True, False])
def test_a_record_of_another_clock_does_not_ruin_the_time(jump: int, summed_up: bool) -> None:  # noqa: FBT001 - a parameter of the test
    writer = started()
    records(writer, range(T0, T0 + 50))
    records(writer, [T0 + 50 + jump])
    records(writer, range(T0 + 51, T0 + 100))
    if summed_up:
        session(writer, T0, 99)
    run = only(writer)
    assert run.started_at == at(T0)
    assert run.elapsed_s[-1] == 99
    assert (run.samples, run.counts.records) == (99, 100)
    assert codes(run)[Warn.TIME_JUMP] == 1


def test_a_lunch_of_two_hours_is_no_jump() -> None:
    writer = started()
    records(writer, [*range(T0, T0 + 50), *range(T0 + 2 * HOUR, T0 + 2 * HOUR + 50)])
    session(writer, T0, 2 * HOUR + 50)
    assert only(writer).samples == 100
    assert not codes(only(writer))


def test_an_activity_resumed_days_later_pauses_in_between() -> None:
    later = T0 + 1_746_563
    writer = started()
    records(writer, [*range(T0, T0 + 50), *range(later, later + 50)])
    session(writer, T0, 1_746_563 + 50, total_timer_time=100)
    run = only(writer)
    assert run.samples == 100
    assert run.pauses == (Pause(49, 1_746_563),)
    assert codes(run) == {Warn.TIME_JUMP: 1}


def test_a_session_of_another_clock_takes_its_time_from_the_records() -> None:
    writer = started()
    records(writer, range(T0, T0 + 50))
    session(writer, T0 - 400 * DAY, 49)
    run = only(writer)
    assert run.started_at == at(T0)
    assert run.elapsed_s[-1] == 49


def test_repeated_and_backward_times_become_one_rising_line() -> None:
    writer = started()
    records(writer, [T0, T0 + 1, T0 + 1, T0 + 3, T0 + 2, T0 + 4])
    session(writer, T0, 4)
    run = only(writer)
    assert run.elapsed_s.tolist() == [0, 1, 2, 3, 4]
    assert run.counts.records == 6
    assert codes(run) == {Warn.REPEATED_TIMES: 1, Warn.BACKWARD_TIMES: 1}
