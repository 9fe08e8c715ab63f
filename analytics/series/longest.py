"""The longest run against the longest of the 30 days before: a single-session spike."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import Float64Array
from analytics.series.windows import days_before, trailing_max

REFERENCE_DAYS: Final = 30


def longest_before(longest_run: Float64Array) -> Float64Array:
    """M30: the longest run of the 30 days before each day, the day excluded. ``[..., days]``."""
    return days_before(trailing_max(longest_run, REFERENCE_DAYS), 1)


def spike(longest_run: Float64Array) -> Float64Array:
    """The day's longest run / M30 - 1, a fraction; NaN where M30 is 0. ``[..., days]``."""
    reference = longest_before(longest_run)
    some = reference > 0
    return np.where(some, longest_run / np.where(some, reference, 1.0) - 1.0, np.nan)


def spike_ceiling(
    longest_run: Float64Array, growth: float, step: Float64Array | float
) -> Float64Array:
    """Longest run each day may hold: ``max((1 + s) M30, M30 + step)``. ``[..., days]``."""
    reference = longest_before(longest_run)
    return np.maximum((1.0 + growth) * reference, reference + step)
