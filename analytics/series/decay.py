"""Exponentially weighted series: EWMA for the ratio of that name, REDI for gappy logs."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.history import IntArray
from analytics.recording import BoolArray, Float64Array

REDI_DECAY_PER_DAY: Final = 0.1
_BLOCK: Final = 64


def decaying_sum(values: Float64Array, keep: float) -> Float64Array:
    """``y[t] = values[t] + keep * y[t-1]`` from ``y = 0``. ``[..., days]``.

    Worked in blocks: every block by itself, day by day for all blocks at once, and then the carry
    from block to block; about 64 + days / 64 array steps instead of one a day.
    """
    days = values.shape[-1]
    blocks = max(1, -(-days // _BLOCK))
    padded = np.zeros((*values.shape[:-1], blocks * _BLOCK))
    padded[..., :days] = values
    y = padded.reshape(*values.shape[:-1], blocks, _BLOCK)
    for day in range(1, _BLOCK):
        y[..., day] += keep * y[..., day - 1]
    decay = keep ** np.arange(1, _BLOCK + 1)
    for block in range(1, blocks):
        y[..., block, :] += decay * y[..., block - 1, -1:]
    return y.reshape(*values.shape[:-1], blocks * _BLOCK)[..., :days]


def ewma(load: Float64Array, span_days: int, first_index: int | IntArray = 0) -> Float64Array:
    """Exponentially weighted mean load, ``E[t] = w L[t] + (1 - w) E[t-1]``, w = 2 / (span + 1).

    Parameters
    ----------
    load
        Any unit, ``[..., days]``; 0 before ``first_index``.
    span_days
        7 for the acute, 28 for the chronic mean.
    first_index
        The first recorded day, where ``E = L``. One int, or int ``[...]``.

    Source: Williams et al. 2017, Br J Sports Med 51:209 (not a half-life).
    """
    weight = 2.0 / (span_days + 1)
    first = np.asarray(first_index)[..., np.newaxis]
    day: IntArray = np.arange(load.shape[-1], dtype=np.int64)
    fed = np.where(day == np.maximum(first, 0), load, weight * load)
    return decaying_sum(fed, 1.0 - weight)


def redi(
    load: Float64Array, observed: BoolArray, decay_per_day: float = REDI_DECAY_PER_DAY
) -> Float64Array:
    """Robust exponential decreasing index: a decaying mean over the observed days only.

    ``sum(e^(-d i) L[t-i]) / sum(e^(-d i))``, both over observed days; NaN before the first one.
    ``[..., days]``, in the load's unit. Days that are not known bend it no way, which is why it is
    offered where a ratio is not. Source: Moussa et al. 2019, doi:10.1136/bmjsem-2019-000573.
    """
    keep = float(np.exp(-decay_per_day))
    weighted = decaying_sum(np.where(observed, load, 0.0), keep)
    weights = decaying_sum(observed.astype(np.float64), keep)
    known = weights > 0
    return np.where(known, weighted / np.where(known, weights, 1.0), np.nan)
