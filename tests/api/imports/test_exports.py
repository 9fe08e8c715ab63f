"""Whole account exports, as their users get them: as a ZIP, as a folder, damaged."""

import gzip
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.imports.schemas import ImportReport, ItemBody
from api.runtime import Runtime
from bench.writers.exports import apple_health, garmin, strava
from bench.writers.exports.zips import as_macos_zips, zipped
from bench.writers.fit import modern_run
from bench.writers.fit_activity import started

Take = Callable[..., ImportReport]
Hand = Callable[[Mapping[str, bytes]], Path]

MINUTE_S = 60


@pytest.fixture(params=["zip", "folder"])
def hand(request: pytest.FixtureRequest, tmp_path: Path) -> Hand:
    """Lays an export out as a ZIP or as an unpacked folder."""

    def lay_out(files: Mapping[str, bytes]) -> Path:
        if request.param == "zip":
            path = tmp_path / "export.zip"
            path.write_bytes(as_macos_zips(files))
            return path
        folder = tmp_path / "export"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder

    return lay_out


def ends(report: ImportReport) -> dict[str, str]:
    """How each file ended, by the last part of its name."""
    return {item.name.rpartition("/")[2]: item.status for item in report.items}


def rows(
    product: Runtime, columns: str, where: str = "deleted_at IS NULL"
) -> list[tuple[object, ...]]:
    with product.database.read() as session:
        query = f"SELECT {columns} FROM activity WHERE {where} ORDER BY started_at"  # noqa: S608 - our own words
        return [tuple(row) for row in session.execute(text(query))]


def add_up(report: ImportReport) -> bool:
    totals = report.totals
    ended = totals.imported + totals.duplicate + totals.skipped + totals.failed
    return totals.files == ended == len(report.items) and totals.queued == 0


def watch_file(day: int, minutes: int = 20) -> bytes:
    start = strava.START + timedelta(days=day)
    return gzip.compress(modern_run(start=start, duration_s=minutes * MINUTE_S, seed=day), mtime=0)


def of_day(day: int, *, file: str = "", **told: object) -> strava.Activity:
    given = {"elapsed_s": 20.0 * MINUTE_S, "distance_m": 4000.0, **told}
    return strava.Activity(
        number=9_000_000 + day,
        time=strava.START + timedelta(days=day),
        file=file,
        **given,  # type: ignore[arg-type]
    )


STRAVA = {
    "activities.csv": strava.modern(
        of_day(0, file="activities/100.fit.gz", name="Hill repeats", exertion="7"),
        of_day(1, name="Treadmill by hand", kind="Run"),
        of_day(2, file="activities/102.fit.gz", name="Lost file"),
        of_day(3, name="To the shop", kind="Ride"),
    ),
    "activities/100.fit.gz": watch_file(0),
    "activities/102.fit.gz": b"\x1f\x8bnothing",
    "media/photo.jpg": b"\xff\xd8\xff" + bytes(1000),
    "profile.csv": b"Athlete ID,Email\n1,x@example.org\n",
}


def test_a_strava_export_names_its_files_and_keeps_the_runs_without_one(
    product: Runtime, take: Take, hand: Hand
) -> None:
    report = take(product, hand(STRAVA))
    assert add_up(report)
    assert ends(report)["100.fit.gz"] == "imported"
    assert ends(report)["102.fit.gz"] == "failed"
    assert ends(report)["photo.jpg"] == "skipped"
    index = next(item for item in report.items if item.name.endswith("activities.csv"))
    assert (index.status, index.code) == ("imported", "index")
    assert "3 added" in index.detail
    assert rows(product, "title, rpe, sport, records > 0") == [
        ("Hill repeats", 7.0, "running", 1),
        ("Treadmill by hand", None, "running", 0),
        ("Lost file", None, "running", 0),
        ("To the shop", None, "cycling", 0),
    ]


def test_the_same_export_again_changes_nothing(product: Runtime, take: Take, hand: Hand) -> None:
    path = hand(STRAVA)
    take(product, path)
    before = rows(product, "id, title, rpe, distance_m, duplicate_of, updated_at")
    report = take(product, path)
    assert add_up(report)
    assert report.totals.imported == 0
    assert rows(product, "id, title, rpe, distance_m, duplicate_of, updated_at") == before


def test_next_years_export_adds_only_what_is_new(product: Runtime, take: Take, hand: Hand) -> None:
    take(product, hand(STRAVA))
    later = dict(STRAVA)
    later["activities.csv"] = strava.modern(
        of_day(0, file="activities/100.fit.gz", name="Hill repeats", exertion="7"),
        of_day(1, name="Treadmill by hand, renamed", kind="Run"),
        of_day(9, name="New one by hand", kind="Run"),
    )
    report = take(product, hand(later))
    assert add_up(report)
    assert [row[0] for row in rows(product, "title")][-1] == "New one by hand"
    assert len(rows(product, "id")) == 5


def test_a_run_by_hand_steps_back_when_its_watch_file_comes_later(
    product: Runtime, take: Take, hand: Hand, tmp_path: Path
) -> None:
    take(product, hand({"activities.csv": strava.modern(of_day(0, name="Easy", exertion="3"))}))
    path = tmp_path / "late.fit.gz"
    path.write_bytes(watch_file(0))
    (item,) = take(product, path).items
    assert item.status == "imported"
    assert rows(product, "title, rpe", "duplicate_of IS NULL") == [("Easy", 3.0)]
    assert rows(product, "records", "duplicate_of IS NOT NULL") == [(0,)]
    with product.database.read() as session:
        assert session.scalar(text("SELECT sum(runs) FROM day_total")) == 1


GARMIN = {
    "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": zipped(
        {
            "a@example.org_1.fit": modern_run(start=garmin.START, duration_s=20 * MINUTE_S),
            "a@example.org_2.fit": started(kind=32).finish(),
        }
    ),
    "DI_CONNECT/DI-Connect-Fitness/a_0_summarizedActivities.json": garmin.export(
        garmin.activity(1, name="By watch", duration=1_200_000.0, elapsedDuration=1_200_000.0),
        garmin.activity(
            2,
            name="By hand",
            startTimeGmt=(garmin.START + timedelta(days=2)).timestamp() * 1000,
            startTimeLocal=(garmin.START + timedelta(days=2, hours=2)).timestamp() * 1000,
        ),
    ),
}


def test_a_garmin_export_tells_runs_from_wellness_and_adds_those_by_hand(
    product: Runtime, take: Take, hand: Hand
) -> None:
    report = take(product, hand(GARMIN))
    assert add_up(report)
    assert ends(report)["a@example.org_1.fit"] == "imported"
    wellness = next(item for item in report.items if item.name.endswith("_2.fit"))
    assert (wellness.status, wellness.code) == ("skipped", "no_activity")
    assert "monitoring" in wellness.detail
    assert rows(product, "title, records > 0") == [("By watch", 1), ("By hand", 0)]


ROUTE = "/workout-routes/route_2026-05-04_6.30am.gpx"
APPLE = {
    "apple_health_export/export.xml": apple_health.export(
        apple_health.steps(apple_health.START, 30, 160),
        apple_health.steps(apple_health.START, 30, 150, source=apple_health.PHONE),
        apple_health.workout(apple_health.Workout(routes=[ROUTE])),
        apple_health.workout(
            apple_health.Workout(start=apple_health.START + timedelta(days=1), indoor=True)
        ),
    ),
    f"apple_health_export{ROUTE}": apple_health.route(apple_health.START, 1800),
    "apple_health_export/workout-routes/route_stray.gpx": apple_health.route(
        apple_health.START + timedelta(days=5), 600
    ),
    "apple_health_export/export_cda.xml": b"<?xml version='1.0'?><ClinicalDocument/>",
}


def test_an_apple_health_export_joins_workouts_with_routes_and_steps(
    product: Runtime, take: Take, hand: Hand
) -> None:
    report = take(product, hand(APPLE))
    assert add_up(report)
    route = next(item for item in report.items if item.name.endswith("6.30am.gpx"))
    assert (route.status, len(route.run_ids)) == ("imported", 1)
    indoor = [item for item in report.items if "export.xml: " in item.name]
    assert [item.status for item in indoor] == ["imported"]
    assert rows(product, "sport, records > 0, steps_total", "sport = 'running'") == [
        ("running", 1, 4800.0),
        ("running", 0, pytest.approx(4800, abs=600)),
    ]
    # A route that no workout names is still somebody's way.
    assert rows(product, "count(*)", "sport = 'unknown'") == [(1,)]


def test_a_list_that_is_none_fails_alone(product: Runtime, take: Take, hand: Hand) -> None:
    report = take(
        product,
        hand({"activities.csv": b"\x00\x01\x02", "activities/100.fit.gz": watch_file(0)}),
    )
    assert add_up(report)
    assert ends(report) == {"activities.csv": "failed", "100.fit.gz": "imported"}


def test_a_list_that_breaks_off_keeps_what_came_before(
    product: Runtime, take: Take, hand: Hand
) -> None:
    whole = apple_health.export(
        apple_health.workout(apple_health.Workout()),
        apple_health.workout(apple_health.Workout(start=apple_health.START + timedelta(days=1))),
    )
    cut = whole[: whole.rindex(b"<Workout ") + 40]
    report = take(product, hand({"apple_health_export/export.xml": cut}))
    assert add_up(report)
    assert rows(product, "sport") == [("running",)]


def test_a_deleted_run_stays_deleted_when_its_export_comes_again(
    product: Runtime, take: Take, hand: Hand
) -> None:
    path = hand(STRAVA)
    take(product, path)
    with product.database.write() as session:
        session.execute(text("UPDATE activity SET deleted_at = '2026-06-30 12:00:00'"))
    report = take(product, path)
    again: list[ItemBody] = [item for item in report.items if item.code == "deleted_before"]
    assert len(again) == 4
    assert {item.status for item in again} == {"skipped"}
    assert rows(product, "id") == []
