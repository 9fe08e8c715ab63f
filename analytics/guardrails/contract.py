"""What a load rule is: the most of one channel a day may hold, given the days before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from analytics.evidence import Evidence, Level
from analytics.history import Channel, History
from analytics.recording import Float64Array
from analytics.series.reasons import ReasonArray


class Family(StrEnum):
    """What a rule is about; alerts of two families within a week weigh more than two of one."""

    SPIKE = "spike"
    VOLUME = "volume"
    PAIN = "pain"
    OWN_FORM = "own_form"


class Ceiling(Protocol):
    """How a rule's ceiling is computed."""

    def __call__(self, history: History, threshold: float, /) -> Float64Array:
        """Most of the channel each day may hold, from the days before it only. ``[..., days]``.

        NaN where the rule does not apply; a ceiling of 0 or less means rest.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """One load rule.

    Parameters
    ----------
    version
        Raised when a change of the rule changes what it finds.
    precedence
        What the runner reads first: lower comes first.
    evidence
        Levels with thresholds, grade and sources; its key is the rule's.
    lookback_days
        How many days before a day its ceiling reads.
    ceiling
        See ``Ceiling``. A higher threshold never gives a lower ceiling.
    reason
        ``Reason`` of every NaN ceiling, ``NONE`` where there is a ceiling. ``[..., days]``.
    numbers
        What the sentence about a finding needs, by name with its unit; each ``[..., days]``.
    speaks_on_race_days
        False when a day tagged as a race opens no finding.
    """

    version: int
    precedence: int
    channel: Channel
    family: Family
    evidence: Evidence
    lookback_days: int
    ceiling: Ceiling
    reason: Callable[[History], ReasonArray]
    numbers: Callable[[History], Mapping[str, Float64Array]]
    speaks_on_race_days: bool = True

    @property
    def key(self) -> str:
        """Its name everywhere."""
        return self.evidence.key

    @property
    def levels(self) -> tuple[tuple[Level, float], ...]:
        """(level, threshold), rising."""
        return self.evidence.levels

    def threshold(self, level: Level) -> float | None:
        """The threshold of a level; None when the rule has no such level."""
        return dict(self.levels).get(level)
