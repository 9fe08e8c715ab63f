"""Heart rate that a chest strap stored under water and handed over later: ``hr`` messages.

Source: Garmin, "FIT SDK: plugin example, heart rate": a message with ``timestamp`` and
``event_timestamp`` ties the strap's clock to the watch's; the others carry beats' times in
``event_timestamp_12``, twelve low bits each, and as many values of ``filtered_bpm``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import Float64Array
from importers.fit.clock import seconds_of
from importers.fit.decoding import Columns

NEAR_S: Final = 2.5
"""A strap value stands for a record at most so far away."""


def strap_heart_rate(hr: Columns, stamps: Float64Array) -> Float64Array:
    """Heart rate of the strap at given times.

    Parameters
    ----------
    hr
        The file's ``hr`` messages.
    stamps
        float64 ``[n]``, FIT seconds, NaN where missing.

    Returns
    -------
    float64 ``[n]``, beats per minute, NaN where the strap has none near.
    """
    result = np.full(len(stamps), np.nan)
    times, beats = _samples(hr)
    if not len(times):
        return result
    known = np.flatnonzero(~np.isnan(stamps))
    after = np.minimum(np.searchsorted(times, stamps[known]), len(times) - 1)
    before = np.maximum(after - 1, 0)
    closer = np.abs(times[before] - stamps[known]) <= np.abs(times[after] - stamps[known])
    nearest = np.where(closer, before, after)
    near = np.abs(times[nearest] - stamps[known]) <= NEAR_S
    result[known[near]] = beats[nearest[near]]
    return result


def _samples(hr: Columns) -> tuple[Float64Array, Float64Array]:
    """Times and values of all strap samples, by time."""
    bpm = hr.arrays("filtered_bpm")
    whole = hr.numbers("event_timestamp")
    events = hr.components("event_timestamp")
    if not events.shape[1]:
        events = whole[:, None]
    width = min(bpm.shape[1], events.shape[1])
    bpm, times = bpm[:, :width], events[:, :width] + _offset(hr, whole)[:, None]
    usable = (bpm > 0) & ~np.isnan(times)
    times, bpm = times[usable], bpm[usable]
    order = np.argsort(times, kind="stable")
    return times[order], bpm[order]


def _offset(hr: Columns, whole: Float64Array) -> Float64Array:
    """What leads from the strap's clock to the watch's, by message: the latest tie before it."""
    ties = seconds_of(hr, "timestamp") + np.nan_to_num(hr.numbers("fractional_timestamp")) - whole
    latest = np.maximum.accumulate(np.where(np.isnan(ties), -1, np.arange(len(ties))))
    # A tie holds only within its own part of the file: the strap's clock starts anew in each.
    tied = (latest >= 0) & (hr.parts[latest] == hr.parts)
    return np.where(tied, ties[latest], np.nan)
