"""What becomes of TCX files, good and bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analytics.recording import Lap, Pause, Recording, Sport, Stream, Warn
from bench.writers import tcx as writer
from bench.writers.gpx import START, Point, run
from importers.contract import FailureCode, ImportFailure
from importers.tcx import IMPORTER


def parse_one(data: bytes) -> Recording:
    (recording,) = IMPORTER.parse(data)
    return recording


def one_lap(points: Sequence[Point], timer_s: float | None = None) -> bytes:
    return writer.tcx(writer.activity(writer.lap(points, timer_s=timer_s)))


def warned(recording: Recording) -> dict[Warn, int]:
    return {warning.code: warning.count for warning in recording.warnings}


def later(points: Sequence[Point], seconds: float) -> list[Point]:
    return [
        replace(point, time=point.time + timedelta(seconds=seconds))
        for point in points
        if point.time
    ]


def indoors(points: Sequence[Point]) -> list[Point]:
    return [replace(point, latitude=None, longitude=None, altitude_m=None) for point in points]


def test_a_run_comes_back_as_it_was_written() -> None:
    points = run(600)
    creator = "<Name>Forerunner 945</Name><UnitId>3996264072</UnitId>"
    laps = (
        writer.lap(points[:300], timer_s=300, distance_m=900),
        writer.lap(points[300:], timer_s=299, distance_m=897),
    )
    recording = parse_one(writer.tcx(writer.activity(*laps, creator=creator)))
    assert recording.sport is Sport.RUNNING
    assert recording.started_at == START
    assert recording.elapsed_s.tolist() == [float(second) for second in range(600)]
    assert recording.laps == (Lap(0.0, 300.0, 900.0), Lap(300.0, 299.0, 897.0))
    assert (recording.totals.timer_s, recording.totals.distance_m) == (599.0, 1797.0)
    assert recording.totals.steps is None
    assert recording.streams[Stream.DISTANCE_M][-1] == 599 * 3.0
    assert recording.streams[Stream.SPEED_M_S].tolist() == [3.0] * 600
    assert recording.streams[Stream.CADENCE_SPM].tolist() == [170.0] * 600
    assert (recording.device.product, recording.device.serial) == ("Forerunner 945", "3996264072")
    assert recording.pauses == ()
    assert recording.warnings == ()


def test_a_treadmill_run_needs_no_positions() -> None:
    recording = parse_one(one_lap(indoors(run(120)), timer_s=120))
    assert not recording.has_position
    assert recording.zone is None
    assert recording.streams[Stream.DISTANCE_M][-1] == 119 * 3.0


@pytest.mark.parametrize(
    ("written", "sport"),
    [
        ("Running", Sport.RUNNING),
        ("running", Sport.RUNNING),
        ("Biking", Sport.CYCLING),
        ("Walking", Sport.WALKING),
        ("Other", Sport.OTHER),
        (None, Sport.UNKNOWN),
    ],
)
def test_the_sport_attribute_names_the_sport(written: str | None, sport: Sport) -> None:
    activity = writer.activity(writer.lap(run(5)), sport=written)
    assert parse_one(writer.tcx(activity)).sport is sport


def test_every_activity_of_a_multisport_session_is_one_recording() -> None:
    bike = writer.activity(writer.lap(run(50), timer_s=50), sport="Biking")
    foot = writer.activity(writer.lap(later(run(70), 60), timer_s=70))
    session = (
        "<MultiSportSession><Id>2026-05-04T06:30:00Z</Id>"
        f"<FirstSport>{bike}</FirstSport><NextSport>{foot}</NextSport></MultiSportSession>"
    )
    first, second = IMPORTER.parse(writer.tcx(session))
    assert (first.sport, first.counts.records) == (Sport.CYCLING, 50)
    assert (second.sport, second.counts.records) == (Sport.RUNNING, 70)
    assert second.started_at == START + timedelta(seconds=60)


def test_a_lap_longer_than_its_timer_held_a_pause_where_the_gap_is() -> None:
    points = run(300)
    stopped = [*points[:100], *later(points[100:], 120)]
    assert parse_one(one_lap(stopped, timer_s=300)).pauses == (Pause(99.0, 220.0),)


def test_the_same_gap_is_running_time_when_the_timer_ran_on() -> None:
    points = run(300)
    smart = [*points[:100], *later(points[100:], 120)]
    assert parse_one(one_lap(smart, timer_s=419)).pauses == ()


def test_a_pause_between_laps_is_found_too() -> None:
    points = run(300)
    laps = (
        writer.lap(points[:150], timer_s=150),
        writer.lap(later(points[150:], 200), timer_s=149),
    )
    recording = parse_one(writer.tcx(writer.activity(*laps)))
    assert recording.pauses == (Pause(149.0, 350.0),)


def test_of_several_gaps_only_those_that_fit_the_missing_time_are_pauses() -> None:
    points = run(400)
    parts = [*points[:100], *later(points[100:200], 300), *later(points[200:], 360)]
    # 399 s of running and 300 of smart recording on the timer; 60 missing: the second gap.
    recording = parse_one(one_lap(parts, timer_s=699))
    assert recording.pauses == (Pause(499.0, 560.0),)


def test_without_lap_times_a_new_track_after_a_gap_is_a_pause() -> None:
    points = run(200)
    lap = writer.lap(points[:100], later(points[100:], 45))
    recording = parse_one(writer.tcx(writer.activity(lap)))
    assert recording.pauses == (Pause(99.0, 145.0),)


def test_distances_that_begin_anew_with_each_lap_are_added_up() -> None:
    laps = (
        writer.lap(run(101), timer_s=101),
        writer.lap(later(run(101), 101), timer_s=101),
    )
    distance = parse_one(writer.tcx(writer.activity(*laps))).streams[Stream.DISTANCE_M]
    assert distance[-1] == 600.0
    assert (np.diff(distance) >= 0).all()


def test_a_distance_that_shrinks_a_little_is_held_and_told() -> None:
    points = run(50)
    points[20] = replace(points[20], distance_m=55.0)
    recording = parse_one(one_lap(points))
    assert recording.streams[Stream.DISTANCE_M][20] == 57.0
    assert warned(recording) == {Warn.IMPLAUSIBLE_VALUES: 1}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(425, 850), (850, 850), (2000, None)],
    ids=["strides", "steps", "neither"],
)
def test_lap_steps_count_when_they_can_be_told_from_strides(
    steps: int, expected: int | None
) -> None:
    extension = f"<ns3:AvgRunCadence>85</ns3:AvgRunCadence><ns3:Steps>{steps}</ns3:Steps>"
    lap = writer.lap(run(301), timer_s=300, extension=extension)
    assert parse_one(writer.tcx(writer.activity(lap))).totals.steps == expected


def test_a_lap_boundary_written_twice_is_one_sample() -> None:
    points = run(100)
    laps = (writer.lap(points[:51], timer_s=50), writer.lap(points[50:], timer_s=49))
    recording = parse_one(writer.tcx(writer.activity(*laps)))
    assert (recording.counts.records, recording.samples) == (101, 100)
    assert warned(recording) == {Warn.REPEATED_TIMES: 1}


def test_a_run_entered_by_hand_has_laps_only() -> None:
    lap = writer.lap(timer_s=1800, distance_m=5000)
    recording = parse_one(writer.tcx(writer.activity(lap)))
    assert recording.samples == 0
    assert recording.started_at == START
    assert (recording.totals.timer_s, recording.totals.distance_m) == (1800, 5000)
    assert warned(recording) == {Warn.NO_RECORDS: 0}


def test_a_run_without_any_time_is_dateless() -> None:
    lap = writer.lap(timer_s=1800, distance_m=5000, start="")
    recording = parse_one(writer.tcx(writer.activity(lap)))
    assert recording.started_at is None
    assert set(warned(recording)) == {Warn.NO_RECORDS, Warn.NO_START}


def test_a_course_is_no_activity() -> None:
    course = writer.tcx(writer.lap(run(20))).replace(b"Activities", b"Courses")
    with pytest.raises(ImportFailure) as failure:
        IMPORTER.parse(course)
    assert failure.value.code is FailureCode.NO_ACTIVITY


def test_a_heart_rate_gap_leaves_the_run_whole() -> None:
    points = [
        replace(point, heart_rate=None, speed_m_s=None) if i % 7 == 3 else point
        for i, point in enumerate(run(700))
    ]
    recording = parse_one(one_lap(points))
    heart_rate = recording.streams[Stream.HEART_RATE_BPM]
    assert recording.samples == 700
    assert np.flatnonzero(np.isnan(heart_rate)).tolist() == list(range(3, 700, 7))
    assert heart_rate[4] == 134


def test_leading_whitespace_is_no_harm() -> None:
    assert parse_one(b" \r\n\t " * 30 + one_lap(run(10))).samples == 10


def test_a_truncated_file_keeps_every_whole_point_and_the_laps_before() -> None:
    points = run(600)
    laps = (
        writer.lap(points[:300], timer_s=300, distance_m=900),
        writer.lap(points[300:], timer_s=299, distance_m=897),
    )
    data = writer.tcx(writer.activity(*laps))
    recording = parse_one(data[: data.index(b"06:38:20.000Z")])
    assert recording.samples == 500
    assert len(recording.laps) == 2
    assert warned(recording) == {Warn.TRUNCATED: 0}
