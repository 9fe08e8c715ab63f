"""Day marks over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.days import Day, FromDay, ToDay
from api.http.sessions import AthleteAsked, Product, ReadSession, WriteSession
from api.marks import service
from api.marks.schemas import MarkBody, MarkKind, MarkList, NewMark

router = APIRouter(tags=["days"])


@router.get("/days/marks")
def list_marks(
    session: ReadSession,
    first: FromDay = None,
    last: ToDay = None,
    athlete_id: AthleteAsked = None,
) -> MarkList:
    """Day marks: races, illness, holidays, travel, rest, and days of which nothing is known."""
    return service.list_marks(session, athlete_id, first, last)


@router.put("/days/{day}/marks/{kind}")
def put_mark(  # noqa: PLR0913, PLR0917 - whose day, and what is said of it
    day: Day,
    kind: MarkKind,
    session: WriteSession,
    product: Product,
    new: NewMark | None = None,
    athlete_id: AthleteAsked = None,
) -> MarkBody:
    """Mark a day. Saying it again changes nothing but the note."""
    note = None if new is None else new.note
    return service.put_mark(session, athlete_id, day, kind, note, product.now())


@router.delete("/days/{day}/marks/{kind}")
def remove_mark(
    day: Day, kind: MarkKind, session: WriteSession, athlete_id: AthleteAsked = None
) -> MarkBody:
    """Take a mark away."""
    return service.remove_mark(session, athlete_id, day, kind)
