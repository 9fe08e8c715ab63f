from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analytics import evidence
from analytics.evidence import SOURCES, Level
from analytics.guardrails.contract import Family
from analytics.guardrails.registry import all_guardrails, guardrail
from analytics.history import History
from analytics.limit import todays_limit
from analytics.series.flexion_rate import flexions_per_km
from analytics.series.reasons import Reason

Build = Callable[..., History]
WEEK = [0, 8, 0, 10, 0, 8, 14]
TABLE = {
    "longest_run": (Family.SPIKE, "some", {"take_care": 0.10, "ease_off": 1.00}),
    "comeback": (Family.SPIKE, "expert_opinion", {"take_care": 1.0, "ease_off": 2.0}),
    "first_runs": (Family.SPIKE, "our_choice", {"take_care": 0.30}),
    "weekly_ramp": (Family.VOLUME, "weak", {"note": 0.10, "take_care": 0.30}),
    "flexions_week": (Family.VOLUME, "our_choice", {"note": 0.10, "take_care": 0.30}),
    "flexions_longest_run": (Family.SPIKE, "our_choice", {"take_care": 0.10, "ease_off": 1.00}),
    "ratio": (Family.VOLUME, "disputed", {"note": 1.3, "take_care": 1.5}),
    "ratio_ewma": (Family.VOLUME, "disputed", {"note": 1.5}),
}


def test_the_levels_are_those_of_the_table_in_the_order_a_runner_reads() -> None:
    assert {
        rule.key: (rule.family, str(rule.evidence.grade), {str(k): v for k, v in rule.levels})
        for rule in all_guardrails()
    } == TABLE
    assert [rule.key for rule in all_guardrails()] == list(TABLE)


def test_every_source_is_in_the_list_and_every_version_counts() -> None:
    for rule in all_guardrails():
        assert set(rule.evidence.sources) <= set(SOURCES)
        assert rule.version >= 1
        assert list(rule.levels) == sorted(rule.levels, key=lambda one: (one[0].rank, one[1]))
    with pytest.raises(KeyError):
        guardrail("mood")


def test_levels_compare_by_rank() -> None:
    order = [Level.NO_DATA, Level.STEADY, Level.NOTE, Level.TAKE_CARE, Level.EASE_OFF, Level.STOP]
    assert sorted(Level) == order
    assert max(Level.EASE_OFF, Level.TAKE_CARE, Level.NOTE) == Level.EASE_OFF == "ease_off"
    assert Level.NOTE < Level.TAKE_CARE <= Level.TAKE_CARE
    assert Level.STOP > Level.EASE_OFF >= Level.EASE_OFF


def test_the_longest_run_may_be_a_tenth_or_a_kilometre_longer(history_of: Build) -> None:
    rule = guardrail("longest_run")
    long = history_of([*WEEK * 5, 0.0])
    assert rule.ceiling(long, 0.10)[-1] == pytest.approx(15.4)
    assert rule.ceiling(long, 1.00)[-1] == 28.0
    short = history_of([*[0, 4, 0, 4, 0, 4, 5] * 5, 0.0])
    assert rule.ceiling(short, 0.10)[-1] == 6.0


def test_the_run_of_the_day_and_of_31_days_ago_are_no_reference(history_of: Build) -> None:
    days = [3.0] * 60
    days[20] = 20.0
    ceiling = guardrail("longest_run").ceiling(history_of(days), 0.10)
    assert ceiling[50] == pytest.approx(22.0)
    assert ceiling[51] == 4.0
    days[55] = 30.0
    assert guardrail("longest_run").ceiling(history_of(days), 0.10)[55] == 4.0


def test_the_ramp_leaves_what_the_six_days_before_leave(history_of: Build) -> None:
    rule = guardrail("weekly_ramp")
    history = history_of([*WEEK * 6, 0.0])
    assert rule.ceiling(history, 0.30)[-1] == pytest.approx(1.3 * 40 - 40)
    assert rule.ceiling(history, 0.10)[-1] == 45 - 40
    assert (rule.reason(history)[:35] == Reason.INSUFFICIENT_HISTORY).all()
    assert (rule.reason(history)[35:] == Reason.NONE).all()


def test_a_ramp_without_distance_has_nothing_to_grow_from(history_of: Build) -> None:
    history = history_of([[0.0]] * 60)
    assert guardrail("weekly_ramp").reason(history)[-1] == Reason.NO_PRIOR
    assert guardrail("ratio").reason(history)[-1] == Reason.NO_BASE
    assert guardrail("longest_run").reason(history)[-1] == Reason.NO_REFERENCE
    assert guardrail("first_runs").ceiling(history, 0.3)[-1] == 3.0


def test_the_ratio_has_no_zone_on_a_low_base(history_of: Build) -> None:
    few = history_of([*[0, 0, 0, 0, 0, 0, 9] * 8, 0.0])
    assert guardrail("ratio").reason(few)[-1] == Reason.NONE
    fewer = history_of([*[0, 0, 0, 0, 0, 0, 4.9] * 8, 0.0])
    assert guardrail("ratio").reason(fewer)[-1] == Reason.LOW_BASE
    edge = history_of([*[0, 0, 0, 0, 0, 0, 5] * 8, 0.0])
    assert guardrail("ratio").reason(edge)[-1] == Reason.NONE


@pytest.mark.parametrize(
    ("unknown", "ratio", "ramp"),
    [
        ([], Reason.NONE, Reason.NONE),
        ([25, 30], Reason.NONE, Reason.NONE),
        ([22, 30, 35], Reason.NONE, Reason.NONE),
        ([23, 30, 35], Reason.UNOBSERVED, Reason.NONE),
        ([43], Reason.NONE, Reason.NONE),
        ([44], Reason.UNOBSERVED, Reason.UNOBSERVED),
        ([49], Reason.UNOBSERVED, Reason.UNOBSERVED),
        ([50], Reason.NONE, Reason.NONE),
    ],
)
def test_days_not_known_silence_what_they_would_falsify(
    history_of: Build, unknown: list[int], ratio: Reason, ramp: Reason
) -> None:
    history = history_of([*WEEK * 7, 0.0, 8.0], unobserved=unknown)
    assert guardrail("ratio").reason(history)[50] == ratio
    assert guardrail("weekly_ramp").reason(history)[50] == ramp


def test_first_runs_grow_from_three_kilometres(history_of: Build) -> None:
    history = history_of([0.0, 3.0, 3.5, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    ceiling = guardrail("first_runs").ceiling(history, 0.30)
    # The first run for seven days, then each run seven days after it.
    of_day = [3.0, 3.0, *[4.0] * 7, 4.55, 4.55, 6.5, 6.5]
    assert ceiling.tolist() == pytest.approx(of_day)


def test_first_runs_hold_the_week_from_the_eighth_day(history_of: Build) -> None:
    history = history_of([4.0, *[5.0] * 6, 5.0, 5.0, 5.0, 0.0])
    ceiling = guardrail("first_runs").ceiling(history, 0.30)
    # The first week held 34 km: 44.2 less the six days before.
    assert ceiling[7:10].tolist() == [5.2, 6.5, 6.5]
    often = history_of([4.0, *[5.2] * 6, 0.0, 0.0, 11.0, 11.0, 11.0, 0.0])
    left = 1.3 * 35.2 - (5.2 + 33.0)
    assert guardrail("first_runs").ceiling(often, 0.30)[-1] == pytest.approx(min(left, 6.76))
    slow = history_of([1.0, *[0.0] * 6, 3.0, 3.0, 0.0])
    assert guardrail("first_runs").ceiling(slow, 0.30)[-1] == 0.0


def test_running_all_first_runs_allow_grows_the_week_by_a_third_at_most(
    history_of: Build,
) -> None:
    days: list[float] = []
    for day in range(28):
        days.append(todays_limit(history_of([*days, 0.0]), day).limit_km)
    weeks = [sum(days[start : start + 7]) for start in range(0, 28, 7)]
    assert weeks[0] == 27.0
    for week, most in zip(weeks, (27.0, 35.1, 45.7, 59.4), strict=True):
        assert week <= most + 1e-9
    assert max(days) < 10.0


def test_first_runs_hold_28_days_and_then_the_longest_run_leads(history_of: Build) -> None:
    history = history_of([5.0] * 40)
    begins, leads = guardrail("first_runs"), guardrail("longest_run")
    assert np.flatnonzero(begins.reason(history) == Reason.NONE).tolist() == list(range(28))
    assert np.flatnonzero(leads.reason(history) == Reason.NONE).tolist() == list(range(28, 40))


def test_flexions_follow_the_km_rules_with_the_runners_own_flexions_per_km(
    history_of: Build,
) -> None:
    history = history_of([*WEEK * 6, 0.0], flexions_per_km=1000)
    assert flexions_per_km(history)[-1] == 1000
    longest, week = guardrail("flexions_longest_run"), guardrail("flexions_week")
    assert longest.ceiling(history, 0.10)[-1] == pytest.approx(15_400)
    assert week.ceiling(history, 0.30)[-1] == pytest.approx(12_000)
    assert week.ceiling(history, 0.10)[-1] == pytest.approx(5_000)
    short = history_of([*[0, 4, 0, 4, 0, 4, 5] * 5, 0.0], flexions_per_km=1000)
    assert longest.ceiling(short, 0.10)[-1] == 6_000


def test_flexions_per_km_are_the_median_of_the_runs_of_28_days(history_of: Build) -> None:
    days = [*[5.0] * 10, *[0.0] * 26, 5.0, 5.0, 5.0, 5.0]
    rates = [*[500.0] * 10, *[0.0] * 26, 900.0, 1000.0, 1300.0, 1.0]
    rate = flexions_per_km(history_of(days, flexions_per_km=rates))
    assert np.isnan(rate[0])
    assert rate[10] == 500
    assert rate[36] == 500
    assert rate[37] == (500 + 900) / 2  # day 9 is still within 28 days
    assert rate[38] == (900 + 1000) / 2
    assert rate[39] == 1000


def test_without_own_flexions_the_usual_ones_make_the_step(history_of: Build) -> None:
    history = history_of([*WEEK * 6, 0.0], flexions_per_km=0.0)
    assert np.isnan(flexions_per_km(history)[-1])
    assert guardrail("flexions_week").reason(history)[-1] == Reason.NO_PRIOR
    assert pytest.approx(932.06, abs=0.01) == evidence.FLEXIONS_PER_KM_UNKNOWN
