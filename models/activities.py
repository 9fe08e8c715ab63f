"""Activities: one row per recorded activity of any sport, with its numbers but not its samples."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import JSON_TYPE, Base, JsonValue, Sha256


class Activity(Base):
    """One activity: what it was, when and where by the clock, and what it amounts to.

    A file with several sessions becomes several activities (``session_index``). An activity
    without ``local_date`` is kept but counts on no day until it is dated. ``duplicate_of`` names
    the richer recording of the same activity; the alternate stays.
    """

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("athlete_id", "content_sha256", "session_index"),
        ForeignKeyConstraint(
            ["athlete_id", "duplicate_of"], ["activity.athlete_id", "activity.id"]
        ),
        Index(None, "athlete_id", "started_at", "id"),
        Index(None, "athlete_id", "ended_at", "started_at"),
        Index(None, "athlete_id", "local_date"),
        Index(None, "athlete_id", "duplicate_of"),
        # the file first: deleting an original looks for whoever refers to it
        Index(None, "file_sha256", "athlete_id"),
    )

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    content_sha256: Mapped[Sha256]
    session_index: Mapped[int]
    file_sha256: Mapped[Sha256] = mapped_column(ForeignKey("stored_file.sha256"))
    member: Mapped[str | None]
    source_name: Mapped[str]
    format: Mapped[str]
    parser_version: Mapped[int]
    metrics_version: Mapped[int]
    sport: Mapped[str]
    sub_sport: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    local_date: Mapped[date | None]
    utc_offset_s: Mapped[int | None]
    zone: Mapped[str | None]
    zone_source: Mapped[str | None]
    distance_m: Mapped[float | None]
    timer_s: Mapped[float | None]
    elapsed_s: Mapped[float | None]
    moving_s: Mapped[float | None]
    steps_total: Mapped[float | None]
    walking_steps: Mapped[float | None]
    hip_flexions: Mapped[float | None]
    hip_flexions_source: Mapped[str | None]
    records: Mapped[int]
    laps: Mapped[int]
    cadence_sum_per_leg: Mapped[float | None]
    device_manufacturer: Mapped[str | None]
    device_product: Mapped[str | None]
    device_serial: Mapped[str | None]
    richness: Mapped[int]
    duplicate_of: Mapped[uuid.UUID | None]
    metrics: Mapped[Mapping[str, JsonValue]] = mapped_column(JSON_TYPE)
    warnings: Mapped[Sequence[JsonValue]] = mapped_column(JSON_TYPE)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
