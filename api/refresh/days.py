"""Day totals, rewritten from the runs of the day and never incremented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.runs.day import Amounts, DayTotals, RunOfDay, counted, day_totals
from api.accounts.local_day import ZoneSource
from api.refresh.history import outdated_since
from models import activities, athletes, days
from models.activities import DayRun

METRES_PER_KM = 1000.0
SECONDS_PER_MINUTE = 60.0

DAYS_AT_ONCE: Final = 500
"""Days whose runs are held in memory together."""


def rewrite_days(session: Session, athlete_id: UUID, touched: Iterable[date]) -> None:
    """Make the totals of the touched days anew; findings from the first of them on are outdated."""
    wanted = sorted(set(touched))
    if not wanted:
        return
    for start in range(0, len(wanted), DAYS_AT_ONCE):
        chunk = wanted[start : start + DAYS_AT_ONCE]
        runs: dict[date, list[DayRun]] = {day: [] for day in chunk}
        for run in activities.runs_of_day(session, athlete_id, chunk):
            runs[run.local_date].append(run)
        totals = {day: _totals(of_day) if of_day else None for day, of_day in runs.items()}
        days.rewrite(session, athlete_id, totals)
    athletes.mark_dirty(session, athlete_id, outdated_since(session, athlete_id, wanted))


def _totals(runs: Sequence[DayRun]) -> DayTotals:
    return day_totals([_run_of_day(run) for run in runs])


def _run_of_day(run: DayRun) -> RunOfDay:
    amounts = counted(
        Amounts(
            distance_m=run.distance_m or 0.0,
            minutes=(run.timer_s or run.elapsed_s or 0.0) / SECONDS_PER_MINUTE,
            hip_flexions=run.hip_flexions or 0.0,
        ),
        Amounts(
            distance_m=run.held_out_m,
            minutes=run.held_out_s / SECONDS_PER_MINUTE,
            hip_flexions=run.held_out_flexions,
        ),
        confirmed=run.fast_was_run is True,
    )
    timed = run.zone_source is None or ZoneSource(run.zone_source).knows_time
    return RunOfDay(
        started_s=run.started_at.timestamp() if run.started_at and timed else None,
        elapsed_s=run.elapsed_s or 0.0,
        distance_km=amounts.distance_m / METRES_PER_KM,
        hip_flexions=amounts.hip_flexions,
        minutes=amounts.minutes,
    )
