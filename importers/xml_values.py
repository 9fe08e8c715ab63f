"""Texts of XML elements as numbers and times, whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import BoolArray, Float64Array

_LONGEST_TIME: Final = 40
_SHORTEST_TIME: Final = 20
_SEPARATORS: Final = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
_FIELDS: Final = ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2))


def numbers(texts: Sequence[str | None]) -> Float64Array:
    """Numbers ``[n]`` of ``n`` texts; NaN where there is none, or nothing a number."""
    told = texts if all(texts) else [text or "nan" for text in texts]
    try:
        values = np.fromiter(map(float, told), np.float64, len(told))  # pyright: ignore[reportArgumentType] - none is missing
    except ValueError:
        values = np.array([_number(text) for text in texts], np.float64)
    values[np.isinf(values)] = np.nan
    return values


def number(text: str | None) -> float | None:
    """One finite number, or None."""
    value = _number(text)
    return value if np.isfinite(value) else None


def utc_seconds(texts: Sequence[str | None]) -> Float64Array:
    """Seconds since 1970 UTC ``[n]`` of ``n`` ISO 8601 texts, NaN where unreadable.

    Without a zone a time is UTC: both GPX and TCX say so. Seconds may have any number of
    decimals, of which microseconds are kept.
    """
    told = [text or "" for text in texts]
    seconds = np.full(len(told), np.nan)
    lengths = np.fromiter(map(len, told), np.int64, len(told))
    for length in np.unique(lengths[(lengths >= _SHORTEST_TIME) & (lengths <= _LONGEST_TIME)]):
        where = np.flatnonzero(lengths == length)
        alike = told if len(where) == len(told) else [told[i] for i in where.tolist()]
        seconds[where] = _zulu_column(alike, int(length))
    unread: list[int] = np.flatnonzero(np.isnan(seconds) & (lengths > 0)).tolist()
    for i in unread:
        seconds[i] = _seconds(told[i])
    return seconds


def utc_second(text: str | None) -> float | None:
    """Seconds since 1970 UTC of one ISO 8601 text, or None."""
    value = _seconds(text or "")
    return value if np.isfinite(value) else None


def stated_offset_s(text: str | None) -> float | None:
    """Offset from UTC a time names, in seconds; None for none and for UTC itself."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    offset = moment.utcoffset()
    return offset.total_seconds() if offset else None


def _number(text: str | None) -> float:
    try:
        # Some exporters write numbers as their user's country does.
        return float((text or "nan").replace(",", "."))
    except ValueError:
        return float("nan")


def _seconds(text: str) -> float:
    text = text.strip()
    if len(text) > _LONGEST_TIME:
        return float("nan")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return float("nan")


def _zulu_column(column: Sequence[str], length: int) -> Float64Array:
    """Read times of one length written ``2020-12-25T20:40:26[.fraction]Z``; NaN for all others."""
    try:
        text = "".join(column).encode("ascii")
    except UnicodeEncodeError:
        return np.full(len(column), np.nan)
    # A row for each place in the text, so that what is done to one is done to neighbours.
    chars = np.ascontiguousarray(np.frombuffer(text, np.uint8).reshape(len(column), length).T)
    good = chars[-1] == ord("Z")
    for at, separator in _SEPARATORS:
        good &= chars[at] == ord(separator)
    if length > _SHORTEST_TIME:
        good &= chars[19] == ord(".")
    year, month, day, hour, minute, second = (
        _decimal(chars[at : at + width], good) for at, width in _FIELDS
    )
    fraction_digits = max(length - _SHORTEST_TIME - 1, 0)
    fraction = _decimal(chars[20 : 20 + min(fraction_digits, 9)], good)
    scale = 10.0 ** min(fraction_digits, 9)
    # Second 60 is a leap second, which the computer's clock counts as the next minute's first.
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second <= 60)  # noqa: PLR2004 - the calendar
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first_day = months.astype("datetime64[D]")
    days_in_month = ((months + 1).astype("datetime64[D]") - first_day).astype(np.int64)
    good &= day <= days_in_month
    whole = (first_day.astype(np.int64) + day - 1) * 86400 + hour * 3600 + minute * 60 + second
    return np.where(good, whole + np.round(fraction / scale, 6), np.nan)


def _decimal(chars: NDArray[np.uint8], good: BoolArray) -> NDArray[np.int64]:
    """Values of digits ``[places, n]``; those with anything else are marked in ``good``."""
    value = np.zeros(chars.shape[1], np.int64)
    for place in chars:
        # Below "0" it wraps round to more than 9.
        digit = place - np.uint8(ord("0"))
        good &= digit <= 9  # noqa: PLR2004 - decimal digits
        value = value * 10 + digit
    return value
