"""Apple Health: workouts with their routes, steps of one source, whatever else the file holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Pause, Sport, Stream, Warn
from analytics.runs.metrics import run_metrics
from bench.writers.exports import apple_health as writer
from bench.writers.exports.apple_health import INDEX, PHONE, START, Workout
from bench.writers.exports.zips import Files
from importers.archives.apple_health import LAYOUT, scan
from importers.archives.contract import Listed, Unread
from importers.contract import FailureCode, ImportFailure

ROUTE = "apple_health_export/workout-routes/route_2026-05-04_6.40pm.gpx"
REFERENCE = "/workout-routes/route_2026-05-04_6.40pm.gpx"
Read = Callable[..., list[Listed | Unread]]
AllListed = Callable[..., list[Listed]]


def workout(**told: object) -> str:
    return writer.workout(Workout(**told))  # pyright: ignore[reportArgumentType] - fields by name


def failure_of(data: bytes) -> FailureCode:
    files = Files({INDEX: data})
    with pytest.raises(ImportFailure) as failure:
        list(LAYOUT.entries(INDEX, files.names, files.open))
    return failure.value.code


@pytest.mark.parametrize("modern", [True, False], ids=["statistics", "attributes"])
def test_a_workout_s_own_sums_are_read_in_both_forms(listed: AllListed, *, modern: bool) -> None:
    (run,) = listed({INDEX: writer.export(workout(modern=modern, timer_s=1750.0))})
    assert run.identity == "apple_health:Running:2026-05-04T16:40:57Z:2026-05-04T17:10:57Z"
    assert run.label == "Running, 2026-05-04 18:40"
    recording = run.recording
    assert (recording.sport, recording.sub_sport) == (Sport.RUNNING, None)
    assert (recording.started_at, recording.zone) == (START, "Europe/Zurich")
    totals = recording.totals
    assert totals.distance_m == pytest.approx(6000)
    assert totals.timer_s == pytest.approx(1750)
    assert (totals.elapsed_s, totals.steps) == (1800, None)
    assert (recording.device.manufacturer, recording.device.product) == ("apple", "Apple Watch")
    assert (run.title, run.rpe, run.file) == (None, None, None)
    assert [one.code for one in recording.warnings] == [Warn.NO_RECORDS]


def test_what_only_its_one_activity_tells_is_read(listed: AllListed) -> None:
    def inside(count: int) -> str:
        told = (
            '<WorkoutActivity uuid="a"><MetadataEntry key="HKElevationAscended" value="8400 cm"/>'
            '<MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>'
            '<WorkoutStatistics type="HKQuantityTypeIdentifierStepCount" sum="5000" unit="count"/>'
            '<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="1" '
            'unit="km"/></WorkoutActivity>'
        )
        return told * count

    one, two = listed(
        {INDEX: writer.export(workout(inside=inside(1)), workout(kind="Walking", inside=inside(2)))}
    )
    assert (one.recording.totals.ascent_m, one.recording.totals.steps) == (84, 5000)
    assert (one.recording.totals.distance_m, one.recording.zone) == (6000, "Europe/Zurich")
    assert (two.recording.totals.ascent_m, two.recording.totals.steps) == (None, None)


def test_offsets_behind_times_are_the_exporting_phone_s_and_tell_nothing(
    listed: AllListed,
) -> None:
    """They place a moment, but a winter run is written with the summer's offset."""
    (run,) = listed({INDEX: writer.export(workout(zone=None))})
    assert (run.recording.started_at, run.recording.utc_offset_s) == (START, None)
    assert run.recording.zone is None


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "/etc/passwd", "\0"])
def test_a_zone_that_is_none_is_left_out(listed: AllListed, zone: str) -> None:
    (run,) = listed({INDEX: writer.export(workout(zone=zone.replace("\0", "x\ty")))})
    assert run.recording.zone is None


@pytest.mark.parametrize(
    ("unit", "metres"), [("km", 6000), ("mi", 6 * 1609.344), ("m", 6), ("furlong", None)]
)
@pytest.mark.parametrize("modern", [True, False])
def test_distances_have_units(
    listed: AllListed, unit: str, metres: float | None, *, modern: bool
) -> None:
    (run,) = listed({INDEX: writer.export(workout(unit=unit, modern=modern))})
    assert run.recording.totals.distance_m == (metres and pytest.approx(metres))


@pytest.mark.parametrize(
    ("kind", "indoor", "sport", "sub_sport"),
    [
        ("Running", True, Sport.RUNNING, "treadmill"),
        ("Walking", True, Sport.WALKING, None),
        ("Hiking", False, Sport.HIKING, None),
        ("Cycling", False, Sport.CYCLING, None),
        ("Swimming", False, Sport.SWIMMING, None),
        ("Yoga", False, Sport.OTHER, None),
        ("SwimBikeRun", False, Sport.OTHER, None),
        ("WheelchairRunPace", False, Sport.OTHER, None),
        ("HandCycling", False, Sport.OTHER, None),
    ],
)
def test_every_sport_is_listed(
    listed: AllListed, kind: str, sport: Sport, sub_sport: str | None, *, indoor: bool
) -> None:
    (one,) = listed({INDEX: writer.export(workout(kind=kind, indoor=indoor))})
    assert (one.recording.sport, one.recording.sub_sport) == (sport, sub_sport)
    if sport is not Sport.OTHER:
        assert one.recording.totals.distance_m == pytest.approx(6000)


def test_steps_are_those_within_the_workout(listed: AllListed) -> None:
    counted = writer.steps(START - timedelta(minutes=30), 90, 80)
    (run,) = listed({INDEX: writer.export(counted, workout())})
    assert run.recording.totals.steps == 30 * 80


def test_steps_of_a_watch_and_a_phone_are_never_added(listed: AllListed) -> None:
    watch = writer.steps(START, 30, 170)
    phone = writer.steps(START, 30, 180, source=PHONE)
    for parts in ((watch, phone), (phone, watch)):
        (run,) = listed({INDEX: writer.export(*parts, workout())})
        assert run.recording.totals.steps == 30 * 170


def test_a_phone_counts_where_the_watch_did_so_for_less_than_half(listed: AllListed) -> None:
    watch = writer.steps(START, 10, 170)
    phone = writer.steps(START, 30, 160, source=PHONE)
    (run,) = listed({INDEX: writer.export(watch, phone, workout())})
    assert run.recording.totals.steps == 30 * 160


def test_an_app_without_steps_of_its_own_takes_the_most(listed: AllListed) -> None:
    parts = (writer.steps(START, 30, 170), writer.steps(START, 30, 160, source=PHONE))
    (run,) = listed({INDEX: writer.export(*parts, workout(source="Strava"))})
    assert run.recording.totals.steps == 30 * 170


def test_a_count_across_the_workout_s_edge_counts_by_its_time_within(listed: AllListed) -> None:
    edge = writer.record("StepCount", START - timedelta(minutes=5), 600, 1000)
    (run,) = listed({INDEX: writer.export(edge, workout())})
    assert run.recording.totals.steps == 500


def test_overlapping_workouts_each_have_their_steps(listed: AllListed) -> None:
    counted = writer.steps(START, 60, 100)
    other = workout(start=START + timedelta(minutes=15), source="Strava")
    first, second = listed({INDEX: writer.export(counted, workout(), other)})
    assert first.recording.totals.steps == second.recording.totals.steps == 3000


def test_the_workout_s_own_count_comes_first(listed: AllListed) -> None:
    own = '<WorkoutStatistics type="HKQuantityTypeIdentifierStepCount" sum="5100" unit="count"/>'
    (run,) = listed({INDEX: writer.export(writer.steps(START, 30, 100), workout(inside=own))})
    assert run.recording.totals.steps == 5100


def test_a_ride_has_no_steps(listed: AllListed) -> None:
    (ride,) = listed({INDEX: writer.export(writer.steps(START, 30, 9), workout(kind="Cycling"))})
    assert ride.recording.totals.steps is None


def test_pauses_come_from_the_events(listed: AllListed) -> None:
    events = [("Pause", 300), ("Resume", 360), ("Segment", 400), ("Pause", 1790)]
    (run,) = listed({INDEX: writer.export(workout(events=events, timer_s=1730))})
    assert run.recording.pauses == (Pause(300, 360), Pause(1790, 1800))


@pytest.mark.parametrize(("timer_s", "pauses"), [(1700, 2), (1740, 1)])
def test_stops_the_watch_saw_by_itself_count_if_the_duration_says_so(
    listed: AllListed, timer_s: float, pauses: int
) -> None:
    events = [("Pause", 300), ("Resume", 360), ("MotionPaused", 600), ("MotionResumed", 640)]
    (run,) = listed({INDEX: writer.export(workout(events=events, timer_s=timer_s))})
    assert len(run.recording.pauses) == pauses


def test_the_climb_is_metadata(listed: AllListed) -> None:
    entry = '<MetadataEntry key="HKElevationAscended" value="8400 cm"/>'
    (run,) = listed({INDEX: writer.export(workout(inside=entry))})
    assert run.recording.totals.ascent_m == 84


def test_an_effort_belongs_to_the_workout_it_spans(listed: AllListed) -> None:
    effort = writer.record("WorkoutEffortScore", START, 1800, 7)
    later = workout(start=START + timedelta(hours=2))
    first, second = listed({INDEX: writer.export(effort, workout(), later)})
    assert (first.rpe, second.rpe) == (7, None)


def test_route_and_workout_become_one_recording(listed: AllListed) -> None:
    """The route begins with the first fix, eight seconds after the workout."""
    files = {
        INDEX: writer.export(
            writer.steps(START, 30, 170),
            writer.heart_rates(START, 1800),
            workout(routes=[REFERENCE], events=[("Pause", 300), ("Resume", 360)]),
        ),
        ROUTE: writer.route(START + timedelta(seconds=8), 1790),
    }
    (run,) = listed(files)
    recording = run.recording
    assert run.file == ROUTE
    assert (recording.sport, recording.started_at) == (Sport.RUNNING, START)
    assert (recording.samples, recording.zone) == (1790, "Europe/Zurich")
    assert recording.elapsed_s[[0, -1]].tolist() == [8, 1797]
    assert recording.pauses == (Pause(300, 360),)
    assert recording.totals.steps == 30 * 170
    assert recording.streams[Stream.ALTITUDE_M][0] == 420
    rate = recording.streams[Stream.HEART_RATE_BPM]
    # At 8 s the sample of 5 s holds, at 10 s the next.
    assert rate[:3].tolist() == [121, 121, 122]
    assert recording.counts.with_position == 1790
    assert recording.counts.with_heart_rate == 360
    assert recording.warnings == ()


def test_several_routes_of_a_workout_follow_each_other(listed: AllListed) -> None:
    second = "apple_health_export/workout-routes/b.gpx"
    files = {
        INDEX: writer.export(workout(routes=["/workout-routes/b.gpx", REFERENCE])),
        ROUTE: writer.route(START, 600),
        second: writer.route(START + timedelta(seconds=590), 600),
    }
    (run,) = listed(files)
    assert run.file == second
    assert run.recording.samples == 1190
    assert (np.diff(run.recording.elapsed_s) == 1).all()
    assert len(run.recording.latitude_semicircles) == 1190


@pytest.mark.parametrize(
    "route",
    [
        None,
        b"",
        b"<gpx><trk><trkseg><trkpt",
        b"\x89PNG",
        writer.route(START - timedelta(days=9), 600),
        b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>',
    ],
    ids=["missing", "empty", "cut", "a picture", "of another day", "forbidden"],
)
def test_a_workout_without_a_good_route_is_still_one(
    listed: AllListed, route: bytes | None
) -> None:
    files = {INDEX: writer.export(workout(routes=[REFERENCE]))}
    if route is not None:
        files[ROUTE] = route
    (run,) = listed(files)
    assert run.recording.totals.distance_m == pytest.approx(6000)
    assert run.recording.samples == 0
    assert run.file == (None if route is None else ROUTE)


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/export.xml", "", "/"])
def test_a_reference_leads_nowhere_but_to_the_export_s_files(listed: AllListed, path: str) -> None:
    (run,) = listed({INDEX: writer.export(workout(routes=[path])), "etc/passwd": b""})
    assert run.recording.samples == 0


def test_a_treadmill_run_has_its_pulse_and_the_same_flexions(listed: AllListed) -> None:
    steps = writer.steps(START, 30, 170)
    bare, pulsed = (
        listed({INDEX: writer.export(steps, *more, workout(indoor=True))})[0].recording
        for more in ((), (writer.heart_rates(START, 1800),))
    )
    assert (bare.samples, pulsed.samples) == (0, 360)
    assert list(pulsed.streams) == [Stream.HEART_RATE_BPM]
    one, two = run_metrics(bare, 170), run_metrics(pulsed, 170)
    assert one.hip_flexions == two.hip_flexions == 5100
    assert one.distance_m == two.distance_m
    assert two.heart_rate_mean_bpm == pytest.approx(149.5, abs=1)


def test_old_exports_carry_the_route_within(read: Read) -> None:
    day = timedelta(days=1)
    told = [
        workout(inside=writer.route_within(START, 60)),
        workout(kind="Walking", start=START + day),
        '<Workout workoutActivityType="HKWorkoutActivityTypeRunning"/>',
        workout(start=START + 2 * day, inside=writer.route_within(START + 2 * day, 90)),
    ]
    one, two, broken, three = read({INDEX: writer.export(*told)})
    assert isinstance(broken, Unread)
    runs = [run for run in (one, two, three) if isinstance(run, Listed)]
    assert [(run.recording.samples, run.file) for run in runs] == [
        (60, None),
        (0, None),
        (90, None),
    ]
    assert [run.recording.has_position for run in runs] == [True, False, True]


@pytest.mark.parametrize("size", [1, 7, 100, 4096])
def test_nothing_depends_on_where_pieces_of_the_file_end(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size_wanted: int | None = -1, /) -> bytes:
            del size_wanted
            return super().read(size)

    data = writer.export(writer.steps(START, 3, 100), workout(), workout(kind="Walking"))
    assert list(scan.workouts(Slow(data))) == list(scan.workouts(io.BytesIO(data)))
    assert [one.tag for one in scan.records(Slow(data), ("StepCount",))] == [
        one.tag for one in scan.records(io.BytesIO(data), ("StepCount",))
    ]
    assert len(list(scan.records(Slow(data), ("StepCount",)))) == 3


def test_a_file_that_was_cut_keeps_what_is_there(listed: AllListed) -> None:
    data = writer.export(writer.steps(START, 30, 100), workout(), workout(kind="Walking"))
    tag = data.rindex(b"<WorkoutStatistics")
    run, walk = listed({INDEX: data[: tag + 40]})
    assert run.recording.totals.steps == 3000
    assert (walk.recording.sport, walk.recording.totals.distance_m) == (Sport.WALKING, None)
    assert walk.recording.totals.elapsed_s == 1800


def test_a_workout_that_never_ends_does_not_swallow_the_next(listed: AllListed) -> None:
    first = workout().replace("</Workout>", "")
    one, two = listed({INDEX: writer.export(first, workout(kind="Walking"))})
    assert (one.recording.sport, two.recording.sport) == (Sport.RUNNING, Sport.WALKING)


def test_of_an_endless_workout_only_its_beginning_is_kept(listed: AllListed) -> None:
    endless = workout(inside="<MetadataEntry key='a' value='b'/>" * 200_000)
    one, two = listed({INDEX: writer.export(endless, workout(kind="Walking"))})
    assert one.recording.totals.elapsed_s == 1800
    assert (one.recording.sport, two.recording.sport) == (Sport.RUNNING, Sport.WALKING)


def test_a_workout_without_a_time_is_told_and_the_others_go_on(read: Read) -> None:
    nameless = '<Workout workoutActivityType="HKWorkoutActivityTypeRunning"/>'
    backward = workout().replace("endDate", "x").replace("startDate", "endDate")
    entries = read({INDEX: writer.export(nameless, workout(), backward)})
    assert [isinstance(entry, Unread) for entry in entries] == [True, False, True]


def test_a_twelve_hour_clock_is_read(listed: AllListed) -> None:
    data = writer.export(workout()).replace(b" 18:40:57 +0200", b" 6:40:57 PM +0200")
    (run,) = listed({INDEX: data})
    assert run.recording.started_at == START


def test_names_with_signs_are_the_same_source_everywhere(listed: AllListed) -> None:
    source = 'Ada & Bob\'s <Watch> "5"'
    steps = writer.steps(START, 30, 100, source=source) + writer.steps(START, 30, 150)
    (run,) = listed({INDEX: writer.export(steps, workout(source=source))})
    assert run.recording.totals.steps == 3000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY_FILE),
        (b"\0" * 5000, FailureCode.EMPTY_FILE),
        (b"<gpx></gpx>", FailureCode.NOT_RECOGNISED),
        (b"no xml at all", FailureCode.DAMAGED),
        (b'<!DOCTYPE HealthData [<!ENTITY a "b">]><HealthData/>', FailureCode.FORBIDDEN_XML),
        (b'<!DOCTYPE HealthData SYSTEM "x.dtd"><HealthData/>', FailureCode.FORBIDDEN_XML),
        (b'<HealthData>\n<!ENTITY a "b">', FailureCode.FORBIDDEN_XML),
        ("<HealthData/>".encode("utf-16"), FailureCode.FORBIDDEN_XML),
    ],
)
def test_other_and_harmful_files_are_failures(data: bytes, code: FailureCode) -> None:
    assert failure_of(data) is code


def test_the_broken_dtd_of_ios_16_is_passed_over(listed: AllListed) -> None:
    data = writer.export(writer.steps(START, 30, 100), workout())
    broken = data.replace(writer.DTD.encode(), writer.DTD_OF_IOS_16.encode())
    assert broken != data
    assert listed({INDEX: broken})[0].recording.totals.steps == 3000


@pytest.mark.parametrize(
    "dtd",
    [
        b'<!DOCTYPE HealthData SYSTEM "x.dtd" [<!ATTLIST a>]>',
        b'<!DOCTYPE HealthData PUBLIC "x" "x.dtd">',
        b'<!DOCTYPE HealthData [<!ATTLIST a <!ENTITY % a SYSTEM "b"> ]>',
        b"<!DOCTYPE HealthData [<!ATTLIST a",
        b"<!DOCTYPE HealthData [" * 40_000,
    ],
)
def test_a_dtd_that_is_not_over_or_not_all_there_is_refused(dtd: bytes) -> None:
    data = writer.export(workout()).replace(writer.DTD.encode(), dtd)
    assert failure_of(data) is FailureCode.FORBIDDEN_XML


@pytest.mark.parametrize("bad", ["&#xD800;", "&#55296;", "\x0b", "&#11;", "\udcff"])
def test_what_is_no_text_costs_only_itself(listed: AllListed, bad: str) -> None:
    """Some phones write vertical tabs into the names of devices."""
    text = writer.HEAD + workout(routes=[REFERENCE]) + writer.TAIL
    text = text.replace("Apple\u00a0Watch", f"Apple{bad}Watch").replace(
        '"HKIndoorWorkout"', f'"HK{bad}IndoorWorkout"'
    )
    files = {INDEX: text.encode("utf-8", "surrogateescape"), ROUTE: writer.route(START, 60)}
    (run,) = listed(files)
    assert (run.recording.samples, run.recording.totals.distance_m) == (60, 6000)
    assert run.recording.zone == "Europe/Zurich"


@pytest.mark.parametrize(
    ("date", "identity"),
    [
        ("1970-01-01 02:00:05 +0200", "1970-01-01T00:00:05Z"),
        ("0001-01-01 12:00:00 +0200", "0001-01-01T10:00:00Z"),
        ("9999-12-31 20:00:00 -0200", "9999-12-31T22:00:00Z"),
        ("2100-01-01 00:00:00 +0000", "2100-01-01T00:00:00Z"),
    ],
)
def test_a_workout_of_an_impossible_date_is_dateless(
    listed: AllListed, date: str, identity: str
) -> None:
    text = workout(seconds=0.0, timer_s=1800.0, zone="Pacific/Kiritimati")
    data = writer.export(text).replace(writer.written(START).encode(), date.encode())
    (run,) = listed({INDEX: data})
    assert run.identity == f"apple_health:Running:{identity}:{identity}"
    assert (run.recording.started_at, run.label) == (None, "Running")
    assert run.recording.totals.timer_s == 1800
    codes = [one.code for one in run.recording.warnings]
    assert codes == [Warn.NO_RECORDS, Warn.IMPOSSIBLE_DATE]


@pytest.mark.parametrize("date", ["0001-01-01 00:00:00 +0200", "9999-12-31 23:59:59 -0200"])
def test_a_moment_that_has_no_date_anywhere_is_none(read: Read, date: str) -> None:
    data = writer.export(workout(), workout(kind="Walking", start=START + timedelta(days=1)))
    data = data.replace(writer.written(START).encode(), date.encode())
    assert [isinstance(one, Unread) for one in read({INDEX: data})] == [True, False]


def test_a_route_of_a_possible_date_does_not_date_a_workout_of_none(listed: AllListed) -> None:
    """Its first moment is a day before the first possible one, its route begins after that."""
    start = datetime(1989, 12, 30, 12, tzinfo=UTC)
    told = workout(start=start, seconds=2 * 86_400.0, routes=[REFERENCE])
    route = writer.route(datetime(1990, 1, 1, tzinfo=UTC), 60)
    (run,) = listed({INDEX: writer.export(told), ROUTE: route})
    assert (run.recording.started_at, run.recording.samples) == (None, 0)


@pytest.mark.parametrize("distance", [1e-320, 1e308, -1.0])
def test_sums_nobody_can_have_are_left_out(listed: AllListed, distance: float) -> None:
    (run,) = listed({INDEX: writer.export(workout(distance=distance, timer_s=60 * distance))})
    assert (run.recording.totals.distance_m, run.recording.totals.timer_s) == (None, None)


def test_a_route_that_is_named_a_thousand_times_is_read_once() -> None:
    named = [workout(routes=[REFERENCE] * 500), workout(kind="Walking", routes=[REFERENCE] * 500)]
    files = Files({INDEX: writer.export(*named), ROUTE: writer.route(START, 60)})
    run, walk = LAYOUT.entries(INDEX, files.names, files.open)
    assert files.opened.count(ROUTE) == 1
    assert isinstance(run, Listed)
    assert isinstance(walk, Listed)
    assert (run.file, run.recording.samples) == (ROUTE, 60)
    assert (walk.file, walk.recording.samples) == (None, 0)


def test_steps_of_ever_more_sources_are_not_kept(listed: AllListed) -> None:
    some = "".join(
        writer.steps(START, 1, 10 + number, source=f"app {number}") for number in range(40)
    )
    (run,) = listed({INDEX: writer.export(some, workout(source="another"))})
    assert run.recording.totals.steps == 10 + 15


def test_an_export_without_workouts_lists_nothing(listed: AllListed) -> None:
    assert listed({INDEX: writer.export(writer.steps(START, 3, 100))}) == []


def test_the_file_is_read_twice_and_each_route_once() -> None:
    files = Files(
        {INDEX: writer.export(workout(routes=[REFERENCE])), ROUTE: writer.route(START, 60)}
    )
    list(LAYOUT.entries(INDEX, files.names, files.open))
    assert files.opened == [INDEX, INDEX, ROUTE]


def test_what_was_read_before_the_archive_broke_is_listed() -> None:
    data = writer.export(workout(), writer.steps(START, 9000, 100), workout(kind="Walking"))

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > len(data) / 2:
                raise ImportFailure(FailureCode.DAMAGED_ARCHIVE)
            return super().read(size)

    found: list[Listed | Unread] = []
    with pytest.raises(ImportFailure) as failure:
        found.extend(LAYOUT.entries(INDEX, [INDEX], lambda _: Broken(data)))
    assert failure.value.code is FailureCode.DAMAGED_ARCHIVE
    assert len(found) == 1


def test_real_exports_of_both_forms(listed: AllListed, watch_files: Path) -> None:
    exports, first = watch_files / "exports", "dogsheep__healthkit-to-sqlite__"
    route = (watch_files / f"{first}route_2019-06-11_3.00pm.gpx").read_bytes()
    (within,) = listed({INDEX: (exports / f"{first}export.xml").read_bytes()})
    name = "apple_health_export/workout-routes/route_2019-06-11_3.00pm.gpx"
    beside = (exports / f"{first}zip_contents_apple_health_export_export.xml").read_bytes()
    (referring,) = listed({INDEX: beside, name: route})
    assert within.identity == referring.identity
    assert within.identity.endswith(":2016-11-14T14:25:41Z:2016-11-14T14:30:52Z")
    for run in (within, referring):
        assert run.recording.totals.distance_m == pytest.approx(0.4971749504535062 * 1609.344)
        assert run.recording.totals.timer_s == pytest.approx(5.19412346680959 * 60)
        assert run.recording.zone == "America/Los_Angeles"
    assert (within.file, within.recording.counts.with_position) == (None, 2)
    # That file's route is of another year.
    assert (referring.file, referring.recording.samples) == (name, 0)


TOKENS = (
    *(b"<", b">", b"/", b'"', b"'", b"&", b"&#0;", b"\0", b"\xff", b"<Workout ", b"</Workout>"),
    *(b"<Record ", b"/>", b"9" * 400, b"1e999", b"nan", b"<!--", b"-->", b"<![CDATA[", b"+9999"),
    *(b"0000-00-00 00:00:00 +0000", b"9999-12-31 23:59:59 -1400", b"<a>" * 300),
)
WHOLE = writer.export(
    writer.steps(START, 2, 100),
    writer.heart_rates(START, 20),
    workout(routes=[REFERENCE], events=[("Pause", 3), ("Resume", 5)], seconds=60.0),
    workout(kind="Walking", seconds=60.0, modern=False),
)
BODY = len(writer.HEAD.encode())


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(BODY, len(WHOLE)), st.integers(0, len(WHOLE))),
            st.sampled_from([0, 0, 1, 5, 300]),
            st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_damaged_export_is_entries_or_a_failure(edits: Sequence[tuple[int, int, bytes]]) -> None:
    data = WHOLE
    for at, removed, added in edits:
        data = data[:at] + added + data[at + removed :]
    files = Files({INDEX: data, ROUTE: writer.route(START, 30)})
    try:
        entries = list(LAYOUT.entries(INDEX, files.names, files.open))
    except ImportFailure:
        return
    for entry in entries:
        if isinstance(entry, Listed):
            recording = entry.recording
            assert (np.diff(recording.elapsed_s) > 0).all()
            assert all(len(one) == recording.samples for one in recording.streams.values())
            assert all(pause.start_s < pause.end_s for pause in recording.pauses)
