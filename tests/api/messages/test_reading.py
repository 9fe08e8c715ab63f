import re
from collections.abc import Mapping

import pytest
import textstat  # pyright: ignore[reportMissingTypeStubs] - it has none

from api.messages.filling import blanks, fill, fill_passage

GRADE = 6.0

FORBIDDEN = (
    "diagnosis", "safe", "danger", "dangerous", "cure", "failed", "unproductive", "injured",
    "allowed", "cleared",
)  # fmt: skip

MULTIPLIER = re.compile(r"\d\s*(x|times|%)|\btwice\b|\bdouble", re.IGNORECASE)


def grade_of(message: str) -> float:
    return textstat.flesch_kincaid_grade(message)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - it has no types


def test_every_whole_message_reads_at_grade_six_or_below(messages: list[str]) -> None:
    grades = {message: grade_of(message) for message in messages}
    assert {message: grade for message, grade in grades.items() if grade > GRADE} == {}


def test_the_messages_are_many_and_none_is_empty(messages: list[str]) -> None:
    assert len(set(messages)) > 150
    assert all(message.strip() for message in messages)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_catalogue_holds_a_word_that_promises_or_frightens(
    word: str, catalogue: Mapping[str, list[str]]
) -> None:
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    assert [text for texts in catalogue.values() for text in texts if pattern.search(text)] == []


def test_the_catalogues_are_found_by_looking(catalogue: Mapping[str, list[str]]) -> None:
    assert {"imports", "rules", "limit", "headline", "reasons", "evidence", "pages"} <= {
        module for module, texts in catalogue.items() if texts
    }


def test_no_headline_holds_a_multiplier(headlines: list[str]) -> None:
    assert [one for one in headlines if MULTIPLIER.search(one)] == []


def test_no_message_shows_an_unfilled_blank(messages: list[str]) -> None:
    assert [message for message in messages if "{" in message or "}" in message] == []


def test_a_sentence_without_its_number_is_left_out() -> None:
    passage = ("You ran {amount}.", "Your week was {week_km}.", "Rest.")
    assert fill_passage(passage, {"amount": "5.0 km"}) == "You ran 5.0 km. Rest."


def test_the_first_sentence_that_can_be_filled_is_taken() -> None:
    choices = ("Since {day}.", "For a while.")
    assert fill(choices, {"day": "Tue 3 Nov"}) == "Since Tue 3 Nov."
    assert fill(choices, {}) == "For a while."


def test_blanks_are_named() -> None:
    assert blanks("{a} and {b} and {a}, {{no}}") == {"a", "b"}
