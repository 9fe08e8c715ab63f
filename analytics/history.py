"""One athlete, or a club of them, as gapless days: what every rule about load reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from analytics.recording import BoolArray, Float64Array

IntArray = NDArray[np.int64]

LOOKBACK_DAYS: Final = 400
"""How many days before a day are enough to judge it; no rule's memory is longer."""


class Channel(StrEnum):
    """A quantity of a day, its unit in its name."""

    DISTANCE_KM = "distance_km"
    HIP_FLEXIONS = "hip_flexions"
    MINUTES = "minutes"
    LONGEST_RUN_KM = "longest_run_km"
    LONGEST_RUN_FLEXIONS = "longest_run_flexions"

    @property
    def counts_flexions(self) -> bool:
        """Whether its unit is hip flexions rather than km (or minutes)."""
        return self in {Channel.HIP_FLEXIONS, Channel.LONGEST_RUN_FLEXIONS}


class DayOfRuns(Protocol):
    """The sums of one local day with at least one run, as a store keeps them."""

    @property
    def day(self) -> date: ...  # noqa: D102 -- the names say it, History's docstring the units
    @property
    def runs(self) -> int: ...  # noqa: D102
    @property
    def distance_km(self) -> float: ...  # noqa: D102
    @property
    def hip_flexions(self) -> float: ...  # noqa: D102
    @property
    def minutes(self) -> float: ...  # noqa: D102
    @property
    def longest_run_km(self) -> float: ...  # noqa: D102
    @property
    def longest_run_flexions(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Gapless days; a day without a run is rest.

    Parameters
    ----------
    first_date
        The date of day index 0.
    first_run_index
        Day index of the athlete's first run ever: one int, or int ``[...]``. Negative when these
        days begin later than that run, ``days`` or more when there was none yet.
    distance_km, hip_flexions, minutes
        float64 ``[..., days]``, sums of the day's runs; flexions of both hips.
    longest_run_km, longest_run_flexions
        float64 ``[..., days]``, the largest single run of the day.
    runs
        int64 ``[..., days]``, how many runs.
    observed
        bool ``[..., days]``, False where the athlete marked the day as not known ("I ran, not
        uploaded") or its file failed.
    rested
        bool ``[..., days]``, True where the athlete said "I rested".
    race
        bool ``[..., days]``, True where the day held a race.

    Raises
    ------
    ValueError
        The arrays' shapes differ, or an amount is negative or not finite.
    """

    first_date: date
    first_run_index: int | IntArray
    distance_km: Float64Array
    hip_flexions: Float64Array
    minutes: Float64Array
    longest_run_km: Float64Array
    longest_run_flexions: Float64Array
    runs: IntArray
    observed: BoolArray
    rested: BoolArray
    race: BoolArray

    def __post_init__(self) -> None:
        shape = self.distance_km.shape
        for name in ("runs", "observed", "rested", "race"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has another shape than distance_km")
        for channel in Channel:
            amounts = self.amounts(channel)
            if amounts.shape != shape:
                raise ValueError(f"{channel} has another shape than distance_km")
            # NaN fails the first comparison, infinity the second.
            if not (np.all(amounts >= 0) and np.all(amounts < np.inf)):
                raise ValueError(f"{channel} holds an amount that is negative or not finite")

    @property
    def days(self) -> int:
        """How many days."""
        return self.distance_km.shape[-1]

    @property
    def last_date(self) -> date:
        """The date of the last day."""
        return self.date_of(self.days - 1)

    @property
    def run_days(self) -> BoolArray:
        """Days with a run. ``[..., days]``."""
        return self.runs > 0

    def amounts(self, channel: Channel) -> Float64Array:
        """The channel's amounts. ``[..., days]``."""
        match channel:
            case Channel.DISTANCE_KM:
                return self.distance_km
            case Channel.HIP_FLEXIONS:
                return self.hip_flexions
            case Channel.MINUTES:
                return self.minutes
            case Channel.LONGEST_RUN_KM:
                return self.longest_run_km
            case Channel.LONGEST_RUN_FLEXIONS:
                return self.longest_run_flexions

    def index_of(self, day: date) -> int:
        """The day index of a date; outside ``0 .. days - 1`` when the date is outside."""
        return (day - self.first_date).days

    def date_of(self, index: int) -> date:
        """The date of a day index."""
        return self.first_date + timedelta(days=int(index))

    def between(self, start: int, stop: int) -> History:
        """Days ``start`` to before ``stop``, as if only these had been read.

        Raises
        ------
        IndexError
            There are no such days.
        """
        if not 0 <= start < stop <= self.days:
            raise IndexError(f"days {start} to {stop} of {self.days}")
        part = np.s_[..., start:stop]
        return replace(
            self,
            first_date=self.date_of(start),
            first_run_index=self.first_run_index - start,
            distance_km=self.distance_km[part],
            hip_flexions=self.hip_flexions[part],
            minutes=self.minutes[part],
            longest_run_km=self.longest_run_km[part],
            longest_run_flexions=self.longest_run_flexions[part],
            runs=self.runs[part],
            observed=self.observed[part],
            rested=self.rested[part],
            race=self.race[part],
        )


def history_from_days(  # noqa: PLR0913 -- days, their range, and what is known about days
    rows: Sequence[DayOfRuns],
    *,
    first_date: date,
    last_date: date,
    first_run_date: date | None,
    unobserved: Collection[date] = (),
    rested: Collection[date] = (),
    races: Collection[date] = (),
) -> History:
    """One athlete's days from the rows of the days with a run, in any order.

    Parameters
    ----------
    rows
        One row a day, within ``first_date .. last_date``.
    first_run_date
        The athlete's first run ever, or None. May be before ``first_date``.
    unobserved, rested, races
        Days marked so; those outside the range are left out.

    Raises
    ------
    ValueError
        ``last_date`` is before ``first_date``, a row is outside them, or two rows are of one day.
    """
    days = (last_date - first_date).days + 1
    if days < 1:
        raise ValueError(f"{last_date} is before {first_date}")
    at = np.fromiter(((row.day - first_date).days for row in rows), np.int64, len(rows))
    if len(at) and (at.min() < 0 or at.max() >= days):
        raise ValueError("a row is outside the days asked for")
    if len(np.unique(at)) != len(at):
        raise ValueError("two rows are of one day")

    def column(values: Sequence[float]) -> Float64Array:
        filled = np.zeros(days)
        filled[at] = values
        return filled

    def marked(dates: Collection[date]) -> BoolArray:
        flags = np.zeros(days, np.bool_)
        inside = [(day - first_date).days for day in dates if first_date <= day <= last_date]
        flags[inside] = True
        return flags

    return History(
        first_date=first_date,
        first_run_index=days if first_run_date is None else (first_run_date - first_date).days,
        distance_km=column([row.distance_km for row in rows]),
        hip_flexions=column([row.hip_flexions for row in rows]),
        minutes=column([row.minutes for row in rows]),
        longest_run_km=column([row.longest_run_km for row in rows]),
        longest_run_flexions=column([row.longest_run_flexions for row in rows]),
        runs=column([row.runs for row in rows]).astype(np.int64),
        observed=~marked(unobserved),
        rested=marked(rested),
        race=marked(races),
    )
