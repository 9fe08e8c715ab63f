"""Sums over the stretches of a recording, and over the neighbourhood of each."""

from __future__ import annotations

import numpy as np

from analytics.recording import BoolArray, Float64Array


def sum_of_products(values: Float64Array, weights: Float64Array | BoolArray) -> float:
    """Sum of two arrays' products, the same to the last bit on every machine.

    Not ``values @ weights``: BLAS splits long ones over threads, which costs milliseconds on a
    busy machine and rounds by the number of cores.
    """
    return float((values * weights).sum())


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
