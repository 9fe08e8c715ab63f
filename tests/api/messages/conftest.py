"""Every message the catalogues can make, each whole and with its blanks filled."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import date

import pytest

import api.messages
from analytics.recording import Warn
from api.messages import evidence, footer, headline, limit, reasons, rules
from api.messages.filling import blanks
from api.messages.imports import OUTCOMES, item_words, warning_text
from api.messages.pages import WORDS, say
from api.messages.runs import duplicate_text, held_out_text

DAY = date(2026, 11, 3)
UNIT_EXAMPLES = {"_km": 11.3, "flexions": 12_480.0, "_days": 9.0, "ratio": 1.52}


def strings_in(value: object) -> Iterator[str]:
    """Every text in a catalogue, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():  # pyright: ignore[reportUnknownVariableType] - any catalogue
            yield from strings_in(one)  # pyright: ignore[reportUnknownArgumentType] - as above
    elif isinstance(value, (tuple, list)):
        for one in value:  # pyright: ignore[reportUnknownVariableType] - as above
            yield from strings_in(one)  # pyright: ignore[reportUnknownArgumentType] - as above
    elif isinstance(value, rules.RuleWords):
        yield value.name
        for part in (value.titles, value.why, value.what_to_do):
            yield from strings_in(part)


def examples_for(rule: rules.RuleWords) -> dict[str, float]:
    """A number for each blank of a rule that a finding's numbers would fill."""
    names = {name for text in strings_in(rule) for name in blanks(text)}
    return {
        name: example
        for name in names - {"day", "amount", "ceiling"}
        for unit, example in UNIT_EXAMPLES.items()
        if name.endswith(unit)
    }


@pytest.fixture(scope="session")
def catalogue() -> Mapping[str, list[str]]:
    """Every text of every catalogue, by module."""
    found: dict[str, list[str]] = {}
    for module in pkgutil.iter_modules(api.messages.__path__):
        names = vars(importlib.import_module(f"api.messages.{module.name}"))
        found[module.name] = [
            text
            for name, value in names.items()
            if name.strip("_").isupper()
            for text in strings_in(value)
        ]
    return found


@pytest.fixture(scope="session")
def messages() -> list[str]:
    """Whole messages as a runner reads them."""
    return [*_cards(), *_limits(), *_headlines(), *_imports(), *_runs(), *_others()]


@pytest.fixture(scope="session")
def headlines() -> list[str]:
    """Every headline."""
    return list(_headlines())


def _cards() -> Iterator[str]:
    for key, words in rules.RULES.items():
        for level in words.what_to_do:
            channel = "flexions" if "flexions" in key else "distance_km"
            for numbers in (examples_for(words), {}):
                yield " ".join(
                    [
                        rules.rule_title(key, level) + ".",
                        *rules.card(
                            key,
                            level,
                            numbers,
                            amount=15.0,
                            ceiling=12.4,
                            channel=channel,
                            day=DAY,
                            clears_on=date(2026, 11, 6),
                        )[1:],
                    ]
                )


def _limits() -> Iterator[str]:
    for guardrail, sentence in limit.BINDS.items():
        names = {name for text in strings_in(sentence) for name in blanks(text)}
        numbers = {name: 9.0 if name.endswith("_days") else 11.3 for name in names}
        for known in (numbers, {}):
            for km, done in ((12.4, 0.0), (12.4, 5.0), (12.4, 12.4), (12.4, 13.0), (0.0, 0.0)):
                yield limit.limit_text(km, guardrail, known, done_km=done)
    yield limit.limit_text(0.0, "weekly_ramp", done_km=4.0)
    yield limit.limit_text(None, None, stale=True)
    yield limit.limit_text(None, None, has_runs=False)


def _headlines() -> Iterator[str]:
    for level in ("no_data", "steady", "note", "stop"):
        yield headline.headline(level, data_through=DAY)
    yield headline.headline("no_data", data_through=None)
    for key, words in rules.RULES.items():
        for level in words.what_to_do:
            yield headline.headline(
                level, data_through=DAY, rule=key, rule_level=level, day=DAY, read_on=DAY
            )
            yield headline.headline(
                "ease_off", data_through=DAY, rule=key, rule_level="take_care", day=DAY
            )


def _imports() -> Iterator[str]:
    for status, words in OUTCOMES.items():
        for code in words:
            detail = {"duplicate": "2026-11-03", "imported": "3 120 1"}.get(status, "")
            told = item_words(status, code, detail)
            yield f"{told.sentence} {told.hint}".rstrip()
    for code in Warn:
        yield warning_text(code)
        yield warning_text(code, 12)


def _runs() -> Iterator[str]:
    for was_run in (None, True, False):
        for held_out in ((4140.0, 340.0), (1.0, 70.0), (0.0, 70.0)):
            for day in (None, "Tue 3 Nov"):
                yield held_out_text(*held_out, fast_was_run=was_run, day=day) or ""
    for knows_time in (True, False):
        yield duplicate_text(knows_time=knows_time)


def _others() -> Iterator[str]:
    yield from evidence.RULES.values()
    yield footer.FOOTER
    for code in reasons.REASONS:
        yield reasons.reason_text(code, {"needed_days": 28.0, "history_days": 9.0})
        yield reasons.reason_text(code)
    for key, words in WORDS.items():
        if words.endswith("."):  # the others are labels
            yield say(key, **dict.fromkeys(blanks(words), "12"))
