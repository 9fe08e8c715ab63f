"""Alerts: episodes of a finding, kept with what the runner said about them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, TypedDict

import sqlalchemy
from sqlalchemy import ForeignKey, Index, Select, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import base
from models.base import JSON_TYPE, Base, JsonValue, table_of


class Alert(Base):
    """One episode of one rule, from the day it opened until it cleared."""

    __tablename__ = "alert"
    __table_args__ = (Index(None, "athlete_id", "opened_on", "id"),)

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    rule_version: Mapped[int]
    family: Mapped[str]
    level: Mapped[str]
    opened_on: Mapped[date]
    last_on: Mapped[date]
    cleared_on: Mapped[date | None]
    findings: Mapped[Sequence[JsonValue]] = mapped_column(JSON_TYPE)
    first_seen_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]


class AlertValues(TypedDict):
    """An episode as the findings make it; what the runner said about it is not theirs to change."""

    rule: str
    rule_version: int
    family: str
    level: str
    opened_on: date
    last_on: date
    cleared_on: date | None
    findings: Sequence[JsonValue]


class AlertCursor(NamedTuple):
    """The last alert of a page: the next page begins after it."""

    opened_on: date
    id: uuid.UUID


_ALERT: Final = table_of(Alert)


def for_range(
    session: Session, athlete_id: uuid.UUID, first: date, last: date | None = None
) -> Sequence[Alert]:
    """Alerts whose episode touches the days from ``first`` to ``last`` (None: the end), in order.

    An episode lasts from the day it opened to its last day above the ceiling.
    """
    statement = _of(athlete_id).where(Alert.last_on >= first)
    if last is not None:
        statement = statement.where(Alert.opened_on <= last)
    return session.scalars(statement.order_by(Alert.opened_on, Alert.id)).all()


def upsert(
    session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID, alert: AlertValues, now: datetime
) -> None:
    """Add an alert, or bring the one with that id up to date.

    An existing one keeps when it was first seen, its acknowledgement and its snooze; its
    ``updated_at`` moves only when something about it is new.
    """
    row = {"athlete_id": athlete_id, "id": alert_id, "first_seen_at": now, "updated_at": now}
    base.upsert(
        session,
        _ALERT,
        [{**row, **alert}],
        update=[*alert.keys(), "updated_at"],
        when_new=list(alert.keys()),
    )


def delete(session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID) -> None:
    """Take an alert away whose findings no longer exist."""
    session.execute(
        sqlalchemy.delete(_ALERT).where(_ALERT.c.athlete_id == athlete_id, _ALERT.c.id == alert_id)
    )


def list_page(
    session: Session,
    athlete_id: uuid.UUID,
    *,
    limit: int,
    after: AlertCursor | None = None,
    updated_since: datetime | None = None,
) -> Sequence[Alert]:
    """Alerts, the one opened last first.

    Parameters
    ----------
    after
        Only those behind this one in the list.
    updated_since
        Only those that changed at this instant or later.
    """
    statement = _of(athlete_id)
    if after is not None:
        statement = statement.where(tuple_(Alert.opened_on, Alert.id) < after)
    if updated_since is not None:
        statement = statement.where(Alert.updated_at >= updated_since)
    return session.scalars(
        statement.order_by(Alert.opened_on.desc(), Alert.id.desc()).limit(limit)
    ).all()


def get(session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID) -> Alert | None:
    """One alert, or None when this athlete has none of that id."""
    return session.scalar(_of(athlete_id).where(Alert.id == alert_id))


def acknowledge(
    session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID, now: datetime
) -> bool:
    """Note that the runner has seen it; the first time stays. False when there is none."""
    seen = sqlalchemy.func.coalesce(_ALERT.c.acknowledged_at, now)
    return _change(session, athlete_id, alert_id, acknowledged_at=seen, updated_at=now)


def reopen(session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID, now: datetime) -> bool:
    """Take back that the runner has seen it: it has become worse. False when there is none."""
    return _change(session, athlete_id, alert_id, acknowledged_at=None, updated_at=now)


def snooze(
    session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID, until: datetime, now: datetime
) -> bool:
    """Keep it quiet until then. False when there is none."""
    return _change(session, athlete_id, alert_id, snoozed_until=until, updated_at=now)


def _of(athlete_id: uuid.UUID) -> Select[Alert]:
    return (
        select(Alert)
        .where(Alert.athlete_id == athlete_id)
        .execution_options(populate_existing=True)  # never an object read before a change
    )


def _change(session: Session, athlete_id: uuid.UUID, alert_id: uuid.UUID, **values: object) -> bool:
    statement = (
        sqlalchemy.update(_ALERT)
        .where(_ALERT.c.athlete_id == athlete_id, _ALERT.c.id == alert_id)
        .values(**values)
    )
    return base.affected_rows(session, statement) == 1
