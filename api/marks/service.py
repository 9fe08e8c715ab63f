"""Day marks: set, taken away, listed; findings from the first day that changes are outdated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.accounts.local_day import current_day
from api.accounts.service import locked, whose
from api.errors import DaysReversed, NotFound, Unprocessable
from api.marks.schemas import MarkBody, MarkKind, MarkList
from models import activities, athletes, day_marks
from models.athletes import Athlete
from models.day_marks import DayKind, DayMark

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)

_OF_THE_PAST = frozenset({DayKind.RESTED, DayKind.UNOBSERVED})
"""What can only be said of a day once it is there."""


class MarkUnknown(NotFound):
    """The day has no such mark."""


class NotADay(Unprocessable):
    """No day a runner could mean, or one of which this cannot be said yet."""


class Contradiction(Unprocessable):
    """A day with a run was no day of rest."""


def list_marks(
    session: Session, athlete_id: UUID | None, first: date | None, last: date | None
) -> MarkList:
    """Marks from a day to a day, both included; all when neither is named.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    DaysReversed
        The first day comes after the last.
    """
    first, last = first or date.min, last or date.max
    if first > last:
        raise DaysReversed("`from` must not be after `to`.", "query/from")
    athlete = whose(session, athlete_id)
    found = day_marks.in_range(session, athlete.id, first, last)
    return MarkList(items=[mark_body(one) for one in found])


def put_mark(  # noqa: PLR0913, PLR0917 - whose day, and what is said of it
    session: Session,
    athlete_id: UUID | None,
    day: date,
    kind: MarkKind,
    note: str | None,
    now: datetime,
) -> MarkBody:
    """Mark a day; saying it again changes the note and nothing else.

    ``rested`` and ``unobserved`` exclude each other: the last one said counts.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    NotADay
        The day is out of this world, or has not come and cannot have been a rest.
    Contradiction
        There is a run on a day that is to be one of rest.
    """
    athlete = locked(session, athlete_id)
    said = DayKind(kind)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotADay("Name a day between 1970 and 2199.", "path/day")
    if said in _OF_THE_PAST and day > now.astimezone(ZoneInfo(athlete.zone)).date():
        raise NotADay("That day has not come yet, so nobody knows what it was.", "path/day")
    if said is DayKind.RESTED and activities.runs_of_day(session, athlete.id, [day]):
        raise Contradiction("There is a run on that day, so it was no day of rest.", "path/day")
    _put(session, athlete, day, said, note, now)
    return MarkBody(day=day, kind=kind, note=note)


def remove_mark(session: Session, athlete_id: UUID | None, day: date, kind: MarkKind) -> MarkBody:
    """Take a mark away, and say what it was.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    MarkUnknown
        The day has no such mark.
    """
    athlete = locked(session, athlete_id)
    found = day_marks.in_range(session, athlete.id, day, day)
    mark = next((one for one in found if one.kind is DayKind(kind)), None)
    if mark is None:
        raise MarkUnknown("That day has no such mark. GET /v1/days/marks lists them.", "path/day")
    body = mark_body(mark)
    day_marks.remove(session, athlete.id, day, mark.kind)
    athletes.mark_dirty(session, athlete.id, day)
    return body


def mark_since_last_run(
    session: Session, athlete_id: UUID | None, kind: DayKind, now: datetime
) -> None:
    """Mark every day since the last one known, up to yesterday: today may still hold a run.

    That is one word about all of them together, and the runs that are stored later answer it: see
    :func:`api.refresh.history.unanswered`.

    Days of which the runner has said this or the opposite keep it, unless all have: then they
    change their mind.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    """
    athlete = locked(session, athlete_id)
    days = list(_unknown_days(session, athlete, now))
    if not days:
        return
    said = {
        mark.day
        for mark in day_marks.in_range(session, athlete.id, days[0], days[-1])
        if mark.kind in _OF_THE_PAST
    }
    for day in [day for day in days if day not in said] or days:
        _put(session, athlete, day, kind, None, now, since_last_run=True)


def marks_of(session: Session, athlete_id: UUID, day: date) -> list[MarkBody]:
    """What was said of a day."""
    return [mark_body(one) for one in day_marks.in_range(session, athlete_id, day, day)]


def mark_body(mark: DayMark) -> MarkBody:
    """A mark as seen from outside."""
    return MarkBody(day=mark.day, kind=mark.kind.value, note=mark.note)


def _unknown_days(session: Session, athlete: Athlete, now: datetime) -> Iterator[date]:
    last_run = activities.last_run_day(session, athlete.id)
    if last_run is None:
        return
    today = current_day(athlete, now, last_run)
    rested = [
        mark.day
        for mark in day_marks.in_range(session, athlete.id, last_run, today)
        if mark.kind is DayKind.RESTED
    ]
    day = max([last_run, *rested]) + timedelta(days=1)
    while day < today:
        yield day
        day += timedelta(days=1)


def _put(  # noqa: PLR0913, PLR0917 - as above
    session: Session,
    athlete: Athlete,
    day: date,
    kind: DayKind,
    note: str | None,
    now: datetime,
    *,
    since_last_run: bool = False,
) -> None:
    if kind in _OF_THE_PAST:
        for other in _OF_THE_PAST - {kind}:
            day_marks.remove(session, athlete.id, day, other)
    day_marks.put(session, athlete.id, day, kind, note, now, since_last_run=since_last_run)
    athletes.mark_dirty(session, athlete.id, day)
