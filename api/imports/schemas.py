"""What an import looks like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

ItemStatusName = Literal["queued", "imported", "duplicate", "skipped", "failed"]
ImportStatusName = Literal["queued", "running", "done", "cancelled"]


class ItemBody(BaseModel):
    """What became of one file."""

    name: str
    status: ItemStatusName
    code: str | None = Field(description="Why, for programs; null for a plain import.")
    detail: str = Field(description="What happened, in a sentence.")
    hint: str = Field(description="What to do about it; empty when there is nothing to say.")
    run_ids: list[UUID] = Field(description="The activities this file is stored as.")


class TotalsBody(BaseModel):
    """How many files ended how."""

    files: int
    queued: int
    imported: int
    duplicate: int
    skipped: int
    failed: int


class ImportBody(BaseModel):
    """An import: poll it until its status is `done`."""

    id: UUID
    athlete_id: UUID
    status: ImportStatusName
    created_at: datetime
    finished_at: datetime | None
    totals: TotalsBody


class ItemPage(BaseModel):
    """Items in the order they were handed over."""

    items: list[ItemBody]
    next_cursor: str | None


class ImportReport(BaseModel):
    """What `swingphase import --json` prints."""

    items: list[ItemBody]
    totals: TotalsBody
