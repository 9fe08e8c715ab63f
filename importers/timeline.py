"""Strictly increasing sample times out of whatever order and repetition a file has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.recording import Float64Array

_Floating = TypeVar("_Floating", np.float32, np.float64)
_Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Sample times in order, and how to bring the other fields into that order.

    Parameters
    ----------
    seconds
        float64 ``[m]``, strictly increasing.
    repeated
        How many of the ``n`` raw times were merged into an equal one: ``n - m``.
    backward
        How many raw times lay before the one preceding them in the file.
    order
        ``[n]`` raw indices by time, equal times in file order; None when already so.
    starts
        ``[m]`` where each distinct time begins in ``order``; None when all are distinct.
    """

    seconds: Float64Array
    repeated: int = 0
    backward: int = 0
    order: _Indices | None = None
    starts: _Indices | None = None

    def merge(self, values: NDArray[_Floating]) -> NDArray[_Floating]:
        """Bring one field ``[n]`` onto the ``m`` times, the input itself when nothing changes.

        Several samples of one time become one: the last of them, in file order, that is not
        NaN, for each field on its own.
        """
        ordered = values if self.order is None else values[self.order]
        if self.starts is None:
            return ordered
        present = np.where(np.isnan(ordered), -1, np.arange(len(ordered)))
        last = np.maximum.reduceat(present, self.starts)
        # Index -1 (no value at all) picks any element; a NaN of that group replaces it.
        return ordered[np.where(last >= 0, last, self.starts)]


def timeline(seconds: Float64Array) -> Timeline:
    """Sort the times of a file and merge equal ones.

    Parameters
    ----------
    seconds
        float64 ``[n]``, finite: the caller has dropped records without a time. Returned
        untouched when strictly increasing, as nearly every file is.
    """
    steps = np.diff(seconds)
    if (steps > 0).all():
        return Timeline(seconds)
    backward = int(np.count_nonzero(steps < 0))
    order = np.argsort(seconds, kind="stable") if backward else None
    ordered = seconds if order is None else seconds[order]
    first_of_time = np.concatenate(([True], np.diff(ordered) > 0))
    repeated = len(seconds) - int(np.count_nonzero(first_of_time))
    if not repeated:
        return Timeline(ordered, backward=backward, order=order)
    starts = np.flatnonzero(first_of_time)
    return Timeline(ordered[starts], repeated, backward, order, starts)
