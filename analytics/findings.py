"""Ceilings against what was run: findings, the episodes they form, and the level of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

import numpy as np

from analytics import evidence
from analytics.evidence import Level
from analytics.guardrails.contract import Family, Guardrail
from analytics.guardrails.registry import all_guardrails
from analytics.history import Channel, History

__all__ = [
    "CLEAR_DAYS",
    "Channel",
    "Episode",
    "Family",
    "Finding",
    "Level",
    "alert_episodes",
    "day_level",
    "episodes",
    "findings",
]

CLEAR_DAYS: Final = evidence.CLEAR_DAYS


@dataclass(frozen=True, slots=True)
class Finding:
    """One day's amount above a guardrail's ceiling.

    ``key`` is the guardrail's, ``level`` the highest one whose ceiling was passed, ``ceiling`` and
    ``threshold`` that level's. ``amount`` and ``ceiling`` are in the channel's unit; a ceiling of 0
    means that the day was one to rest. ``numbers`` are named with their units; a flexion finding
    merged into this one leaves ``day_flexions`` and ``limit_flexions`` there, and its level where
    that is the higher one. ``evidence`` is the key in ``analytics.evidence``.
    """

    key: str
    rule_version: int
    family: Family
    channel: Channel
    day: date
    level: Level
    amount: float
    ceiling: float
    threshold: float
    numbers: Mapping[str, float]
    evidence: str

    @property
    def is_alert(self) -> bool:
        """Whether it is more than a note."""
        return self.level >= Level.TAKE_CARE


@dataclass(frozen=True, slots=True)
class Episode:
    """Findings of one rule with fewer than three days below between them.

    ``level`` is the highest; ``cleared_on`` the first day on which it is cleared if nothing new is
    added: the one after the third day below.
    """

    key: str
    family: Family
    level: Level
    opened_on: date
    last_on: date
    cleared_on: date
    findings: tuple[Finding, ...]

    def is_open(self, day: date) -> bool:
        """Whether it is open at the end of that day."""
        return self.opened_on <= day < self.cleared_on


def findings(history: History, *, from_index: int = 0) -> tuple[Finding, ...]:
    """What one athlete's days from ``from_index`` on hold above a ceiling, by day and precedence.

    The highest level per guardrail and day, and only on days with a run, the very first one
    excepted: it has nothing before it to be a jump from. A flexion finding merges into the first km
    finding of the same day and family that is an alert, or a note as it is one. Days fewer than
    ``history.LOOKBACK_DAYS`` after the first day of a history that begins later than the athlete's
    first run are judged on part of their past.

    Raises
    ------
    ValueError
        The history is of more than one athlete.
    """
    if history.distance_km.ndim != 1:
        raise ValueError("findings are of one athlete at a time")
    found = [
        (index, rule.precedence, finding)
        for rule in all_guardrails()
        for index, finding in _of_rule(rule, history, from_index)
    ]
    by_day = sorted(found, key=lambda one: (one[0], one[1]))
    merged: list[Finding] = []
    for _, of_day in groupby(by_day, key=lambda one: one[0]):
        merged += _merged([finding for _, _, finding in of_day])
    return tuple(merged)


def episodes(findings: Iterable[Finding]) -> tuple[Episode, ...]:
    """The findings as episodes, in the order they opened. Findings may come in any order."""
    made: list[Episode] = []
    by_rule = sorted(findings, key=attrgetter("key", "day"))
    for _, of_rule in groupby(by_rule, key=attrgetter("key")):
        run: list[Finding] = []
        for finding in of_rule:
            if run and (finding.day - run[-1].day).days > CLEAR_DAYS:
                made.append(_episode(run))
                run = []
            run.append(finding)
        made.append(_episode(run))
    return tuple(sorted(made, key=attrgetter("opened_on", "key")))


def alert_episodes(findings: Iterable[Finding]) -> tuple[Episode, ...]:
    """The episodes of the findings at take care or above; notes open none and keep none open."""
    return episodes(finding for finding in findings if finding.is_alert)


def day_level(findings: Iterable[Finding], day: date) -> Level:
    """The level of a day: the highest alert still open at its end, steady without one.

    Two alerts of different families within seven days raise it to ease off for as long as the
    later one is open. Notes are context and leave it steady.
    """
    alerts = [finding for finding in findings if finding.is_alert and finding.day <= day]
    open_alerts = [one for one in alerts if (day - one.day).days <= CLEAR_DAYS]
    level = max((one.level for one in open_alerts), default=Level.STEADY)
    two_families = any(
        one.family != other.family
        and 0 <= (one.day - other.day).days < evidence.FAMILIES_WITHIN_DAYS
        for one in open_alerts
        for other in alerts
    )
    return max(level, Level.EASE_OFF) if two_families else level


def _of_rule(rule: Guardrail, history: History, from_index: int) -> list[tuple[int, Finding]]:
    """The rule's findings with their day index."""
    amounts = history.amounts(rule.channel)
    speaks = history.run_days.copy()
    speaks[:from_index] = False
    first_run = int(history.first_run_index)
    if 0 <= first_run < history.days:
        # The first run of all is no jump: nothing is known of what came before it.
        speaks[first_run] = False
    if not rule.speaks_on_race_days:
        speaks &= ~history.race
    reached: dict[int, tuple[Level, float, float]] = {}
    for level, threshold in rule.levels:
        # Below 0 a ceiling says no more than rest, which a run without a known distance keeps.
        ceiling = np.maximum(rule.ceiling(history, threshold), 0.0)
        # A comparison with NaN is False: where a rule does not apply there is no finding.
        for index in np.flatnonzero(speaks & (amounts > ceiling)).tolist():
            reached[index] = level, threshold, float(ceiling[index])
    if not reached:
        return []
    numbers = rule.numbers(history)
    return [
        (
            index,
            Finding(
                key=rule.key,
                rule_version=rule.version,
                family=rule.family,
                channel=rule.channel,
                day=history.date_of(index),
                level=level,
                amount=float(amounts[index]),
                ceiling=ceiling,
                threshold=threshold,
                numbers={
                    name: float(series[index])
                    for name, series in numbers.items()
                    if np.isfinite(series[index])
                },
                evidence=rule.evidence.key,
            ),
        )
        for index, (level, threshold, ceiling) in reached.items()
    ]


def _merged(of_day: Sequence[Finding]) -> list[Finding]:
    """The day's findings, flexions merged into km where km is an alert or says the same or more."""
    kept = [finding for finding in of_day if not finding.channel.counts_flexions]
    for flexions in of_day:
        if not flexions.channel.counts_flexions:
            continue
        into = next(
            (
                place
                for place, km in enumerate(kept)
                if not km.channel.counts_flexions
                and km.family == flexions.family
                and (km.is_alert or km.level >= flexions.level)
            ),
            None,
        )
        if into is None:
            kept.append(flexions)
            continue
        added = {"day_flexions": flexions.amount, "limit_flexions": flexions.ceiling}
        kept[into] = replace(
            kept[into],
            level=max(kept[into].level, flexions.level),
            numbers={**kept[into].numbers, **added},
        )
    return kept


def _episode(run: Sequence[Finding]) -> Episode:
    return Episode(
        key=run[0].key,
        family=run[0].family,
        level=max(finding.level for finding in run),
        opened_on=run[0].day,
        last_on=run[-1].day,
        cleared_on=run[-1].day + timedelta(days=CLEAR_DAYS + 1),
        findings=tuple(run),
    )
