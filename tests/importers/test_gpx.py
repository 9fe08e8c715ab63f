"""What becomes of GPX files, good and bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.recording import NO_POSITION, Pause, Recording, Sport, Stream, Warn
from bench.writers import gpx as writer
from bench.writers.gpx import START, Point
from importers.contract import FailureCode, ImportFailure
from importers.gpx import IMPORTER


def parse(data: bytes) -> Sequence[Recording]:
    return IMPORTER.parse(data)


def parse_one(data: bytes) -> Recording:
    (recording,) = IMPORTER.parse(data)
    return recording


def warned(recording: Recording) -> dict[Warn, int]:
    return {warning.code: warning.count for warning in recording.warnings}


def later(points: Sequence[Point], seconds: float) -> list[Point]:
    return [
        replace(point, time=point.time + timedelta(seconds=seconds))
        for point in points
        if point.time
    ]


def test_a_run_comes_back_as_it_was_written() -> None:
    points = writer.run(900)
    recording = parse_one(writer.gpx(writer.track([points])))
    assert recording.sport is Sport.RUNNING
    assert recording.started_at == START
    assert recording.elapsed_s.tolist() == [float(second) for second in range(900)]
    assert recording.zone == "Europe/Zurich"
    assert recording.utc_offset_s is None
    assert set(recording.streams) == {
        Stream.ALTITUDE_M,
        Stream.HEART_RATE_BPM,
        Stream.CADENCE_SPM,
    }
    assert recording.streams[Stream.CADENCE_SPM].tolist() == [170.0] * 900
    assert recording.streams[Stream.HEART_RATE_BPM][:3].tolist() == [130, 131, 132]
    assert recording.counts.records == 900
    assert recording.counts.cadence_sum_per_leg == 900 * 85
    assert recording.device.product == "Garmin Connect"
    assert recording.pauses == ()
    assert recording.warnings == ()


def test_gpx_1_0_carries_speed_in_the_point_itself() -> None:
    data = (
        b'<gpx version="1.0" xmlns="http://www.topografix.com/GPX/1/0"><trk><trkseg>'
        b'<trkpt lat="47" lon="8"><time>2020-01-01T10:00:00Z</time><speed>2.5</speed></trkpt>'
        b'<trkpt lat="47.0001" lon="8"><time>2020-01-01T10:00:04Z</time><speed>2.75</speed>'
        b"</trkpt></trkseg></trk></gpx>"
    )
    recording = parse_one(data)
    assert recording.streams[Stream.SPEED_M_S].tolist() == [2.5, 2.75]
    assert warned(recording) == {Warn.UNKNOWN_SPORT: 0}


@pytest.mark.parametrize(
    "extension",
    [
        (
            "<gpxtpx:TrackPointExtension><gpxtpx:atemp>21.5</gpxtpx:atemp><gpxtpx:hr>151</gpxtpx:hr>"
            "<gpxtpx:cad>84</gpxtpx:cad></gpxtpx:TrackPointExtension><power>250</power>"
        ),
        (
            "<x:hr xmlns:x='http://www.cluetrust.com/XML/GPXDATA/1/0'>151</x:hr>"
            "<x:cadence xmlns:x='http://www.cluetrust.com/XML/GPXDATA/1/0'>84</x:cadence>"
            "<x:temp xmlns:x='http://www.cluetrust.com/XML/GPXDATA/1/0'>21.5</x:temp>"
            "<y:PowerInWatts xmlns:y='http://www.garmin.com/xmlschemas/PowerExtension/v1'>250"
            "</y:PowerInWatts>"
        ),
        "<heartrate>151</heartrate><cadence>84</cadence><temp>21,5</temp><power>250</power>",
        (
            "<HeartRate> 151 </HeartRate><RunCadence>84</RunCadence>"
            "<Temperature>21.5</Temperature><Watts>250.0</Watts>"
        ),
    ],
    ids=["garmin", "cluetrust", "plain", "odd capitals"],
)
def test_extensions_are_read_whoever_wrote_them(extension: str) -> None:
    points = "".join(
        f'<trkpt lat="47.{i:04}" lon="8"><time>2020-01-01T10:00:{i * 4:02}Z</time>'
        f"<extensions>{extension}</extensions></trkpt>"
        for i in range(6)
    )
    recording = parse_one(writer.gpx(f"<trk><trkseg>{points}</trkseg></trk>"))
    assert recording.streams[Stream.HEART_RATE_BPM].tolist() == [151] * 6
    assert recording.streams[Stream.CADENCE_SPM].tolist() == [168] * 6
    assert recording.streams[Stream.TEMPERATURE_C].tolist() == [21.5] * 6
    assert recording.streams[Stream.POWER_W].tolist() == [250] * 6


@pytest.mark.parametrize(
    ("kind", "sport", "sub_sport"),
    [
        ("9", Sport.RUNNING, None),
        ("Run", Sport.RUNNING, None),
        ("trail_running", Sport.RUNNING, "trail"),
        ("TrailRun", Sport.RUNNING, "trail"),
        ("treadmill_running", Sport.RUNNING, "treadmill"),
        ("1", Sport.CYCLING, None),
        ("mountain_biking", Sport.CYCLING, None),
        ("hiking", Sport.HIKING, None),
        ("10", Sport.WALKING, None),
        ("swimming", Sport.SWIMMING, None),
        ("tennis", Sport.OTHER, None),
        (None, Sport.UNKNOWN, None),
    ],
)
def test_the_track_s_type_names_the_sport(
    kind: str | None, sport: Sport, sub_sport: str | None
) -> None:
    recording = parse_one(writer.gpx(writer.track([writer.run(5)], kind=kind)))
    assert (recording.sport, recording.sub_sport) == (sport, sub_sport)
    assert (Warn.UNKNOWN_SPORT in warned(recording)) is (sport is Sport.UNKNOWN)


def test_runkeeper_names_the_sport_in_the_track_s_name() -> None:
    track = writer.track([writer.run(5)], kind=None)
    named = track.replace("<trk>", "<trk><name><![CDATA[Running 4/1/12 6:00 pm]]></name>")
    data = writer.gpx(named, creator="Runkeeper - http://www.runkeeper.com")
    assert parse_one(data).sport is Sport.RUNNING


def test_steps_of_both_feet_are_not_doubled() -> None:
    recording = parse_one(writer.gpx(writer.track([writer.run(60, cadence=172)])))
    reading = recording.cadence
    assert reading is not None
    assert (reading.raw_median, reading.factor) == (172.0, 1.0)
    assert recording.streams[Stream.CADENCE_SPM].tolist() == [172.0] * 60
    assert recording.counts.cadence_sum_per_leg == 60 * 86


def test_a_segment_break_with_a_gap_is_a_pause_and_one_without_is_none() -> None:
    points = writer.run(300)
    segments = [points[:100], points[100:200], later(points[200:], 90)]
    recording = parse_one(writer.gpx(writer.track(segments)))
    assert recording.pauses == (Pause(199.0, 290.0),)


def test_a_gap_within_a_segment_is_smart_recording_not_a_pause() -> None:
    points = writer.run(300)
    recording = parse_one(writer.gpx(writer.track([[*points[:50], *points[150:]]])))
    assert recording.pauses == ()


def test_a_gap_of_days_is_a_pause_with_a_warning() -> None:
    points = writer.run(20)
    segment = [*points[:10], *later(points[10:], 1_746_563)]
    recording = parse_one(writer.gpx(writer.track([segment])))
    assert recording.pauses == (Pause(9.0, 1_746_573.0),)
    assert warned(recording) == {Warn.TIME_JUMP: 1}


def test_tracks_that_go_on_within_half_an_hour_are_one_run() -> None:
    first, second = writer.run(100), later(writer.run(100), 100 + 1799)
    data = writer.gpx(writer.track([first]), writer.track([second]))
    recording = parse_one(data)
    assert recording.samples == 200
    assert recording.pauses == (Pause(99.0, 1899.0),)


@pytest.mark.parametrize(
    ("gap_s", "kind"), [(1901.0, "running"), (600.0, "cycling"), (-90.0, "running")]
)
def test_tracks_apart_in_time_or_sport_or_overlapping_stay_apart(gap_s: float, kind: str) -> None:
    second = later(writer.run(100), 100 + gap_s)
    data = writer.gpx(writer.track([writer.run(100)]), writer.track([second], kind=kind))
    assert [recording.samples for recording in parse(data)] == [100, 100]


def test_the_route_beside_a_recorded_track_is_left_out() -> None:
    route = [replace(point, time=None) for point in writer.run(30)]
    data = writer.gpx(writer.track([route]), writer.track([writer.run(50)]))
    assert parse_one(data).counts.records == 50


@pytest.mark.parametrize(
    "content",
    [
        '<wpt lat="47" lon="8"><time>2020-01-01T10:00:00Z</time></wpt>',
        '<rte><rtept lat="47" lon="8"/><rtept lat="47.1" lon="8"/></rte>',
        "<trk><trkseg></trkseg></trk>",
        "",
    ],
)
def test_routes_and_waypoints_are_no_activity(content: str) -> None:
    with pytest.raises(ImportFailure) as failure:
        parse(writer.gpx(content))
    assert failure.value.code is FailureCode.NO_ACTIVITY


def test_a_track_without_times_is_dateless_and_has_no_made_up_clock() -> None:
    points = [replace(point, time=None) for point in writer.run(1001, speed_m_s=3.0)]
    recording = parse_one(writer.gpx(writer.track([points])))
    assert recording.started_at is None
    assert recording.samples == 0
    assert recording.totals.distance_m == pytest.approx(3000, rel=0.005)
    assert recording.zone == "Europe/Zurich"
    assert warned(recording) == {Warn.NO_START: 0}


def test_out_of_order_times_are_sorted_and_told() -> None:
    points = writer.run(50)
    mixed = [*points[:20], *points[30:40], *points[20:30], *points[40:]]
    recording = parse_one(writer.gpx(writer.track([mixed])))
    ordered = parse_one(writer.gpx(writer.track([points])))
    np.testing.assert_array_equal(recording.elapsed_s, ordered.elapsed_s)
    np.testing.assert_array_equal(recording.latitude_semicircles, ordered.latitude_semicircles)
    assert warned(recording) == {Warn.BACKWARD_TIMES: 1}


def test_repeated_points_are_merged_and_told() -> None:
    points = writer.run(50)
    recording = parse_one(writer.gpx(writer.track([[*points[:20], *points[15:20], *points[20:]]])))
    assert recording.samples == 50
    assert recording.counts.records == 55
    assert warned(recording) == {Warn.REPEATED_TIMES: 5, Warn.BACKWARD_TIMES: 1}


def test_several_places_in_one_second_share_it_so_that_no_way_is_lost() -> None:
    fast = writer.run(40, speed_m_s=0.6)
    whole = [replace(point, time=START + timedelta(seconds=i // 4)) for i, point in enumerate(fast)]
    recording = parse_one(writer.gpx(writer.track([whole])))
    np.testing.assert_allclose(recording.elapsed_s, np.arange(40) / 4)
    assert warned(recording) == {Warn.REPEATED_TIMES: 30}


def test_a_heart_rate_gap_leaves_the_run_whole() -> None:
    points = [
        replace(point, heart_rate=None) if 200 <= i < 500 else point
        for i, point in enumerate(writer.run(900))
    ]
    recording = parse_one(writer.gpx(writer.track([points])))
    heart_rate = recording.streams[Stream.HEART_RATE_BPM]
    assert recording.samples == 900
    assert np.flatnonzero(np.isnan(heart_rate)).tolist() == list(range(200, 500))
    assert heart_rate[500] == 130 + 500 % 40
    assert recording.counts.with_heart_rate == 600


def test_a_position_of_zero_zero_is_no_position() -> None:
    points = writer.run(10)
    points[0] = replace(points[0], latitude=0.0, longitude=0.0)
    recording = parse_one(writer.gpx(writer.track([points])))
    assert recording.latitude_semicircles[0] == NO_POSITION
    assert recording.counts.with_position == 9
    assert recording.zone == "Europe/Zurich"


def test_longitude_180_is_a_position() -> None:
    points = [replace(point, longitude=180.0) for point in writer.run(5)]
    recording = parse_one(writer.gpx(writer.track([points])))
    assert recording.longitude_semicircles.tolist() == [2**31 - 2] * 5


def test_sentinels_are_missing_values_with_a_warning() -> None:
    points = writer.run(30)
    points[3] = replace(points[3], heart_rate=255, cadence=255)
    points[4] = replace(points[4], heart_rate=0)
    recording = parse_one(writer.gpx(writer.track([points])))
    assert np.isnan(recording.streams[Stream.HEART_RATE_BPM][3:5]).all()
    assert np.isnan(recording.streams[Stream.CADENCE_SPM][3])
    assert recording.counts.with_heart_rate == 28
    assert warned(recording) == {Warn.IMPLAUSIBLE_VALUES: 2}


def test_speed_in_km_h_is_found_out_by_the_positions_and_dropped() -> None:
    points = "".join(
        writer.point(point).replace("</trkpt>", "<speed>10.8</speed></trkpt>")
        for point in writer.run(60, speed_m_s=3.0)
    )
    recording = parse_one(writer.gpx(f"<trk><trkseg>{points}</trkseg></trk>"))
    assert Stream.SPEED_M_S not in recording.streams
    assert warned(recording)[Warn.IMPLAUSIBLE_VALUES] == 60


def test_a_distance_extension_counts_only_when_it_never_shrinks() -> None:
    def written(distances: Sequence[int]) -> bytes:
        points = "".join(
            writer.point(point).replace("</trkpt>", f"<distance>{metres}</distance></trkpt>")
            for point, metres in zip(writer.run(len(distances)), distances, strict=True)
        )
        return writer.gpx(f"<trk><trkseg>{points}</trkseg></trk>")

    growing = parse_one(written([0, 3, 6, 9, 12]))
    assert growing.streams[Stream.DISTANCE_M].tolist() == [0, 3, 6, 9, 12]
    assert Stream.DISTANCE_M not in parse_one(written([3, 2, 4, 3, 3])).streams


@pytest.mark.parametrize(
    ("written", "second", "offset"),
    [
        ("2020-06-01T10:00:00Z", 0.0, None),
        ("2020-06-01T12:00:00+02:00", 0.0, 7200),
        ("2020-06-01T10:00:00.250Z", 0.25, None),
        ("2020-06-01T10:00:00.123456789Z", 0.123457, None),
        ("2020-06-01T10:00:00", 0.0, None),
        ("2020-06-01 10:00:00Z", 0.0, None),
        (" 2020-06-01T10:00:00Z\n", 0.0, None),
    ],
)
def test_times_are_read_in_every_iso_style(written: str, second: float, offset: int | None) -> None:
    data = writer.gpx(
        f'<trk><trkseg><trkpt lat="47" lon="8"><time>{written}</time></trkpt></trkseg></trk>'
    )
    recording = parse_one(data)
    assert recording.started_at == datetime(2020, 6, 1, 10, tzinfo=UTC) + timedelta(seconds=second)
    assert recording.utc_offset_s == offset


def test_unreadable_times_drop_the_point_from_the_samples_not_from_the_count() -> None:
    data = writer.gpx(writer.track([writer.run(20)]))
    broken = data.replace(b"06:30:05.000Z", b"06:61:05.000Z").replace(b"06:30:07.000Z", b"soon")
    recording = parse_one(broken)
    assert (recording.counts.records, recording.samples) == (20, 18)


def test_a_truncated_file_keeps_every_whole_point() -> None:
    data = writer.gpx(writer.track([writer.run(600)]))
    cut = data[: data.index(b"06:37:05.000Z") + 4]
    recording = parse_one(cut)
    assert recording.samples == 425
    assert warned(recording) == {Warn.TRUNCATED: 0}


def test_truncated_right_after_a_point_that_point_is_whole() -> None:
    data = writer.gpx(writer.track([writer.run(600)]))
    end = data.index(b"</trkpt>", data.index(b"06:37:05.000Z")) + len(b"</trkpt>")
    recording = parse_one(data[:end])
    assert recording.samples == 426
    assert warned(recording) == {Warn.TRUNCATED: 0}


def test_a_file_cut_before_its_first_point_is_damaged() -> None:
    data = writer.gpx(writer.track([writer.run(5)]))
    with pytest.raises(ImportFailure) as failure:
        parse(data[:300])
    assert failure.value.code is FailureCode.DAMAGED


def test_malformed_xml_in_the_middle_is_recovered_from_with_a_warning() -> None:
    data = writer.gpx(writer.track([writer.run(300)]))
    recording = parse_one(data.replace(b"<ele>421.0</ele>", b"<ele>421.0</alt>"))
    assert recording.samples > 250
    assert Warn.MALFORMED_XML in warned(recording)


def test_junk_after_the_end_costs_nothing() -> None:
    data = writer.gpx(writer.track([writer.run(30)])) + b"\0" * 5000
    assert parse_one(data).samples == 30


def test_letters_in_another_encoding_cost_nothing_but_themselves() -> None:
    data = writer.gpx(writer.track([writer.run(30)]), creator="Z\xfcrich")
    latin = data.decode().encode("latin-1")
    assert parse_one(latin).samples == 30
    declared = latin.replace(b"UTF-8", b"ISO-8859-1")
    assert parse_one(declared).device.product == "Z\xfcrich"


def test_more_tracks_than_anyone_has_are_refused() -> None:
    track = '<trk><trkseg><trkpt lat="47" lon="8"/></trkseg></trk>'
    with pytest.raises(ImportFailure) as failure:
        parse(writer.gpx(track * 10_001))
    assert failure.value.code is FailureCode.TOO_LARGE


@pytest.mark.parametrize("place", [b"<ele>", b"<extensions>", b"<trkseg>", b"<trk>", b"</trkpt>"])
def test_a_reference_to_an_unknown_entity_costs_nothing_but_a_warning(place: bytes) -> None:
    data = writer.gpx(writer.track([writer.run(20)])).replace(place, b"&who;" + place)
    recording = parse_one(data)
    assert recording.samples == 20
    assert warned(recording) == {Warn.MALFORMED_XML: 0}


def test_an_offset_no_zone_has_is_told_and_not_believed() -> None:
    data = writer.gpx(writer.track([writer.run(2)])).replace(b".000Z", b"+23:00")
    recording = parse_one(data)
    assert recording.started_at == START - timedelta(hours=23)
    assert recording.utc_offset_s is None
    assert warned(recording) == {Warn.IMPOSSIBLE_OFFSET: 0}
