"""Moments as exports word them for people, in the main European languages.

What a program writes (ISO 8601) is read by its own rules first. The rest is told apart by its
parts: a year has four digits, a month may have a name, and of two numbers the day comes first
unless only the other one can be a month.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

_LONGEST: Final = 80
_MONTHS: Final = (
    # Beginnings of month names, without accents: en de fr es it pt nl sv da nb pl. None of them
    # begins another month's name in any of these languages.
    ("jan", "ene", "gen", "sty"),
    ("feb", "fev", "lut"),
    ("mar", "mrt", "mrz", "maa"),
    ("apr", "avr", "abr", "kwi"),
    ("may", "mai", "maj", "mag", "mei"),
    ("jun", "juin", "giu", "cze"),
    ("jul", "juil", "lug", "lip"),
    ("aug", "aou", "ago", "sie"),
    ("sep", "set", "wrz"),
    ("oct", "okt", "ott", "out", "paz"),
    ("nov", "lis"),
    ("dec", "dez", "dic", "des", "gru"),
)
_BY_BEGINNING: Final = {
    word: number for number, words in enumerate(_MONTHS, start=1) for word in words
}
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_HALF_DAY: Final = re.compile(r"\b([ap])\.?\s?m\b", re.IGNORECASE)
_UNITS_OF_A_DAY: Final = 3
_HOURS_OF_HALF_A_DAY: Final = 12
_YEAR_DIGITS: Final = 4


def utc_moment(text: str) -> datetime | None:
    """Aware UTC moment that a text names; one without a zone of its own is UTC. None for none."""
    words = text.strip()
    if not words or len(words) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(words.removesuffix("UTC").rstrip())
    except ValueError:
        return _worded(words)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _worded(text: str) -> datetime | None:
    half = _HALF_DAY.search(text)
    parts = _PARTS.findall(text)
    digits = [part for part in parts if part.isascii() and part.isdecimal()]
    month = next(filter(None, (_month(part) for part in parts if part not in digits)), None)
    day = _day(digits, month)
    if day is None:
        return None
    used, (year, month_number, day_number) = day
    clock = [int(part) for part in digits[used : used + 3] if len(part) <= 2]  # noqa: PLR2004
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    if half:
        hour = hour % _HOURS_OF_HALF_A_DAY
        hour += _HOURS_OF_HALF_A_DAY if half[1].lower() == "p" else 0
    try:
        return datetime(year, month_number, day_number, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _day(digits: Sequence[str], month: int | None) -> tuple[int, tuple[int, int, int]] | None:
    """How many numbers the date takes, and its year, month and day."""
    wanted = _UNITS_OF_A_DAY - (month is not None)
    date = digits[:wanted]
    if len(date) < wanted or sum(len(part) == _YEAR_DIGITS for part in date) != 1:
        return None
    numbers = [int(part) for part in date]
    year = next(int(part) for part in date if len(part) == _YEAR_DIGITS)
    rest = [number for part, number in zip(date, numbers, strict=True) if len(part) < _YEAR_DIGITS]
    if month is not None:
        return (wanted, (year, month, rest[0])) if len(rest) == 1 else None
    if len(rest) != 2:  # noqa: PLR2004 - a day and a month
        return None
    first, second = rest
    if len(date[0]) == _YEAR_DIGITS or second > _HOURS_OF_HALF_A_DAY:
        # Year first goes on with the month, and a second number above 12 is no month.
        return wanted, (year, first, second)
    return wanted, (year, second, first)


def _month(word: str) -> int | None:
    spelled = unicodedata.normalize("NFKD", word.lower())
    plain = "".join(char for char in spelled if not unicodedata.combining(char))
    return _BY_BEGINNING.get(plain[:4]) or _BY_BEGINNING.get(plain[:3])
