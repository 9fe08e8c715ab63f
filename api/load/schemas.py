"""The load of every day, in columns of one length."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

Number = float | None
Reason = str | None


class LoadBody(BaseModel):
    """One column a quantity, one place a day; null has its reason at the same place.

    Each value is the day's own at its end, its runs included.
    """

    athlete_id: UUID
    days: list[date] = Field(description="Every local day in turn, rest days among them.")
    runs: list[int]
    distance_km: list[float]
    hip_flexions: list[int] = Field(description="Both hips.")
    minutes: list[float]
    longest_run_km: list[float]
    seven_day_km: list[float]
    seven_day_flexions: list[int]
    ramp: list[Number] = Field(
        description="Seven days over the highest seven of the four weeks before, less 1."
    )
    ramp_reason: list[Reason]
    ratio_coupled: list[Number] = Field(description="Mean of 7 days over mean of 28.")
    ratio_uncoupled: list[Number] = Field(description="Mean of 7 days over mean of the 21 before.")
    ratio_ewma: list[Number] = Field(description="The same with exponential weights.")
    ratio_reason: list[Reason] = Field(description="Why the three ratios are null.")
    zone_reason: list[Reason] = Field(description="Why a ratio, though there, has no zone.")
    redi_km: list[Number] = Field(description="Decaying mean over the days that are known.")
    longest_run_30d_km: list[Number] = Field(description="Longest run of the 30 days before.")
    spike: list[Number] = Field(
        description="The day's longest run over that, less 1; null on days without a run."
    )
    spike_reason: list[Reason] = Field(description="`partial`: fewer than 30 days stand behind it.")
