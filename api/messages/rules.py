"""What each rule is called and what its card says: the title, why, what to do, when it clears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from api.messages import figures
from api.messages.filling import Passage, fill, fill_passage

NO_LINK: Final = "No study links this count to hip pain."


BIG_PERCENT: Final = 30.0
"""A take-care jump beyond this is called big: a difference in wording only."""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule's words; titles and advice by level, ``take_care_big`` for a take-care that is big."""

    name: str
    titles: Mapping[str, str]
    why: Passage
    what_to_do: Mapping[str, Passage]


class CardWords(NamedTuple):
    """A card as the runner reads it."""

    title: str
    why: str
    what_to_do: str
    clears: str


_HURTS: Final = "If something hurts, stop and rest."
_SMALL_STEPS: Final = "Stay within today's limit, then grow in small steps."
_DAY_LIMIT: Final = "That day's limit was {ceiling}."
_FLEXIONS_TOO: Final = (
    "It held {day_flexions}, and past {limit_flexions} was a new jump too. " + NO_LINK
)

RULES: Final[Mapping[str, RuleWords]] = {
    "longest_run": RuleWords(
        name="Longest run",
        titles={
            "take_care": "Your run was a new jump",
            "take_care_big": "Your run was a big jump",
            "ease_off": "Your run was a very big jump",
        },
        why=(
            "Your run on {day} was {amount}.",
            "Your longest run of the 30 days before was {reference_km}.",
            "Past {ceiling} was a new jump.",
            _FLEXIONS_TOO,
        ),
        what_to_do={
            "take_care": ("Keep the next two days short and slow, or rest.", _SMALL_STEPS),
            "ease_off": (
                "Rest for a day or two, then keep your runs short and slow for a week.",
                _SMALL_STEPS,
                _HURTS,
            ),
        },
    ),
    "weekly_ramp": RuleWords(
        name="Weekly jump",
        titles={
            "note": "Your week grew a lot",
            "take_care": "Your week was a new jump",
        },
        why=(
            "You ran {amount} on {day}.",
            "That made {week_km} in seven days.",
            "Your biggest week of the four before was {highest_week_km}.",
            _DAY_LIMIT,
            _FLEXIONS_TOO,
        ),
        what_to_do={
            "note": ("Hold this week's km for a week before you add more.",),
            "take_care": (
                "Take a rest day and keep the next runs short and slow.",
                "Hold your week steady before you add more.",
            ),
        },
    ),
    "ratio": RuleWords(
        name="Week against last weeks",
        titles={
            "note": "Your week is above your last weeks",
            "take_care": "Your week is far above your last weeks",
        },
        why=(
            "You ran {amount} on {day}.",
            "That made {week_km} in seven days.",
            "The three weeks before had {base_week_km} a week.",
            _DAY_LIMIT,
            _FLEXIONS_TOO,
        ),
        what_to_do={
            "note": ("Hold this week's km for a week before you add more.",),
            "take_care": (
                "Take a rest day and keep the next runs short and slow.",
                "Hold your week steady before you add more.",
            ),
        },
    ),
    "ratio_ewma": RuleWords(
        name="Last days against last weeks",
        titles={"note": "Your last days are above your last weeks"},
        why=(
            "You ran {amount} on {day}.",
            "Your last days now weigh more than your last weeks.",
            _DAY_LIMIT,
        ),
        what_to_do={"note": ("Hold your km steady for a few days before you add more.",)},
    ),
    "flexions_week": RuleWords(
        name="Hip flexions of the week",
        titles={
            "note": "Your hips bent more this week",
            "take_care": "Many more hip flexions this week",
        },
        why=(
            "You had {amount} on {day}.",
            "That made {week_flexions} in seven days.",
            "Your biggest week of the four before had {highest_week_flexions}.",
            _DAY_LIMIT,
            NO_LINK,
        ),
        what_to_do={
            "note": ("Hold this week's count for a week before you add more.",),
            "take_care": (
                "Take a rest day and keep the next runs short.",
                "Hold your week steady before you add more.",
            ),
        },
    ),
    "flexions_longest_run": RuleWords(
        name="Hip flexions of one run",
        titles={
            "take_care": "Many more hip flexions in one run",
            "ease_off": "Far more hip flexions in one run",
        },
        why=(
            "Your run on {day} had {amount}.",
            "The most in one run of the 30 days before was {reference_flexions}.",
            "Past {ceiling} was a new jump.",
            NO_LINK,
        ),
        what_to_do={
            "take_care": ("Keep the next two days short, or rest.", _SMALL_STEPS),
            "ease_off": (
                "Rest for a day or two, then keep your runs short for a week.",
                _SMALL_STEPS,
                _HURTS,
            ),
        },
    ),
    "comeback": RuleWords(
        name="Coming back",
        titles={
            "take_care": "A lot so soon after a break",
            "ease_off": "Very much so soon after a break",
        },
        why=(
            ("You had {off_days} without a run.", "You are coming back from a break."),
            "You ran {amount} on {day}.",
            "So soon after a break the limit was {ceiling}.",
            _FLEXIONS_TOO,
        ),
        what_to_do={
            "take_care": (
                "Take a rest day, then keep to today's limit.",
                "It grows each week until you are back.",
            ),
            "ease_off": (
                "Rest for two days, then start again with a short run.",
                "The limit grows each week until you are back.",
                _HURTS,
            ),
        },
    ),
    "first_runs": RuleWords(
        name="First weeks",
        titles={"take_care": "A big step in your first weeks"},
        why=(
            "You ran {amount} on {day}.",
            "Your longest run up to then was {reference_km}.",
            "In your first four weeks the limit grows in small steps: it was {ceiling}.",
            _FLEXIONS_TOO,
        ),
        what_to_do={
            "take_care": (
                "Keep your next runs within today's limit.",
                "It grows week by week.",
            ),
        },
    ),
}

CLEARS: Final = (
    "It clears on {clears_on} if you add no new jump.",
    "It clears after three days with no new jump.",
)


def rule_name(rule: str) -> str:
    """What a rule is called. Raises ``KeyError`` for a rule without words."""
    return RULES[rule].name


def rule_title(rule: str, level: str, numbers: Mapping[str, float] | None = None) -> str:
    """A finding in one line. Raises ``KeyError`` for a rule without words."""
    titles = RULES[rule].titles
    big = (numbers or {}).get("increase_percent", 0.0) > BIG_PERCENT
    variant = f"{level}_big" if big and f"{level}_big" in titles else level
    return titles.get(variant) or next(iter(titles.values()))


def card(  # noqa: PLR0913 - a finding has this many parts
    rule: str,
    level: str,
    numbers: Mapping[str, float],
    *,
    amount: float,
    ceiling: float,
    channel: str,
    day: date,
    clears_on: date | None = None,
    read_on: date | None = None,
) -> CardWords:
    """A finding as the runner reads it.

    Parameters
    ----------
    numbers
        What the ceiling was made of, units at the end of their names; a sentence whose number is
        not among them is left out.
    amount, ceiling
        What the day held and the most it might hold, in the unit of ``channel``.
    clears_on
        The day it clears if nothing new is added.
    read_on
        The day it is read: dates far from it carry their year.
    """
    words = RULES[rule]
    shown_amount, shown_ceiling = figures.amount_and_ceiling(channel, amount, ceiling)
    known = figures.named(numbers) | {
        "amount": shown_amount,
        "ceiling": shown_ceiling,
        "day": figures.day(day, read_on),
    }
    if clears_on is not None:
        known["clears_on"] = figures.day(clears_on, read_on)
    advice = words.what_to_do.get(level) or next(iter(words.what_to_do.values()))
    return CardWords(
        title=rule_title(rule, level, numbers),
        why=fill_passage(words.why, known),
        what_to_do=fill_passage(advice, known),
        clears=fill(CLEARS, known),
    )
