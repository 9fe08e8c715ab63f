"""What a runner may say of an activity: a new one, or a change to one."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.activities.schemas import FieldName, SportName

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?![0-9])", re.ASCII)


def _written(value: object) -> object:
    # pydantic would take numbers too, and text of them, as seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and _ISO.match(value)):
        return value
    raise ValueError("write it like 2026-11-03T07:30:00+01:00, or a day like 2026-11-03")


def _of_this_age(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError("name a day since 1970")
    return value


Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
SubSport = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Metres = Annotated[float, Field(gt=0, le=1_000_000, description="Metres.")]
Seconds = Annotated[float, Field(gt=0, le=1_000_000, description="Seconds without pauses.")]
Steps = Annotated[int, Field(gt=0, le=2_000_000, description="Steps of both feet, if counted.")]
Effort = Annotated[float, Field(ge=0, le=10, description="Perceived exertion, 0 to 10.")]
Start = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(_of_this_age),
    Field(description="With its offset from UTC; without one it is local time."),
]
Day = Annotated[
    date,
    BeforeValidator(_written),
    AfterValidator(_of_this_age),
    Field(description="The local day. The time of day stays, or stays unknown."),
]


PREFERRED: Final = "preferred"


class NewRun(BaseModel):
    """A run, or another activity, entered by hand: a start or a day, and how far or how long."""

    model_config = ConfigDict(extra="forbid")

    sport: SportName = "running"
    started_at: Start | None = None
    local_date: Day | None = None
    distance_m: Metres | None = None
    timer_s: Seconds | None = None
    steps: Steps | None = None
    title: Title | None = None
    rpe: Effort | None = None

    @model_validator(mode="after")
    def _is_a_run(self) -> NewRun:
        if (self.started_at is None) == (self.local_date is None):
            raise ValueError("give started_at, or local_date when the time is not known")
        if self.distance_m is None and self.timer_s is None:
            raise ValueError("give distance_m or timer_s: a run is so far or so long")
        return self


class RunChange(BaseModel):
    """What to change; what is left out stays.

    `reset` names what shall be again as the file, or the first entry, had it; `preferred` takes
    the choice of this recording back.
    """

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    sport: SportName | None = None
    sub_sport: SubSport | None = None
    started_at: Start | None = None
    local_date: Day | None = None
    distance_m: Metres | None = None
    timer_s: Seconds | None = None
    rpe: Effort | None = None
    fast_was_run: bool | None = Field(
        default=None, description="Whether what was too fast was run; null takes the answer back."
    )
    reset: list[FieldName | Literal["preferred"]] = Field(default=[], max_length=20)

    @property
    def takes_choice_back(self) -> bool:
        """Whether the runner no longer chooses this recording of the run."""
        return PREFERRED in self.reset

    @property
    def reset_fields(self) -> list[FieldName]:
        """What is to be as it was read."""
        return [one for one in self.reset if one != PREFERRED]

    @model_validator(mode="after")
    def _says_one_thing(self) -> RunChange:
        given = self.model_fields_set
        for field in ("sport", "started_at", "local_date", "distance_m", "timer_s"):
            if field in given and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be taken away; reset gives back what it was")
        if {"started_at", "local_date"} <= given:
            raise ValueError("give started_at or local_date, not both")
        again = {"started_at" if one == "local_date" else one for one in given} & set(self.reset)
        if again:
            raise ValueError(f"{min(again)} cannot be changed and reset at once")
        return self
