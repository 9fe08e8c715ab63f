"""Which sport a FIT file means."""

from __future__ import annotations

from typing import Final

from analytics.recording import Sport
from importers.fit.decoding import Columns
from importers.fit.profile import enum_name

BY_FIT_NAME: Final = {
    "running": Sport.RUNNING,
    "walking": Sport.WALKING,
    "hiking": Sport.HIKING,
    "cycling": Sport.CYCLING,
    "e_biking": Sport.CYCLING,
    "swimming": Sport.SWIMMING,
    "transition": Sport.TRANSITION,
}

UNSPECIFIC: Final = frozenset({"generic", "fitness_equipment", "all"})
"""FIT sports that leave it to the sub-sport: treadmills write ``fitness_equipment``."""

RUNNING_SUB_SPORTS: Final = frozenset({"treadmill", "street", "track", "indoor_running"})
"""Sub-sports only runners have. Not ``trail`` or ``virtual_activity``: hikers, riders use them."""

RUNNING_DYNAMICS: Final = ("stance_time", "vertical_oscillation", "step_length")
"""Record fields that watches write only while running."""


def sport_of(sport: float, sub_sport: float) -> tuple[Sport, str | None]:
    """Sport and sub-sport from their numbers in a file, NaN where missing.

    Returns
    -------
    The sport, and the sub-sport in the words of the FIT profile or None.
    """
    name, sub_name = enum_name("sport", sport), enum_name("sub_sport", sub_sport)
    if name is None or name in UNSPECIFIC:
        if sub_name in RUNNING_SUB_SPORTS:
            return Sport.RUNNING, sub_name
        return (Sport.UNKNOWN if name is None else Sport.OTHER), sub_name
    return BY_FIT_NAME.get(name, Sport.OTHER), sub_name


def guess_sport(sport: Columns, lap: Columns, record: Columns) -> tuple[Sport, str | None]:
    """Sport of an activity whose summary is lost: what the rest of the file tells.

    Asked in turn: the ``sport`` messages, the laps, and whether the records hold running
    dynamics.
    """
    for messages in (sport, lap):
        numbers, sub_numbers = messages.numbers("sport"), messages.numbers("sub_sport")
        for number, sub_number in zip(numbers.tolist(), sub_numbers.tolist(), strict=True):
            found = sport_of(number, sub_number)
            if found[0] is not Sport.UNKNOWN:
                return found
    # Watches leave these at 0 or missing in other sports.
    if any((record.numbers(name) > 0).any() for name in RUNNING_DYNAMICS):
        return Sport.RUNNING, None
    return Sport.UNKNOWN, None
