"""Whole exports as their users get them: a ZIP, a ZIP in a ZIP, with what macOS adds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bench.writers import gpx
from bench.writers.exports import apple_health, garmin, strava, zips
from bench.writers.fit import modern_run
from bench.writers.fit_activity import started
from importers.archives.contract import Listed, Role, Unread
from importers.archives.registry import roles
from importers.contract import FailureCode, ImportFailure
from importers.identify import read
from importers.limits import DEFAULT_LIMITS
from importers.sources import Archive, Member, walk

RUN = modern_run(duration_s=60)
GPX = gpx.gpx(gpx.track([gpx.run(60)]))

STRAVA = {
    "activities.csv": strava.modern(
        strava.Activity(number=1, file="activities/1.fit"),
        strava.Activity(number=2, file="activities/2.gpx"),
        strava.Activity(number=3),
    ),
    "activities/1.fit": RUN,
    "activities/2.gpx": GPX,
    "media/photo.jpg": b"\xff\xd8\xff",
    "profile.csv": b"Athlete ID,Email\n1,ada@example.org\n",
    "reactions.csv": b"Parent Type\n",
}
GARMIN = {
    "DI_CONNECT/DI-Connect-Fitness/ada_0_summarizedActivities.json": garmin.export(
        garmin.activity(1)
    ),
    "DI_CONNECT/DI-Connect-Wellness/ada_sleepData.json": b"[]",
    "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": zips.zipped(
        {"ada@example.org_1.fit": RUN, "ada@example.org_2.fit": started(49).finish()}
    ),
    "customer_data/customer.json": b"{}",
}
APPLE = {
    "apple_health_export/Exportieren.xml": apple_health.export(
        apple_health.workout(apple_health.Workout(routes=["/workout-routes/r.gpx"]))
    ),
    "apple_health_export/export_cda.xml": b"<ClinicalDocument/>",
    "apple_health_export/workout-routes/r.gpx": apple_health.route(apple_health.START, 600),
}
COROS = {"1.fit": RUN, "2.fit": started(32).finish()}


def outcome(data: bytes, name: str) -> str:
    try:
        return read(data, name, DEFAULT_LIMITS)[0]
    except ImportFailure as failure:
        return failure.code.value


def imported(packed: bytes) -> tuple[dict[str, str], list[Listed | Unread]]:
    """What each plain file is, and what the lists say."""
    with Archive(io.BytesIO(packed), DEFAULT_LIMITS) as archive:
        names = [member.name for member in archive if isinstance(member, Member)]
        special = roles(names)
        plain = {name: outcome(archive.read(name), name) for name in names if name not in special}
        entries: Iterator[Listed | Unread] = (
            entry
            for name, (layout, role) in special.items()
            if role is Role.INDEX
            for entry in layout.entries(name, names, archive.open)
        )
        return plain, list(entries)


def packings(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    below = {f"Export of Ada!/{name}": data for name, data in files.items()}
    return [
        ("", zips.zipped(files)),
        ("Export of Ada!!/", zips.zipped(below)),
        ("inner.zip!/", zips.zipped({"inner.zip": zips.zipped(files)})),
        ("", zips.as_macos_zips(files)),
    ]


@pytest.mark.parametrize(("prefix", "packed"), packings(STRAVA))
def test_strava_s_rows_name_the_files_beside_them(prefix: str, packed: bytes) -> None:
    plain, entries = imported(packed)
    assert plain == {
        f"{prefix}activities/1.fit": "fit",
        f"{prefix}activities/2.gpx": "gpx",
        f"{prefix}media/photo.jpg": FailureCode.NOT_A_WATCH_FILE,
        f"{prefix}profile.csv": FailureCode.NOT_A_WATCH_FILE,
        f"{prefix}reactions.csv": FailureCode.NOT_A_WATCH_FILE,
    }
    assert [entry.file for entry in entries if isinstance(entry, Listed)] == [
        f"{prefix}activities/1.fit",
        f"{prefix}activities/2.gpx",
        None,
    ]


@pytest.mark.parametrize(("prefix", "packed"), packings(GARMIN))
def test_garmin_s_runs_and_nights_are_told_apart(prefix: str, packed: bytes) -> None:
    plain, entries = imported(packed)
    uploads = f"{prefix}DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip!/"
    assert plain == {
        f"{prefix}DI_CONNECT/DI-Connect-Wellness/ada_sleepData.json": "not_a_watch_file",
        f"{uploads}ada@example.org_1.fit": "fit",
        f"{uploads}ada@example.org_2.fit": FailureCode.NO_ACTIVITY,
        f"{prefix}customer_data/customer.json": "not_a_watch_file",
    }
    (entry,) = entries
    assert isinstance(entry, Listed)
    assert (entry.identity, entry.file) == ("garmin:1", None)


@pytest.mark.parametrize(("prefix", "packed"), packings(APPLE))
def test_apple_s_routes_come_with_their_workouts_alone(prefix: str, packed: bytes) -> None:
    plain, entries = imported(packed)
    assert plain == {f"{prefix}apple_health_export/export_cda.xml": "not_a_watch_file"}
    (entry,) = entries
    assert isinstance(entry, Listed)
    assert entry.file == f"{prefix}apple_health_export/workout-routes/r.gpx"
    assert entry.recording.samples == 600


@pytest.mark.parametrize(("prefix", "packed"), packings(COROS))
def test_coros_s_zip_is_its_files(prefix: str, packed: bytes) -> None:
    assert imported(packed) == (
        {f"{prefix}1.fit": "fit", f"{prefix}2.fit": FailureCode.NO_ACTIVITY},
        [],
    )


def test_an_unzipped_export_is_the_same(tmp_path: Path) -> None:
    for name, data in STRAVA.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    names = [file.name for file in walk(tmp_path)]
    assert sorted(names) == sorted(STRAVA)
    assert list(roles(names)) == ["activities.csv"]


def test_real_archives_of_watch_files_have_no_lists(watch_files: Path) -> None:
    exports = watch_files / "exports"
    plain, entries = imported((exports / "SamR1__FitTrackee__gpx_test.zip").read_bytes())
    assert entries == []
    assert [name for name, is_a in plain.items() if is_a == "gpx"] == [
        "test_1.gpx",
        "test_2.gpx",
        "test_3.gpx",
    ]
    plain, entries = imported((exports / "thomaschampagne__elevate__samples.zip").read_bytes())
    assert entries == []
    assert set(plain.values()) == {"fit"}
