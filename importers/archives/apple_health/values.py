"""Times, quantities and texts as Apple's export writes them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d) (\d{1,2}):(\d\d):(\d\d)[ \u202f]?(?:([AaPp])\.?[Mm]\.?[ \u202f]?)?"
    r"([+-]\d{4})",
    re.ASCII,
)
"""Phones set to a 12-hour clock have written that too."""

_QUANTITY: Final = re.compile(r"([-+0-9.eE]{1,40}) ?([A-Za-z]{0,10})")
_HOURS_OF_HALF_A_DAY: Final = 12
_LATEST: Final = (24, 60, 60)
_FIRST_S: Final = datetime(1, 1, 1, tzinfo=UTC).timestamp()
_LAST_S: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
"""Outside there are no dates, though another zone's may be written."""

METRES: Final = {"km": 1000.0, "m": 1.0, "cm": 0.01, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048}
SECONDS: Final = {"min": 60.0, "s": 1.0, "sec": 1.0, "hr": 3600.0, "ms": 0.001}


def seconds_since_1970(text: str | None) -> float | None:
    """UTC second of ``2024-03-14 17:30:00 +0300``, or None."""
    match = _MOMENT.fullmatch(text or "")
    if match is None:
        return None
    day, *clock, half, offset = match.groups()
    hour, minute, second = (int(part) for part in clock)
    if half:
        hour = hour % _HOURS_OF_HALF_A_DAY
        hour += _HOURS_OF_HALF_A_DAY if half in "Pp" else 0
    if (hour, minute, second) >= _LATEST or minute >= _LATEST[1] or second > _LATEST[2]:
        return None
    midnight = midnight_s(day, offset)
    if midnight is None:
        return None
    seconds = midnight + 3600.0 * hour + 60.0 * minute + second
    return seconds if _FIRST_S <= seconds <= _LAST_S else None


@lru_cache(maxsize=4096)
def midnight_s(day: str, offset: str) -> float | None:
    """UTC second at which a day began at an offset: ``2024-03-14``, ``+0300``."""
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    try:
        zone = timezone(-ahead if offset.startswith("-") else ahead)
        return datetime.fromisoformat(day).replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None


def written(seconds: float) -> str:
    """``2024-03-14T14:30:00Z``: UTC of a second that ``seconds_since_1970`` gave."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    # Not by strftime, which writes the year 1 as each system likes.
    return moment.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def quantity(value: str | None, unit: str | None, units: dict[str, float]) -> float | None:
    """Number in SI units, or None when it is none or its unit is not one of ``units``."""
    match = _QUANTITY.fullmatch((value or "").strip())
    factor = units.get((unit or "").strip())
    if match is None or match[2] or factor is None:
        return None
    try:
        return float(match[1]) * factor
    except ValueError:
        return None


def worded_quantity(text: str | None, units: dict[str, float]) -> float | None:
    """Number in SI units of ``1234 cm``."""
    value, _, unit = (text or "").strip().partition(" ")
    return quantity(value, unit, units)


def unescaped(raw: bytes) -> str:
    """Text of an attribute that was cut out of the file."""
    text = raw.decode("utf-8", "replace")
    return html.unescape(text) if "&" in text else text
