"""Day marks: what the runner said about a day, such as a race, an illness, or a rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, delete, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, affected_rows, table_of, upsert, vocabulary


class DayKind(StrEnum):
    """What a day was. ``rested`` and ``unobserved`` say what a day without a file means."""

    RACE = "race"
    SICK = "sick"
    HOLIDAY = "holiday"
    TRAVEL = "travel"
    RESTED = "rested"
    UNOBSERVED = "unobserved"


class DayMark(Base):
    """One thing said about one local day; a day may have several, of different kinds.

    ``since_last_run`` where it was said of all days since the last run at once, not of this one.
    ``created_at`` is when it was last said.
    """

    __tablename__ = "day_mark"

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind] = mapped_column(vocabulary(DayKind, "kind"), primary_key=True)
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    since_last_run: Mapped[bool] = mapped_column(server_default=false())


_MARK: Final = table_of(DayMark)


def put(  # noqa: PLR0913, PLR0917 - the key of a row, and what is said
    session: Session,
    athlete_id: uuid.UUID,
    day: date,
    kind: DayKind,
    note: str | None,
    now: datetime,
    *,
    since_last_run: bool = False,
) -> None:
    """Mark a day; a mark of that kind is there only once, and what was said last counts."""
    row = {
        "athlete_id": athlete_id,
        "day": day,
        "kind": kind,
        "note": note,
        "created_at": now,
        "since_last_run": since_last_run,
    }
    upsert(session, _MARK, [row])


def remove(session: Session, athlete_id: uuid.UUID, day: date, kind: DayKind) -> bool:
    """Take a mark away; False when there was none."""
    statement = delete(_MARK).where(
        _MARK.c.athlete_id == athlete_id, _MARK.c.day == day, _MARK.c.kind == kind
    )
    return affected_rows(session, statement) == 1


def in_range(session: Session, athlete_id: uuid.UUID, first: date, last: date) -> Sequence[DayMark]:
    """Marks of the days from ``first`` to ``last``, both included, by day and kind."""
    return session.scalars(
        select(DayMark)
        .where(DayMark.athlete_id == athlete_id, DayMark.day.between(first, last))
        .order_by(DayMark.day, DayMark.kind)
        .execution_options(populate_existing=True)  # never an object read before a change
    ).all()
