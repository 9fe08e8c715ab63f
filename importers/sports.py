"""Sports as XML files and exports word them, in the words of a recording."""

from __future__ import annotations

import re
from typing import Final

from analytics.recording import Sport

_STRAVA_NUMBERS: Final = {
    # Strava's GPX exports carry its activity type as a number.
    "1": Sport.CYCLING,
    "4": Sport.HIKING,
    "9": Sport.RUNNING,
    "10": Sport.WALKING,
    "16": Sport.SWIMMING,
    "17": Sport.CYCLING,
}

_SPORT_WORDS: Final = (
    # The first that occurs decides: "trail run", "run / walk" and "hike on skis" each say one
    # thing first in this order.
    (
        Sport.RUNNING,
        frozenset(
            {"run", "runs", "running", "runner", "jog", "jogging", "treadmill", "marathon"}
            | {"laufen", "lauf", "hardlopen", "corsa", "correr", "carrera", "course"}
        ),
    ),
    (
        Sport.CYCLING,
        frozenset(
            {"bike", "biking", "ride", "riding", "cycling", "cycle", "bicycling", "mtb"}
            | {"ebike", "ebikeride", "virtualride", "radfahren", "fietsen", "ciclismo"}
        ),
    ),
    (Sport.SWIMMING, frozenset({"swim", "swimming", "schwimmen"})),
    (Sport.HIKING, frozenset({"hike", "hiking", "wandern", "trekking"})),
    (Sport.WALKING, frozenset({"walk", "walking", "gehen", "wandelen"})),
    (Sport.TRANSITION, frozenset({"transition"})),
)

_SUB_SPORT_WORDS: Final = {
    "trail": "trail",
    "treadmill": "treadmill",
    "track": "track",
    "street": "street",
    "indoor": "indoor_running",
    "virtual": "virtual_activity",
    "ultra": "ultra",
    "obstacle": "obstacle",
}

_WORD: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")


def sport_of(words: str | None) -> tuple[Sport, str | None]:
    """Sport and, for running, sub-sport (in the FIT profile's words) that a text names.

    ``UNKNOWN`` when the file says nothing at all, ``OTHER`` when it names what is none of ours.
    """
    text = (words or "").strip()
    if not text:
        return Sport.UNKNOWN, None
    if text.isdigit():
        return _STRAVA_NUMBERS.get(text, Sport.OTHER), None
    found = {word.lower() for word in _WORD.findall(text)}
    sport = next((sport for sport, known in _SPORT_WORDS if known & found), Sport.OTHER)
    if sport is not Sport.RUNNING:
        return sport, None
    return sport, next((sub for word, sub in _SUB_SPORT_WORDS.items() if word in found), None)
