"""Calendar weeks, one a row: what was run in each, and the load as it stood at its end.

The only place that computes with pandas; it is heavy, so only who prints weeks loads this module.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pandas says only in part which types its methods take; rows() gives everything away typed.

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import pandas as pd
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.orm import Session

from analytics.history import History
from analytics.series.load import load_series
from api.refresh.history import read_history

DAYS_PER_WEEK: Final = 7

SUMS: Final = ["runs", "distance_km", "hip_flexions", "minutes"]
AT_WEEK_END: Final = ["ramp", "ratio_coupled", "ratio_uncoupled", "ratio_ewma"]
DECIMALS: Final[dict[Hashable, int]] = {
    "distance_km": 3,
    "longest_run_km": 3,
    "minutes": 1,
    **dict.fromkeys(AT_WEEK_END, 3),
}

_MONDAY_TO_SUNDAY: Final = "W-SUN"


class WeekBody(BaseModel):
    """A calendar week; null where the history is too short to tell."""

    week_start: date = Field(description="A Monday.")
    week_end: date = Field(description="The last day counted: a Sunday, or the day asked for.")
    runs: int
    distance_km: float
    longest_run_km: float
    hip_flexions: int = Field(description="While running, both hips.")
    minutes: float
    ramp: float | None = Field(
        description="Seven days to the week's end over the highest seven of the four weeks "
        "before, less 1."
    )
    ratio_coupled: float | None
    ratio_uncoupled: float | None
    ratio_ewma: float | None


def weekly(session: Session, athlete_id: UUID, weeks: int, as_of: date) -> pd.DataFrame:
    """An athlete's last calendar weeks, Monday to Sunday, oldest first; the last may be unfinished.

    Parameters
    ----------
    weeks
        How many, at least 1; a week before the first run is a row of nothing.
    as_of
        The last day counted.

    Returns
    -------
    pandas.DataFrame
        The columns of ``WeekBody``, the dates as datetime64, NaN for null.
    """
    this_week = as_of - timedelta(days=as_of.weekday())
    first_start = this_week - timedelta(days=DAYS_PER_WEEK * (weeks - 1))
    return by_week(read_history(session, athlete_id, first_start, as_of), first_start)


def by_week(history: History, first_start: date) -> pd.DataFrame:
    """The weeks of one athlete's history from a Monday on; see ``weekly``.

    Raises
    ------
    ValueError
        The history is of several athletes, or ends before the Monday.
    """
    if history.distance_km.ndim != 1 or history.last_date < first_start:
        raise ValueError("weeks are of one athlete, and of days the history holds")
    days = _days(history).reindex(pd.date_range(first_start, history.last_date, name="day"))
    # Before the first run nothing was run; what the ratios were is not known.
    amounts = [*SUMS, "longest_run_km"]
    days[amounts] = days[amounts].fillna(0.0)
    days["day"] = days.index
    weeks = days.resample(_MONDAY_TO_SUNDAY)
    # tail(1), as last() would skip a NaN and take Saturday's ratio for Sunday's
    at_end = weeks[["day", *AT_WEEK_END]].tail(1).reset_index(drop=True)
    summed = weeks[SUMS].sum().reset_index(names="sunday")
    longest = weeks["longest_run_km"].max().reset_index(drop=True)
    table = pd.concat([summed, longest, at_end], axis="columns").rename(columns={"day": "week_end"})
    table["week_start"] = table["sunday"] - pd.Timedelta(days=DAYS_PER_WEEK - 1)
    table["hip_flexions"] = table["hip_flexions"].round()
    return table.filter(WeekBody.model_fields).astype({"runs": "int64", "hip_flexions": "int64"})


def rows(weeks: pd.DataFrame) -> list[WeekBody]:
    """The weeks as a program reads them."""
    shown = weeks.round(DECIMALS).astype(object)
    for column in ("week_start", "week_end"):
        shown[column] = weeks[column].dt.date
    records = shown.where(weeks.notna(), None).to_dict("records")
    return TypeAdapter(list[WeekBody]).validate_python(records)


def csv_text(weeks: pd.DataFrame) -> str:
    """The weeks as CSV with a heading; an unknown value is an empty field."""
    text: str = weeks.round(DECIMALS).to_csv(index=False, date_format="%Y-%m-%d")
    return text


def _days(history: History) -> pd.DataFrame:
    series = load_series(history)
    return pd.DataFrame(
        {
            "runs": history.runs,
            "distance_km": history.distance_km,
            "hip_flexions": history.hip_flexions,
            "minutes": history.minutes,
            "longest_run_km": history.longest_run_km,
            "ramp": series.ramp,
            "ratio_coupled": series.ratio_coupled,
            "ratio_uncoupled": series.ratio_uncoupled,
            "ratio_ewma": series.ratio_ewma,
        },
        index=pd.date_range(history.first_date, periods=history.days, name="day"),
    )
