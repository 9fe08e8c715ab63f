"""When an activity was: dates, device uptime, and the file's own offset from UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from analytics.recording import Float64Array, Warn
from importers.dates import LATEST
from importers.fit.decoding import Columns
from importers.fit.profile import enum_name
from importers.zone import possible_offset_s

EPOCH: Final = datetime(1989, 12, 31, tzinfo=UTC)
"""FIT's second 0 (Garmin FIT SDK, type ``date_time``)."""

FIRST_DATE: Final = 0x10000000
"""Smaller timestamps are seconds since the device was switched on (type ``date_time``, ``min``)."""

LAST_TIMESTAMP: Final = 0xFFFFFFFF

LATEST_S: Final = (LATEST - EPOCH).total_seconds()

UTC_AS_LOCAL: Final = frozenset({"coros"})
"""Makers that write UTC as the local time: from them an offset of 0 says nothing."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What an activity's file says about the local clock.

    ``offset_s`` is a possible offset from UTC or None, ``local_shift_s`` what leads from the
    file's timestamps, uptime included, to local time (None when the file does not tell).
    """

    offset_s: int | None = None
    local_shift_s: float | None = None
    impossible: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """When an activity began; both None when nothing in the file dates it."""

    utc: datetime | None
    local: datetime | None
    warning: Warn | None = None


def seconds_of(messages: Columns, name: str) -> Float64Array:
    """A column of FIT seconds; NaN also where a damaged layout gives what no 32 bits hold."""
    seconds = messages.numbers(name)
    return np.where((seconds >= 0) & (seconds <= LAST_TIMESTAMP), seconds, np.nan)


def read_clock(activity: Columns, manufacturer: str | None) -> Clock:
    """The file's own offset from UTC, from its ``activity`` message."""
    stamps, local = seconds_of(activity, "timestamp"), seconds_of(activity, "local_timestamp")
    known = np.flatnonzero(~np.isnan(stamps) & ~np.isnan(local) & (local > 0))
    if not len(known):
        return Clock()
    stamp, shift = float(stamps[known[0]]), float(local[known[0]] - stamps[known[0]])
    if stamp < FIRST_DATE:
        return Clock(local_shift_s=shift)
    if shift == 0 and manufacturer in UTC_AS_LOCAL:
        return Clock()
    offset = possible_offset_s(shift)
    return Clock(offset_s=offset, impossible=offset is None)


def start_at(second: float, clock: Clock) -> Start:
    """Start of an activity from its FIT timestamp, seconds since `EPOCH` or uptime."""
    if np.isnan(second):
        return Start(None, None, Warn.NO_START)
    if second >= LATEST_S:
        return Start(None, None, Warn.IMPOSSIBLE_DATE)
    if second >= FIRST_DATE:
        return Start(EPOCH + timedelta(seconds=second), None)
    local = second + clock.local_shift_s if clock.local_shift_s is not None else np.nan
    if FIRST_DATE <= local < LATEST_S:
        naive = (EPOCH + timedelta(seconds=local)).replace(tzinfo=None)
        return Start(None, naive, Warn.DATED_BY_LOCAL_CLOCK)
    return Start(None, None, Warn.NO_START)


def maker(number: float) -> str | None:
    """Name of a manufacturer by its number; None when missing."""
    known = enum_name("manufacturer", number)
    if known is None and number == number:  # noqa: PLR0124 - NaN is the only number unlike itself
        return str(int(number))
    return known
