"""What is known of an athlete."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.settings import is_zone

EARLIEST_BIRTH = date(1900, 1, 1)


def _known_zone(zone: str) -> str:
    if not is_zone(zone):
        raise ValueError("not a time zone this machine knows; use a name like Europe/Berlin")
    return zone


def _birth_date(born: date) -> date:
    if not EARLIEST_BIRTH <= born <= datetime.now(UTC).date():
        raise ValueError("a birth date lies between 1900 and today")
    return born


Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_known_zone)]
HeightCm = Annotated[float, Field(ge=100, le=250, description="Body height in centimetres.")]
BirthDate = Annotated[date, AfterValidator(_birth_date)]
Sex = Literal["female", "male"]
RestingHeartRate = Annotated[int, Field(ge=25, le=120, description="Beats per minute at rest.")]
MaxHeartRate = Annotated[int, Field(ge=100, le=240, description="Highest beats per minute.")]


class AthleteBody(BaseModel):
    """An athlete and their profile; null where it was never said."""

    id: UUID
    name: str
    is_owner: bool
    height_cm: float | None
    birth_date: date | None
    sex: Sex | None
    zone: str
    resting_heart_rate_bpm: int | None
    max_heart_rate_bpm: int | None
    created_at: datetime


class AthleteList(BaseModel):
    """Everybody this copy keeps runs for."""

    items: list[AthleteBody]


class NewAthlete(BaseModel):
    """Another athlete on this copy."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    zone: Zone | None = Field(default=None, description="IANA name; the machine's when left out.")


class ProfileChange(BaseModel):
    """What to change; what is left out stays, null takes a value away."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    height_cm: HeightCm | None = None
    birth_date: BirthDate | None = None
    sex: Sex | None = None
    zone: Zone | None = None
    resting_heart_rate_bpm: RestingHeartRate | None = None
    max_heart_rate_bpm: MaxHeartRate | None = None

    @model_validator(mode="after")
    def _name_and_zone_stay(self) -> ProfileChange:
        for field in ("name", "zone"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be taken away")
        return self
