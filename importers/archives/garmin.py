"""Garmin's account export: ``*_summarizedActivities.json`` beside ZIPs of every FIT file.

The list has its own units (centimetres, milliseconds, tenths of m/s) and no names of files. Lists
saved from Garmin Connect's pages tell the same in metres and seconds, and are read too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from analytics.recording import (
    Device,
    DeviceTotals,
    RecordingWarning,
    Sport,
    Warn,
)
from importers.archives.contract import Listed, Opener, Role, Unread
from importers.archives.dates import utc_moment
from importers.archives.listing import (
    at_most,
    base_of,
    exertion,
    label_of,
    summary,
    totals_of,
)
from importers.contract import FailureCode, ImportFailure
from importers.json_stream import Broken, JsonStream
from importers.json_values import Fields
from importers.limits import MAX_ACTIVITIES
from importers.sports import sport_of
from importers.texts import plain
from importers.zone import possible_offset_s, zone_at

_INDEX: Final = re.compile(
    r".*summarizedactivities.*\.json|activities-list.*\.json", re.IGNORECASE | re.DOTALL
)
_LIST: Final = re.compile(r'"summarizedActivitiesExport"\s{0,40}:\s{0,40}\[')
_BARE_LIST: Final = re.compile(r"\s*+\[")
_HEAD_CHARACTERS: Final = 4096

_CM: Final = 0.01
_MS: Final = 0.001
_POINTS_PER_RPE: Final = 10.0
_FILE_OF: Final = re.compile(
    r"(?:activity_)?([0-9]{6,18})(?:_activity)?\.fit(?:\.gz)?", re.IGNORECASE
)
"""Files downloaded one by one bear their activity's number; those of the export, named
``mail@example.org_12345.fit``, bear that of the upload."""

_LONGEST_ID: Final = 1e18
_ON_FOOT: Final = frozenset({Sport.RUNNING, Sport.WALKING, Sport.HIKING})


@dataclass(frozen=True, slots=True)
class _GarminLayout:
    key: str = "garmin"

    def roles(self, names: Collection[str]) -> Mapping[str, Role]:
        return {name: Role.INDEX for name in names if _INDEX.fullmatch(base_of(name))}

    def begins(self, head: bytes) -> bool:
        text = head.decode("utf-8", "replace")
        listed = _LIST.search(text) or (_BARE_LIST.match(text) and '"activityId"' in text)
        return bool(listed) and text.lstrip().startswith(("[", "{"))

    def entries(
        self, index: str, names: Collection[str], open_file: Opener
    ) -> Iterator[Listed | Unread]:
        return at_most(_entries(index, names, open_file))


LAYOUT: Final = _GarminLayout()


def _entries(index: str, names: Collection[str], open_file: Opener) -> Iterator[Listed | Unread]:
    """Activities in the file's order, those that hold others (a triathlon) last.

    Their parts are listed too, each with its sport; so a whole is only listed without them.
    """
    files = _files_by_id(names)
    wholes: list[tuple[int | None, Listed | Unread]] = []
    parents: set[int] = set()
    with open_file(index) as stream:
        for number, found in enumerate(_activities(JsonStream(stream)), start=1):
            if isinstance(found, Broken):
                detail = "cut" if found.cut else ""
                yield Unread(label=f"activity {number}", code=FailureCode.DAMAGED, detail=detail)
                continue
            parent = _whole(found, "parentId")
            if parent is not None:
                parents.add(parent)
            entry = _read(found, number, files)
            if found.flag("parent") and len(wholes) < MAX_ACTIVITIES:
                wholes.append((_whole(found, "activityId"), entry))
            else:
                yield entry
    for identity, entry in wholes:
        if identity not in parents:
            yield entry


def _activities(text: JsonStream) -> Iterator[Fields | Broken]:
    head = text.head
    if not head.strip():
        raise ImportFailure(FailureCode.EMPTY_FILE)
    if not _LIST.search(head[:_HEAD_CHARACTERS]):
        if not _BARE_LIST.match(head):
            raise ImportFailure(FailureCode.NOT_RECOGNISED)
        text.skip_to(_BARE_LIST)
        first = True
        for found in text.objects():
            if first and isinstance(found, Fields) and "activityId" not in found:
                raise ImportFailure(FailureCode.NOT_RECOGNISED)
            first = False
            yield found
        return
    while text.skip_to(_LIST):
        yield from text.objects()


def _files_by_id(names: Collection[str]) -> Mapping[int, str]:
    """Files by the number their name ends in; a number that two of them bear tells nothing."""
    found: dict[int, str] = {}
    twice: set[int] = set()
    for name in names:
        match = _FILE_OF.fullmatch(base_of(name))
        if match:
            number = int(match[1])
            if number in found:
                twice.add(number)
            found[number] = name
    return {number: name for number, name in found.items() if number not in twice}


def _whole(fields: Fields, name: str) -> int | None:
    value = fields.number(name)
    return int(value) if value is not None and 0 < value < _LONGEST_ID else None


def _read(fields: Fields, number: int, files: Mapping[int, str]) -> Listed | Unread:
    identity = _whole(fields, "activityId")
    if identity is None:
        return Unread(label=f"activity {number}", code=FailureCode.DAMAGED, detail="activityId")
    start_s, offset_s = _clock(fields)
    sport, sub_sport = sport_of(
        fields.text("activityType") or fields.inner("activityType").text("typeKey")
    )
    title = plain(fields.text("name") or fields.text("activityName"))
    points = fields.number("workoutRpe") or fields.number("directWorkoutRpe")
    serial = _whole(fields, "deviceId")
    possible = None if offset_s is None else possible_offset_s(offset_s)
    impossible = offset_s is not None and possible is None
    recording = summary(
        sport=sport,
        sub_sport=sub_sport,
        start_s=start_s,
        totals=_totals(fields, sport),
        zone=_zone(fields),
        utc_offset_s=possible,
        device=Device(
            manufacturer=plain((fields.text("manufacturer") or "").lower()),
            serial=None if serial is None else str(serial),
        ),
        warnings=(RecordingWarning(Warn.IMPOSSIBLE_OFFSET),) if impossible else (),
    )
    return Listed(
        identity=f"garmin:{identity}",
        label=label_of(title, recording),
        recording=recording,
        title=title,
        rpe=exertion(None if points is None else points / _POINTS_PER_RPE),
        file=files.get(identity),
    )


def _is_page(fields: Fields) -> bool:
    """Whether it is of Garmin Connect's pages, with texts for times and in SI units."""
    return "startTimeGMT" in fields


def _clock(fields: Fields) -> tuple[float | None, float | None]:
    """Start, in seconds since 1970 UTC, and the local clock's offset from UTC, in seconds."""
    if _is_page(fields):
        start_s, local_s = _written_s(fields, "startTimeGMT"), _written_s(fields, "startTimeLocal")
    else:
        start_s = _counted_s(fields, "startTimeGmt") or _counted_s(fields, "beginTimestamp")
        # The local clock's reading, as if it were UTC.
        local_s = _counted_s(fields, "startTimeLocal")
    return start_s, None if start_s is None or local_s is None else local_s - start_s


def _written_s(fields: Fields, name: str) -> float | None:
    found = utc_moment(fields.text(name) or "")
    return None if found is None else found.timestamp()


def _counted_s(fields: Fields, name: str) -> float | None:
    since_1970_ms = fields.number(name)
    return since_1970_ms * _MS if since_1970_ms else None


def _totals(fields: Fields, sport: Sport) -> DeviceTotals:
    page = _is_page(fields)
    distance, timer = fields.number("distance"), fields.number("duration")
    elapsed, ascent = fields.number("elapsedDuration"), fields.number("elevationGain")
    timer_s = None if timer is None else timer * (1 if page else _MS)
    elapsed_s = None if elapsed is None else elapsed * _MS
    if page and elapsed_s is not None and timer_s is not None and elapsed_s < timer_s / 2:
        # Pages tell this one in milliseconds or, some of them, in seconds as the others.
        elapsed_s = elapsed
    return totals_of(
        distance_m=None if distance is None else distance * (1 if page else _CM),
        timer_s=timer_s,
        elapsed_s=elapsed_s,
        steps=fields.number("steps") if sport in _ON_FOOT else None,
        ascent_m=None if ascent is None else ascent * (1 if page else _CM),
    )


def _zone(fields: Fields) -> str | None:
    latitude, longitude = fields.number("startLatitude"), fields.number("startLongitude")
    return None if latitude is None or longitude is None else zone_at(latitude, longitude)
