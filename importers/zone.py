"""Where the clock on the wall comes from: the time zone of a place, and offsets files claim."""

from __future__ import annotations

import math
from typing import Final

QUARTER_HOUR_S: Final = 900
"""Every offset in force today is a whole number of these."""

MAX_OFFSET_S: Final = 14 * 3600
"""Kiribati's Line Islands, UTC+14, the largest in the tz database today."""

_MAX_LATITUDE_DEG: Final = 90.0
_MAX_LONGITUDE_DEG: Final = 180.0


def zone_at(latitude_deg: float, longitude_deg: float) -> str | None:
    """IANA zone of a position; an ``Etc/`` zone at sea, None for a position that is none.

    Exactly 0, 0 is what receivers without a fix write, not a place anyone runs.
    """
    if not (
        abs(latitude_deg) <= _MAX_LATITUDE_DEG and abs(longitude_deg) <= _MAX_LONGITUDE_DEG
    ) or (latitude_deg == 0 and longitude_deg == 0):
        return None
    # The zone polygons cost 33 MB of memory, so they are loaded only in a process that meets a
    # position: never in the command line's help, seldom in the web server.
    from tzfpy import get_tz  # noqa: PLC0415 - loaded at first use, see above

    return get_tz(longitude_deg, latitude_deg) or None


def possible_offset_s(offset_s: float) -> int | None:
    """Round a file's own offset from UTC to whole quarter hours; None when no zone has it.

    Device clocks are seconds apart from their satellites', hence the rounding; some files are
    days or decades apart, hence the limit.
    """
    if not math.isfinite(offset_s):
        return None
    rounded = round(offset_s / QUARTER_HOUR_S) * QUARTER_HOUR_S
    return rounded if abs(rounded) <= MAX_OFFSET_S else None
