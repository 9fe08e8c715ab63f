"""Which session every record of a file belongs to, and when each session was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import BoolArray, Float64Array
from importers.contract import FailureCode, ImportFailure
from importers.fit.clock import seconds_of
from importers.fit.decoding import Columns
from importers.limits import MAX_ACTIVITIES
from importers.totals import LARGEST_TOTAL, SMALLEST_TOTAL

OUTSIDE_AFTER_S: Final = 10.0
"""Watches write a last record some seconds after the summary's end; later ones are outside."""

APART_S: Final = 3600.0
"""Records further apart than this may be of different clocks."""

STRAY_RECORDS: Final = 3
"""So few records an hour or more off, outside the session, are damage."""

OTHER_DAY_S: Final = 86400.0
"""Records so far off, outside the session, were never part of it, however many there are."""


@dataclass(frozen=True, slots=True)
class Session:
    """When a session was, in FIT seconds; NaN where its summary does not tell.

    ``row`` is its place among the file's session messages.
    """

    row: int
    start: float
    end: float


def sessions_of(messages: Columns) -> list[Session]:
    """Sessions in the order of the file, without exact repetitions.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE`` for more than a file may have.
    """
    elapsed, timer = (
        totals_of(messages, "total_elapsed_time"),
        totals_of(messages, "total_timer_time"),
    )
    elapsed = np.where(np.isnan(elapsed), timer, elapsed)
    starts = seconds_of(messages, "start_time")
    starts = np.where(np.isnan(starts), seconds_of(messages, "timestamp") - elapsed, starts)
    sport, distance = messages.numbers("sport"), messages.numbers("total_distance")
    identities = np.stack([starts, elapsed, sport, distance], axis=1)
    sessions: list[Session] = []
    seen: set[bytes] = set()
    for row in range(messages.count):
        identity = identities[row].tobytes()
        if identity not in seen:
            seen.add(identity)
            sessions.append(Session(row, float(starts[row]), float(starts[row] + elapsed[row])))
        if len(sessions) > MAX_ACTIVITIES:
            raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_ACTIVITIES} activities")
    return sessions


def totals_of(messages: Columns, name: str) -> Float64Array:
    """A column of what devices summed up; NaN also for what nothing can have summed up to."""
    totals = messages.numbers(name)
    totals[~((totals >= 0) & (totals <= LARGEST_TOTAL))] = np.nan
    totals[totals < SMALLEST_TOTAL] = 0.0
    return totals


def owners(sessions: Sequence[Session], stamps: Float64Array) -> NDArray[np.intp]:
    """Index of the one session each moment belongs to.

    A moment between two sessions belongs to the nearer one, a moment without a time to the
    session of the moment before it.

    Parameters
    ----------
    sessions
        At least one.
    stamps
        float64 ``[n]``, FIT seconds, NaN where missing.
    """
    if len(sessions) == 1:
        return np.zeros(len(stamps), np.intp)
    starts = np.array([session.start for session in sessions])
    ends = np.array([session.end for session in sessions])
    # A session that does not know its start can own nothing: it sorts last, at infinity.
    starts = np.where(np.isnan(starts), np.inf, starts)
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    ends = np.where(np.isnan(ends), starts, ends)
    times = _filled(stamps)
    before = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
    after = np.minimum(before + 1, len(starts) - 1)
    nearer = (times > ends[before]) & (starts[after] - times < times - ends[before])
    return order[np.where(nearer, after, before)]


def by_owner(owner: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    """For each of ``count`` sessions the indices it owns, ascending."""
    if count == 1:
        return [np.arange(len(owner))]
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.searchsorted(owner[order], np.arange(1, count)))


def outside(session: Session, stamps: Float64Array) -> int:
    """How many moments lie really outside their session. Sessions without an end have none."""
    early, late = session.start - OUTSIDE_AFTER_S, session.end + OUTSIDE_AFTER_S
    return int(np.count_nonzero((stamps < early) | (stamps > late)))


def strays(session: Session | None, stamps: Float64Array) -> BoolArray:
    """Which moments cannot belong to the activity: clock jumps and damaged timestamps.

    Moments are grouped where more than an hour lies between them. The largest group stays, and
    so does any that touches the time the session tells. Of the others go those of a few
    records, and those a day or more away from the largest.

    Parameters
    ----------
    session
        None when the summary is lost.
    stamps
        float64 ``[n]``, FIT seconds, NaN where missing.

    Returns
    -------
    bool ``[n]``
    """
    result = np.zeros(len(stamps), np.bool_)
    known = np.flatnonzero(~np.isnan(stamps))
    order = known[np.argsort(stamps[known], kind="stable")]
    times = stamps[order]
    cuts = np.flatnonzero(np.diff(times) > APART_S) + 1
    if not len(cuts):
        return result
    firsts, lasts = np.concatenate(([0], cuts)), np.concatenate((cuts, [len(times)]))
    sizes = lasts - firsts
    main = int(np.argmax(sizes))
    begin, finish = times[firsts], times[lasts - 1]
    away = np.maximum(begin - finish[main], begin[main] - finish)
    goes = (sizes <= STRAY_RECORDS) | (away > OTHER_DAY_S)
    if session is not None:
        goes &= ~((finish >= session.start - APART_S) & (begin <= session.end + APART_S))
    goes[main] = False
    result[order] = np.repeat(goes, sizes)
    return result


def _filled(stamps: Float64Array) -> Float64Array:
    """Missing times replaced by the one before, or the first known one. Without any: 0."""
    missing = np.isnan(stamps)
    if not missing.any():
        return stamps
    known = np.flatnonzero(~missing)
    if not len(known):
        return np.zeros(len(stamps))
    latest = np.maximum.accumulate(np.where(missing, known[0], np.arange(len(stamps))))
    return stamps[latest]
