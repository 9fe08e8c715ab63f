"""Day totals: what each day's runs amount to, rewritten from the runs and never incremented."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, Protocol

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, table_of, upsert


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


class Totals(Protocol):
    """What the runs of one day amount to, flexions counting both hips."""

    @property
    def runs(self) -> int:
        """How many."""
        ...

    @property
    def distance_km(self) -> float:
        """Of all together."""
        ...

    @property
    def hip_flexions(self) -> float:
        """Of all together."""
        ...

    @property
    def minutes(self) -> float:
        """Of all together."""
        ...

    @property
    def longest_run_km(self) -> float:
        """Of the longest one."""
        ...

    @property
    def longest_run_flexions(self) -> float:
        """Of the one with most."""
        ...


class DayTotals(NamedTuple):
    """A day with its ``Totals``."""

    day: date
    runs: int
    distance_km: float
    hip_flexions: float
    minutes: float
    longest_run_km: float
    longest_run_flexions: float


_DAY: Final = table_of(DayTotal)


def rewrite(session: Session, athlete_id: uuid.UUID, totals: Mapping[date, Totals | None]) -> None:
    """Put new totals on the days given; None takes a day's totals away."""
    rows = [
        {
            "athlete_id": athlete_id,
            "day": day,
            "runs": total.runs,
            "distance_km": total.distance_km,
            "hip_flexions": total.hip_flexions,
            "minutes": total.minutes,
            "longest_run_km": total.longest_run_km,
            "longest_run_flexions": total.longest_run_flexions,
        }
        for day, total in totals.items()
        if total is not None
    ]
    upsert(session, _DAY, rows)
    gone = [day for day, total in totals.items() if total is None]
    if gone:
        session.execute(delete(_DAY).where(_DAY.c.athlete_id == athlete_id, _DAY.c.day.in_(gone)))


def read_range(
    session: Session, athlete_id: uuid.UUID, first: date, last: date
) -> Sequence[DayTotals]:
    """Totals of the days with runs from ``first`` to ``last``, both included, in order."""
    statement = (
        select(*(_DAY.c[name] for name in DayTotals._fields))
        .where(_DAY.c.athlete_id == athlete_id, _DAY.c.day.between(first, last))
        .order_by(_DAY.c.day)
    )
    return [DayTotals._make(row) for row in session.execute(statement)]
