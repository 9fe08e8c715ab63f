"""Every threshold's number, grade and source, in one place, as codes and numbers.

A threshold that is not here does not exist: the guardrails, the page about them and the cards all
read this table (SCIENCE.md, Decisions 1 and 2). Words for grades and levels live in api/messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

KM_PER_MILE: Final = 1.609344


class Level(StrEnum):
    """How much a day asks for, in order, ``NO_DATA`` below all. Compares by rank, not by name."""

    NO_DATA = "no_data"
    STEADY = "steady"
    NOTE = "note"
    TAKE_CARE = "take_care"
    EASE_OFF = "ease_off"
    STOP = "stop"

    @property
    def rank(self) -> int:
        """Place in the order: 0 for no data, 5 for stop."""
        return _RANKS[self]

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


_RANKS: Final[Mapping[Level, int]] = {level: rank for rank, level in enumerate(Level)}


class Grade(StrEnum):
    """How sure anyone is about a rule."""

    STRONGER = "stronger"
    SOME = "some"
    WEAK = "weak"
    DISPUTED = "disputed"
    EXPERT_OPINION = "expert_opinion"
    OUR_CHOICE = "our_choice"


@dataclass(frozen=True, slots=True)
class Source:
    """A publication: short name, year, where it stood, and its DOI (None when it has none here)."""

    code: str
    authors: str
    year: int
    where: str
    doi: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind one rule.

    ``levels`` are (level, threshold) with rising level and rising threshold; what the threshold
    measures is the rule's own (a growth fraction, a ratio, a multiple of a session).
    """

    key: str
    grade: Grade
    levels: tuple[tuple[Level, float], ...]
    sources: tuple[str, ...] = ()


SOURCES: Final[Mapping[str, Source]] = {
    source.code: source
    for source in (
        Source(
            "frandsen_2025",
            "Schuster Brandt Frandsen et al.",
            2025,
            "Br J Sports Med 59:1203",
            "10.1136/bjsports-2024-109380",
        ),
        Source(
            "nielsen_2019",
            "Nielsen et al. (protocol of the same cohort)",
            2019,
            "BMJ Open",
            "10.1136/bmjopen-2019-032627",
        ),
        Source("buist_2008", "Buist et al.", 2008, "Am J Sports Med", "10.1177/0363546507307505"),
        Source("nielsen_2014", "Nielsen et al.", 2014, "J Orthop Sports Phys Ther 44:739"),
        Source("damsted_2019", "Damsted et al.", 2019, "J Orthop Sports Phys Ther 49:230"),
        Source(
            "gabbett_2016",
            "Gabbett",
            2016,
            "Br J Sports Med 50:273",
            "10.1136/bjsports-2015-095788",
        ),
        Source(
            "windt_2019",
            "Windt and Gabbett",
            2019,
            "Br J Sports Med 53:988",
            "10.1136/bjsports-2017-098925",
        ),
        Source(
            "williams_2017",
            "Williams et al.",
            2017,
            "Br J Sports Med 51:209",
            "10.1136/bjsports-2016-096589",
        ),
        Source(
            "impellizzeri_2021",
            "Impellizzeri et al.",
            2021,
            "Sports Med 51:581",
            "10.1007/s40279-020-01378-6",
        ),
        Source(
            "moussa_2019",
            "Moussa et al.",
            2019,
            "BMJ Open Sport Exerc Med",
            "10.1136/bmjsem-2019-000573",
        ),
    )
}

LONGEST_RUN: Final = Evidence(
    "longest_run",
    Grade.SOME,
    ((Level.TAKE_CARE, 0.10), (Level.EASE_OFF, 1.00)),
    ("frandsen_2025", "nielsen_2019"),
)
WEEKLY_RAMP: Final = Evidence(
    "weekly_ramp",
    Grade.WEAK,
    ((Level.NOTE, 0.10), (Level.TAKE_CARE, 0.30)),
    ("buist_2008", "nielsen_2014", "damsted_2019", "frandsen_2025"),
)
RATIO: Final = Evidence(
    "ratio",
    Grade.DISPUTED,
    ((Level.NOTE, 1.3), (Level.TAKE_CARE, 1.5)),
    ("gabbett_2016", "windt_2019", "impellizzeri_2021", "frandsen_2025"),
)
RATIO_EWMA: Final = Evidence(
    "ratio_ewma",
    Grade.DISPUTED,
    ((Level.NOTE, 1.5),),
    ("williams_2017", "impellizzeri_2021"),
)
FLEXIONS_WEEK: Final = Evidence("flexions_week", Grade.OUR_CHOICE, WEEKLY_RAMP.levels)
FLEXIONS_LONGEST_RUN: Final = Evidence("flexions_longest_run", Grade.OUR_CHOICE, LONGEST_RUN.levels)
COMEBACK: Final = Evidence(
    "comeback", Grade.EXPERT_OPINION, ((Level.TAKE_CARE, 1.0), (Level.EASE_OFF, 2.0))
)
FIRST_RUNS: Final = Evidence("first_runs", Grade.OUR_CHOICE, ((Level.TAKE_CARE, 0.30),))

MIN_SPIKE_KM: Final = 1.0
"""A run is no spike below this much more than the reference: GPS error, beginners (our choice)."""

MIN_RAMP_KM: Final = 5.0
"""A week is no ramp below this much more than the reference (our choice)."""

FLOOR_SESSION_KM: Final = 3.0
"""The smallest session a comeback or a first run is held to: 30 minutes at walk-run pace."""

FLOOR_SESSIONS_PER_WEEK: Final = 3
"""The smallest comeback week, in floor sessions: nobody is held at 0 for ever (our choice)."""

FIRST_RUNS_DAYS: Final = 28
"""Days of history before the longest run of the last 30 days means anything."""

FIRST_RUNS_STEP_DAYS: Final = 7
"""In the first runs a longer run, or week, counts for the next step only after this many days."""

COMEBACK_AFTER_DAYS: Final = 7
"""Days without a run from which a comeback begins."""

COMEBACK_BANDS: Final[tuple[tuple[int, float, float], ...]] = (
    (7, 0.70, 0.60),
    (14, 0.50, 0.50),
    (28, 0.33, 0.35),
    (180, 0.20, 0.35),
)
"""(up to days off, share of the usual week, share of the longest run) of the first week back."""

COMEBACK_WEEKLY_GROWTH: Final = 0.25
COMEBACK_DONE_AT: Final = 0.80
"""A comeback ends when its week is back at this share of the usual week."""

COMEBACK_MAX_WEEKS: Final = 8
"""It ends then in any case: by then the other windows hold only what was run since (our choice)."""

FORGOTTEN_AFTER_DAYS: Final = COMEBACK_BANDS[-1][0]
"""After a longer gap what was usual before it counts for nothing: the floors hold (our choice)."""

RETURN_MIN_RUN_KM: Final = 1.0
RETURN_MIN_RUN_MINUTES: Final = 10.0
"""A run ends a lay-off from here on; the minutes are for runs of unknown distance (our choice)."""

RETURN_MIN_WEEK: Final = 0.05
"""Nor is it over while seven days hold less than this of a usual week, or 3 km (our choice)."""

LOW_BASE_RUNS: Final = 3
LOW_BASE_KM_PER_WEEK: Final = 5.0
"""A ratio has no zone when its 21 base days hold fewer runs or km a week than these."""

MAX_UNOBSERVED_DAYS: Final = 2
"""A ratio is unknown with more unobserved days than this in 28, or any in the last 7."""

FLEXIONS_PER_KM_UNKNOWN: Final = 1500 / KM_PER_MILE
"""Hip flexions per km where the runner's own is unknown: the 1,500 a mile of clinic use."""

USUAL_GAP_DAYS: Final = (3, 7, 10)
"""The usual gap between runs: at least, when unknown, and at most (our choice)."""

USUAL_GAP_PERCENTILE: Final = 90.0
CLEAR_DAYS: Final = 3
"""An episode clears after this many days below."""

FAMILIES_WITHIN_DAYS: Final = 7
"""Alerts of two families within this many days raise the day to ease off."""
