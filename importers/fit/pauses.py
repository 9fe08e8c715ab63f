"""Timer stops from the events of a FIT file."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import Final

import numpy as np

from analytics.recording import Pause
from importers.contract import FailureCode, ImportFailure
from importers.fit.clock import seconds_of
from importers.fit.decoding import Columns
from importers.fit.profile import enum_value
from importers.limits import MAX_MARKS

TIMER: Final = enum_value("event", "timer")
START: Final = enum_value("event_type", "start")
STOPS: Final = frozenset(
    enum_value("event_type", name)
    for name in ("stop", "stop_all", "stop_disable", "stop_disable_all")
)


def timer_stops(event: Columns) -> list[tuple[float, float]]:
    """Every stop that was followed by a start, as FIT seconds from and until.

    In order, none within another. A stop that nothing follows ends the activity; it is no pause.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE`` for more than a file may have.
    """
    stamps = seconds_of(event, "timestamp")
    kinds = event.numbers("event_type")
    rows = np.flatnonzero((event.numbers("event") == TIMER) & ~np.isnan(stamps))
    rows = rows[np.argsort(stamps[rows], kind="stable")]
    stops: list[tuple[float, float]] = []
    stopped: float | None = None
    for stamp, kind in zip(stamps[rows].tolist(), kinds[rows].tolist(), strict=True):
        if kind in STOPS:
            stopped = stamp if stopped is None else stopped
        elif kind == START and stopped is not None:
            if stamp > stopped:
                stops.append((stopped, stamp))
            stopped = None
    if len(stops) > MAX_MARKS:
        raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_MARKS} timer stops")
    return stops


def pauses_within(
    stops: list[tuple[float, float]], start: float, first: float, last: float
) -> tuple[Pause, ...]:
    """The part of the stops between ``first`` and ``last``, as seconds since ``start``."""
    # Only those that touch it are looked at: there may be many, and many sessions.
    touching = stops[bisect_right(stops, first, key=itemgetter(1)) : bisect_left(stops, (last,))]
    return tuple(
        Pause(max(begin, first) - start, min(end, last) - start)
        for begin, end in touching
        if min(end, last) > max(begin, first)
    )
