"""Every real FIT file beside the project reads as independent decoders read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from analytics.recording import Recording, Sport, Stream, Warn
from importers.contract import ImportFailure
from importers.fit import IMPORTER
from importers.fit.decode import decode
from importers.fit.verify import verify

FOLDER = Path(__file__).parents[3].parent / "shared" / "watch-files"
EXPECTED_FILE = FOLDER / "EXPECTED.json"
EXPECTED: dict[str, dict[str, object]] = (
    json.loads(EXPECTED_FILE.read_text(encoding="utf-8")) if EXPECTED_FILE.exists() else {}
)
FIT = sorted(name for name in EXPECTED if name.endswith(".fit"))
UPTIME = "andrewcooke__choochoo__compressed-speed-distance.fit"
"""Dated by its local clock, where the decoders took uptime for a date."""

pytestmark = pytest.mark.skipif(not FIT, reason="the real watch files are not beside the project")


def read(name: str) -> Sequence[Recording]:
    return IMPORTER.parse((FOLDER / name).read_bytes())


def expected(name: str, key: str) -> float:
    value = EXPECTED[name][key]
    assert isinstance(value, int | float)
    return value


def files(telling: str = "sha256", without: str = "") -> pytest.MarkDecorator:
    """The files whose expectations tell this, as parameter ``name``."""
    names = [name for name in FIT if telling in EXPECTED[name] and name != without]
    return pytest.mark.parametrize("name", names)


@files("records")
def test_counts_every_record(name: str) -> None:
    assert sum(each.counts.records for each in read(name)) == expected(name, "records")


@files("sum_cadence_per_leg")
def test_counts_and_sums_cadence(name: str) -> None:
    counts = [each.counts for each in read(name)]
    assert sum(each.with_cadence for each in counts) == expected(name, "records_with_cadence")
    total = sum(each.cadence_sum_per_leg or 0.0 for each in counts)
    assert total == expected(name, "sum_cadence_per_leg")


@files("sum_heart_rate")
def test_counts_and_sums_heart_rate(name: str) -> None:
    counted = sum(each.counts.with_heart_rate for each in read(name))
    assert counted == expected(name, "records_with_heart_rate")
    heart_rate = decode((FOLDER / name).read_bytes()).messages("record").numbers("heart_rate")
    assert np.nansum(heart_rate) == expected(name, "sum_heart_rate")


@files("records_with_position")
def test_counts_positions(name: str) -> None:
    counted = sum(each.counts.with_position for each in read(name))
    assert counted == expected(name, "records_with_position")


@files("distance_m")
def test_takes_the_device_totals(name: str) -> None:
    totals = read(name)[0].totals
    assert totals.distance_m == pytest.approx(expected(name, "distance_m"), abs=0.01)
    assert totals.timer_s == pytest.approx(expected(name, "timer_s"), abs=0.01)
    assert totals.elapsed_s == pytest.approx(expected(name, "elapsed_s"), abs=0.01)


@files("total_strides")
def test_takes_two_steps_for_a_stride(name: str) -> None:
    assert read(name)[0].totals.steps == 2 * expected(name, "total_strides")


@files("sessions")
def test_finds_every_session_and_its_sport(name: str) -> None:
    recordings = read(name)
    assert len(recordings) == expected(name, "sessions")
    assert [each.sport.value for each in recordings] == EXPECTED[name]["sports"]
    if "sub_sport" in EXPECTED[name]:
        assert recordings[0].sub_sport == EXPECTED[name]["sub_sport"]


@files("laps")
def test_gives_every_lap_to_one_session(name: str) -> None:
    assert sum(len(each.laps) for each in read(name)) == expected(name, "laps")


@files("start_utc", without=UPTIME)
def test_starts_when_the_watch_did(name: str) -> None:
    assert read(name)[0].started_at == datetime.fromisoformat(str(EXPECTED[name]["start_utc"]))


@files()
def test_agrees_with_fitparse_up_to_where_that_gives_up(name: str) -> None:
    differences = verify((FOLDER / name).read_bytes())
    if EXPECTED[name]["decoders_agreeing"] == 5:
        assert differences == []
    elif differences:
        assert differences[-1].message == "file"


@files("timer_s")
def test_pauses_are_the_elapsed_time_that_was_no_timer_time(name: str) -> None:
    for each in read(name):
        assert each.totals.elapsed_s is not None
        assert each.totals.timer_s is not None
        paused = sum(pause.end_s - pause.start_s for pause in each.pauses)
        # Events are whole seconds, summaries milliseconds; COROS starts a second late.
        tolerance = 1.0 + 1.2 * len(each.pauses)
        missing = each.totals.elapsed_s - each.totals.timer_s
        assert paused == pytest.approx(missing, abs=tolerance)


@files()
def test_samples_lie_within_the_session_and_rise(name: str) -> None:
    for each in read(name):
        assert (np.diff(each.elapsed_s) > 0).all()
        assert each.elapsed_s[0] >= 0
        if each.totals.elapsed_s is not None:
            assert each.elapsed_s[-1] <= each.totals.elapsed_s + 2


@files("distance_m")
def test_distance_begins_and_ends_with_the_session(name: str) -> None:
    for each in read(name):
        total = each.totals.distance_m
        if Stream.DISTANCE_M in each.streams and total is not None:
            assert np.nanmax(each.streams[Stream.DISTANCE_M]) == pytest.approx(
                total, rel=0.01, abs=12.0
            )
            assert np.nanmin(each.streams[Stream.DISTANCE_M]) == pytest.approx(0, abs=20.0)


@pytest.mark.parametrize(
    ("name", "records", "sport", "warnings"),
    [
        (
            "dtcooper__python-fitparse__nick.fit",
            14391,
            Sport.CYCLING,
            {Warn.BAD_CRC, Warn.TRUNCATED, Warn.NO_SESSION, Warn.REPEATED_TIMES},
        ),
        (
            "sports-alliance__sports-lib__empty-activities.fit",
            2319,
            Sport.UNKNOWN,
            {Warn.NO_DATA_SIZE, Warn.TRUNCATED, Warn.NO_SESSION, Warn.UNKNOWN_SPORT},
        ),
        (
            "andrewcooke__choochoo__event_timestamp.fit",
            4376,
            Sport.SWIMMING,
            {Warn.DAMAGED_MIDDLE, Warn.REPEATED_TIMES},
        ),
        ("meistermeier__fitfile4j__raw_run.fit", 303, Sport.RUNNING, {Warn.BAD_CRC}),
    ],
)
def test_keeps_what_is_readable_of_damaged_files_and_warns(
    name: str, records: int, sport: Sport, warnings: set[Warn]
) -> None:
    (recording,) = read(name)
    assert recording.counts.records == records
    assert recording.sport is sport
    assert {each.code for each in recording.warnings} == warnings


def test_dates_a_watch_without_a_date_by_its_local_clock() -> None:
    (recording,) = read(UPTIME)
    assert recording.started_at is None
    assert recording.local_start == datetime(2012, 2, 13, 11, 16, 16)  # noqa: DTZ001 - local clock
    assert Warn.DATED_BY_LOCAL_CLOCK in {each.code for each in recording.warnings}


def test_a_triathlon_reads_the_same_with_its_summaries_first_or_last() -> None:
    first = read("jimmykane__fit-parser__triathlon_summary_first.fit")
    last = read("jimmykane__fit-parser__triathlon_summary_last.fit")
    for one, other in zip(first, last, strict=True):
        assert one.counts == other.counts
        assert one.started_at == other.started_at
        assert one.streams.keys() == other.streams.keys()
        for stream, values in one.streams.items():
            np.testing.assert_array_equal(values, other.streams[stream])


def test_the_strap_fills_in_the_heart_rate_under_water() -> None:
    swim = read("dtcooper__python-fitparse__sample_mulitple_header.fit")[0]
    merged = np.count_nonzero(~np.isnan(swim.streams[Stream.HEART_RATE_BPM]))
    assert swim.counts.with_heart_rate < merged
    assert merged == pytest.approx(swim.samples, rel=0.05)


def test_coros_local_time_is_no_offset() -> None:
    recording = read("sports-alliance__sports-lib__6916663933.fit")[0]
    assert recording.device.manufacturer == "coros"
    assert recording.utc_offset_s is None
    assert recording.zone == "Europe/Prague"


def test_cutting_a_real_file_short_loses_only_the_end() -> None:
    data = (FOLDER / "jimmykane__fit-parser__garmin-stamina.fit").read_bytes()
    for size in (200_000, 12_000, 300, 20):
        try:
            recordings = IMPORTER.parse(data[:size])
        except ImportFailure:
            assert size < 1000
            continue
        assert Warn.TRUNCATED in {each.code for each in recordings[0].warnings}
