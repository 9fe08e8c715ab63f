"""Recordings to sum up, made from a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from analytics.recording import (
    NO_POSITION,
    DeviceTotals,
    Pause,
    RawCounts,
    Recording,
    RecordingWarning,
    Sport,
    Stream,
)

EARTH_RADIUS_M = 6_371_008.8


class MakeRecording(Protocol):
    """Builds a recording; numbers are spread over all samples."""

    def __call__(
        self,
        elapsed_s: ArrayLike = (),
        *,
        sport: Sport = Sport.RUNNING,
        totals: DeviceTotals | None = None,
        pauses: Sequence[tuple[float, float]] = (),
        east_m: ArrayLike | None = None,
        latitude_deg: float = 0.0,
        warnings: Sequence[RecordingWarning] = (),
        **streams: ArrayLike,
    ) -> Recording: ...


@pytest.fixture
def make_recording() -> MakeRecording:
    """A factory of recordings; ``east_m`` puts them on a parallel, NaN without a position."""

    def make(
        elapsed_s: ArrayLike = (),
        *,
        sport: Sport = Sport.RUNNING,
        totals: DeviceTotals | None = None,
        pauses: Sequence[tuple[float, float]] = (),
        east_m: ArrayLike | None = None,
        latitude_deg: float = 0.0,
        warnings: Sequence[RecordingWarning] = (),
        **streams: ArrayLike,
    ) -> Recording:
        elapsed = np.asarray(elapsed_s, np.float64)
        latitude = longitude = np.empty(0, np.int32)
        if east_m is not None:
            latitude, longitude = _along_parallel(np.asarray(east_m, np.float64), latitude_deg)
        return Recording(
            sport=sport,
            started_at=datetime(2026, 5, 1, 6, 0, tzinfo=UTC),
            elapsed_s=elapsed,
            counts=RawCounts(records=len(elapsed)),
            latitude_semicircles=latitude,
            longitude_semicircles=longitude,
            streams={
                Stream(name): np.broadcast_to(np.asarray(values, np.float32), elapsed.shape).copy()
                for name, values in streams.items()
            },
            pauses=tuple(Pause(start, end) for start, end in pauses),
            totals=totals or DeviceTotals(),
            warnings=tuple(warnings),
        )

    return make


def _along_parallel(
    east_m: NDArray[np.float64], latitude_deg: float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    known = ~np.isnan(east_m)
    per_metre = 2**31 / (np.pi * EARTH_RADIUS_M * np.cos(np.radians(latitude_deg)))
    latitude = np.where(known, round(latitude_deg / 180 * 2**31), NO_POSITION)
    longitude = np.where(known, np.rint(np.nan_to_num(east_m) * per_metre), NO_POSITION)
    # By way of int64, which wraps around at the date line.
    return latitude.astype(np.int32), longitude.astype(np.int64).astype(np.int32)
