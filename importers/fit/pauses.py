"""Timer stops from the events of a FIT file."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import Pause
from importers.fit.clock import seconds_of
from importers.fit.decoding import Columns
from importers.fit.profile import enum_value

TIMER: Final = enum_value("event", "timer")
START: Final = enum_value("event_type", "start")
STOPS: Final = frozenset(
    enum_value("event_type", name)
    for name in ("stop", "stop_all", "stop_disable", "stop_disable_all")
)


def timer_stops(event: Columns) -> list[tuple[float, float]]:
    """Every stop that was followed by a start, as FIT seconds from and until.

    A stop that nothing follows ends the activity; it is no pause.
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
    return stops


def pauses_within(
    stops: list[tuple[float, float]], start: float, first: float, last: float
) -> tuple[Pause, ...]:
    """The part of the stops between ``first`` and ``last``, as seconds since ``start``."""
    return tuple(
        Pause(max(begin, first) - start, min(end, last) - start)
        for begin, end in stops
        if min(end, last) > max(begin, first)
    )
