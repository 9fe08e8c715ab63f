"""Athletes: who the runs belong to, and what has changed since their findings were made."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


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
