"""GPX 1.0 and 1.1: tracks with the extensions watches and apps put into their points.

Schemas: topografix.com/GPX/1/0 and 1/1, Garmin's TrackPointExtension v1 and v2, Cluetrust's
GPXDATA. Extensions are read by local name, because exporters mix up their namespaces.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analytics.recording import Device, Recording, RecordingWarning, Sport
from importers.contract import FailureCode, ImportFailure
from importers.limits import MAX_ACTIVITIES, MAX_RECORDS
from importers.points import Column, PointTable
from importers.sports import sport_of
from importers.track import TrackFacts, dateless_recording, stated_offset, timed_recording
from importers.xml_columns import RecordColumns
from importers.xml_guard import claims_xml
from importers.xml_lift import Lifter, RecordLifter, Records
from importers.xml_stream import Handover, XmlStream, local_name

ONE_ACTIVITY_GAP_S: Final = 30 * 60.0
OVERLAP_TOLERANCE_S: Final = 60.0

_COLUMNS: Final = {
    "time": Column.TIME,
    "ele": Column.ALTITUDE,
    "distance": Column.DISTANCE,
    "speed": Column.SPEED,
    "hr": Column.HEART_RATE,
    "heartrate": Column.HEART_RATE,
    "heart_rate": Column.HEART_RATE,
    "heartratebpm": Column.HEART_RATE,
    "cad": Column.CADENCE,
    "cadence": Column.CADENCE,
    "runcadence": Column.CADENCE,
    "run_cadence": Column.CADENCE,
    "power": Column.POWER,
    "powerinwatts": Column.POWER,
    "watts": Column.POWER,
    "atemp": Column.TEMPERATURE,
    "temp": Column.TEMPERATURE,
    "temperature": Column.TEMPERATURE,
}
_CONTAINERS: Final = ("trk", "trkseg")
_RECORDS: Final = Records(
    container="trkseg",
    record="trkpt",
    width=len(Column),
    column_of=_COLUMNS,
    attributes={"lat": Column.LATITUDE, "lon": Column.LONGITUDE},
)


@dataclass(slots=True)
class _Track:
    table: PointTable = field(default_factory=PointTable)
    kind: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _GpxImporter:
    key: str = "gpx"
    lifter: Callable[[Records, Collection[str]], Lifter] = RecordLifter

    def claims(self, head: bytes, name: str) -> bool:
        return claims_xml(head, name, root="gpx", ending=".gpx")

    def parse(self, data: bytes) -> Sequence[Recording]:
        stream = XmlStream(data, _CONTAINERS, self.lifter(_RECORDS, _CONTAINERS))
        if stream.root_name.lower() != "gpx":
            raise ImportFailure(FailureCode.DAMAGED, f"root element {stream.root_name}"[:80])
        tracks = _tracks(stream)
        if not tracks:
            # Routes and waypoints are plans; nobody ran them yet.
            raise ImportFailure(stream.code_for_nothing())
        creator = (stream.root.get("creator") or "").strip() if stream.root is not None else ""
        warnings = stream.warnings()
        timed = [track for track in tracks if _is_timed(track)]
        if not timed:
            return [_dateless(track, creator, warnings) for track in tracks]
        # A track without any time beside recorded ones is the planned route they followed.
        return [_dated(track, creator, warnings) for track in _activities(timed, creator)]


IMPORTER: Final = _GpxImporter()


def _tracks(stream: XmlStream) -> list[_Track]:
    """Tracks that have points."""
    tracks: list[_Track] = []
    current = _Track()
    points = 0
    records = RecordColumns(_RECORDS)
    for part in stream:
        if part.name == "trk":
            if part.event == "start":
                current = _Track()
            else:
                _describe(current, part)
        elif part.event == "start":
            current.table.begin_segment()
        else:
            columns = records.read(part)
            current.table.add(columns)
            points += len(columns[0])
            if len(current.table) and (not tracks or tracks[-1] is not current):
                tracks.append(current)
        if len(tracks) > MAX_ACTIVITIES:
            raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_ACTIVITIES} tracks")
        if points > MAX_RECORDS:
            raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_RECORDS} points")
    return tracks


def _describe(track: _Track, part: Handover) -> None:
    for element in part.container[: part.whole]:
        name = local_name(element)
        if name == "type":
            track.kind = element.text
        elif name == "name":
            track.name = element.text


def _is_timed(track: _Track) -> bool:
    return bool(np.isfinite(track.table.points()[:, Column.TIME]).any())


def _activities(tracks: Sequence[_Track], creator: str) -> list[_Track]:
    """Join tracks that are one activity.

    Each track is an activity of its own, as GPX means it, unless it goes on where the last one
    of the same sport ended at most half an hour before: some apps begin a new track after each
    pause or lap, and one run in ten tracks would be ten short runs in the history.
    """
    activities: list[_Track] = []
    end_s, sport = -np.inf, Sport.UNKNOWN
    for track in tracks:
        time_s = track.table.points()[:, Column.TIME]
        gap_s = np.nanmin(time_s) - end_s
        this_sport, _ = _sport(track, creator)
        if this_sport is sport and -OVERLAP_TOLERANCE_S <= gap_s <= ONE_ACTIVITY_GAP_S:
            activities[-1].table.extend(track.table)
        else:
            activities.append(track)
        end_s, sport = np.nanmax(time_s), this_sport
    return activities


def _sport(track: _Track, creator: str) -> tuple[Sport, str | None]:
    if track.kind is None and "runkeeper" in creator.lower():
        # Runkeeper names no type, but its tracks "Running 4/1/12 6:00 pm".
        return sport_of((track.name or "").strip().partition(" ")[0])
    return sport_of(track.kind)


def _facts(track: _Track, creator: str, warnings: tuple[RecordingWarning, ...]) -> TrackFacts:
    sport, sub_sport = _sport(track, creator)
    offset_s, impossible = stated_offset(track.table.first_time)
    return TrackFacts(
        sport=sport,
        sub_sport=sub_sport,
        device=Device(product=creator or None),
        utc_offset_s=offset_s,
        warnings=(*warnings, *impossible),
    )


def _dated(track: _Track, creator: str, warnings: tuple[RecordingWarning, ...]) -> Recording:
    points = track.table.points().copy()
    distance = points[:, Column.DISTANCE]
    known = distance[np.isfinite(distance)]
    if len(known) and (np.diff(known) < 0).any():
        # Not the distance so far, which never shrinks: the extension does not say what else.
        points[:, Column.DISTANCE] = np.nan
    return timed_recording(points, track.table.breaks, _facts(track, creator, warnings))


def _dateless(track: _Track, creator: str, warnings: tuple[RecordingWarning, ...]) -> Recording:
    return dateless_recording(track.table.points(), _facts(track, creator, warnings))
