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
            | {"laufen", "lauf", "traillauf", "laufband", "hardlopen", "hardloopsessie", "corsa"}
            | {"correr", "carrera", "corrida", "course", "bieg", "bieganie", "løb", "løp"}
            | {"løping", "löpning", "juoksu"}
        ),
    ),
    (
        Sport.CYCLING,
        frozenset(
            {"bike", "biking", "ride", "riding", "cycling", "cycle", "bicycling", "mtb"}
            | {"ebike", "ebikeride", "virtualride", "radfahren", "radfahrt", "fietsen", "fietsrit"}
            | {"ciclismo", "bici", "vélo", "cyclisme", "jízda"}
        ),
    ),
    (
        Sport.SWIMMING,
        frozenset({"swim", "swimming", "schwimmen", "zwemmen", "natation", "natación", "nuoto"}),
    ),
    (
        Sport.HIKING,
        frozenset(
            {"hike", "hiking", "wandern", "wanderung", "trekking", "randonnée", "senderismo"}
            | {"excursión", "escursione"}
        ),
    ),
    (
        Sport.WALKING,
        frozenset(
            {"walk", "walking", "gehen", "spaziergang", "wandelen", "wandeling", "marche"}
            | {"caminata", "paseo", "caminhada", "camminata", "spacer"}
        ),
    ),
    (Sport.TRANSITION, frozenset({"transition"})),
)

_NOT_ON_TWO_LEGS: Final = frozenset(
    # Said beside "run" or "cycling", and yet not that: no hip is flexed, or only for a part.
    {"wheelchair", "handcycle", "hand", "multisport", "triathlon", "duathlon", "swimrun"}
)

_SEVERAL_SPORTS: Final = frozenset({"swim", "bike", "run"})

_TRAIL_ALONE: Final = "trail"
"""What runners of several languages call a trail run; beside other words it says only where."""

_SUB_SPORT_WORDS: Final = {
    "trail": "trail",
    "traillauf": "trail",
    "treadmill": "treadmill",
    "laufband": "treadmill",
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
    if text.lower() == _TRAIL_ALONE:
        return Sport.RUNNING, "trail"
    found = {word.lower() for word in _WORD.findall(text)}
    if found & _NOT_ON_TWO_LEGS or found >= _SEVERAL_SPORTS:
        return Sport.OTHER, None
    sport = next((sport for sport, known in _SPORT_WORDS if known & found), Sport.OTHER)
    if sport is not Sport.RUNNING:
        return sport, None
    return sport, next((sub for word, sub in _SUB_SPORT_WORDS.items() if word in found), None)
