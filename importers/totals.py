"""What a device may claim to have summed up in one activity."""

from __future__ import annotations

from typing import Final

LARGEST_TOTAL: Final = 1e8
"""Three years of seconds, or 100,000 km in metres: more than FIT's own fields hold (our choice).
Beyond it dates overflow and sums lose their last digits."""


SMALLEST_TOTAL: Final = 1e-3
"""No device counts finer; something divided by less may overflow."""


def total(value: float | None) -> float | None:
    """The claim itself, or None when nothing can have summed up to it, NaN included."""
    if value is None or not 0 <= value <= LARGEST_TOTAL:
        return None
    return value if value >= SMALLEST_TOTAL else 0.0
