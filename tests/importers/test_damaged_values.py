"""Values that damage makes of files, and that nothing computed from them survived."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import numpy as np
import pytest

from analytics.recording import Recording, Sport, Stream, Warn
from analytics.runs.metrics import run_metrics
from bench.fuzz.checks import check_recording
from bench.writers import gpx, tcx
from bench.writers.fit_activity import records, session, started
from bench.writers.fit_messages import Field
from importers.cadence import read_cadence
from importers.contract import FailureCode, ImportFailure
from importers.identify import read
from importers.limits import DEFAULT_LIMITS
from importers.sources import Archive, Refusal
from importers.totals import LARGEST_TOTAL, total

T0 = 1_000_000_000
INFINITY = float("inf")


def only(data: bytes, name: str) -> Recording:
    _, (recording,) = read(data, name, DEFAULT_LIMITS)
    check_recording(recording)
    return recording


def warned(recording: Recording) -> dict[Warn, int]:
    return {warning.code: warning.count for warning in recording.warnings}


@pytest.mark.parametrize("written", ["1e308", "1e999", "-5", "nan"])
def test_a_lap_s_impossible_totals_are_left_out(written: str) -> None:
    lap = tcx.lap(gpx.run(61), timer_s=-7.25, distance_m=-7.5)
    data = tcx.tcx(tcx.activity(lap)).replace(b"-7.25", written.encode())
    recording = only(data.replace(b"-7.5", written.encode()), "x.tcx")
    assert (recording.totals.timer_s, recording.totals.distance_m) == (None, None)
    assert timedelta(seconds=run_metrics(recording, 174.0).elapsed_s or 0) == timedelta(minutes=1)


def test_many_large_laps_do_not_sum_up_to_more_than_one_may_claim() -> None:
    laps = [tcx.lap(timer_s=LARGEST_TOTAL, distance_m=LARGEST_TOTAL) for _ in range(2)]
    recording = only(tcx.tcx(tcx.activity(*laps)), "x.tcx")
    assert (recording.totals.timer_s, recording.totals.distance_m) == (None, None)


def test_a_timer_of_next_to_nothing_is_none_and_makes_no_infinite_speed() -> None:
    assert total(1e-320) == 0.0
    lap = tcx.lap(gpx.run(61), timer_s=-7.25, distance_m=180.0)
    data = tcx.tcx(tcx.activity(lap)).replace(b"-7.25", b"1e-320")
    assert run_metrics(only(data, "x.tcx"), 174.0).mean_speed_m_s == pytest.approx(3.0)


def test_a_distance_too_large_to_add_up_is_left_out() -> None:
    points = gpx.run(30)
    data = tcx.tcx(tcx.activity(tcx.lap(points)))
    data = data.replace(b">30.0</Dist", b">1.7e308</Dist").replace(b">60.0</Dist", b">1e308</Dist")
    recording = only(data, "x.tcx")
    distance = recording.streams[Stream.DISTANCE_M]
    assert np.flatnonzero(np.isnan(distance)).tolist() == [10, 20]
    assert distance[-1] == 87.0
    assert warned(recording) == {Warn.IMPLAUSIBLE_VALUES: 2}


def test_a_warning_of_two_causes_is_one_of_both_counts() -> None:
    points = gpx.run(30)
    data = tcx.tcx(tcx.activity(tcx.lap(points)))
    data = data.replace(b">30.0</Dist", b">20.0</Dist").replace(b"<Value>135<", b"<Value>900<")
    assert warned(only(data, "x.tcx")) == {Warn.IMPLAUSIBLE_VALUES: 2}


def test_a_cadence_of_next_to_nothing_is_standing() -> None:
    raw = np.array([1e-320] * 30 + [85.0] * 10)
    reading = read_cadence(raw, np.full(40, 3.0), Sport.RUNNING)
    assert reading.raw_median == 85.0


@pytest.mark.parametrize("reference", ["&#xD800;", "&#xdfff;", "&#55296;", "&#x0000DC00;"])
def test_half_a_character_costs_no_more_than_itself(reference: str) -> None:
    data = gpx.gpx(gpx.track([gpx.run(20)], kind=f"run{reference}ning"))
    data = data.replace(b"<ele>425.0<", f"<ele>{reference}<".encode())
    recording = only(data, "x.gpx")
    assert recording.samples == 20
    assert np.isnan(recording.streams[Stream.ALTITUDE_M][5])


def test_whole_characters_stay_as_they_are() -> None:
    data = gpx.gpx(gpx.track([gpx.run(20)], kind="&#x72;unning"), creator="&#xD7FF;&#57344;&#128;")
    recording = only(data, "x.gpx")
    assert recording.sport is Sport.RUNNING
    assert recording.device.product == "\ud7ff\ue000\x80"


FLOATS = {
    "distance": (5, Stream.DISTANCE_M),
    "speed": (6, Stream.SPEED_M_S),
    "heart rate": (3, Stream.HEART_RATE_BPM),
    "power": (7, Stream.POWER_W),
    "temperature": (13, Stream.TEMPERATURE_C),
    "step length": (85, Stream.STEP_LENGTH_M),
    "contact time": (41, Stream.GROUND_CONTACT_TIME_MS),
    "cadence": (4, Stream.CADENCE_SPM),
}


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("value", [INFINITY, -INFINITY, 1e38, -1e30, 2e19])
def test_a_float_where_none_belongs_is_no_measurement(name: str, kind: str, value: float) -> None:
    number, stream = FLOATS[name]
    writer = started()
    writer.define(0, "record", (Field(253, "uint32"), Field(number, kind)))
    for second in range(20):
        writer.write(0, T0 + second, value if second == 7 else 40.0)
    session(writer, T0, 20)
    values = only(writer.finish(), "x.fit").streams[stream]
    assert np.flatnonzero(np.isnan(values)).tolist() == [7]


@pytest.mark.parametrize("value", [INFINITY, -1.0, 3e38, 1e-40])
def test_a_session_s_impossible_totals_are_left_out(value: float) -> None:
    writer = started()
    records(writer, range(T0, T0 + 61), speed=3.0)
    fields = [Field(2, "uint32"), *(Field(number, "float32") for number in (7, 8, 9, 10, 22))]
    writer.define(1, "session", (*fields, Field(5, "enum")))
    writer.write(1, T0, value, value, value, value, value, 1)
    recording = only(writer.finish(), "x.fit")
    assert not any(vars_of(recording))
    assert run_metrics(recording, 174.0).elapsed_s == 60


def vars_of(recording: Recording) -> list[float | None]:
    totals = recording.totals
    return [totals.distance_m, totals.timer_s, totals.elapsed_s, totals.steps, totals.ascent_m]


def test_a_developer_s_scale_of_next_to_nothing_divides_nothing() -> None:
    writer = started()
    fields = (Field(0, "uint8"), Field(1, "uint8"), Field(2, "uint8"), Field(6, "float64"))
    writer.define(1, "field_description", (*fields, Field(15, "uint8"), Field(8, "string", 6)))
    writer.write(1, 0, 0, 0x88, 1e-300, 7, "watts")
    own = Field(0, "float32", developer=0)
    writer.define(2, "record", (Field(253, "uint32"), Field(3, "uint8"), own))
    for second in range(10):
        writer.write(2, T0 + second, 140, 250.0)
    session(writer, T0, 10)
    power = only(writer.finish(), "x.fit").streams[Stream.POWER_W]
    assert power.tolist() == [250.0] * 10


def test_a_session_out_of_order_counts_no_distance_below_0() -> None:
    writer = started()
    writer.define(1, "record", (Field(253, "uint32"), Field(5, "uint32")))
    for second, metres in enumerate((0, 30, 60)):
        writer.write(1, T0 + second, 100 * metres)
    # The second session's records are written backwards, and begin below where the first ended.
    for second, metres in ((12, 120), (11, 90), (10, 50)):
        writer.write(1, T0 + second, 100 * metres)
    session(writer, T0, 3)
    session(writer, T0 + 10, 3)
    _, (_, second_run) = read(writer.finish(), "x.fit", DEFAULT_LIMITS)
    check_recording(second_run)
    assert second_run.streams[Stream.DISTANCE_M].tolist() == [50, 90, 120]
    assert (run_metrics(second_run, 174.0).distance_m or 0) >= 0


@pytest.mark.parametrize("number", [2**64 - 1025, 2**64 - 2, 2**63 + 5])
def test_a_number_of_64_bits_where_24_belong_has_no_parts(number: int) -> None:
    writer = started()
    writer.define(0, "record", (Field(253, "uint32"), Field(8, "uint64"), Field(3, "uint8")))
    for second in range(5):
        writer.write(0, T0 + second, number, 140)
    session(writer, T0, 5)
    recording = only(writer.finish(), "x.fit")
    assert recording.streams[Stream.HEART_RATE_BPM].tolist() == [140] * 5


def zipped(*names: str) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            archive.writestr(info, name.encode())
    return stream


def test_a_member_s_name_is_told_without_what_no_database_takes() -> None:
    with Archive(zipped("x\0.fit", "x\ufffd.fit"), DEFAULT_LIMITS) as archive:
        found = list(archive)
        assert [member.name for member in found] == ["x\ufffd.fit", "x\ufffd.fit!#2"]
        assert isinstance(found[0], Refusal)
        assert archive.read("x\ufffd.fit!#2") == "x\ufffd.fit".encode()


def test_a_failure_tells_nothing_no_database_takes() -> None:
    with pytest.raises(ImportFailure) as failure:
        read(b"<!x\0y [ ]><gpx/>", "x.gpx", DEFAULT_LIMITS)
    assert failure.value.code is FailureCode.FORBIDDEN_XML
    assert failure.value.detail == "x\ufffdy"
