"""An athlete's stored days as the analytics' ``History``."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.history import LOOKBACK_DAYS, History, history_from_days
from models import activities, day_marks, days
from models.day_marks import DayKind


def read_history(session: Session, athlete_id: UUID, since: date, until: date) -> History:
    """The days ``since - LOOKBACK_DAYS`` to ``until``, no earlier than the first run.

    With no run on or before ``until`` the history is that one day, at rest.
    """
    first_run = activities.first_run_day(session, athlete_id)
    if first_run is None or first_run > until:
        return history_from_days([], first_date=until, last_date=until, first_run_date=None)
    first_date = max(first_run, min(since, until) - timedelta(days=LOOKBACK_DAYS))
    rows = days.read_range(session, athlete_id, first_date, until)
    marked: dict[DayKind, list[date]] = {kind: [] for kind in DayKind}
    for mark in day_marks.in_range(session, athlete_id, first_date, until):
        marked[mark.kind].append(mark.day)
    return history_from_days(
        rows,
        first_date=first_date,
        last_date=until,
        first_run_date=first_run,
        unobserved=marked[DayKind.UNOBSERVED],
        rested=marked[DayKind.RESTED],
        races=marked[DayKind.RACE],
    )
