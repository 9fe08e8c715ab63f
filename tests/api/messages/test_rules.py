from datetime import date

import pytest

from analytics.evidence import Grade, Level
from analytics.guardrails.registry import all_guardrails
from analytics.series.reasons import Reason
from api.messages.evidence import GRADES, evidence_text, grade_text
from api.messages.levels import level_icon, level_word
from api.messages.reasons import REASONS, learning_text, reason_text
from api.messages.rules import NO_LINK, RULES, CardWords, card, rule_name, rule_title

DAY = date(2026, 11, 3)


def longest_run(level: str = "take_care", **numbers: float) -> CardWords:
    return card(
        "longest_run",
        level,
        numbers,
        amount=15.0,
        ceiling=12.43,
        channel="longest_run_km",
        day=DAY,
        clears_on=date(2026, 11, 6),
    )


def test_a_card_says_why_what_to_do_and_when_it_clears() -> None:
    assert longest_run(reference_km=11.3) == CardWords(
        title="Your run was a new jump",
        why=(
            "Your run on Tue 3 Nov was 15.0 km. Your longest run of the 30 days before was "
            "11.3 km. Past 12.4 km was a new jump."
        ),
        what_to_do=(
            "Keep the next two days short and slow, or rest. "
            "Stay within today's limit, then grow in small steps."
        ),
        clears="It clears on Fri 6 Nov if you add no new jump.",
    )


def test_a_number_that_is_not_there_is_not_spoken_of() -> None:
    why = "Your run on Tue 3 Nov was 15.0 km. Past 12.4 km was a new jump."
    assert longest_run().why == why
    assert longest_run(reference_km=float("nan")).why == why
    assert longest_run(reference_km=0.0).why == why


def test_beyond_thirty_percent_a_jump_is_called_big() -> None:
    assert longest_run(increase_percent=30.0).title == "Your run was a new jump"
    assert longest_run(increase_percent=30.1).title == "Your run was a big jump"
    assert longest_run("ease_off", increase_percent=120.0).title == "Your run was a very big jump"


def test_an_amount_a_hair_above_its_ceiling_reads_above_it() -> None:
    words = card(
        "longest_run",
        "take_care",
        {},
        amount=12.441,
        ceiling=12.43,
        channel="longest_run_km",
        day=DAY,
    )
    assert "12.441 km" in words.why
    assert "12.430 km" in words.why


def test_flexions_that_merged_into_a_km_finding_are_told_with_their_caveat() -> None:
    why = longest_run(day_flexions=15_210.0, limit_flexions=11_930.0).why
    assert "15,210 hip flexions" in why
    assert "11,930 hip flexions" in why
    assert why.endswith(NO_LINK)
    assert NO_LINK not in longest_run().why


@pytest.mark.parametrize("rule", [rule for rule in RULES if "flexions" in rule])
def test_every_flexion_card_and_its_evidence_say_that_no_study_links_the_count_to_pain(
    rule: str,
) -> None:
    words = card(rule, "take_care", {}, amount=15e3, ceiling=12e3, channel="hip_flexions", day=DAY)
    assert NO_LINK in words.why
    assert evidence_text(rule).startswith(NO_LINK)
    assert "15,000 hip flexions" in words.why


def test_a_second_run_back_does_not_call_one_day_a_break() -> None:
    def why(off_days: float) -> str:
        return card(
            "comeback",
            "take_care",
            {"off_days": off_days},
            amount=8.0,
            ceiling=5.0,
            channel="distance_km",
            day=DAY,
        ).why

    assert why(9.0).startswith("You had 9 days without a run.")
    assert why(1.0).startswith("You are coming back from a break.")


def test_every_guardrail_has_words_for_each_of_its_levels_and_its_evidence() -> None:
    for guardrail in all_guardrails():
        words = RULES[guardrail.key]
        levels = {level.value for level, _ in guardrail.levels}
        assert levels <= words.titles.keys()
        assert levels <= words.what_to_do.keys()
        assert rule_name(guardrail.key)
        assert evidence_text(guardrail.key)


def test_the_evidence_of_the_longest_run_speaks_of_rates_and_good_ends() -> None:
    assert "1.5-2.3 times the rate" in evidence_text("longest_run")
    assert "most such runs end well" in evidence_text("longest_run")


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_has_words(grade: Grade) -> None:
    assert grade_text(grade) == GRADES[grade]


@pytest.mark.parametrize("level", Level)
def test_every_level_has_a_word_and_an_icon_of_its_own(level: Level) -> None:
    assert level_word(level)
    assert sum(level_icon(level) == level_icon(other) for other in Level) == 1


@pytest.mark.parametrize("reason", [reason.code for reason in Reason if reason.code])
def test_every_reason_has_words(reason: str) -> None:
    assert reason in REASONS
    assert reason_text(reason).endswith(".")


def test_learning_counts_days_and_stops_at_enough() -> None:
    assert learning_text(9, 28) == "9 of 28 days"
    assert learning_text(40, 28) == "28 of 28 days"


def test_a_finding_in_one_line() -> None:
    assert rule_title("weekly_ramp", "take_care") == "Your week was a new jump"
