"""The day in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from api.messages import figures
from api.messages.filling import fill
from api.messages.rules import rule_title

NO_RUNS: Final = "No runs yet. Upload your first run to see today's limit."
STALE: Final = "No runs since {day}. If you ran since then, upload it to see today's limit."
STEADY: Final = "No jump found (runs up to {day})."
FOUND: Final = "{level}: {finding} ({day})."
TWO_KINDS: Final = "Ease off: two kinds of jump in seven days (last on {day})."
STOP: Final = "Stop running. Get medical help."

LEVEL_OPENINGS: Final[Mapping[str, str]] = {
    "take_care": "Take care",
    "ease_off": "Ease off",
}


def headline(  # noqa: PLR0913 - what a day can be about
    level: str,
    *,
    data_through: date | None,
    rule: str | None = None,
    rule_level: str | None = None,
    day: date | None = None,
    numbers: Mapping[str, float] | None = None,
    read_on: date | None = None,
) -> str:
    """The day in one sentence, without any multiplier.

    Parameters
    ----------
    level
        The day's level.
    data_through
        The last day known, None without any run.
    rule, rule_level, day, numbers
        The alert that leads, its own level, its day, and its numbers. When the day's level is
        above the alert's, two families made it so.
    read_on
        The day it is read: dates far from it carry their year.
    """
    if level == "stop":
        return STOP
    if data_through is None:
        return NO_RUNS
    through = {"day": figures.day(data_through, read_on)}
    if level == "no_data":
        return fill(STALE, through)
    if level not in LEVEL_OPENINGS or rule is None or day is None:
        return fill(STEADY, through)
    found = {"day": figures.day(day, read_on)}
    if level == "ease_off" and rule_level == "take_care":
        return fill(TWO_KINDS, found)
    title = rule_title(rule, rule_level or level, numbers)
    return fill(
        FOUND,
        found | {"level": LEVEL_OPENINGS[level], "finding": title[0].lower() + title[1:]},
    )
