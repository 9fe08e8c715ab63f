"""Suunto's JSON: receiver, sensors and beats on one time line, in SI units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import DeviceTotals, Lap, Pause, Recording, Sport, Stream, Warn
from bench.writers.exports import suunto as writer
from bench.writers.exports.garmin import JsonValue
from bench.writers.exports.suunto import START
from importers import suunto
from importers.contract import FailureCode, ImportFailure
from importers.identify import read
from importers.limits import DEFAULT_LIMITS
from importers.suunto import IMPORTER


def only(data: bytes) -> Recording:
    (recording,) = IMPORTER.parse(data)
    return recording


def codes(recording: Recording) -> list[Warn]:
    return [warning.code for warning in recording.warnings]


def test_a_log_is_known_by_its_content_whatever_its_name() -> None:
    key, recordings = read(writer.run(60), "export.txt", DEFAULT_LIMITS)
    assert (key, len(recordings)) == ("suunto", 1)
    assert not IMPORTER.claims(b'{"DeviceLogs": 1}', "x.json")
    assert not IMPORTER.claims(b'["DeviceLog": 1]', "x.json")


def test_units_become_those_of_every_recording() -> None:
    run = only(writer.run(600))
    assert (run.sport, run.sub_sport) == (Sport.RUNNING, "trail")
    assert (run.started_at, run.utc_offset_s, run.zone) == (START, 7200, "Europe/Zurich")
    assert (run.device.manufacturer, run.device.product) == ("suunto", "Amsterdam")
    assert run.device.serial == "0123456789"
    assert (run.samples, codes(run)) == (600, [])
    assert np.mean(run.streams[Stream.CADENCE_SPM]) == pytest.approx(180)
    assert np.mean(run.streams[Stream.TEMPERATURE_C]) == pytest.approx(15, abs=1e-3)
    assert run.streams[Stream.DISTANCE_M][-1] == 3.0 * 599
    assert run.streams[Stream.ALTITUDE_M][31] == 421
    assert int(run.latitude_semicircles[1]) * 180 / 2**31 == pytest.approx(47, abs=1e-4)
    assert run.counts.with_position == 599
    assert run.cadence is not None
    assert (run.cadence.factor, run.cadence.rule) == (2.0, "per_leg_by_median")


def test_totals_leave_out_the_pauses() -> None:
    sampled = [
        *writer.samples(START, 600),
        writer.event(START, 100, {"Pause": {"State": True}}),
        writer.event(START, 160.5, {"Pause": {"State": False}}),
        writer.event(START, 590, {"Pause": {"State": True}}),
    ]
    run = only(writer.log(writer.header(START, 600, PauseDuration=60.5), sampled))
    assert (run.totals.timer_s, run.totals.elapsed_s) == (539.5, 600)
    assert (run.totals.distance_m, run.totals.ascent_m) == (1800, 162.8)
    assert run.pauses == (Pause(100, 160.5), Pause(590, 599))


def test_a_log_begins_when_its_header_says() -> None:
    run = only(writer.log(writer.header(START - timedelta(seconds=8), 608), _plain(600)))
    assert run.started_at == START - timedelta(seconds=8)
    assert run.elapsed_s[[0, -1]].tolist() == [8, 607]


def _plain(seconds: int, start: datetime = START) -> list[JsonValue]:
    """Samples without events."""
    return [one for one in writer.samples(start, seconds) if "Events" not in str(one)]


def test_laps_are_those_the_watch_made() -> None:
    windows: list[JsonValue] = [
        writer.window(START, 300, "Autolap", Distance=900, Duration=290),
        writer.window(START, 300, "Lap", Distance=900, Duration=290),
        writer.window(START, 600, "Autolap", Distance=901, Duration=300),
        writer.window(START, 600, "Move", Distance=1801, Duration=590),
    ]
    data = writer.log(writer.header(START, 600), writer.samples(START, 600), windows=windows)
    laps = only(data).laps
    assert [lap.start_s for lap in laps] == [0, 300]
    assert [(lap.timer_s, lap.distance_m) for lap in laps] == [(290, 900), (300, 901)]


def test_heart_rate_comes_from_the_beats() -> None:
    beats = [400] * 1500
    beats[100:101] = [200, 200]
    data = writer.log(writer.header(START, 600), writer.samples(START, 600), beats_ms=beats)
    run = only(data)
    rate = run.streams[Stream.HEART_RATE_BPM]
    assert np.isfinite(rate).sum() == run.counts.with_heart_rate == 600 - 4
    assert np.nanmin(rate) == np.nanmax(rate) == 150


@pytest.mark.parametrize(
    ("number", "sport", "sub_sport"),
    [
        (3, Sport.RUNNING, None),
        (93, Sport.RUNNING, "treadmill"),
        (4, Sport.CYCLING, None),
        (12, Sport.WALKING, None),
        (10, Sport.OTHER, None),
        (1, Sport.UNKNOWN, None),
    ],
)
def test_the_number_says_the_sport(number: int, sport: Sport, sub_sport: str | None) -> None:
    told = writer.header(START, 60, ActivityType=number)
    run = only(writer.log(told, writer.samples(START, 60, kind=number)))
    assert (run.sport, run.sub_sport) == (sport, sub_sport)
    assert (Warn.UNKNOWN_SPORT in codes(run)) == (sport is Sport.UNKNOWN)


def test_a_log_of_several_activities_is_cut_where_each_begins() -> None:
    sampled = writer.samples(START, 600)
    sampled.append(writer.event(START, 400, {"Activity": {"ActivityType": 4}}))
    windows: list[JsonValue] = [
        writer.window(START, 400, "Activity", Distance=1200, Duration=390, Ascent=10),
        writer.window(START, 600, "Activity", Distance=600, Duration=200, Ascent=20),
    ]
    run, ride = IMPORTER.parse(writer.log(writer.header(START, 600), sampled, windows=windows))
    assert (run.sport, ride.sport) == (Sport.RUNNING, Sport.CYCLING)
    assert (run.samples, ride.samples) == (400, 200)
    assert ride.started_at == START + timedelta(seconds=400)
    assert [one.totals.distance_m for one in (run, ride)] == [1200, 600]
    assert [one.totals.timer_s for one in (run, ride)] == [390, 200]


def test_a_log_without_samples_keeps_its_sums() -> None:
    run = only(writer.log(writer.header(START, 600), []))
    assert (run.started_at, run.samples, run.totals.distance_m) == (START, 0, 1800)
    assert codes(run) == [Warn.NO_RECORDS]


def test_a_log_without_a_date_is_kept_dateless() -> None:
    run = only(writer.log({"ActivityType": 3, "Distance": 5000}, []))
    assert (run.started_at, run.totals.distance_m) == (None, 5000)
    assert Warn.NO_START in codes(run)


@pytest.mark.parametrize("year", [1970, 1066, 2100])
def test_a_log_of_an_impossible_date_is_whole_and_dateless(year: int) -> None:
    start = START.replace(year=year)
    sampled = [
        *writer.samples(start, 60),
        writer.event(start, 20, {"Pause": {"State": True}}),
        writer.event(start, 35, {"Pause": {"State": False}}),
    ]
    windows = [writer.window(start, end_s, "Autolap", Distance=90) for end_s in (30, 60)]
    # Noted a little earlier, which is no more of a date.
    told = writer.header(start - timedelta(seconds=8), 68)
    run = only(writer.log(told, sampled, windows=windows))
    assert (run.started_at, codes(run)) == (None, [Warn.IMPOSSIBLE_DATE])
    assert run.elapsed_s[[0, -1]].tolist() == [0, 59]
    assert run.pauses == (Pause(20, 35),)
    assert [lap.start_s for lap in run.laps] == [0, 30]


def test_a_log_just_after_midnight_of_1970_has_no_date_either() -> None:
    """A clock that starts at 0 was noted at 23:59 of 1969 by the header."""
    start = START.replace(year=1970, month=1, day=1, hour=0, minute=0, second=5)
    run = only(writer.log(writer.header(start - timedelta(seconds=8), 68), _plain(60, start)))
    assert (run.started_at, run.elapsed_s[0]) == (None, 0)


def test_sums_of_an_impossible_date_have_none() -> None:
    run = only(writer.log(writer.header(START.replace(year=1066), 600), []))
    assert (run.started_at, run.totals.distance_m) == (None, 1800)
    assert codes(run) == [Warn.NO_RECORDS, Warn.IMPOSSIBLE_DATE]


def test_sums_nobody_can_have_are_left_out() -> None:
    absurd: dict[str, JsonValue] = {
        "Distance": 1e300,
        "Duration": -5,
        "PauseDuration": 7,
        "Ascent": "1e999",
    }
    windows: list[JsonValue] = [
        writer.window(START, 30, "Lap", Distance=1e12, Duration=-1),
        writer.window(START, 60, "Activity", Distance=1e12, Duration=1e12, Ascent=-3),
    ]
    sampled = writer.samples(START, 60)
    run = only(writer.log(writer.header(START, 60, **absurd), sampled, windows=windows))
    assert run.totals == DeviceTotals()
    assert run.laps == (Lap(0, None, None),)


def test_words_of_a_log_can_be_stored() -> None:
    data = writer.log({"DateTime": writer.local(START, 0)}, writer.samples(START, 60))
    data = data.replace(b'"Amsterdam"', b'"Ams\\ud800ter\\u0000dam' + b"!" * 500 + b'"')
    product = only(data).device.product
    assert product is not None
    assert (product[:12], len(product)) == ("Ams\ufffdter dam!", 300)


def test_beats_of_no_heart_are_no_beats() -> None:
    beats: list[JsonValue] = [1e308, 1e308, -1e308, *[500] * 300]
    data = writer.log(writer.header(START, 60), writer.samples(START, 60), beats_ms=beats)
    assert Stream.HEART_RATE_BPM not in only(data).streams


def test_a_log_of_ever_more_activities_ends() -> None:
    sampled = [
        *writer.samples(START, 300),
        *(writer.event(START, at, {"Activity": {"ActivityType": 3}}) for at in range(1, 250)),
    ]
    runs = IMPORTER.parse(writer.log(writer.header(START, 300), sampled))
    assert len(runs) == 100
    assert sum(run.samples for run in runs) == 300


@pytest.mark.parametrize("limit", ["MAX_RECORDS", "MAX_MARKS"])
@pytest.mark.parametrize("kind", ["windows", "pauses"])
def test_a_log_of_more_than_anybody_does_is_too_large(
    monkeypatch: pytest.MonkeyPatch, limit: str, kind: str
) -> None:
    monkeypatch.setattr(suunto, limit, 100)
    windows = [writer.window(START, at, "Lap", Distance=9) for at in range(101)]
    pauses = [writer.event(START, at, {"Pause": {"State": at % 2 == 0}}) for at in range(101)]
    data = writer.log(
        writer.header(START, 200),
        pauses if kind == "pauses" else [],
        windows=windows if kind == "windows" else [],
    )
    with pytest.raises(ImportFailure) as failure:
        IMPORTER.parse(data)
    assert failure.value.code is FailureCode.TOO_LARGE


def test_a_log_that_was_cut_is_read_up_to_there() -> None:
    data = writer.run(600)
    run = only(data[: len(data) // 2])
    assert 200 < run.samples < 400
    assert Warn.TRUNCATED in codes(run)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"DeviceLog": {}}', FailureCode.NO_ACTIVITY),
        (b'{"DeviceLog": {"Header": {"Date', FailureCode.DAMAGED),
        (b'{"DeviceLog": {"Header": ' + b'{"a":' * 100_000, FailureCode.DAMAGED),
        (b'{"DeviceLog": {"Header": {"a": ' + b"9" * 5000 + b"}}}", FailureCode.NO_ACTIVITY),
    ],
)
def test_a_log_of_nothing_is_a_failure(data: bytes, code: FailureCode) -> None:
    with pytest.raises(ImportFailure) as failure:
        IMPORTER.parse(data)
    assert failure.value.code is code


def test_a_real_log_reads_as_its_watch_summed_it_up(watch_files: Path) -> None:
    data = (watch_files / "exports/sports-alliance__sports-lib__suunto.json").read_bytes()
    run = only(data)
    assert run.started_at is not None
    assert run.started_at.isoformat() == "2018-03-13T16:57:02.449000+00:00"
    assert (run.sport, run.sub_sport, run.utc_offset_s) == (Sport.RUNNING, "trail", 3600)
    assert run.counts.with_cadence == 3228
    assert (run.totals.timer_s, run.totals.distance_m) == (3236.3, 10136)
    paused_s = sum(pause.end_s - pause.start_s for pause in run.pauses)
    assert paused_s == pytest.approx(156.928, abs=0.01)
    # The watch's own means: 1.454 strides and 2.592 beats a second.
    cadence = run.streams[Stream.CADENCE_SPM]
    assert np.nanmean(cadence) == pytest.approx(2 * 60 * 1.454, rel=0.01)
    assert np.nanmean(run.streams[Stream.HEART_RATE_BPM]) == pytest.approx(60 * 2.592, rel=0.01)
    assert len(run.laps) == 11


TOKENS = (
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\0", b"\xff", b"null", b"true", b"-1"),
    *(b"1e999", b"NaN", b"9" * 5000, b'"x"', b'"Samples":[', b'"Header":{', b"{" * 2000),
    *(b'"9999-12-31T23:59:59+00:00"', b'"0001-01-01T00:00:00+14:00"', b"Infinity", b'{"HR":2}'),
)
WHOLE = writer.log(
    writer.header(START, 40),
    [*writer.samples(START, 40), writer.event(START, 20, {"Pause": {"State": True}})],
    windows=[writer.window(START, 20, "Autolap", Distance=60, Duration=20)],
    beats_ms=[500] * 80,
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE)),
            st.sampled_from([0, 0, 1, 5, 40, 300]),
            st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_damaged_log_is_recordings_or_a_failure(
    edits: Sequence[tuple[int, int, bytes]],
) -> None:
    data = WHOLE
    for at, removed, added in edits:
        data = data[:at] + added + data[at + removed :]
    try:
        recordings = IMPORTER.parse(data)
    except ImportFailure:
        return
    assert recordings
    for recording in recordings:
        assert np.isfinite(recording.elapsed_s).all()
        assert (np.diff(recording.elapsed_s) > 0).all()
        assert all(len(values) == recording.samples for values in recording.streams.values())
        assert all(pause.start_s < pause.end_s for pause in recording.pauses)
