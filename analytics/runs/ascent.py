"""How much a run climbed, for recordings whose device did not say."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import Float32Array, Float64Array

BLOCK_S: Final = 10.0
"""Altitudes are averaged over this long: a barometer trembles by decimetres, a satellite altitude
by metres (our choice)."""

HYSTERESIS_M: Final = 3.0
"""A rise counts once it is this high above the last low (our choice: above the tremble left after
averaging, below any hill)."""


def climbed_m(altitude_m: Float32Array, active_s: Float64Array) -> float | None:
    """Metres climbed, each rise counted once it is clear of the noise.

    Parameters
    ----------
    altitude_m
        ``[n]``, NaN where missing.
    active_s
        ``[n]``, seconds of the stretch that ends at each sample; samples of no time do not count.

    Returns
    -------
    Metres, or None without an altitude.
    """
    counted = np.flatnonzero((active_s > 0) & ~np.isnan(altitude_m))
    if len(counted) == 0:
        return None
    block = np.floor(np.cumsum(active_s)[counted] / BLOCK_S)
    starts = np.flatnonzero(np.diff(block, prepend=-1.0))
    sums = np.add.reduceat(altitude_m[counted].astype(np.float64), starts)
    means = sums / np.diff(starts, append=len(counted))
    return _rises_m(means.tolist())


def _rises_m(altitudes_m: list[float]) -> float:
    climbed = 0.0
    low = high = altitudes_m[0]
    for altitude in altitudes_m:
        if altitude > high:
            high = altitude
        elif altitude < high - HYSTERESIS_M or altitude < low:
            # The way down has begun, or a lower low was found before any rise counted.
            if high - low >= HYSTERESIS_M:
                climbed += high - low
            low = high = altitude
    if high - low >= HYSTERESIS_M:
        climbed += high - low
    return climbed
