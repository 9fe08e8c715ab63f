"""Channels: one compressed blob per activity and stream, never a row a sample."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


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
