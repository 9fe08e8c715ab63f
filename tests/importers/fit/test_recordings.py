"""From messages to recordings: sessions, sports, streams, chained files, failures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from analytics.recording import NO_POSITION, Recording, Sport, Stream, Warn
from bench.writers.fit import START, modern_run
from bench.writers.fit_activity import at, records, session, started
from bench.writers.fit_messages import Field, FitWriter
from importers.contract import FailureCode, ImportFailure
from importers.fit import IMPORTER
from importers.fit.activity import recordings as recordings_of
from importers.fit.decode import decode
from importers.fit.kind import kind_of_other_file

T0 = 1_000_000_000


def parse(writer: FitWriter) -> Sequence[Recording]:
    return IMPORTER.parse(writer.finish())


def only(writer: FitWriter) -> Recording:
    (recording,) = parse(writer)
    return recording


def codes(recording: Recording) -> dict[Warn, int]:
    return {warning.code: warning.count for warning in recording.warnings}


def test_a_generated_run_reads_as_it_was_made() -> None:
    (run,) = IMPORTER.parse(modern_run(duration_s=1800, speed_m_s=3.2, cadence_spm=176))
    assert run.sport is Sport.RUNNING
    assert run.started_at == START
    assert (run.zone, run.utc_offset_s) == ("Europe/Berlin", 7200)
    assert run.samples == run.counts.records == 1801
    assert run.elapsed_s[[0, -1]].tolist() == [0, 1800]
    assert run.totals.distance_m == pytest.approx(3.2 * 1800, rel=0.05)
    assert run.totals.steps == 176 / 60 * 1800
    assert run.cadence is not None
    assert (run.cadence.factor, run.cadence.rule) == (2.0, "per_leg_by_median")
    assert np.mean(run.streams[Stream.CADENCE_SPM]) == pytest.approx(176, rel=0.01)
    assert np.median(run.streams[Stream.STEP_LENGTH_M]) == pytest.approx(3.2 * 60 / 176, rel=0.02)
    assert np.median(run.streams[Stream.VERTICAL_OSCILLATION_MM]) == pytest.approx(85, rel=0.02)
    assert np.median(run.streams[Stream.GROUND_CONTACT_TIME_MS]) == pytest.approx(240, rel=0.02)
    assert np.median(run.streams[Stream.GROUND_CONTACT_BALANCE_PERCENT]) == pytest.approx(50, abs=1)
    assert len(run.laps) == 6
    assert run.pauses == ()
    assert run.warnings == ()
    assert (run.device.manufacturer, run.device.serial) == ("garmin", "3400000001")


def test_each_session_of_a_multisport_file_gets_its_own_records() -> None:
    writer = started()
    writer.define(1, "record", (Field(253, "uint32"), Field(5, "uint32")))
    for second in range(300):
        writer.write(1, T0 + second, second * 500)
    session(writer, T0, 99.4, sport=5, total_distance=495)
    session(writer, T0 + 100, 49.9, sport=3, total_distance=250)
    session(writer, T0 + 150, 150.0, sport=1, total_distance=750)
    swim, change, run = parse(writer)
    assert [each.sport for each in (swim, change, run)] == [
        Sport.SWIMMING,
        Sport.TRANSITION,
        Sport.RUNNING,
    ]
    assert [each.counts.records for each in (swim, change, run)] == [100, 50, 150]
    assert run.started_at == at(T0 + 150)
    # Distance counts through the whole file; a run's own begins with the run.
    assert run.streams[Stream.DISTANCE_M][[0, -1]].tolist() == [5, 750]
    assert not run.warnings


def test_summaries_may_come_first() -> None:
    last, first = started(), started()
    records(last, range(T0, T0 + 60))
    for start, sport in ((T0, 2), (T0 + 30, 1)):
        session(last, start, 30, sport=sport)
        session(first, start, 30, sport=sport)
    records(first, range(T0, T0 + 60))
    for one, other in zip(parse(last), parse(first), strict=True):
        assert (one.sport, one.counts) == (other.sport, other.counts)
        assert one.elapsed_s.tolist() == other.elapsed_s.tolist()


def test_a_record_between_two_sessions_belongs_to_the_nearer_one() -> None:
    writer = started()
    records(writer, [T0, T0 + 50, T0 + 105, T0 + 195, T0 + 200, T0 + 250])
    session(writer, T0, 100)
    session(writer, T0 + 200, 100)
    one, other = parse(writer)
    assert one.elapsed_s.tolist() == [0, 50, 105]
    assert other.elapsed_s.tolist() == [0, 5, 55]
    assert other.started_at == at(T0 + 195)


def test_records_really_outside_their_session_are_kept_and_warned_of() -> None:
    writer = started()
    records(writer, [*range(T0, T0 + 100), T0 + 105, T0 + 500, T0 + 501])
    session(writer, T0, 99)
    assert codes(only(writer)) == {Warn.RECORDS_OUTSIDE_SESSION: 2}
    assert only(writer).samples == 103


def test_a_repeated_session_message_counts_once() -> None:
    writer = started()
    records(writer, range(T0, T0 + 10))
    session(writer, T0, 9)
    session(writer, T0, 9)
    assert only(writer).counts.records == 10


def test_an_hour_without_records_is_an_activity_by_its_summary() -> None:
    writer = started()
    session(writer, T0, 3600, total_distance=10_000, total_cycles=5100)
    run = only(writer)
    assert run.samples == 0
    assert run.started_at == at(T0)
    assert (run.totals.distance_m, run.totals.timer_s, run.totals.steps) == (10_000, 3600, 10_200)
    assert codes(run) == {Warn.NO_RECORDS: 0}


def test_without_a_session_the_records_are_the_activity() -> None:
    writer = started()
    writer.put("sport", sport=1, sub_sport=3)
    records(writer, range(T0, T0 + 10))
    run = only(writer)
    assert (run.sport, run.sub_sport, run.samples) == (Sport.RUNNING, "trail", 10)
    assert codes(run) == {Warn.NO_SESSION: 0}


def test_running_dynamics_make_a_run_of_an_activity_without_a_sport() -> None:
    writer, plain = started(), started()
    records(writer, range(T0, T0 + 10), stance_time=240.0)
    records(plain, range(T0, T0 + 10), stance_time=0.0)
    assert only(writer).sport is Sport.RUNNING
    assert only(plain).sport is Sport.UNKNOWN
    assert Warn.UNKNOWN_SPORT in codes(only(plain))


@pytest.mark.parametrize(
    ("sport", "sub_sport", "expected", "sub_name"),
    [
        (1, 1, Sport.RUNNING, "treadmill"),
        (4, 1, Sport.RUNNING, "treadmill"),
        (0, 45, Sport.RUNNING, "indoor_running"),
        (1, 67, Sport.RUNNING, "ultra"),
        (1, 59, Sport.RUNNING, "obstacle"),
        (17, 0, Sport.HIKING, "generic"),
        (21, 0, Sport.CYCLING, "generic"),
        (15, 14, Sport.OTHER, "indoor_rowing"),
        (0, 0, Sport.OTHER, "generic"),
        (0, 3, Sport.OTHER, "trail"),
    ],
)
def test_tells_the_sport(sport: int, sub_sport: int, expected: Sport, sub_name: str) -> None:
    writer = started()
    session(writer, T0, 10, sport=sport, sub_sport=sub_sport)
    assert (only(writer).sport, only(writer).sub_sport) == (expected, sub_name)


def test_positions_stay_semicircles_and_zero_is_none() -> None:
    writer = started()
    writer.define(1, "record", (Field(253, "uint32"), Field(0, "sint32"), Field(1, "sint32")))
    places = [(0, 0), (574_000_001, 138_000_001), (None, None), (2**30 + 1, 5), (574_000_002, 1)]
    for second, place in enumerate(places):
        writer.write(1, T0 + second, *place)
    session(writer, T0, 4)
    run = only(writer)
    none = int(NO_POSITION)
    assert run.latitude_semicircles.tolist() == [none, 574_000_001, none, none, 574_000_002]
    assert run.longitude_semicircles.tolist() == [none, 138_000_001, none, none, 1]
    assert run.zone == "Europe/Berlin"
    assert run.counts.with_position == 4


def test_a_treadmill_run_has_distance_and_no_position() -> None:
    writer = started()
    records(writer, range(T0, T0 + 100), distance=250.0)
    session(writer, T0, 99, sub_sport=1, total_distance=250)
    run = only(writer)
    assert (run.has_position, run.zone) == (False, None)
    assert Stream.DISTANCE_M in run.streams


def test_enhanced_fields_are_preferred() -> None:
    writer = started()
    records(writer, [T0], speed=3.0, enhanced_speed=3.5, altitude=10.0, enhanced_altitude=12.0)
    records(writer, [T0 + 1], speed=3.0, altitude=10.0)
    session(writer, T0, 1)
    run = only(writer)
    assert run.streams[Stream.SPEED_M_S].tolist() == [3.5, 3.0]
    assert run.streams[Stream.ALTITUDE_M].tolist() == [12.0, 10.0]


def test_values_no_sensor_measures_become_missing() -> None:
    writer = started()
    records(writer, [T0], speed=3.0)
    records(writer, [T0 + 1], speed=65.0)
    writer.put("record", timestamp=T0 + 2, heart_rate=0, speed=3.0)
    session(writer, T0, 2)
    run = only(writer)
    np.testing.assert_array_equal(run.streams[Stream.SPEED_M_S], [3, np.nan, 3])
    np.testing.assert_array_equal(run.streams[Stream.HEART_RATE_BPM], [140, 140, np.nan])
    assert codes(run) == {Warn.IMPLAUSIBLE_VALUES: 1}


def test_cadence_with_its_fraction_becomes_steps_of_both_feet() -> None:
    writer = started()
    for second, (whole, part) in enumerate(((85, 0.5), (0, 0.5), (86, 0.0))):
        writer.put("record", timestamp=T0 + second, cadence=whole, fractional_cadence=part)
    session(writer, T0, 2)
    run = only(writer)
    assert run.streams[Stream.CADENCE_SPM].tolist() == [171, 1, 172]
    # A cadence of 0 is standing, whatever its fraction says.
    assert run.counts.cadence_sum_per_leg == 171.5
    assert run.counts.with_cadence == 3


def test_a_treadmill_app_counting_both_feet_is_understood() -> None:
    writer = started()
    records(writer, range(T0, T0 + 60), cadence=170, speed=3.0)
    session(writer, T0, 59)
    run = only(writer)
    assert run.streams[Stream.CADENCE_SPM][0] == 170
    assert run.counts.cadence_sum_per_leg == 60 * 85


def test_chained_files_are_their_recordings_one_after_another() -> None:
    one = modern_run(duration_s=60)
    other = modern_run(duration_s=90, start=START + timedelta(days=1), seed=2)
    chained = IMPORTER.parse(one + other)
    alone = [*IMPORTER.parse(one), *IMPORTER.parse(other)]
    for mine, theirs in zip(chained, alone, strict=True):
        assert mine.started_at == theirs.started_at
        assert mine.counts == theirs.counts
        assert mine.laps == theirs.laps
        for stream, values in theirs.streams.items():
            np.testing.assert_array_equal(mine.streams[stream], values)


def test_a_chained_part_without_an_identity_belongs_to_the_file_before() -> None:
    strap = FitWriter()
    strap.define(0, "hr", (Field(253, "uint32"), Field(9, "uint32"), Field(6, "uint8")))
    for second in range(10):
        strap.write(0, T0 + second, (77 + second) * 1024, 150 + second)
    writer = started()
    writer.define(1, "record", (Field(253, "uint32"), Field(3, "uint8")))
    for second in range(10):
        writer.write(1, T0 + second, 99 if second < 5 else None)
    session(writer, T0, 9, sport=5)
    (swim,) = IMPORTER.parse(writer.finish() + strap.finish())
    expected = [99] * 5 + [155, 156, 157, 158, 159]
    assert swim.streams[Stream.HEART_RATE_BPM].tolist() == expected
    assert swim.counts.with_heart_rate == 5


@pytest.mark.parametrize(
    ("kind", "name"), [(2, "settings"), (5, "workout"), (6, "course"), (32, "monitoring_b")]
)
def test_files_of_other_kinds_are_no_activities(kind: int, name: str) -> None:
    writer = started(kind)
    if name == "course":
        records(writer, range(T0, T0 + 10))
    with pytest.raises(ImportFailure) as failure:
        parse(writer)
    assert (failure.value.code, failure.value.detail) == (FailureCode.NO_ACTIVITY, name)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY_FILE),
        (b"<gpx/>", FailureCode.NOT_A_WATCH_FILE),
        (FitWriter().finish(), FailureCode.DAMAGED),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: FailureCode) -> None:
    with pytest.raises(ImportFailure) as failure:
        IMPORTER.parse(data)
    assert failure.value.code is code


def test_fitparse_reads_what_ours_refuses() -> None:
    # A reserved bit in every message header: ours takes it for damage, fitparse does not look.
    writer = FitWriter()
    writer.raw(bytes([0x50, 0, 0, 20, 0, 2, 253, 4, 0x86, 3, 1, 2]))
    for second in range(5):
        writer.raw(b"\x10" + (T0 + second).to_bytes(4, "little") + bytes([140 + second]))
    run = only(writer)
    assert run.started_at == at(T0)
    assert run.streams[Stream.HEART_RATE_BPM].tolist() == [140, 141, 142, 143, 144]
    assert Warn.FALLBACK_DECODER in codes(run)


def test_claims_files_by_their_header_whatever_their_name() -> None:
    data = modern_run(duration_s=1)
    assert IMPORTER.claims(data[:4096], "export.bin")
    assert not IMPORTER.claims(b"<?xml version='1.0'?>", "run.fit")


def test_a_chained_activity_is_found_behind_a_file_of_another_kind() -> None:
    activity = started()
    records(activity, range(T0, T0 + 10))
    session(activity, T0, 10)
    (run,) = IMPORTER.parse(started(32).finish() + activity.finish())
    assert run.counts.records == 10


def test_a_session_counts_in_a_file_of_any_kind() -> None:
    writer = started(49)
    records(writer, range(T0, T0 + 10))
    session(writer, T0, 10)
    assert only(writer).counts.records == 10


@pytest.mark.parametrize("kind", [1, 2, 6, 32, 44, 49])
@pytest.mark.parametrize("big_endian", [False, True])
def test_a_file_of_another_kind_is_told_by_its_beginning_as_by_all_of_it(
    kind: int, *, big_endian: bool
) -> None:
    writer = FitWriter(big_endian=big_endian)
    writer.put("file_id", manufacturer=1, type=kind, serial_number=77)
    for minute in range(100):
        writer.put("monitoring", timestamp=T0 + 60 * minute, heart_rate=60)
    records(writer, range(T0, T0 + 10))
    for data in (writer.finish(), writer.finish()[:-100]):
        with pytest.raises(ImportFailure) as failure:
            recordings_of(decode(data))
        assert failure.value.code is FailureCode.NO_ACTIVITY
        assert kind_of_other_file(data) == failure.value.detail


@pytest.mark.parametrize("data", [modern_run(duration_s=60), started(4).finish()])
def test_an_activity_is_not_told_by_its_beginning(data: bytes) -> None:
    assert kind_of_other_file(data) is None
    assert all(kind_of_other_file(data[:size]) is None for size in range(14, 80))
