"""Sums over the neighbourhood of each stretch of a recording."""

from __future__ import annotations

import numpy as np

from analytics.recording import Float64Array


def running_sum(values: Float64Array) -> Float64Array:
    """Sums of everything before each place: ``[n]`` values give ``[n + 1]`` sums from 0."""
    sums = np.empty(len(values) + 1)
    sums[0] = 0.0
    np.cumsum(values, out=sums[1:])
    return sums


def around(sums: Float64Array, half: int) -> Float64Array:
    """Sums over each value and ``half`` values to either side of it, fewer at the ends.

    Parameters
    ----------
    sums
        ``[n + 1]``, a running sum.
    half
        0 to ``n``.

    Returns
    -------
    ``[n]``.
    """
    padded = np.pad(sums, half, mode="edge")
    return padded[2 * half + 1 :] - padded[: len(sums) - 1]
