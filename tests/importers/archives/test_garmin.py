"""Garmin's lists: the export's own units, object by object, up to where the file is cut."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Sport, Warn
from bench.writers.exports import garmin as writer
from bench.writers.exports.garmin import START, JsonValue
from bench.writers.exports.zips import Files
from importers import json_stream
from importers.archives import garmin
from importers.archives.contract import Listed, Unread
from importers.archives.garmin import LAYOUT
from importers.contract import FailureCode, ImportFailure

INDEX = "DI_CONNECT/DI-Connect-Fitness/ada_0_summarizedActivities.json"
Read = Callable[..., list[Listed | Unread]]
AllListed = Callable[..., list[Listed]]


def failure_of(data: bytes) -> FailureCode:
    files = Files({INDEX: data})
    with pytest.raises(ImportFailure) as failure:
        list(LAYOUT.entries(INDEX, files.names, files.open))
    return failure.value.code


def test_the_export_s_units_become_metres_and_seconds(listed: AllListed) -> None:
    (run,) = listed({INDEX: writer.export(writer.activity(workoutRpe=70))})
    assert (run.identity, run.title, run.rpe) == ("garmin:6585943400", "Evening Run", 7)
    assert run.label == "Evening Run, 2026-05-04 18:40"
    recording = run.recording
    assert (recording.sport, recording.started_at) == (Sport.RUNNING, START)
    assert (recording.utc_offset_s, recording.zone) == (7200, "Europe/Zurich")
    totals = recording.totals
    assert (totals.distance_m, totals.timer_s, totals.elapsed_s) == (10_000, 3000, 3100)
    assert (totals.ascent_m, totals.steps) == (84, 8450)
    assert (recording.device.manufacturer, recording.device.serial) == ("garmin", "3946806421")
    assert [one.code for one in recording.warnings] == [Warn.NO_RECORDS]


@pytest.mark.parametrize(
    ("kind", "sport", "sub_sport"),
    [
        ("running", Sport.RUNNING, None),
        ("treadmill_running", Sport.RUNNING, "treadmill"),
        ("trail_running", Sport.RUNNING, "trail"),
        ("track_running", Sport.RUNNING, "track"),
        ("indoor_running", Sport.RUNNING, "indoor_running"),
        ("virtual_run", Sport.RUNNING, "virtual_activity"),
        ("ultra_run", Sport.RUNNING, "ultra"),
        ("obstacle_run", Sport.RUNNING, "obstacle"),
        ("street_running", Sport.RUNNING, "street"),
        ("casual_walking", Sport.WALKING, None),
        ("hiking", Sport.HIKING, None),
        ("indoor_cycling", Sport.CYCLING, None),
        ("lap_swimming", Sport.SWIMMING, None),
        ("strength_training", Sport.OTHER, None),
        ("multi_sport", Sport.OTHER, None),
        ("wheelchair_push_run", Sport.OTHER, None),
    ],
)
def test_sports_are_known_by_their_keys(
    listed: AllListed, kind: str, sport: Sport, sub_sport: str | None
) -> None:
    (one,) = listed({INDEX: writer.export(writer.activity(activityType=kind))})
    assert (one.recording.sport, one.recording.sub_sport) == (sport, sub_sport)
    walked = sport in {Sport.RUNNING, Sport.WALKING, Sport.HIKING}
    assert one.recording.totals.steps == (8450 if walked else None)


def test_a_triathlon_is_its_parts(listed: AllListed) -> None:
    whole = writer.activity(900, activityType="multi_sport", parent=True)
    parts = [writer.activity(901, parentId=900), writer.activity(902, parentId=900)]
    found = listed({INDEX: writer.export(whole, *parts)})
    assert [one.identity for one in found] == ["garmin:901", "garmin:902"]


def test_a_triathlon_whose_parts_are_not_there_is_kept(listed: AllListed) -> None:
    whole = writer.activity(900, activityType="multi_sport", parent=True)
    found = listed({INDEX: writer.export(whole, writer.activity(1))})
    assert [one.identity for one in found] == ["garmin:1", "garmin:900"]


def test_the_local_clock_may_be_impossible(listed: AllListed) -> None:
    (run,) = listed({INDEX: writer.export(writer.activity(startTimeLocal=1.0))})
    assert run.recording.utc_offset_s is None
    assert Warn.IMPOSSIBLE_OFFSET in [one.code for one in run.recording.warnings]


@pytest.mark.parametrize(
    ("start_ms", "warning"),
    [(5000, Warn.IMPOSSIBLE_DATE), (253402300799000, Warn.IMPOSSIBLE_DATE), (0, Warn.NO_START)],
)
def test_a_start_that_is_no_date_leaves_the_run_dateless(
    listed: AllListed, start_ms: int, warning: Warn
) -> None:
    (run,) = listed({INDEX: writer.export(writer.activity(startTimeGmt=start_ms))})
    assert (run.recording.started_at, run.label) == (None, "Evening Run")
    assert {Warn.NO_START, Warn.IMPOSSIBLE_DATE} & {one.code for one in run.recording.warnings} == {
        warning
    }


def test_a_page_s_last_moment_of_all_does_no_harm(listed: AllListed) -> None:
    page = {
        "activityId": 7,
        "activityType": {"typeKey": "running"},
        "startTimeGMT": "9999-12-31 23:59:59",
        "startTimeLocal": "9999-12-31 23:59:59",
    }
    (run,) = listed({"activities-list.json": json.dumps([page]).encode()})
    assert (run.recording.started_at, run.label) == (None, "running")


@pytest.mark.parametrize("distance", [1e-320, 1e308, -1, 0])
def test_sums_nobody_can_have_are_left_out(listed: AllListed, distance: float) -> None:
    (run,) = listed({INDEX: writer.export(writer.activity(distance=distance, duration=distance))})
    assert (run.recording.totals.distance_m, run.recording.totals.timer_s) == (None, None)


def test_words_of_an_activity_can_be_stored(listed: AllListed) -> None:
    words = " \x00a\x1b[2J\n\x9b\ud800b" + "c" * 400
    (run,) = listed({INDEX: writer.export(writer.activity(name=words, manufacturer=words))})
    assert run.title is not None
    assert (run.title[:10], len(run.title)) == ("a [2J \ufffdbcc", 300)
    assert run.label == f"{run.title}, 2026-05-04 18:40"
    assert run.recording.device.manufacturer == run.title.lower()


def test_of_wholes_only_so_many_are_kept_back(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of nothing else must not be kept in memory; their parts are rather listed twice."""
    monkeypatch.setattr(garmin, "MAX_ACTIVITIES", 2)
    wholes = [writer.activity(900 + number, parent=True) for number in range(4)]
    part = writer.activity(950, parentId=900)
    found = read({INDEX: writer.export(*wholes, part)})
    identities = [one.identity for one in found if isinstance(one, Listed)]
    assert identities == ["garmin:902", "garmin:903", "garmin:950", "garmin:901"]


def test_the_first_moment_stands_in_for_a_start_that_is_missing(listed: AllListed) -> None:
    begin = START.timestamp() * 1000
    (run,) = listed(
        {INDEX: writer.export(writer.activity(startTimeGmt=None, beginTimestamp=begin))}
    )
    assert run.recording.started_at == START


@pytest.mark.parametrize(
    "fields",
    [
        {"startTimeGmt": 1e300, "startTimeLocal": "x"},
        {"startTimeGmt": -5, "duration": [], "distance": {}},
        {"startTimeGmt": True, "activityType": 3, "name": 4, "elapsedDuration": "12,5"},
    ],
)
def test_values_that_are_none_cost_only_themselves(
    listed: AllListed, fields: dict[str, JsonValue]
) -> None:
    (run,) = listed({INDEX: writer.export(writer.activity(1, **fields))})
    assert run.recording.started_at is None
    assert run.recording.totals.ascent_m == 84


@pytest.mark.parametrize("rpe", [0, 110, -10, None, "hard", float("nan")])
def test_an_effort_that_is_none_is_left_out(listed: AllListed, rpe: JsonValue) -> None:
    (run,) = listed({INDEX: writer.export(writer.activity(workoutRpe=rpe))})
    assert run.rpe is None


def test_files_are_named_only_where_their_name_is_the_activity_s(listed: AllListed) -> None:
    part = "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip!/"
    numbers = [1_000_001, 1_000_002, 1_000_003, 1_000_004]
    files = {
        INDEX: writer.export(*(writer.activity(number) for number in numbers)),
        # The export's own names bear the number of the upload.
        part + "ada@example.org_1000001.fit": b"",
        part + "1000002_ACTIVITY.fit": b"",
        "activity_1000003.FIT.gz": b"",
        "1000004.fit": b"",
        "copy/1000004.fit": b"",
    }
    found = listed(files)
    assert [one.file for one in found] == [
        None,
        part + "1000002_ACTIVITY.fit",
        "activity_1000003.FIT.gz",
        None,
    ]


def test_one_object_that_is_nonsense_costs_only_itself(read: Read) -> None:
    good = writer.export(writer.activity(1), writer.activity(2))
    data = good.replace(b'"activityId": 1,', b'"activityId": ' + b"9" * 5000 + b",")
    first, second = read({INDEX: data})
    assert isinstance(first, Unread)
    assert (first.label, first.code) == ("activity 1", FailureCode.DAMAGED)
    assert isinstance(second, Listed)


def test_an_activity_without_a_number_is_told(read: Read) -> None:
    first, second = read({INDEX: writer.export({"name": "?"}, writer.activity(2))})
    assert isinstance(first, Unread)
    assert isinstance(second, Listed)


def test_a_file_that_was_cut_is_read_up_to_there(read: Read) -> None:
    data = b"".join(writer.history(30, splits=3))
    entries = read({INDEX: data[: len(data) // 2]})
    assert len([one for one in entries if isinstance(one, Listed)]) in range(13, 16)
    (last,) = [one for one in entries if isinstance(one, Unread)]
    assert (last, last.detail) == (entries[-1], "cut")


def test_several_lists_in_one_file_are_all_read(listed: AllListed) -> None:
    one, two = writer.export(writer.activity(1)), writer.export(writer.activity(2))
    found = listed({INDEX: one[:-1] + b"," + two[1:]})
    assert [run.identity for run in found] == ["garmin:1", "garmin:2"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY_FILE),
        (b"  \n", FailureCode.EMPTY_FILE),
        (b"{}", FailureCode.NOT_RECOGNISED),
        (b'[{"sleep": 1}]', FailureCode.NOT_RECOGNISED),
        (b"<xml/>", FailureCode.NOT_RECOGNISED),
    ],
)
def test_another_file_of_that_name_is_not_recognised(data: bytes, code: FailureCode) -> None:
    assert failure_of(data) is code


def test_no_depth_of_nesting_does_harm(read: Read) -> None:
    deep = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
    data = b'[{"summarizedActivitiesExport":[' + deep + b',{"activityId":5}]}]'
    first, second = read({INDEX: data})
    assert isinstance(first, Unread)
    assert isinstance(second, Listed)
    assert second.identity == "garmin:5"


def test_an_object_without_an_end_is_too_large() -> None:
    data = b'[{"summarizedActivitiesExport":[{"name":"' + b"x" * (json_stream.LONGEST_OBJECT + 9)
    assert failure_of(data) is FailureCode.TOO_LARGE


def test_activities_come_while_the_file_is_read() -> None:
    data = b"".join(writer.history(2000, splits=5))
    stream = io.BytesIO(data)
    files = Files({INDEX: data})

    class Shown:
        def __enter__(self) -> io.BytesIO:
            return stream

        def __exit__(self, *told: object) -> None:
            stream.close()

    entries = LAYOUT.entries(INDEX, files.names, lambda _: Shown())
    next(entries)
    assert stream.tell() < len(data) / 10


def test_a_list_saved_from_garmin_connect_s_pages_is_read_in_its_units(
    listed: AllListed, watch_files: Path
) -> None:
    name = "pe-st__garmin-connect-export__activities-list.json"
    data = (watch_files / "exports" / name).read_bytes()
    walk, run, whole = listed({"activities-list.json": data})
    assert (run.identity, run.title) == ("garmin:6585943400", "Run")
    assert (walk.recording.sport, whole.recording.sport) == (Sport.WALKING, Sport.OTHER)
    assert run.recording.started_at == datetime(2021, 4, 11, 5, 48, 33, tzinfo=UTC)
    assert (run.recording.utc_offset_s, run.recording.zone) == (7200, "Europe/Zurich")
    totals = run.recording.totals
    assert totals.distance_m == pytest.approx(7287.76, abs=0.01)
    assert totals.timer_s == pytest.approx(3459.342, abs=0.001)
    assert totals.elapsed_s == pytest.approx(4677.151, abs=0.001)
    assert (totals.steps, totals.ascent_m) == (7862, 187)


TOKENS = (
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\0", b"\xff", b"null", b"true", b"-1"),
    *(
        b"1e999",
        b"NaN",
        b"9" * 5000,
        b'"activityId"',
        b"{" * 3000,
        b'"summarizedActivitiesExport":[',
    ),
)
WHOLE = writer.export(*(writer.activity(number) for number in range(1, 5)))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE)),
            st.sampled_from([0, 0, 1, 5, 300]),
            st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_damaged_list_is_entries_or_a_failure(edits: Sequence[tuple[int, int, bytes]]) -> None:
    data = WHOLE
    for at, removed, added in edits:
        data = data[:at] + added + data[at + removed :]
    files = Files({INDEX: data})
    try:
        entries = list(LAYOUT.entries(INDEX, files.names, files.open))
    except ImportFailure:
        return
    for entry in entries:
        assert isinstance(entry, Unread) or entry.identity.startswith("garmin:")
