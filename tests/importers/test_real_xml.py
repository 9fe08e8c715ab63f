"""Every real GPX and TCX file ends as independent readers say it should."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import gpxpy  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
import pytest
from tcxreader.tcxreader import TCXReader  # pyright: ignore[reportMissingTypeStubs]

from analytics.recording import SEMICIRCLES_TO_DEGREES, Pause, Recording, Sport, Stream, Warn
from importers.identify import read
from importers.limits import Limits

GPX = (
    "aaron-schroeder__activereader__testdata.gpx",
    "thomaschampagne__elevate__20170319_run_906581465.gpx",
    "dogsheep__healthkit-to-sqlite__route_2019-06-11_3.00pm.gpx",
)
RECOVERED = "sports-alliance__sports-lib__6037744996.gpx"
DOUBLED = "Runalyze__Runalyze__Treadmill-doubled-cadence.tcx"
POLAR = "sports-alliance__sports-lib__6281425038.tcx"
TWO_ACTIVITIES = "dblock__tcx__multiple_running_activities.tcx"
PAUSED = "sports-alliance__sports-lib__6860622783.tcx"
TCX = (
    "dblock__tcx__treadmill_1.tcx",
    TWO_ACTIVITIES,
    "aaron-schroeder__activereader__testdata.tcx",
    POLAR,
    PAUSED,
    DOUBLED,
)


def recordings(folder: Path, name: str) -> Sequence[Recording]:
    return read((folder / name).read_bytes(), name, Limits())[1]


def warned(recording: Recording) -> set[Warn]:
    return {warning.code for warning in recording.warnings}


def length_m(recording: Recording) -> float:
    """Sum of great-circle steps by the spherical law of cosines, unlike the importer's own."""
    latitude = np.radians(recording.latitude_semicircles * SEMICIRCLES_TO_DEGREES)
    longitude = np.radians(recording.longitude_semicircles * SEMICIRCLES_TO_DEGREES)
    x, y, z = (
        np.cos(latitude) * np.cos(longitude),
        np.cos(latitude) * np.sin(longitude),
        np.sin(latitude),
    )
    chord = np.sqrt(np.diff(x) ** 2 + np.diff(y) ** 2 + np.diff(z) ** 2)
    return float((2 * 6_371_008.8 * np.arcsin(chord / 2)).sum())


@pytest.mark.parametrize("name", [*GPX, RECOVERED, *TCX])
def test_every_real_file_is_covered_here_and_reads(
    watch_files: Path, expected: dict[str, Any], name: str
) -> None:
    assert name in expected
    found = {path.name for path in watch_files.iterdir() if path.suffix in {".gpx", ".tcx"}}
    assert found == {*GPX, RECOVERED, *TCX}
    for recording in recordings(watch_files, name):
        assert (np.diff(recording.elapsed_s) > 0).all()
        assert all(len(values) == recording.samples for values in recording.streams.values())


@pytest.mark.parametrize("name", [*GPX, *TCX])
def test_counts_equal_what_independent_readers_count(
    watch_files: Path, expected: dict[str, Any], name: str
) -> None:
    truth = expected[name]
    counts = [recording.counts for recording in recordings(watch_files, name)]
    assert sum(count.records for count in counts) == truth["records"]
    assert sum(count.with_heart_rate for count in counts) == truth["records_with_heart_rate"]
    assert sum(count.with_cadence for count in counts) == (
        truth["records_with_cadence"] or truth.get("nrun", 0)
    )
    if "records_with_position" in truth:
        assert sum(count.with_position for count in counts) == truth["records_with_position"]


@pytest.mark.parametrize("name", [*GPX, *TCX])
def test_the_first_start_is_the_first_record(
    watch_files: Path, expected: dict[str, Any], name: str
) -> None:
    first = recordings(watch_files, name)[0]
    assert first.started_at == datetime.fromisoformat(expected[name]["t0"])


@pytest.mark.parametrize("name", GPX)
def test_gpx_distance_follows_the_positions(
    watch_files: Path, expected: dict[str, Any], name: str
) -> None:
    (recording,) = recordings(watch_files, name)
    tolerance = max(0.01 * expected[name]["dist"], 0.05)  # the reference is rounded to 0.1 m
    assert length_m(recording) == pytest.approx(expected[name]["dist"], abs=tolerance)
    assert Stream.DISTANCE_M not in recording.streams
    assert recording.totals.distance_m is None


@pytest.mark.parametrize("name", TCX)
def test_tcx_totals_are_the_sums_of_the_laps(
    watch_files: Path, expected: dict[str, Any], name: str
) -> None:
    truth = expected[name]
    found = recordings(watch_files, name)
    assert sum(len(recording.laps) for recording in found) == truth["laps"]
    distance = sum(recording.totals.distance_m or 0.0 for recording in found)
    timer = sum(recording.totals.timer_s or 0.0 for recording in found)
    assert distance == pytest.approx(truth["lapdist"], abs=0.06)
    assert timer == pytest.approx(truth["laptime"], abs=0.06)
    last = found[-1].streams[Stream.DISTANCE_M]
    assert np.nanmax(last) == pytest.approx(truth["dist"], rel=0.01)
    assert [recording.sport for recording in found] == [Sport.RUNNING] * len(truth["sport"])


@pytest.mark.parametrize("name", [*GPX[:2], *sorted(set(TCX) - {TWO_ACTIVITIES})])
def test_cadence_in_the_file_s_own_numbers(
    watch_files: Path, expected: dict[str, Any], name: str
) -> None:
    truth = expected[name]
    (recording,) = recordings(watch_files, name)
    reading = recording.cadence
    assert reading is not None
    raw = recording.streams[Stream.CADENCE_SPM] / reading.factor
    mean = truth.get("run_mean_nz") or truth["cad_mean_nz"]
    # Samples of one second are merged in the stream, not in the sum.
    repeated = recording.counts.records - recording.samples
    assert float(raw[raw > 0].mean()) == pytest.approx(mean, abs=0.05 + repeated)
    if not repeated:
        total = recording.counts.cadence_sum_per_leg
        assert total == pytest.approx(float(np.nansum(raw)) * reading.factor / 2)


def test_only_the_treadmill_app_counts_both_feet(watch_files: Path) -> None:
    factors = {
        name: reading.factor
        for name in (*GPX, RECOVERED, *TCX)
        for recording in recordings(watch_files, name)
        if (reading := recording.cadence)
    }
    assert factors.pop(DOUBLED) == 1.0
    assert set(factors.values()) == {2.0}


def test_an_undeclared_prefix_is_recovered_from_with_a_warning(watch_files: Path) -> None:
    (recording,) = recordings(watch_files, RECOVERED)
    assert warned(recording) == {Warn.UNDECLARED_NAMESPACE}
    assert recording.sport is Sport.RUNNING
    assert recording.samples == 4040
    assert recording.zone == "Europe/Paris"
    assert recording.streams[Stream.CADENCE_SPM][:3].tolist() == [86, 88, 166]
    assert recording.streams[Stream.TEMPERATURE_C][0] == 22


def test_the_apple_route_is_an_activity_of_unknown_sport(watch_files: Path) -> None:
    (recording,) = recordings(watch_files, GPX[2])
    assert recording.sport is Sport.UNKNOWN
    assert (recording.counts.records, recording.elapsed_s.tolist()) == (3, [0.0, 0.5, 1.0])
    assert warned(recording) == {Warn.UNKNOWN_SPORT, Warn.REPEATED_TIMES}


def test_three_stops_are_found_where_the_lap_was_longer_than_its_timer(watch_files: Path) -> None:
    (recording,) = recordings(watch_files, PAUSED)
    assert recording.pauses == (Pause(352, 470), Pause(769, 1037), Pause(2037, 2317))
    assert recording.device.serial == "3996264072"
    running_s = recording.elapsed_s[-1] - sum(p.end_s - p.start_s for p in recording.pauses)
    assert running_s == pytest.approx(recording.totals.timer_s, abs=3)


def test_polar_s_stop_is_found_although_its_laps_start_in_timer_time(watch_files: Path) -> None:
    (recording,) = recordings(watch_files, POLAR)
    (pause,) = recording.pauses
    assert (pause.start_s, pause.end_s) == pytest.approx((491, 1110.051))
    assert recording.device.serial is None
    assert recording.laps[0].start_s == -1.0


def test_two_activities_of_one_file_stay_two(watch_files: Path) -> None:
    first, second = recordings(watch_files, TWO_ACTIVITIES)
    assert (first.counts.records, second.counts.records) == (1254, 1463)
    assert (len(first.laps), len(second.laps)) == (15, 11)
    assert (first.zone, second.zone) == ("Europe/Ljubljana", "Europe/Zagreb")


@pytest.mark.parametrize("name", GPX)
def test_gpxpy_reads_the_same_points(watch_files: Path, name: str) -> None:
    text = (watch_files / name).read_text("utf-8")
    oracle: Any = gpxpy.parse(text)  # pyright: ignore[reportUnknownMemberType]
    points = [p for track in oracle.tracks for part in track.segments for p in part.points]
    (recording,) = recordings(watch_files, name)
    start = recording.started_at
    assert start is not None
    seconds = [(point.time - start).total_seconds() for point in points]
    assert np.floor(recording.elapsed_s).tolist() == seconds
    latitude = recording.latitude_semicircles * SEMICIRCLES_TO_DEGREES
    np.testing.assert_allclose(latitude, [p.latitude for p in points], atol=1e-7)
    altitude = recording.streams[Stream.ALTITUDE_M]
    np.testing.assert_allclose(altitude, [p.elevation for p in points], rtol=1e-6)


@pytest.mark.parametrize("name", sorted(set(TCX) - {POLAR}))
def test_tcxreader_reads_the_same_points(watch_files: Path, name: str) -> None:
    oracle: Any = TCXReader().read(str(watch_files / name), only_gps=False)
    found = recordings(watch_files, name)
    assert len(oracle.trackpoints) == sum(recording.counts.records for recording in found)
    times = sorted({point.time for point in oracle.trackpoints})
    ours = [
        recording.started_at.replace(tzinfo=None).timestamp() + seconds
        for recording in found
        if recording.started_at
        for seconds in recording.elapsed_s
    ]
    np.testing.assert_allclose(ours, [time.timestamp() for time in times], atol=1e-3)
    heart_rates = [point.hr_value for point in oracle.trackpoints if point.hr_value]
    assert len(heart_rates) == sum(recording.counts.with_heart_rate for recording in found)
