"""Which files of an export are its lists, by their names alone."""

from __future__ import annotations

import pytest

from importers.archives.contract import Role
from importers.archives.registry import layouts, roles


def told(*names: str) -> dict[str, tuple[str, Role]]:
    return {name: (layout.key, role) for name, (layout, role) in roles(names).items()}


def test_every_export_is_found_once() -> None:
    assert [layout.key for layout in layouts()] == ["apple_health", "garmin", "strava"]


@pytest.mark.parametrize(
    "prefix", ["", "export_4312866/", "old/strava.zip!/", "a/b.zip!/Export/", "ä !!/"]
)
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("activities.csv", "strava"),
        ("Activities.CSV", "strava"),
        ("activities (1).csv", "strava"),
        ("DI_CONNECT/DI-Connect-Fitness/ada_0_summarizedActivities.json", "garmin"),
        ("ADA_1001_SUMMARIZEDACTIVITIES.JSON", "garmin"),
        ("apple_health_export/export.xml", "apple_health"),
        ("apple_health_export/Exportieren.xml", "apple_health"),
        ("Apple_Health_Export/exporter.xml", "apple_health"),
        ("export.xml", "apple_health"),
        ("EXPORT.XML", "apple_health"),
    ],
)
def test_a_list_is_known_wherever_it_lies(prefix: str, name: str, key: str) -> None:
    assert told(prefix + name) == {prefix + name: (key, Role.INDEX)}


@pytest.mark.parametrize(
    "name",
    [
        "activities/1.fit.gz",
        "media/photo.jpg",
        "profile.csv",
        "my activities.csv",
        "activities.csv.bak",
        "DI_CONNECT/DI-Connect-Wellness/ada_sleepData.json",
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip!/a@b.c_1.fit",
        "apple_health_export/export_cda.xml",
        "apple_health_export/electrocardiograms/ecg.csv",
        "workout-routes/route.gpx",
        "config.xml",
        "",
        "/",
    ],
)
def test_every_other_file_is_plain(name: str) -> None:
    assert told(name) == {}


def test_routes_belong_to_the_export_they_lie_in() -> None:
    index = "a.zip!/apple_health_export/Exportieren.xml"
    route = "a.zip!/apple_health_export/workout-routes/Route_1.GPX"
    other = "b/workout-routes/route_2.gpx"
    picture = "a.zip!/apple_health_export/workout-routes/map.png"
    assert told(index, route, other, picture) == {
        index: ("apple_health", Role.INDEX),
        route: ("apple_health", Role.COMPANION),
    }


def test_an_export_s_folder_may_have_another_name() -> None:
    names = ("health/eksport.xml", "health/export_cda.xml", "health/workout-routes/r.gpx")
    assert told(*names) == {
        names[0]: ("apple_health", Role.INDEX),
        names[2]: ("apple_health", Role.COMPANION),
    }


def test_two_exports_in_one_folder_stay_two() -> None:
    assert [
        key for key, _ in told("s/activities.csv", "g/x_summarizedActivities.json").values()
    ] == ["garmin", "strava"]
