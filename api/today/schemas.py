"""The body of ``GET /v1/today``; ``swingphase today --json`` prints exactly this."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from analytics.evidence import Level
from api.alerts.schemas import EvidenceBody
from api.marks.schemas import MarkBody


class LimitBody(BaseModel):
    """Today's limit: a ceiling, not a target. Values are start-of-day."""

    km: float | None = Field(description="Most km today may hold before it is a new jump.")
    flexions: int | None = Field(description="The same in hip flexions, both hips.")
    km_guardrail: str | None = Field(description="The guardrail that binds the km.")
    flexions_guardrail: str | None = Field(description="The guardrail that binds the flexions.")
    done_km: float
    done_flexions: int
    remaining_km: float | None
    remaining_flexions: int | None
    flexions_per_km: float | None = Field(description="The runner's own, median of 28 days.")
    text: str = Field(description="The limit in one sentence.")


class CeilingBody(BaseModel):
    """One guardrail's ceiling today, whether or not it binds."""

    rule: str
    title: str
    channel: str
    level: Level
    ceiling: float | None
    reason: str | None = Field(description="Why there is no ceiling, as a code.")
    reason_text: str | None


class CardBody(BaseModel):
    """One open alert as the runner reads it."""

    alert_id: UUID | None = Field(description="The stored alert; null when looking back.")
    rule: str
    family: str
    level: Level
    level_word: str
    title: str
    day: date
    channel: str
    amount: float
    ceiling: float
    numbers: dict[str, float]
    why: str
    what_to_do: str
    evidence: EvidenceBody
    clears_on: date = Field(description="When it clears if nothing new is added.")
    clears: str
    state: Literal["open", "acknowledged"]


class RatiosBody(BaseModel):
    """Load measures at the start of the day, side by side; null with a reason."""

    seven_day_km: float
    seven_day_flexions: int
    ramp: float | None
    ramp_reason: str | None
    ratio_coupled: float | None
    ratio_uncoupled: float | None
    ratio_ewma: float | None
    ratio_reason: str | None
    longest_run_30d_km: float | None


class HeldOutBody(BaseModel):
    """A run of the last days with a stretch too fast for running, of which nothing was said."""

    run_id: UUID
    day: date
    held_out_m: float
    held_out_s: float
    text: str


class TodayBody(BaseModel):
    """What a runner needs to know today."""

    athlete_id: UUID
    as_of: date
    zone: str
    level: Level
    level_word: str
    headline: str
    data_through: date | None = Field(description="Last day known: the last run's, or of rest.")
    stale: bool = Field(description="Data is older than the runner's usual gap: no km is given.")
    usual_gap_days: int
    history_days: int = Field(description="Days since the first run, that day included.")
    limit: LimitBody
    cards: list[CardBody] = Field(max_length=3)
    more_alerts: int = Field(description="Open alerts beyond the cards.")
    marks: list[MarkBody] = Field(description="What was said of the day.")
    held_out: list[HeldOutBody] = Field(
        description="Stretches of the last 7 days that count only once they are confirmed."
    )
    week: RatiosBody
    ceilings: list[CeilingBody]
    footer: str
