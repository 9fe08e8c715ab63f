"""Numbers and dates as a runner reads them: 12.4 km, 14,200 hip flexions, Tue 3 Nov."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Final

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip

# A date this far from the day it is read on could be taken for another year's.
YEAR_UNCLEAR_DAYS: Final = 270

BREAK_DAYS: Final = 7
"""Fewer days without a run are no break: the second run back comes after one or two."""

LEAST_IN_KM_M: Final = 100.0
METRES_PER_KM: Final = 1000.0
SECONDS_PER_MINUTE: Final = 60.0

# 12.4 is stored as 12.399999...: a limit must not lose a tenth to that.
_ROUNDING_SLACK: Final = 1e-6


def km(value: float, decimals: int = 1) -> str:
    """Kilometres with their unit."""
    return f"{_not_minus_zero(round(value, decimals)):,.{decimals}f} km"


def metres(value: float) -> str:
    """A way: below 100 m in metres, of which 0.1 km would say nothing."""
    if value < LEAST_IN_KM_M:
        return plural(value, "metre", "metres")
    return km(value / METRES_PER_KM)


def duration(seconds: float) -> str:
    """A time: below a minute in seconds."""
    if round(seconds) < SECONDS_PER_MINUTE:
        return plural(seconds, "second", "seconds")
    return plural(seconds / SECONDS_PER_MINUTE, "minute", "minutes")


def limit_km(value: float) -> str:
    """A ceiling in kilometres, rounded down, so that running what it says stays within it."""
    return km(math.floor(value * 10 + _ROUNDING_SLACK) / 10)


def count(value: float) -> str:
    """A whole number with thousands separators."""
    return f"{_not_minus_zero(round(value)):,.0f}"


def megabytes(size_bytes: int) -> str:
    """A size of a file."""
    return f"{count(size_bytes / 1_048_576)} MB"


def plural(number: float, one: str, many: str) -> str:
    """A whole number with its noun."""
    return f"{count(number)} {one if round(number) == 1 else many}"


def flexions(value: float) -> str:
    """Hip flexions with their unit."""
    return plural(value, "hip flexion", "hip flexions")


def ratio(value: float) -> str:
    """A ratio of two loads."""
    return f"{value:.2f}"


def change(share: float) -> str:
    """A growth or a drop as whole percent with its sign."""
    percent = _not_minus_zero(round(share * 100))
    return "no change" if percent == 0 else f"{percent:+,.0f} %"


def day(value: date, read_on: date | None = None) -> str:
    """A date; with its year when it is far from the day it is read on."""
    text = f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"
    far = read_on is not None and abs((read_on - value).days) > YEAR_UNCLEAR_DAYS
    return f"{text} {value.year}" if far else text


def is_flexions(channel: str) -> bool:
    """Whether a channel counts hip flexions rather than kilometres."""
    return "flexions" in channel


def amount(channel: str, value: float) -> str:
    """An amount of a channel with its unit."""
    return flexions(value) if is_flexions(channel) else km(value)


def limit_amount(value: float, channel: str) -> str:
    """A ceiling of a channel with its unit, rounded down and at least 0."""
    held = max(value, 0.0)
    return flexions(math.floor(held)) if is_flexions(channel) else limit_km(held)


def amount_and_ceiling(channel: str, value: float, ceiling: float) -> tuple[str, str]:
    """An amount above its ceiling; with more digits when both would read the same."""
    shown = amount(channel, value), amount(channel, ceiling)
    if shown[0] == shown[1] and not is_flexions(channel):
        return km(value, 3), km(ceiling, 3)
    return shown


def named(numbers: Mapping[str, float]) -> dict[str, str]:
    """Numbers in words by the unit at the end of their name; what says nothing is left out."""
    return {
        name: _by_unit(name, value)
        for name, value in numbers.items()
        if _is_worth_saying(name, value)
    }


def _is_worth_saying(name: str, value: float) -> bool:
    if name == "off_days":
        return value >= BREAK_DAYS
    return math.isfinite(value) and not (name.startswith("reference") and value <= 0)


def _by_unit(name: str, value: float) -> str:
    if name.endswith("_km"):
        return km(value)
    if name.endswith("flexions"):
        return flexions(value)
    if name.endswith("_days"):
        return plural(value, "day", "days")
    if name.endswith("ratio"):
        return ratio(value)
    return count(value) if float(value).is_integer() else f"{value:,.1f}"


def _not_minus_zero(value: float) -> float:
    return value + 0.0
