"""Writes GPX files of generated runs, as Garmin and Strava do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, radians

START = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx creator="{creator}" version="1.1" xmlns="http://www.topografix.com/GPX/1/1" \
xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
 <metadata><time>{time}</time></metadata>
"""


@dataclass(frozen=True, slots=True)
class Point:
    """One sample of a run; None where the device recorded nothing."""

    time: datetime | None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    heart_rate: int | None = None
    cadence: int | None = None
    distance_m: float | None = None
    speed_m_s: float | None = None


def run(
    seconds: int, *, start: datetime = START, speed_m_s: float = 3.0, cadence: int = 85
) -> list[Point]:
    """Generate a run straight north-east, one sample a second."""
    degree_m = 111_195.0
    step = speed_m_s / degree_m / 2**0.5
    return [
        Point(
            time=start + timedelta(seconds=second),
            latitude=47.0 + second * step,
            longitude=8.0 + second * step / cos(radians(47.0)),
            altitude_m=420.0 + second % 30,
            heart_rate=130 + second % 40,
            cadence=cadence,
            distance_m=second * speed_m_s,
            speed_m_s=speed_m_s,
        )
        for second in range(seconds)
    ]


def written_time(time: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds, as Garmin writes it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def point(sample: Point) -> str:
    """One ``trkpt`` element."""
    extensions = "".join(
        f"<gpxtpx:{tag}>{value}</gpxtpx:{tag}>"
        for tag, value in (("hr", sample.heart_rate), ("cad", sample.cadence))
        if value is not None
    )
    altitude = "" if sample.altitude_m is None else f"<ele>{sample.altitude_m}</ele>"
    time = "" if sample.time is None else f"<time>{written_time(sample.time)}</time>"
    if extensions:
        extensions = (
            f"<extensions><gpxtpx:TrackPointExtension>{extensions}"
            "</gpxtpx:TrackPointExtension></extensions>"
        )
    return (
        f'   <trkpt lat="{sample.latitude:.7f}" lon="{sample.longitude:.7f}">'
        f"{altitude}{time}{extensions}</trkpt>\n"
    )


def track(segments: Iterable[Sequence[Point]], *, kind: str | None = "running") -> str:
    """One ``trk`` element of one ``trkseg`` per segment."""
    parts = [" <trk>\n", "" if kind is None else f"  <type>{kind}</type>\n"]
    for segment in segments:
        parts += ["  <trkseg>\n", *(point(sample) for sample in segment), "  </trkseg>\n"]
    return "".join([*parts, " </trk>\n"])


def gpx(*tracks: str, creator: str = "Garmin Connect") -> bytes:
    """Whole file of these tracks."""
    head = _HEAD.format(creator=creator, time=written_time(START))
    return (head + "".join(tracks) + "</gpx>\n").encode()
