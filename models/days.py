"""Day totals: what each day's runs amount to, rewritten from the runs and never incremented."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class DayTotal(Base):
    """The sums of one local day with at least one run. A day without a run has no row."""

    __tablename__ = "day_total"

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    runs: Mapped[int]
    distance_km: Mapped[float]
    hip_flexions: Mapped[float]
    minutes: Mapped[float]
    longest_run_km: Mapped[float]
    longest_run_flexions: Mapped[float]
