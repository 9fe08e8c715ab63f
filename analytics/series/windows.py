"""Trailing windows over the last axis, by doubling.

Each output adds or compares the same inputs in the same order wherever its window lies, so one
athlete gives the bits a club of them gives, a part of the days those of all, and a window of rest
sums to exactly 0 (differences of running totals would not).
"""

from __future__ import annotations

import numpy as np

from analytics.recording import Float64Array


def days_before(values: Float64Array, days: int) -> Float64Array:
    """The value ``days`` earlier, 0 before the first day. ``[..., days]``."""
    shifted: Float64Array = np.zeros_like(values)
    if days < values.shape[-1]:
        shifted[..., days:] = values[..., : values.shape[-1] - days]
    return shifted


def trailing_sum(values: Float64Array, window: int) -> Float64Array:
    """Sum of each day and the ``window - 1`` before it; 0 before the first day. ``[..., days]``."""
    total = np.zeros_like(values)
    block, size, covered = values, 1, 0
    while True:
        if window & size:
            total = total + days_before(block, covered)
            covered += size
        if covered == window:
            return total
        block = block + days_before(block, size)
        size *= 2


def trailing_max(values: Float64Array, window: int) -> Float64Array:
    """Largest of each day and the ``window - 1`` before it, at least 0. ``[..., days]``.

    The values are amounts, never negative, so the 0 before the first day changes nothing.
    """
    largest, size = values, 1
    while 2 * size <= window:
        largest = np.maximum(largest, days_before(largest, size))
        size *= 2
    return np.maximum(largest, days_before(largest, window - size))
