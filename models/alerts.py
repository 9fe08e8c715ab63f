"""Alerts: episodes of a finding, kept with what the runner said about them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import JSON_TYPE, Base, JsonValue


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
