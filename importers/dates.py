"""Which dates a recording can have: what lies outside is a clock that was never set, or damage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from analytics.recording import BoolArray, Float64Array

EARLIEST: Final = datetime(1989, 12, 31, tzinfo=UTC)
"""FIT's second 0, before any watch that recorded runs. Unset clocks start in 1970."""

LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""The first moment too late (our choice). FIT's own seconds end in 2126."""

_EARLIEST_S: Final = EARLIEST.timestamp()
_LATEST_S: Final = LATEST.timestamp()


def possible(seconds: Float64Array) -> BoolArray:
    """Which moments, in seconds since 1970 UTC, a recording can be of. Missing ones are not."""
    return (seconds >= _EARLIEST_S) & (seconds < _LATEST_S)


def moment(second: float) -> datetime | None:
    """A moment, in seconds since 1970 UTC, as a date; None when it is no possible one."""
    return datetime.fromtimestamp(second, UTC) if _EARLIEST_S <= second < _LATEST_S else None


def of_one_clock(seconds: Float64Array) -> tuple[Float64Array, int]:
    """Times without those that are no possible dates beside others that are, and how many.

    Where none is possible the clock was never set, but it ran: then all are kept.
    """
    right = possible(seconds)
    if not right.any():
        return seconds, 0
    wrong = np.isfinite(seconds) & ~right
    return np.where(right, seconds, np.nan), int(np.count_nonzero(wrong))
