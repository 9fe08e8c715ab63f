"""Lists of account exports, each beside a file it may name, and Suunto's JSON; some are real."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Final

from bench.fuzz.contract import Door, Mutation, Seed
from bench.fuzz.doors import file_door, index_door
from bench.fuzz.real_files import real_files
from bench.fuzz.text_damage import JSON_DAMAGE, TABLE_DAMAGE
from bench.fuzz.xml_damage import XML_DAMAGE
from bench.writers.exports import apple_health, garmin, strava, suunto
from bench.writers.exports.garmin import JsonValue

ROUTE: Final = "/workout-routes/route.gpx"
BESIDE: Final = {f"export{ROUTE}": apple_health.route(apple_health.START, 60)}
MOST_ROWS: Final = 12
MOST_SAMPLES: Final = 150

APPLE_DATE: Final = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}")
APPLE_DATES: Final = (
    *(b"0001-01-01 00:00:00 +0200", b"9999-12-31 23:59:59 -0200", b"0000-00-00 00:00:00 +0000"),
    *(b"1969-12-31 23:59:59 -0100", b"1989-12-30 12:00:00 +0000", b"2099-12-31 23:59:59 +0000"),
    *(b"2026-02-30 06:30:00 +0200", b"2026-05-04 24:00:00 +0200", b"2026-05-04 18:41:20 +9999"),
    *(b"2026-05-04 18:41:20 +0200", b"2026-05-04 6:41:20 PM +0200", b"2026-05-04 18:41:20"),
)


def change_apple_dates(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put other moments, written as Apple does, in the place of one or of many."""
    del others
    found = list(APPLE_DATE.finditer(data))
    for at in random.sample(found, min(len(found), random.choice((1, 1, 2, 30)))):
        moment = random.choice((*APPLE_DATES, random.choice(found).group()))
        data = data[: at.start()] + moment.ljust(at.end() - at.start()) + data[at.end() :]
    return data


HEALTH_DAMAGE: Final[tuple[Mutation, ...]] = (*(change_apple_dates,) * 6, *XML_DAMAGE)


def seeds() -> Iterator[Seed]:
    """Every list."""
    door = index_door(BESIDE)
    for group, files, damage, name in (
        ("strava", _tables(), TABLE_DAMAGE, "export/activities.csv"),
        ("garmin", _summaries(), JSON_DAMAGE, "export/a_0_summarizedActivities.json"),
        ("apple_health", _health(), HEALTH_DAMAGE, "export/export.xml"),
    ):
        for own, data in files.items():
            yield Seed(group, own, data, damage, _named(door, name))
    for own, data in _logs().items():
        yield Seed("suunto", own, data, JSON_DAMAGE, file_door)


def _named(door: Door, name: str) -> Door:
    """The door for a list that must bear its service's own name."""
    return lambda data, _: door(data, name)


def _tables() -> Mapping[str, bytes]:
    rows = [
        strava.Activity(number=1, name="Hills", exertion="7", steps="8000"),
        strava.Activity(number=2, kind="Ride", time=strava.START + timedelta(days=1)),
        strava.Activity(number=3, file="workout-routes/route.gpx", description='one\n"two"'),
        *(strava.Activity(number=number) for number in range(4, 7)),
    ]
    return {
        "modern.csv": strava.modern(*rows),
        "german.csv": strava.german(*rows),
        "before 2019.csv": strava.before_2019(*rows),
        **{
            name: b"".join(data.splitlines(keepends=True)[:MOST_ROWS])
            for name, data in real_files("activities.csv")
        },
    }


def _summaries() -> Mapping[str, bytes]:
    return {
        "summarized.json": garmin.export(
            garmin.activity(1),
            garmin.activity(2, name="By hand", deviceId=0),
            garmin.activity(3, activityType="multi_sport", parent=True),
            garmin.activity(4, activityType="lap_swimming", parentId=3),
            garmin.activity(5, workoutRpe=70, splits=[{"a": [1, "{"]}]),
            garmin.activity(6, startTimeGmt=None, beginTimestamp=1_777_912_857_000),
        ),
        **dict(real_files("activities-list.json")),
    }


def _health() -> Mapping[str, bytes]:
    told = apple_health.Workout(routes=[ROUTE], seconds=60, events=[("Pause", 20), ("Resume", 30)])
    old = apple_health.Workout(modern=False, indoor=True, start=told.start + timedelta(days=1))
    within = apple_health.Workout(
        start=told.start + timedelta(days=2),
        inside=apple_health.route_within(told.start + timedelta(days=2), 30),
    )
    health = apple_health.export(
        apple_health.steps(told.start, 2, 160),
        apple_health.heart_rates(told.start, 60),
        apple_health.workout(told),
        apple_health.workout(old),
        apple_health.workout(within),
    )
    return {
        "health.xml": health,
        "ios 16.xml": health.replace(
            apple_health.DTD.encode(), apple_health.DTD_OF_IOS_16.encode()
        ),
        **dict(real_files("export.xml")),
    }


def _logs() -> Mapping[str, bytes]:
    start = suunto.START
    sampled = [
        *suunto.samples(start, 40),
        suunto.event(start, 20, {"Activity": {"ActivityType": 4}}),
        suunto.event(start, 25, {"Pause": {"State": True}}),
        suunto.event(start, 32, {"Pause": {"State": False}}),
    ]
    windows = [
        suunto.window(start, 20, "Autolap", Distance=60, Duration=20),
        suunto.window(start, 20, "Activity", Distance=60, Duration=20, Ascent=3),
        suunto.window(start, 40, "Activity", Distance=60, Duration=20),
    ]
    return {
        "run.json": suunto.run(40),
        "several.json": suunto.log(suunto.header(start, 40), sampled, windows=windows),
        "beats.json": suunto.log(
            suunto.header(start, 40), suunto.samples(start, 40), beats_ms=[500] * 80
        ),
        "sums.json": suunto.log(suunto.header(start, 600), [], windows=windows),
        **{name: _thinned(data) for name, data in real_files("suunto.json")},
    }


def _thinned(log: bytes) -> bytes:
    """The same log with its first samples and beats only."""
    told: dict[str, dict[str, JsonValue]] = json.loads(log)
    content = told["DeviceLog"]
    for key, value in content.items():
        if isinstance(value, list):
            content[key] = value[:MOST_SAMPLES]
    beats: list[JsonValue] = [400] * MOST_SAMPLES
    content["R-R"] = {"Data": beats}
    return json.dumps(told, indent=1).encode()
