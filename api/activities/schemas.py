"""A run, or an activity of another sport, as seen from outside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

ZoneSourceName = Literal[
    "position", "file", "athlete", "local_clock", "runner", "runners_offset", "runners_day"
]
SportName = Literal[
    "running", "walking", "hiking", "cycling", "swimming", "transition", "other", "unknown"
]
FieldName = Literal["title", "sport", "started_at", "distance_m", "timer_s", "rpe", "fast_was_run"]
"""What a runner may change of an activity."""


class WarningBody(BaseModel):
    """Something worth knowing about how the file was read."""

    code: str
    count: int = Field(description="How often it applied; 0 when it has no count.")
    text: str


class RunBody(BaseModel):
    """One activity. These fields are kept stable for scripts; null means unknown."""

    id: UUID
    title: str | None
    source_name: str = Field(description="Name of the file it came from.")
    sport: str
    sub_sport: str | None
    started_at: datetime | None = Field(description="UTC; null where only the day is known.")
    local_date: date | None = Field(description="The runner's day it counts on.")
    zone: str | None
    zone_source: ZoneSourceName | None = Field(description="Where the day and zone came from.")
    utc_offset_s: int | None
    distance_m: float | None
    timer_s: float | None = Field(description="Seconds without pauses.")
    elapsed_s: float | None = Field(description="Seconds from start to end.")
    moving_s: float | None = Field(description="Seconds without pauses and standing still.")
    records: int = Field(description="Records in the file, before any cleaning.")
    laps: int
    cadence_sum_per_leg: float | None = Field(
        description="The file's cadence of one leg, summed over its records; null unless measured."
    )
    steps_total: int | None = Field(description="Steps of both feet.")
    walking_steps: int | None = Field(description="Those of the steps that were walked.")
    hip_flexions: int | None = Field(description="Hip flexions while running, both hips.")
    hip_flexions_per_hip: int | None
    hip_flexions_source: str | None = Field(description="What the flexions were counted from.")
    hip_flexions_band_fraction: float | None = Field(
        description="Half width of the 95 % band around the flexions, as a fraction of them."
    )
    held_out_m: float = Field(description="Metres too fast to have been run.")
    held_out_s: float = Field(description="Seconds of them.")
    held_out_flexions: int = Field(description="Hip flexions counted in them.")
    fast_was_run: bool | None = Field(
        description="Whether the runner says that they were run: only then do they count."
    )
    held_out_text: str | None = Field(description="What is held out, and what to do.")
    rpe: float | None = Field(description="Rating of perceived exertion, 0 to 10.")
    edited: list[FieldName] = Field(description="What the runner has changed.")
    preferred: bool = Field(description="Whether the runner chose this recording of the run.")
    deleted_at: datetime | None = Field(description="When it was deleted; it can be restored.")
    parser_version: int = Field(description="Which version of the parsers read it.")
    metrics_version: int = Field(description="Which version of the metrics counted it.")
    duplicate_of: UUID | None = Field(
        description="The fuller recording of the same activity, which counts instead of this one."
    )
    duplicate_text: str | None = Field(description="Why it does not count, and what to do.")
    warnings: list[WarningBody]


class RunPage(BaseModel):
    """Activities, the newest first, those without a date last."""

    items: list[RunBody]
    next_cursor: str | None


class DeviceBody(BaseModel):
    """What recorded it."""

    manufacturer: str | None
    product: str | None
    serial: str | None


class CadenceBody(BaseModel):
    """How the file's cadence numbers were understood: some count one leg, some both feet."""

    raw_median: float | None = Field(description="Median of the file's own numbers in motion.")
    factor: float = Field(description="What makes them steps per minute of both feet.")
    rule: str = Field(description="The rule that chose the factor.")


class MetricsBody(BaseModel):
    """What else is known of an activity."""

    distance_source: str | None = None
    ascent_m: float | None = None
    cadence_spm: float | None = Field(default=None, description="Steps per minute, both feet.")
    step_length_m: float | None = None
    mean_speed_m_s: float | None = Field(default=None, description="Distance over moving time.")
    cycling_flexions: int | None = Field(
        default=None, description="Hip flexions at the cranks; never running load."
    )
    heart_rate_mean_bpm: float | None = None
    heart_rate_max: float | None = None


class RunDetail(RunBody):
    """An activity with all that is known of it but its samples."""

    format: str
    device: DeviceBody
    cadence: CadenceBody | None
    streams: list[str] = Field(description="What `fields` of its streams may name.")
    metrics: MetricsBody


class StreamsBody(BaseModel):
    """Samples in columns of one length; null where a sample is missing."""

    run_id: UUID
    samples: int = Field(description="How many samples the recording has.")
    points: int = Field(
        description="How many are here, evenly picked, the first and last among them."
    )
    elapsed_s: list[float] = Field(description="Seconds since the start.")
    fields: dict[str, list[float | None]] = Field(
        description="The columns asked for, as far as the recording has them."
    )
