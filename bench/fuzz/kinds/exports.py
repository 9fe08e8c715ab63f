"""The lists of account exports, each beside a file it may name, and Suunto's JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from bench.fuzz.contract import Door, Seed
from bench.fuzz.doors import file_door, index_door
from bench.fuzz.text_damage import TEXT_DAMAGE
from bench.fuzz.xml_damage import XML_DAMAGE
from bench.writers.exports import apple_health, garmin, strava, suunto

ROUTE: Final = "/workout-routes/route.gpx"
BESIDE: Final = {f"export{ROUTE}": apple_health.route(apple_health.START, 60)}


def seeds() -> Iterator[Seed]:
    """Every list."""
    door = index_door(BESIDE)
    for name, data in _tables().items():
        yield Seed("strava", name, data, TEXT_DAMAGE, _named(door, "export/activities.csv"))
    yield Seed(
        "garmin",
        "summarized.json",
        garmin.export(garmin.activity(1), garmin.activity(2, name="By hand", deviceId=0)),
        TEXT_DAMAGE,
        _named(door, "export/a_0_summarizedActivities.json"),
    )
    for name, data in _health().items():
        yield Seed("apple_health", name, data, XML_DAMAGE, _named(door, "export/export.xml"))
    yield Seed("suunto", "run.json", suunto.run(40), TEXT_DAMAGE, file_door)


def _named(door: Door, name: str) -> Door:
    """The door for a list that must bear its service's own name."""
    return lambda data, _: door(data, name)


def _tables() -> Mapping[str, bytes]:
    rows = [
        strava.Activity(number=1, name="Hills", exertion="7", steps="8000"),
        strava.Activity(number=2, kind="Ride", time=strava.START + timedelta(days=1)),
    ]
    return {
        "modern.csv": strava.modern(*rows),
        "german.csv": strava.german(*rows),
        "before 2019.csv": strava.before_2019(*rows),
    }


def _health() -> Mapping[str, bytes]:
    told = apple_health.Workout(routes=[ROUTE], seconds=60, events=[("Pause", 20), ("Resume", 30)])
    old = apple_health.Workout(modern=False, indoor=True, start=told.start + timedelta(days=1))
    return {
        "health.xml": apple_health.export(
            apple_health.steps(told.start, 2, 160),
            apple_health.heart_rates(told.start, 60),
            apple_health.workout(told),
            apple_health.workout(old),
        )
    }
