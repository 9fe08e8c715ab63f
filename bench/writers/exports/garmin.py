"""Writes Garmin's ``summarizedActivities.json`` in the export's own units."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

START = datetime(2026, 5, 4, 16, 40, 57, tzinfo=UTC)

JsonValue = None | bool | int | float | str | list["JsonValue"] | Mapping[str, "JsonValue"]


def activity(number: int = 6585943400, **fields: JsonValue) -> dict[str, JsonValue]:
    """One activity: ten kilometres on a summer evening two hours ahead of UTC.

    ``fields`` replace or add; None removes.
    """
    start_ms = START.timestamp() * 1000
    told: dict[str, JsonValue] = {
        "activityId": number,
        "name": "Evening Run",
        "activityType": "running",
        "sportType": "RUNNING",
        "startTimeGmt": start_ms,
        "startTimeLocal": start_ms + 7_200_000,
        "distance": 1_000_000.0,
        "duration": 3_000_000.0,
        "elapsedDuration": 3_100_000.0,
        "elevationGain": 8400.0,
        "avgSpeed": 0.33333,
        "avgRunCadence": 84.5,
        "steps": 8450,
        "startLatitude": 47.0,
        "startLongitude": 8.0,
        "manufacturer": "GARMIN",
        "deviceId": 3946806421,
        "parent": False,
        **fields,
    }
    return {key: value for key, value in told.items() if value is not None}


def export(*activities: Mapping[str, JsonValue]) -> bytes:
    """Write the file."""
    return json.dumps([{"summarizedActivitiesExport": list(activities)}]).encode()


def history(count: int, *, splits: int = 0) -> Iterator[bytes]:
    """Write a file of as many activities piece by piece, each with as many splits."""
    yield b'[{"summarizedActivitiesExport":['
    for number in range(count):
        moved_ms = timedelta(days=number) / timedelta(milliseconds=1)
        one = activity(
            1_000_000 + number,
            startTimeGmt=START.timestamp() * 1000 + moved_ms,
            startTimeLocal=START.timestamp() * 1000 + moved_ms + 7_200_000,
            splits=list(_splits(splits)),
        )
        yield b"," * (number > 0) + json.dumps(one).encode()
    yield b"]}]"


def _splits(count: int) -> Iterable[JsonValue]:
    for number in range(count):
        yield {
            "startTimeGMT": number * 1000,
            "measurements": [{"fieldEnum": "SUM_DISTANCE", "value": 100000.0, "unit": "{cm]"}],
        }
