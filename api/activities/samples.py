"""The samples of an activity as columns for a chart: few enough, in plain units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from analytics.recording import NO_POSITION, SEMICIRCLES_TO_DEGREES, Float64Array, Stream
from models import channels
from models.channels import ELAPSED, LATITUDE, LONGITUDE, Samples

POSITIONS = {"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE}
FIELDS: tuple[str, ...] = (*POSITIONS, *(stream.value for stream in Stream))
"""Every column there can be, in the order they are listed."""

MILLISECONDS_PER_SECOND = 1000.0

DEGREE_DECIMALS = 7
"""A centimetre on the ground, as fine as a semicircle."""

DECIMALS = 3
"""Finer than any sensor: of 2.45 m/s, float32 would print 2.450000047683716."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Samples of one activity, ``points`` of its ``samples``; NaN where one is missing."""

    samples: int
    elapsed_s: Float64Array
    fields: dict[str, Float64Array]


def fields_of(session: Session, athlete_id: UUID, activity_id: UUID) -> list[str]:
    """Which columns an activity has."""
    stored = set(channels.names(session, athlete_id, activity_id))
    return [field for field in FIELDS if _channel(field) in stored]


def columns(
    session: Session,
    athlete_id: UUID,
    activity_id: UUID,
    *,
    fields: Collection[str],
    max_points: int,
) -> Columns:
    """At most ``max_points`` samples, evenly picked, of the columns asked for that there are.

    Picked and not averaged: a column keeps values that were measured, and all columns those of the
    same moments.
    """
    wanted = [ELAPSED, *(_channel(field) for field in fields)]
    stored = channels.read_many(session, athlete_id, activity_id, wanted)
    elapsed_ms = stored.get(ELAPSED)
    if elapsed_ms is None:
        return Columns(0, np.empty(0), {})
    picked = _picked(len(elapsed_ms), max_points)
    return Columns(
        samples=len(elapsed_ms),
        elapsed_s=elapsed_ms[picked].astype(np.float64) / MILLISECONDS_PER_SECOND,
        fields={
            field: _values(field, stored[_channel(field)][picked])
            for field in FIELDS
            if field in fields and _channel(field) in stored
        },
    )


def plain(values: Float64Array) -> Sequence[float | None]:
    """Numbers as JSON has them: null for NaN."""
    missing = np.isnan(values).tolist()
    return [None if none else value for value, none in zip(values.tolist(), missing, strict=True)]


def _channel(field: str) -> str:
    return POSITIONS.get(field, field)


def _picked(samples: int, max_points: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    points = min(samples, max_points)
    return np.linspace(0, samples - 1, points).round().astype(np.int64)


def _values(field: str, stored: Samples) -> Float64Array:
    if field in POSITIONS:
        degrees = (stored * SEMICIRCLES_TO_DEGREES).round(DEGREE_DECIMALS)
        return np.where(stored == NO_POSITION, np.nan, degrees)
    return stored.astype(np.float64).round(DECIMALS)
