"""An alert as seen from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

LevelName = Literal["no_data", "steady", "note", "take_care", "ease_off", "stop"]
AlertState = Literal["open", "acknowledged", "snoozed", "cleared"]


class EvidenceBody(BaseModel):
    """How sure anyone is about a rule."""

    grade: str
    text: str
    sources: list[str]


class FindingBody(BaseModel):
    """One day above a ceiling."""

    day: date
    level: LevelName
    channel: str
    amount: float
    ceiling: float
    numbers: dict[str, float] = Field(description="What the ceiling was made of, by code.")


class AlertBody(BaseModel):
    """An episode of one rule: opened by a run past its ceiling, cleared by three days below."""

    id: UUID
    rule: str
    rule_version: int
    family: str
    level: LevelName
    level_word: str
    title: str
    why: str
    what_to_do: str
    clears: str
    evidence: EvidenceBody
    state: AlertState
    opened_on: date
    last_on: date
    clears_on: date
    first_seen_at: datetime
    updated_at: datetime
    acknowledged_at: datetime | None
    findings: list[FindingBody]


class AlertPage(BaseModel):
    """Alerts, the newest first."""

    items: list[AlertBody]
    next_cursor: str | None
