"""Writes Suunto's JSON: hertz, kelvin and radians, receiver and sensors apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from math import radians

from bench.writers import gpx
from bench.writers.exports.garmin import JsonValue

START = datetime(2026, 5, 4, 16, 40, 57, tzinfo=UTC)
WATCH_ZONE = timezone(timedelta(hours=2))

Json = Mapping[str, JsonValue]


def local(start: datetime, seconds: float) -> str:
    """Time as sensors write it, in the watch's zone."""
    return (
        (start + timedelta(seconds=seconds)).astimezone(WATCH_ZONE).isoformat("T", "milliseconds")
    )


def utc(start: datetime, seconds: float) -> str:
    """Time as the receiver writes it."""
    return (start + timedelta(seconds=seconds)).isoformat("T", "milliseconds")


def header(start: datetime, seconds: float, **fields: JsonValue) -> Json:
    """Sums of the whole log: trail running, three metres a second."""
    return {
        "Activity": "Mountain",
        "ActivityType": 82,
        "Ascent": 162.8,
        "DateTime": local(start, 0),
        "Device": {"Name": "Amsterdam", "SerialNumber": "0123456789"},
        "Distance": 3.0 * seconds,
        "Duration": seconds,
        "PauseDuration": 0,
        **fields,
    }


def samples(start: datetime, seconds: int, *, kind: int = 82) -> list[JsonValue]:
    """A run of 90 strides a minute, one sample of each sort a second, the receiver's later."""
    found: list[JsonValue] = [
        event(start, 0, {"Lap": {"Type": "Start"}}),
        event(start, 0, {"Activity": {"ActivityType": kind}}),
    ]
    for second, point in enumerate(gpx.run(seconds, start=start)):
        found.append(
            {
                "Altitude": 420.0 + second % 30,
                "Cadence": 1.5,
                "Distance": 3.0 * second,
                "Power": None,
                "Speed": 3.0,
                "Temperature": 288.15,
                "TimeISO8601": local(start, second),
            }
        )
        if second >= 1:
            found.append(
                {
                    "GPSAltitude": 400.0,
                    "Latitude": radians(point.latitude or 0.0),
                    "Longitude": radians(point.longitude or 0.0),
                    "UTC": utc(start, second),
                    "TimeISO8601": utc(start, second),
                }
            )
        if second % 5 == 0:
            found.append({"EHPE": 9, "NumberOfSatellites": 9, "TimeISO8601": utc(start, second)})
    return found


def event(start: datetime, seconds: float, told: Json) -> Json:
    """A sample that only says something happened."""
    return {"Events": [told], "TimeISO8601": local(start, seconds)}


def window(start: datetime, end_s: float, kind: str, **fields: JsonValue) -> Json:
    """Sums of a lap (``Autolap``, ``Lap``) or of one activity (``Activity``)."""
    return {"Window": {"Type": kind, "TimeISO8601": local(start, end_s), **fields}}


def log(
    told: Json,
    sampled: Sequence[JsonValue],
    *,
    windows: Sequence[JsonValue] = (),
    beats_ms: Sequence[JsonValue] = (),
) -> bytes:
    """Write the file."""
    content: dict[str, JsonValue] = {
        "Header": told,
        "Windows": list(windows),
        "Device": {"Name": "Amsterdam", "SerialNumber": "0123456789"},
        "Samples": list(sampled),
    }
    if beats_ms:
        content["R-R"] = {"Data": list(beats_ms)}
    return json.dumps({"DeviceLog": content}, indent=1).encode()


def run(seconds: int = 600, start: datetime = START) -> bytes:
    """A whole run."""
    return log(header(start, seconds), samples(start, seconds))
