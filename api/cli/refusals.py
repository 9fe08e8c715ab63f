"""A value the API's schemas refuse, in the words of the command line: its options and its units."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

OPTIONS: Final = {
    "distance_m": "--km",
    "timer_s": "--minutes",
    "started_at": "--date",
    "local_date": "--date",
    "fast_was_run": "--was-run",
    "steps": "--steps",
    "sport": "--sport",
    "title": "--title",
    "rpe": "--rpe",
    "note": "--note",
    "preferred": "--reset preferred",
}
"""The option a field is given with."""

_UNITS: Final = {"distance_m": 1000.0, "timer_s": 60.0}
"""How many of a field's units its option's unit has."""

_BOUNDS: Final = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}

_NAMES: Final = re.compile(rf"\b({'|'.join(OPTIONS)})\b")


def refusal(error: ValidationError) -> str:
    """What is wrong with the first value refused, as a sentence."""
    first = error.errors()[0]
    text = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return f"{_NAMES.sub(lambda found: OPTIONS[found[1]], text)}."
    field = str(first["loc"][0])
    limits = first.get("ctx", {})
    for bound, words in _BOUNDS.items():
        if bound in limits:
            text = f"give {words} {float(limits[bound]) / _UNITS.get(field, 1.0):,.10g}"
    if first["type"] == "string_pattern_mismatch":
        text = "write it in one line, without control characters"
    if first["type"] == "string_too_short":
        text = "write something"
    if first["type"] == "string_too_long":
        text = f"write at most {limits['max_length']} characters"
    return f"{OPTIONS.get(field, f'--{field}')}: {text}."
