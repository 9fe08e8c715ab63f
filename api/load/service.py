"""The load of an athlete's days, as columns for a chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analytics.history import History
from analytics.recording import Float64Array
from analytics.series.load import LoadSeries, load_series
from analytics.series.reasons import Reason, ReasonArray
from api.accounts.local_day import current_day
from api.errors import DaysReversed, Unprocessable
from api.load.schemas import LoadBody
from api.refresh.history import read_history
from models import activities
from models.athletes import Athlete

DEFAULT_DAYS = 90
MAX_DAYS = 4_000
"""Eleven years: more than a chart can show."""

DECIMALS = 4
"""Tenths of a metre and of a per mille; summing leaves more digits than were measured."""


class SpanTooLong(Unprocessable):
    """More days are asked for than one answer gives."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days to show, both included."""

    first: date
    last: date


def span(first: date | None, last: date | None, today: date) -> Span:
    """The days a request means: up to today and the last 90 of them, unless it says otherwise.

    Raises
    ------
    DaysReversed
        The first day comes after the last.
    SpanTooLong
        There are more than 4,000.
    """
    if first is not None and last is not None and first > last:
        raise DaysReversed("`from` must not be after `to`.", "query/from")
    last = min(last or today, today)  # days to come are not rest: nothing is known of them
    if first is None:
        before = min(DEFAULT_DAYS - 1, (last - date.min).days)
        return Span(last - timedelta(days=before), last)
    if (last - first).days >= MAX_DAYS:
        raise SpanTooLong(f"Ask for at most {MAX_DAYS:,} days at a time.", "query/from")
    return Span(first, last)


def load_body(
    session: Session, athlete: Athlete, now: datetime, *, first: date | None, last: date | None
) -> LoadBody:
    """The load of the days asked for, from the first run on.

    Raises
    ------
    DaysReversed, SpanTooLong
        As ``span``.
    """
    last_run = activities.last_run_day(session, athlete.id)
    asked = span(first, last, current_day(athlete, now, last_run))
    history = read_history(session, athlete.id, asked.first, asked.last)
    return _body(athlete, history, load_series(history), _shown(history, asked))


def _shown(history: History, asked: Span) -> slice:
    """The day indices asked for; days before the first run hold nothing to show."""
    start = max(0, int(history.first_run_index), history.index_of(asked.first))
    return slice(start, max(start, history.days))


def _body(athlete: Athlete, history: History, series: LoadSeries, shown: slice) -> LoadBody:
    shown_days = range(history.days)[shown]
    return LoadBody(
        athlete_id=athlete.id,
        days=[history.date_of(index) for index in shown_days],
        runs=history.runs[shown].tolist(),
        distance_km=_amounts(series.distance_km[shown]),
        hip_flexions=_counts(series.hip_flexions[shown]),
        minutes=_amounts(history.minutes[shown]),
        longest_run_km=_amounts(series.longest_run_km[shown]),
        seven_day_km=_amounts(series.seven_day_km[shown]),
        seven_day_flexions=_counts(series.seven_day_flexions[shown]),
        ramp=_numbers(series.ramp[shown]),
        ramp_reason=_reasons(series.ramp_reason[shown]),
        ratio_coupled=_numbers(series.ratio_coupled[shown]),
        ratio_uncoupled=_numbers(series.ratio_uncoupled[shown]),
        ratio_ewma=_numbers(series.ratio_ewma[shown]),
        ratio_reason=_reasons(series.ratio_reason[shown]),
        zone_reason=_reasons(series.zone_reason[shown]),
        redi_km=_numbers(series.redi_km[shown]),
        longest_run_30d_km=_numbers(series.longest_run_30d_km[shown]),
        spike=_numbers(series.spike[shown]),
        spike_reason=_reasons(series.spike_reason[shown]),
    )


def _amounts(values: Float64Array) -> list[float]:
    return values.round(DECIMALS).tolist()


def _counts(values: Float64Array) -> list[int]:
    counts: NDArray[np.int64] = np.rint(values).astype(np.int64)
    return counts.tolist()


def _numbers(values: Float64Array) -> list[float | None]:
    missing = np.isnan(values).tolist()
    return [None if none else value for value, none in zip(_amounts(values), missing, strict=True)]


def _reasons(codes: ReasonArray) -> list[str | None]:
    return [_CODES[code] for code in codes.tolist()]


_CODES = {reason.value: reason.code or None for reason in Reason}
