"""How far today, and the load of every day beside its ceilings. A limit is not a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.evidence import Level
from analytics.guardrails.contract import Guardrail
from analytics.guardrails.registry import all_guardrails
from analytics.history import LOOKBACK_DAYS, Channel, History
from analytics.series.coverage import data_through, unknown_since, usual_gap_days
from analytics.series.flexion_rate import flexions_per_km
from analytics.series.load import LoadSeries, StartOfDay, load_series, start_of_day
from analytics.series.reasons import Reason

__all__ = [
    "DayCeiling",
    "LoadSeries",
    "StartOfDay",
    "TodaysLimit",
    "load_series",
    "todays_limit",
]


@dataclass(frozen=True, slots=True)
class DayCeiling:
    """One guardrail's ceiling on one day: its take-care ceiling, or its highest level's.

    ``ceiling`` is in the channel's unit, 0 or less means rest; None with the ``reason``'s code.
    """

    key: str
    channel: Channel
    level: Level
    threshold: float
    ceiling: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class TodaysLimit:
    """The lowest take-care ceiling of a day, from the days before it, in km and hip flexions.

    ``done_*`` is what the day already holds, ``remaining_*`` the limit less that, never below 0.
    With the runner's flexions per km known, both limits are the same limit. ``stale`` says that
    the last known day is longer ago than this runner's usual gap, or that a day since then is
    marked as not known: then show no km.
    """

    day: date
    limit_km: float
    limit_flexions: float | None
    km_binding: str
    flexions_binding: str | None
    done_km: float
    done_flexions: float
    remaining_km: float
    remaining_flexions: float | None
    flexions_per_km: float | None
    ceilings: tuple[DayCeiling, ...]
    ratios: StartOfDay
    data_through: date | None
    stale: bool
    usual_gap_days: int

    @property
    def rest(self) -> bool:
        """Whether the limit reads "rest"."""
        return self.limit_km <= 0


def todays_limit(history: History, day: int | date) -> TodaysLimit:
    """The limit of one athlete's day, by index or date; later days are not read.

    Raises
    ------
    IndexError
        The history does not hold the day.
    ValueError
        The history is of more than one athlete.
    """
    if history.distance_km.ndim != 1:
        raise ValueError("a limit is of one athlete at a time")
    index = history.index_of(day) if isinstance(day, date) else day
    past = history.between(max(0, index - LOOKBACK_DAYS), index + 1)
    today = past.days - 1
    ceilings = tuple(_ceiling(rule, past, today) for rule in all_guardrails())
    rate = float(flexions_per_km(past)[today])
    per_km = None if np.isnan(rate) else rate
    km = _lowest(ceilings, per_km, flexions=False)
    if km is None:
        raise AssertionError("first runs, the longest run and the comeback leave no day without")
    flexions = _lowest(ceilings, per_km, flexions=True)
    done_km = float(past.distance_km[today])
    done_flexions = float(past.hip_flexions[today])
    through = data_through(past, today)
    usual_gap = usual_gap_days(past, today)
    return TodaysLimit(
        day=past.last_date,
        limit_km=km.amount,
        limit_flexions=flexions.amount if flexions else None,
        km_binding=km.key,
        flexions_binding=flexions.key if flexions else None,
        done_km=done_km,
        done_flexions=done_flexions,
        remaining_km=max(0.0, km.amount - done_km),
        remaining_flexions=max(0.0, flexions.amount - done_flexions) if flexions else None,
        flexions_per_km=per_km,
        ceilings=ceilings,
        ratios=start_of_day(past, today),
        data_through=None if through is None else past.date_of(through),
        stale=_stale(past, through, usual_gap),
        usual_gap_days=usual_gap,
    )


@dataclass(frozen=True, slots=True)
class _Bound:
    """The lowest ceiling in one unit, at least 0, and whose it is."""

    amount: float
    key: str


def _lowest(
    ceilings: Sequence[DayCeiling], flexions_per_km: float | None, *, flexions: bool
) -> _Bound | None:
    """The lowest take-care ceiling in flexions or in km; the other unit's where convertible."""
    bounds: list[_Bound] = []
    for one in ceilings:
        if one.ceiling is None or one.level != Level.TAKE_CARE:
            continue
        amount = one.ceiling
        if one.channel.counts_flexions != flexions:
            if flexions_per_km is None:
                continue
            amount = amount * flexions_per_km if flexions else amount / flexions_per_km
        bounds.append(_Bound(max(0.0, amount), one.key))
    return min(bounds, key=lambda bound: bound.amount, default=None)


def _ceiling(rule: Guardrail, history: History, today: int) -> DayCeiling:
    level, threshold = next(
        (one for one in rule.levels if one[0] == Level.TAKE_CARE), rule.levels[-1]
    )
    ceiling = float(rule.ceiling(history, threshold)[today])
    none = np.isnan(ceiling)
    return DayCeiling(
        key=rule.key,
        channel=rule.channel,
        level=level,
        threshold=threshold,
        ceiling=None if none else ceiling,
        reason=Reason(int(rule.reason(history)[today])).code if none else None,
    )


def _stale(history: History, through: int | None, usual_gap: int) -> bool:
    """Whether what is known is too old for a limit; with nothing known yet nothing is old."""
    if through is None:
        return np.any(np.asarray(history.first_run_index) < 0).item()
    today = history.days - 1
    return today - through > usual_gap or unknown_since(history, through, today)
