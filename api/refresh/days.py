"""Day totals, rewritten from the runs of the day and never incremented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.runs.day import DayTotals, RunOfDay, day_totals
from models import activities, athletes, days
from models.activities import DayRun

METRES_PER_KM = 1000.0
SECONDS_PER_MINUTE = 60.0


def rewrite_days(session: Session, athlete_id: UUID, touched: Iterable[date]) -> None:
    """Make the totals of the touched days anew; findings from the first of them on are outdated."""
    wanted = sorted(set(touched))
    if not wanted:
        return
    runs: dict[date, list[DayRun]] = {day: [] for day in wanted}
    for run in activities.runs_of_day(session, athlete_id, wanted):
        runs[run.local_date].append(run)
    totals = {day: _totals(of_day) if of_day else None for day, of_day in runs.items()}
    days.rewrite(session, athlete_id, totals)
    athletes.mark_dirty(session, athlete_id, wanted[0])


def _totals(runs: Sequence[DayRun]) -> DayTotals:
    return day_totals(
        [
            RunOfDay(
                started_s=run.started_at.timestamp() if run.started_at else None,
                elapsed_s=run.elapsed_s or 0.0,
                distance_km=(run.distance_m or 0.0) / METRES_PER_KM,
                hip_flexions=run.hip_flexions or 0.0,
                minutes=(run.timer_s or run.elapsed_s or 0.0) / SECONDS_PER_MINUTE,
            )
            for run in runs
        ]
    )
