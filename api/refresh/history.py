"""An athlete's stored days as the analytics' ``History``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.history import LOOKBACK_DAYS, History, history_from_days
from models import activities, day_marks, days
from models.day_marks import DayKind, DayMark


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
    marks = day_marks.in_range(session, athlete_id, first_date, until)
    for mark in unanswered(session, athlete_id, marks):
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


def unanswered(
    session: Session, athlete_id: UUID, marks: Sequence[DayMark], but_for: Collection[date] = ()
) -> list[DayMark]:
    """The marks that hold: all but those ``unobserved`` that runs stored after them have answered.

    A run answers the mark of its own day. Of the days a runner marked all at once, "I ran, not
    uploaded", it answers those before it too: what they meant is here, and the others were rest. A
    day they marked by itself stays marked whatever is uploaded of other days, and so does one with
    a run already: another one of that day is missing.

    Parameters
    ----------
    but_for
        Days whose runs are left out of account.
    """
    said = [mark for mark in marks if mark.kind is DayKind.UNOBSERVED]
    if not said:
        return list(marks)
    first = min(mark.day for mark in said)
    since = min(mark.created_at for mark in said)
    stored = [
        one
        for one in activities.run_days_stored(session, athlete_id, first, since)
        if one.local_date not in but_for
    ]

    def is_answered(mark: DayMark) -> bool:
        return any(
            one.created_at > mark.created_at
            and (one.local_date == mark.day or (mark.since_last_run and one.local_date > mark.day))
            for one in stored
        )

    return [mark for mark in marks if mark not in said or not is_answered(mark)]


def outdated_since(session: Session, athlete_id: UUID, touched: Collection[date]) -> date:
    """The first day that findings are outdated from when the runs of some days, one at least, are.

    Earlier than these days where a mark before them may be answered by their runs.
    """
    first = min(touched)
    marks = day_marks.in_range(session, athlete_id, date.min, first)
    spans = [one for one in marks if one.since_last_run and one.kind is DayKind.UNOBSERVED]
    return min((one.day for one in unanswered(session, athlete_id, spans, touched)), default=first)
