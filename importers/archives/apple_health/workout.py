"""One ``Workout`` element: what it says by itself, before its route and records are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import numpy as np
from lxml import etree  # pyright: ignore - lxml has neither types nor stubs

from analytics.recording import Device, Float64Array, Pause, Sport
from importers.archives.apple_health.values import (
    METRES,
    SECONDS,
    quantity,
    seconds_since_1970,
    worded_quantity,
)
from importers.archives.listing import LONGEST_S
from importers.pauses import merged
from importers.points import Column
from importers.sports import sport_of
from importers.texts import plain
from importers.xml_guard import without_half_characters
from importers.xml_stream import Element, local_name
from importers.xml_values import number

_TYPE: Final = "HKWorkoutActivityType"
_QUANTITY: Final = "HKQuantityTypeIdentifier"
_DISTANCE_OF: Final = {
    Sport.CYCLING: "DistanceCycling",
    Sport.SWIMMING: "DistanceSwimming",
}
_ON_FOOT_DISTANCE: Final = "DistanceWalkingRunning"
_PAUSED: Final = {"HKWorkoutEventTypePause": "HKWorkoutEventTypeResume"}
_PAUSED_BY_ITSELF: Final = {"HKWorkoutEventTypeMotionPaused": "HKWorkoutEventTypeMotionResumed"}
_DEVICE_PART: Final = re.compile(r"(name|manufacturer):([^,>]{1,100})")
_LOCATION: Final = {
    Column.LATITUDE: "latitude",
    Column.LONGITUDE: "longitude",
    Column.ALTITUDE: "altitude",
    Column.SPEED: "speed",
}
_ZONE_NAME: Final = re.compile(r"[A-Za-z0-9_+\-/]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workout:
    """A workout; times are seconds since 1970 UTC.

    Parameters
    ----------
    kind
        Its type without Apple's prefix: ``Running``.
    steps
        As its own statistics sum them up, or None.
    pauses
        Seconds since its start.
    references
        Paths of its routes' files, as it writes them.
    holds_route
        Whether its route stands within, as in old exports: see ``read_locations``.
    """

    kind: str
    sport: Sport
    sub_sport: str | None
    start_s: float
    end_s: float
    timer_s: float | None
    distance_m: float | None
    ascent_m: float | None
    steps: float | None
    zone: str | None
    source: str | None
    device: Device
    pauses: tuple[Pause, ...]
    references: tuple[str, ...]
    holds_route: bool


def read_workout(text: bytes) -> Workout | None:
    """Read one element's text, cut off or not; None when it says not when it was."""
    element = _element(text)
    if element is None or local_name(element) != "Workout":
        return None
    start_s = seconds_since_1970(element.get("startDate"))
    end_s = seconds_since_1970(element.get("endDate"))
    if start_s is None or end_s is None or not 0 <= end_s - start_s <= LONGEST_S:
        return None
    children = _told(element)
    entries: dict[str, str | None] = {}
    for child in _named(children, "MetadataEntry"):
        entries.setdefault(child.get("key") or "", child.get("value"))
    kind = (element.get("workoutActivityType") or "").removeprefix(_TYPE)
    sport, sub_sport = sport_of(kind)
    if sport is Sport.RUNNING and entries.get("HKIndoorWorkout") == "1":
        sub_sport = "treadmill"
    timer_s = quantity(element.get("duration"), element.get("durationUnit"), SECONDS)
    source = plain(element.get("sourceName"))
    return Workout(
        kind=plain(kind) or "",
        sport=sport,
        sub_sport=sub_sport,
        start_s=start_s,
        end_s=end_s,
        timer_s=timer_s,
        distance_m=_distance_m(element, children, sport),
        ascent_m=worded_quantity(entries.get("HKElevationAscended"), METRES),
        steps=number(_statistic(children, "StepCount", "sum")),
        zone=_zone(entries.get("HKTimeZone")),
        source=source,
        device=_device(element.get("device"), source),
        pauses=_pauses(children, start_s, end_s, timer_s),
        references=tuple(
            path
            for reference in _in_routes(children, "FileReference")
            if (path := reference.get("path"))
        ),
        holds_route=next(_in_routes(children, "Location"), None) is not None,
    )


def read_locations(text: bytes) -> Float64Array:
    """Route ``[n, len(Column)]`` within the text of a workout that holds one."""
    element = _element(text)
    locations = [] if element is None else list(_in_routes(list(element), "Location"))
    points = np.full((len(locations), len(Column)), np.nan)
    for row, location in zip(points, locations, strict=True):
        at = seconds_since_1970(location.get("date"))
        row[Column.TIME] = np.nan if at is None else at
        for column, name in _LOCATION.items():
            value = number(location.get(name))
            row[column] = np.nan if value is None else value
    return points


def _element(text: bytes) -> Element | None:
    parser: Any = etree.XMLParser(  # pyright: ignore - lxml has no types
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        found = etree.fromstring(without_half_characters(text), parser)  # pyright: ignore - as above
        return cast("Element | None", found)
    except etree.XMLSyntaxError:  # pyright: ignore - as above
        return None


def _told(workout: Element) -> list[Element]:
    """What a workout holds, and behind it what the one activity it was made of does.

    Newer phones tell some things there alone (the ascent), and others twice. The activities of a
    triathlon are not told apart: their sports are not written.
    """
    children = list(workout)
    activities = list(_named(children, "WorkoutActivity"))
    return [*children, *activities[0]] if len(activities) == 1 else children


def _named(elements: Sequence[Element], name: str) -> Iterator[Element]:
    return (element for element in elements if local_name(element) == name)


def _in_routes(children: Sequence[Element], name: str) -> Iterator[Element]:
    return (one for route in _named(children, "WorkoutRoute") for one in _named(list(route), name))


def _statistic(children: Sequence[Element], kind: str, what: str) -> str | None:
    return next(
        (
            one.get(what)
            for one in _named(children, "WorkoutStatistics")
            if one.get("type") == _QUANTITY + kind
        ),
        None,
    )


def _distance_m(element: Element, children: Sequence[Element], sport: Sport) -> float | None:
    """Distance as an attribute or, since iOS 16, among the statistics."""
    kind = _DISTANCE_OF.get(sport, _ON_FOOT_DISTANCE)
    return quantity(
        element.get("totalDistance"), element.get("totalDistanceUnit"), METRES
    ) or quantity(_statistic(children, kind, "sum"), _statistic(children, kind, "unit"), METRES)


def _zone(name: str | None) -> str | None:
    """Zone if there is one of this name.

    The offsets behind Apple's times do not tell: they are those of the phone when it exported,
    the same in summer and winter.
    """
    if not name or not _ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        return None


def _device(text: str | None, source: str | None) -> Device:
    parts = dict(_DEVICE_PART.findall((text or "")[:1000]))
    maker = (parts.get("manufacturer") or "").strip().lower()
    return Device(
        manufacturer="apple" if maker.startswith("apple") else plain(maker),
        product=plain(parts.get("name")) or source,
    )


def _pauses(
    children: Sequence[Element], start_s: float, end_s: float, timer_s: float | None
) -> tuple[Pause, ...]:
    """Pauses by hand, and those the watch made by itself if only so the duration comes out."""
    events = [
        (event.get("type") or "", min(max(at - start_s, 0.0), end_s - start_s))
        for event in _named(children, "WorkoutEvent")
        if (at := seconds_since_1970(event.get("date"))) is not None
    ]
    events.sort(key=lambda event: event[1])
    by_hand = _between(events, _PAUSED, end_s - start_s)
    all_of_them = merged([*by_hand, *_between(events, _PAUSED_BY_ITSELF, end_s - start_s)])
    if timer_s is None:
        return by_hand
    paused_s = end_s - start_s - timer_s
    return min(
        (by_hand, all_of_them),
        key=lambda some: abs(sum(one.end_s - one.start_s for one in some) - paused_s),
    )


def _between(
    events: Sequence[tuple[str, float]], kinds: dict[str, str], last_s: float
) -> tuple[Pause, ...]:
    pauses: list[Pause] = []
    since: float | None = None
    for kind, at in events:
        if kind in kinds and since is None:
            since = at
        elif kind in kinds.values() and since is not None:
            pauses.append(Pause(since, at))
            since = None
    if since is not None:
        pauses.append(Pause(since, last_s))
    return merged([pause for pause in pauses if pause.end_s > pause.start_s])
