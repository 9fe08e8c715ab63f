"""Why a number is not there: a code beside every NaN."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import BoolArray

ReasonArray = NDArray[np.int8]


class Reason(IntEnum):
    """Why a ceiling or a ratio does not apply; ``NONE`` where it does. ``code`` is its name."""

    NONE = 0
    INSUFFICIENT_HISTORY = 1
    """Too few days since the first run."""
    UNOBSERVED = 2
    """Days in the window are not known."""
    COMEBACK = 3
    """The window holds a lay-off; the comeback ceiling holds the day instead."""
    NO_BASE = 4
    """Nothing was run in the ratio's base days."""
    LOW_BASE = 5
    """Too little was run in the ratio's base days for a zone."""
    NO_PRIOR = 6
    """No week before to compare with."""
    NO_REFERENCE = 7
    """No run in the reference days."""
    NO_LAY_OFF = 8
    """The runner is not coming back from a lay-off."""
    ENOUGH_HISTORY = 9
    """The first runs are over."""
    PARTIAL = 10
    """There is a number, from fewer days than its window asks for."""

    @property
    def code(self) -> str:
        """Its name as other rooms know it, such as ``no_base``; empty for ``NONE``."""
        return "" if self is Reason.NONE else self.name.lower()


_NONE: Final = np.int8(Reason.NONE)


def first_reason(*cases: tuple[BoolArray, Reason]) -> ReasonArray:
    """The reason of the first case that holds, day by day. ``[..., days]``."""
    conditions = [condition for condition, _ in cases]
    codes = [np.int8(reason) for _, reason in cases]
    return np.select(conditions, codes, default=_NONE).astype(np.int8)
