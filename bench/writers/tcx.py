"""Writes TCX files of generated runs, as Garmin Connect does."""

from __future__ import annotations

from collections.abc import Sequence

from bench.writers.gpx import START, Point, written_time

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" \
xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">
 <Activities>
"""
_TAIL = """ </Activities>
</TrainingCenterDatabase>
"""


def trackpoint(sample: Point) -> str:
    """One ``Trackpoint`` element."""
    parts: list[str] = []
    if sample.time is not None:
        parts.append(f"<Time>{written_time(sample.time)}</Time>")
    if sample.latitude is not None and sample.longitude is not None:
        parts.append(
            f"<Position><LatitudeDegrees>{sample.latitude:.7f}</LatitudeDegrees>"
            f"<LongitudeDegrees>{sample.longitude:.7f}</LongitudeDegrees></Position>"
        )
    if sample.altitude_m is not None:
        parts.append(f"<AltitudeMeters>{sample.altitude_m}</AltitudeMeters>")
    if sample.distance_m is not None:
        parts.append(f"<DistanceMeters>{sample.distance_m}</DistanceMeters>")
    if sample.heart_rate is not None:
        parts.append(f"<HeartRateBpm><Value>{sample.heart_rate}</Value></HeartRateBpm>")
    extensions = "".join(
        f"<ns3:{tag}>{value}</ns3:{tag}>"
        for tag, value in (("Speed", sample.speed_m_s), ("RunCadence", sample.cadence))
        if value is not None
    )
    if extensions:
        parts.append(f"<Extensions><ns3:TPX>{extensions}</ns3:TPX></Extensions>")
    return f"     <Trackpoint>{''.join(parts)}</Trackpoint>\n"


def lap(
    *tracks: Sequence[Point],
    timer_s: float | None = None,
    distance_m: float | None = None,
    start: str | None = None,
    extension: str = "",
) -> str:
    """One ``Lap`` element; its start is its first point's unless given."""
    first = next((sample.time for points in tracks for sample in points), None) or START
    totals = ""
    if timer_s is not None:
        totals += f"    <TotalTimeSeconds>{timer_s}</TotalTimeSeconds>\n"
    if distance_m is not None:
        totals += f"    <DistanceMeters>{distance_m}</DistanceMeters>\n"
    written = "".join(
        f"    <Track>\n{''.join(trackpoint(sample) for sample in points)}    </Track>\n"
        for points in tracks
    )
    if extension:
        extension = f"    <Extensions><ns3:LX>{extension}</ns3:LX></Extensions>\n"
    begins = written_time(first) if start is None else start
    return f'   <Lap StartTime="{begins}">\n{totals}{written}{extension}   </Lap>\n'


def activity(*laps: str, sport: str | None = "Running", creator: str = "") -> str:
    """One ``Activity`` element."""
    named = "" if sport is None else f' Sport="{sport}"'
    identity = f"   <Id>{written_time(START)}</Id>\n"
    if creator:
        creator = f"   <Creator>{creator}</Creator>\n"
    return f"  <Activity{named}>\n{identity}{''.join(laps)}{creator}  </Activity>\n"


def tcx(*activities: str) -> bytes:
    """Whole file of these activities."""
    return (_HEAD + "".join(activities) + _TAIL).encode()
