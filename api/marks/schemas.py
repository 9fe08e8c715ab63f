"""What a runner says about days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MarkKind = Literal["race", "sick", "holiday", "travel", "rested", "unobserved"]

Note = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]


class MarkBody(BaseModel):
    """One thing said about one local day."""

    day: date
    kind: MarkKind = Field(
        description="`rested` and `unobserved` say what a day without a file means."
    )
    note: str | None


class MarkList(BaseModel):
    """Marks by day."""

    items: list[MarkBody]


class NewMark(BaseModel):
    """What else is to be said of it."""

    model_config = ConfigDict(extra="forbid")

    note: Note | None = None
