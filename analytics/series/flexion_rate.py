"""The runner's own hip flexions per km: what turns km into flexions and back."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analytics import evidence
from analytics.history import History
from analytics.recording import Float64Array

RATE_DAYS: Final = 28


def flexions_per_km(history: History) -> Float64Array:
    """Median over the days with a run of the 28 days before each day; NaN without one.

    ``[..., days]``, hip flexions of both hips per km. The day itself is excluded.
    """
    counted = (history.distance_km > 0) & (history.hip_flexions > 0)
    per_km = np.where(
        counted, history.hip_flexions / np.where(counted, history.distance_km, 1.0), np.nan
    )
    edge = np.full((*per_km.shape[:-1], RATE_DAYS), np.nan)
    padded = np.concatenate([edge, per_km[..., :-1]], axis=-1)
    # Sorting puts NaN last, so the first `known` values of a window are its days with a run.
    ordered = np.sort(sliding_window_view(padded, RATE_DAYS, axis=-1), axis=-1)
    known = np.sum(~np.isnan(ordered), axis=-1, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum(known - 1, 0) // 2, axis=-1)
    upper = np.take_along_axis(ordered, np.minimum(known // 2, RATE_DAYS - 1), axis=-1)
    return ((lower + upper) / 2.0)[..., 0]


def flexions_per_km_or_usual(history: History) -> Float64Array:
    """As ``flexions_per_km``, and where that is not known what is usual. ``[..., days]``."""
    own = flexions_per_km(history)
    return np.where(np.isnan(own), evidence.FLEXIONS_PER_KM_UNKNOWN, own)
