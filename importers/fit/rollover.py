"""Counters of which a file keeps only the low bits: whole values from them, all at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]


def unroll(low: Int64Array, bits: int, full: Int64Array | None = None) -> Int64Array:
    """Whole values of a rising counter whose low bits are known.

    Each value is the smallest one not below the value before it that ends in its low bits.

    Parameters
    ----------
    low
        int64 ``[n]``, the low ``bits`` of each value, -1 where there are none.
    bits
        How many bits are kept.
    full
        int64 ``[n]``, the whole value where the file has it, -1 elsewhere; it sets the counter.
        None when there are none: then the counter starts at 0.

    Returns
    -------
    int64 ``[n]``, -1 where neither was given, and before the first whole value if there are any.
    """
    span = 1 << bits
    anchored = full is not None
    whole = np.full(len(low), -1, np.int64) if full is None else full
    known = np.flatnonzero((low >= 0) | (whole >= 0))
    result = np.full(len(low), -1, np.int64)
    if not len(known):
        return result
    start = whole[known]
    ends = np.where(start >= 0, start % span, low[known] % span)
    before = np.concatenate(([0], ends[:-1]))
    rises = np.where(start >= 0, 0, (ends - before) % span)
    risen = np.cumsum(rises)
    anchor = np.maximum.accumulate(np.where(start >= 0, np.arange(len(known)), -1))
    values = np.where(anchor >= 0, start[anchor] + risen - risen[anchor], risen)
    result[known] = np.where(anchor >= 0, values, -1) if anchored else values
    return result
