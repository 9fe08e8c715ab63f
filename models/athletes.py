"""Athletes: who the runs belong to, and what has changed since their findings were made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, TypedDict

from sqlalchemy import Index, Select, Uuid, bindparam, case, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, affected_rows, new_id, table_of


class Athlete(Base):
    """One runner and the profile set once.

    ``dirty_since`` is the earliest local day that changed after the findings were made, None when
    they are up to date. ``version`` grows with every change a viewer could see.
    """

    __tablename__ = "athlete"
    __table_args__ = (
        Index(  # alone on one machine there is one owner, never two
            None,
            "is_owner",
            unique=True,
            sqlite_where=text("is_owner"),
            postgresql_where=text("is_owner"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_owner: Mapped[bool]
    height_cm: Mapped[float | None]
    birth_date: Mapped[date | None]
    sex: Mapped[str | None]
    zone: Mapped[str]
    resting_heart_rate_bpm: Mapped[int | None]
    max_heart_rate_bpm: Mapped[int | None]
    created_at: Mapped[datetime]
    dirty_since: Mapped[date | None]
    version: Mapped[int]


class Profile(TypedDict, total=False):
    """What an athlete may say about themselves; what is absent stays as it is."""

    name: str
    height_cm: float | None
    birth_date: date | None
    sex: str | None
    zone: str
    resting_heart_rate_bpm: int | None
    max_heart_rate_bpm: int | None


_ATHLETE: Final = table_of(Athlete)

# Every imported file needs it. Made once: making a statement takes longer than sending it.
_DAY: Final = bindparam("day", type_=_ATHLETE.c.dirty_since.type)
_MARK_DIRTY: Final = (
    update(_ATHLETE)
    .where(_ATHLETE.c.id == bindparam("of_athlete", type_=Uuid()))
    .values(
        version=_ATHLETE.c.version + 1,
        dirty_since=case((_ATHLETE.c.dirty_since < _DAY, _ATHLETE.c.dirty_since), else_=_DAY),
    )
)


def add(session: Session, *, name: str, zone: str, is_owner: bool, now: datetime) -> Athlete:
    """Add an athlete with an empty profile.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        For a second owner.
    """
    athlete = Athlete(
        id=new_id(), name=name, zone=zone, is_owner=is_owner, created_at=now, version=1
    )
    session.add(athlete)
    session.flush()
    return athlete


def get(session: Session, athlete_id: uuid.UUID) -> Athlete | None:
    """The athlete as the database has them now, or None."""
    return session.scalar(_one(athlete_id))


def lock(session: Session, athlete_id: uuid.UUID) -> Athlete | None:
    """The athlete, held until the transaction ends: others who lock or change them wait.

    SQLite has no row locks and needs none, its writers take turns anyway. On PostgreSQL rows that
    refer to the athlete can still be inserted meanwhile.
    """
    return session.scalar(_one(athlete_id).with_for_update(key_share=True))


def list_all(session: Session) -> Sequence[Athlete]:
    """Every athlete, the first added first."""
    return session.scalars(select(Athlete).order_by(Athlete.created_at, Athlete.id)).all()


def owner(session: Session) -> Athlete | None:
    """Whose copy this is when it runs alone on one machine, or None."""
    return session.scalar(select(Athlete).where(Athlete.is_owner))


def update_profile(session: Session, athlete_id: uuid.UUID, profile: Profile) -> bool:
    """Change what ``profile`` names; False when there is no such athlete."""
    return _change(session, athlete_id, **profile)


def mark_dirty(session: Session, athlete_id: uuid.UUID, day: date) -> bool:
    """Note that something changed on ``day``; the earliest day noted stays."""
    return affected_rows(session, _MARK_DIRTY, {"of_athlete": athlete_id, "day": day}) == 1


def clear_dirty(session: Session, athlete_id: uuid.UUID) -> bool:
    """Note that the findings are up to date. Lock the athlete before reading what they rest on."""
    return _change(session, athlete_id, dirty_since=None)


def bump_version(session: Session, athlete_id: uuid.UUID) -> bool:
    """Note that something a viewer can see has changed, without making findings out of date."""
    return _change(session, athlete_id)


def _one(athlete_id: uuid.UUID) -> Select[Athlete]:
    return (
        select(Athlete)
        .where(Athlete.id == athlete_id)
        .execution_options(populate_existing=True)  # never an object read before a change
    )


def _change(session: Session, athlete_id: uuid.UUID, **values: object) -> bool:
    statement = (
        update(_ATHLETE)
        .where(_ATHLETE.c.id == athlete_id)
        .values(version=_ATHLETE.c.version + 1, **values)
    )
    return affected_rows(session, statement) == 1
