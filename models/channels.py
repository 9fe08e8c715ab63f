"""Channels: one compressed blob per activity and stream, never a row a sample.

``pack`` before the write transaction begins, ``insert`` within it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import ForeignKeyConstraint, delete, select
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, table_of
from models.codec import PackedChannel, Samples, pack, unpack

__all__ = [
    "ELAPSED",
    "LATITUDE",
    "LONGITUDE",
    "Channel",
    "PackedChannel",
    "Samples",
    "insert_many",
    "names",
    "pack",
    "packed",
    "read_many",
    "read_one",
    "remove",
    "unpack",
]


class Channel(Base):
    """All samples of one stream of one activity, packed."""

    __tablename__ = "channel"
    __table_args__ = (
        ForeignKeyConstraint(
            ["athlete_id", "activity_id"],
            ["activity.athlete_id", "activity.id"],
            ondelete="CASCADE",
        ),
    )

    athlete_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    dtype: Mapped[str]
    samples: Mapped[int]
    data: Mapped[bytes]


ELAPSED: Final = "elapsed_s"
LATITUDE: Final = "latitude_semicircles"
LONGITUDE: Final = "longitude_semicircles"
"""Names of the channels beside the streams; times are whole milliseconds."""

_CHANNEL: Final = table_of(Channel)
_INSERT: Final = insert_into(_CHANNEL)


def insert_many(
    session: Session, athlete_id: uuid.UUID, new: Mapping[uuid.UUID, Collection[PackedChannel]]
) -> None:
    """Add the channels of activities that have none of these streams yet."""
    rows = [
        {"athlete_id": athlete_id, "activity_id": activity_id, **channel._asdict()}
        for activity_id, channels in new.items()
        for channel in channels
    ]
    if rows:
        session.execute(_INSERT, rows)


def remove(session: Session, athlete_id: uuid.UUID, activity_id: uuid.UUID) -> None:
    """Take all channels of an activity away."""
    session.execute(
        delete(_CHANNEL).where(
            _CHANNEL.c.athlete_id == athlete_id, _CHANNEL.c.activity_id == activity_id
        )
    )


def packed(
    session: Session, athlete_id: uuid.UUID, activity_id: uuid.UUID
) -> Mapping[str, PackedChannel]:
    """The channels of an activity as they are stored, by stream."""
    columns = [_CHANNEL.c[name] for name in PackedChannel._fields]
    statement = select(*columns).where(
        _CHANNEL.c.athlete_id == athlete_id, _CHANNEL.c.activity_id == activity_id
    )
    found = (PackedChannel._make(row) for row in session.execute(statement))
    return {channel.stream: channel for channel in found}


def names(session: Session, athlete_id: uuid.UUID, activity_id: uuid.UUID) -> Sequence[str]:
    """Which streams an activity has."""
    return session.scalars(
        select(Channel.stream)
        .where(Channel.athlete_id == athlete_id, Channel.activity_id == activity_id)
        .order_by(Channel.stream)
    ).all()


def read_one(
    session: Session, athlete_id: uuid.UUID, activity_id: uuid.UUID, stream: str
) -> Samples | None:
    """The samples of one stream ``[n]``, or None when the activity has no such stream."""
    return read_many(session, athlete_id, activity_id, (stream,)).get(stream)


def read_many(
    session: Session,
    athlete_id: uuid.UUID,
    activity_id: uuid.UUID,
    streams: Collection[str] | None = None,
) -> Mapping[str, Samples]:
    """The samples ``[n]`` of the streams asked for, or of all (None), as far as there are any."""
    columns = [_CHANNEL.c[name] for name in PackedChannel._fields]
    statement = select(*columns).where(
        _CHANNEL.c.athlete_id == athlete_id, _CHANNEL.c.activity_id == activity_id
    )
    if streams is not None:
        statement = statement.where(_CHANNEL.c.stream.in_(streams))
    found = (PackedChannel._make(row) for row in session.execute(statement))
    return {channel.stream: unpack(channel) for channel in found}
