"""Lay-offs: how long one lasts, what ends it, and what the weeks after it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics import evidence
from analytics.history import History, IntArray
from analytics.recording import BoolArray, Float64Array
from analytics.series.longest import REFERENCE_DAYS
from analytics.series.ratios import CHRONIC_DAYS
from analytics.series.weekly import (
    RAMP_WINDOW_DAYS,
    WEEK_DAYS,
    highest_week_before,
    seven_day_total,
)
from analytics.series.windows import days_before, trailing_max

NEVER: Final = -1_000_000
"""A day index before every history: no run yet."""

HOLD_DAYS: Final = evidence.COMEBACK_MAX_WEEKS * WEEK_DAYS
LAY_OFF_LOOKBACK_DAYS: Final = (
    HOLD_DAYS + evidence.FORGOTTEN_AFTER_DAYS + max(REFERENCE_DAYS, RAMP_WINDOW_DAYS)
)
"""The hold after a return, the longest gap whose length matters, and what was usual before."""

_USUAL_WEEKS: Final = 4
_FLOOR_WEEK_KM: Final = evidence.FLOOR_SESSIONS_PER_WEEK * evidence.FLOOR_SESSION_KM


def days_off(history: History) -> IntArray:
    """Whole days before each day since the last run that counts as running. ``[..., days]``.

    A run counts when it is a real one (1 km, or 10 minutes where its distance is unknown) and the
    seven days up to it hold 3 km or a twentieth of the highest week of the four before: neither a
    watch started by mistake nor one jog in the middle of a lay-off ends it. A day that is not known
    counts too, for it held a run and its gap is no lay-off. The first run of all counts in any
    case; when the days begin later than that one, the day before the first one
    stands in for a run nobody has read. Very large before it.
    """
    return _days_since(_running_days(history), history) - 1


def history_before(history: History) -> IntArray:
    """Days from the first run of all to each day; 0 on its day and before it. ``[..., days]``."""
    first = np.asarray(history.first_run_index)[..., np.newaxis]
    return np.maximum(np.arange(history.days) - first, 0)


@dataclass(frozen=True, slots=True)
class Comeback:
    """What coming back allows, day by day, all ``[..., days]``.

    ``session_km`` and ``week_km`` are infinite where no comeback is in force. ``off_days`` are
    those truly without any run before the day, NaN where the lay-off held a jog or where they are
    more than 180, for then nobody has read how many.
    ``base_holds_lay_off`` says that a lay-off of seven days or more reaches into the 28 days
    before; ``weeks_hold_lay_off`` that no whole week has been run since it.
    """

    session_km: Float64Array
    week_km: Float64Array
    off_days: Float64Array
    base_holds_lay_off: BoolArray
    weeks_hold_lay_off: BoolArray

    @property
    def in_force(self) -> BoolArray:
        """Whether a comeback holds the day."""
        return np.isfinite(self.session_km)


def comeback(history: History) -> Comeback:
    """The sessions and weeks of lay-offs of seven days or more, and after them.

    With D days off, B the median of the four 7-day blocks that end with the last run before, and L
    the longest run of those 30 days: the first week back holds f(D) B and sessions of m(D) L. Each
    later week may hold 25 % more than the best week since, but no more than 25 % for every week
    gone by, until that is 0.8 B or eight weeks have passed. After more than 180 days B and L are
    forgotten: the floors hold, 25 % a week, for eight weeks. Where a second lay-off follows before
    the first comeback is over, both hold and the lower of them counts.
    """
    running = _running_days(history)
    off = _days_since(running, history) - 1
    # Before the first run of all there is nothing to come back to.
    in_gap = (off >= evidence.COMEBACK_AFTER_DAYS) & (off < -NEVER // 2)
    first = _first_week(history, off)
    returns = running & in_gap
    held = _held(history, returns, first)
    session_km = np.where(in_gap, np.minimum(first.session_km, held.session_km), held.session_km)
    week_km = np.where(in_gap, np.minimum(first.week_km, held.week_km), held.week_km)
    since_return = np.arange(history.days) - _last_before(returns)
    without_any = _days_since(history.run_days | _unknown_runs(history), history) - 1
    known = (off == without_any) & (off <= evidence.FORGOTTEN_AFTER_DAYS)
    return Comeback(
        session_km=session_km,
        week_km=week_km,
        off_days=np.where(known, off, np.nan),
        base_holds_lay_off=in_gap | (since_return < CHRONIC_DAYS - 1),
        weeks_hold_lay_off=np.isfinite(session_km) & (in_gap | (since_return < 2 * WEEK_DAYS - 1)),
    )


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Km a session, km a week and the usual week they lead back to; ``[..., days]``."""

    session_km: Float64Array
    week_km: Float64Array
    usual_week_km: Float64Array


def _running_days(history: History) -> BoolArray:
    """Days whose runs end a lay-off; see ``days_off``."""
    no_distance = history.longest_run_km <= 0
    real = history.longest_run_km >= evidence.RETURN_MIN_RUN_KM
    usual = highest_week_before(history.distance_km)
    week = np.minimum(evidence.RETURN_MIN_WEEK * usual, evidence.FLOOR_SESSION_KM)
    enough = seven_day_total(history.distance_km) >= week
    long = history.minutes >= evidence.RETURN_MIN_RUN_MINUTES
    first = np.asarray(history.first_run_index)[..., np.newaxis]
    counts = (real & enough) | (no_distance & long) | (np.arange(history.days) == first)
    return (history.run_days & counts) | _unknown_runs(history)


def _unknown_runs(history: History) -> BoolArray:
    """Days of which only is known that they held a run. Before the first run of all none did."""
    first = np.asarray(history.first_run_index)[..., np.newaxis]
    return ~history.observed & (np.arange(history.days) > first)


def _days_since(flags: BoolArray, history: History) -> IntArray:
    """Days from the last flag before each day to it; an unread run stands before the first day."""
    unread = np.where(np.asarray(history.first_run_index) < 0, -1, NEVER)
    last = np.maximum(_last_before(flags), unread[..., np.newaxis])
    return np.arange(history.days) - last


def _last_before(flags: BoolArray) -> IntArray:
    days = flags.shape[-1]
    last = np.maximum.accumulate(np.where(flags, np.arange(days, dtype=np.int64), NEVER), axis=-1)
    before = np.full_like(last, NEVER)
    before[..., 1:] = last[..., :-1]
    return before


def _first_week(history: History, off: IntArray) -> _Allowed:
    """The first week back, were each day the day of return."""
    totals = seven_day_total(history.distance_km)
    weeks = np.sort(
        np.stack([days_before(totals, back * WEEK_DAYS) for back in range(_USUAL_WEEKS)]), axis=0
    )
    usual_week = (weeks[1] + weeks[2]) / 2.0
    longest = trailing_max(history.longest_run_km, REFERENCE_DAYS)
    last_run = np.maximum(np.arange(history.days) - off - 1, 0)
    forgotten = off > evidence.FORGOTTEN_AFTER_DAYS
    # A usual week without end is never reached again: the comeback lasts its eight weeks.
    usual = np.where(forgotten, np.inf, np.take_along_axis(usual_week, last_run, axis=-1))
    reference = np.take_along_axis(longest, last_run, axis=-1)
    within = [off <= up_to for up_to, _, _ in evidence.COMEBACK_BANDS]
    week_share = np.select(within, [week for _, week, _ in evidence.COMEBACK_BANDS], 0.0)
    session_share = np.select(within, [session for _, _, session in evidence.COMEBACK_BANDS], 0.0)
    return _Allowed(
        session_km=np.maximum(session_share * reference, evidence.FLOOR_SESSION_KM),
        week_km=np.maximum(week_share * np.where(forgotten, 0.0, usual), _FLOOR_WEEK_KM),
        usual_week_km=usual,
    )


def _held(history: History, returns: BoolArray, first: _Allowed) -> _Allowed:
    """What the returns before each day still hold it to; infinite where none does.

    Works on a table of one row per return and one column per day or week since.
    """
    shape, days = history.distance_km.shape, history.days
    athlete, back = np.nonzero(returns.reshape(-1, days))
    totals = seven_day_total(history.distance_km).reshape(-1, days)
    longest = history.longest_run_km.reshape(-1, days)
    read = np.minimum(back[:, np.newaxis] + np.arange(HOLD_DAYS), days - 1)
    at = athlete[:, np.newaxis], read
    first_week = first.week_km.reshape(-1, days)[athlete, back]
    usual = first.usual_week_km.reshape(-1, days)[athlete, back]
    week = _grown(first_week, _best_by_week(totals[at]))
    session = _grown(first.session_km.reshape(-1, days)[athlete, back], _best_by_week(longest[at]))
    done = week >= evidence.COMEBACK_DONE_AT * usual[:, np.newaxis]
    done[:, 0] = False  # the first week always holds, however small the usual week
    done = np.logical_or.accumulate(done, axis=1)
    held_week, held_session = np.full((2, *totals.shape), np.inf)
    since = np.arange(1, HOLD_DAYS)
    row, column = np.nonzero((back[:, np.newaxis] + since < days) & ~done[:, since // WEEK_DAYS])
    day = back[row] + since[column]
    np.minimum.at(held_week, (athlete[row], day), week[row, since[column] // WEEK_DAYS])
    np.minimum.at(held_session, (athlete[row], day), session[row, since[column] // WEEK_DAYS])
    return _Allowed(held_session.reshape(shape), held_week.reshape(shape), first.usual_week_km)


def _best_by_week(by_day: Float64Array) -> Float64Array:
    """The best in the whole weeks gone by when each week begins; 0 in the first."""
    best = np.zeros((by_day.shape[0], evidence.COMEBACK_MAX_WEEKS))
    so_far = np.maximum.accumulate(by_day, axis=1)
    best[:, 1:] = so_far[:, WEEK_DAYS - 1 : -1 : WEEK_DAYS]
    return best


def _grown(first_week: Float64Array, best: Float64Array) -> Float64Array:
    """25 % more than the best, at least the first week's and at most 25 % for every week."""
    growth = 1.0 + evidence.COMEBACK_WEEKLY_GROWTH
    start = first_week[:, np.newaxis]
    by_calendar = start * growth ** np.arange(evidence.COMEBACK_MAX_WEEKS)
    return np.clip(growth * best, start, by_calendar)
