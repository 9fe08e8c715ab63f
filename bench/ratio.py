"""A benchmark's result: a ratio measured within one run, held against its bar."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast, or as large, one thing is as another.

    ``at_least`` and ``at_most`` are the bars; one of them is set.
    """

    name: str
    value: float
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    def line(self) -> str:
        """One line for people."""
        bar = (
            f"at least {self.at_least:g}"
            if self.at_least is not None
            else f"at most {self.at_most:g}"
        )
        mark = "ok  " if self.holds else "MISS"
        return f"{mark} {self.name}: {self.value:.3g} {self.unit} (bar: {bar} {self.unit})"


def seconds(work: Callable[[], object], repeat: int = 1) -> float:
    """Median seconds of ``repeat`` calls."""
    taken: list[float] = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def report(ratios: list[Ratio]) -> None:
    """Print the ratios; exit with 1 when a bar is missed."""
    for ratio in ratios:
        print(ratio.line())
    if not all(ratio.holds for ratio in ratios):
        sys.exit(1)
