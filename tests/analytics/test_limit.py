from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from analytics.guardrails.registry import all_guardrails
from analytics.history import Channel, History
from analytics.limit import load_series, todays_limit
from analytics.series.reasons import Reason

Build = Callable[..., History]
WEEK = [0, 8, 0, 10, 0, 8, 14]
HABIT = WEEK * 8


def test_the_limit_is_the_lowest_take_care_ceiling(history_of: Build) -> None:
    history = history_of([*HABIT, 0], flexions_per_km=1000)
    limit = todays_limit(history, 56)
    assert limit.limit_km == pytest.approx(12.0)  # 1.3 x 40 - 40
    assert limit.km_binding == "weekly_ramp"
    assert limit.limit_flexions == pytest.approx(12_000)
    assert limit.flexions_per_km == 1000
    assert (limit.done_km, limit.remaining_km) == (0.0, limit.limit_km)
    assert (limit.day, limit.rest) == (history.last_date, False)


def test_every_guardrail_says_its_ceiling_or_why_it_has_none(history_of: Build) -> None:
    limit = todays_limit(history_of([*HABIT, 0]), 56)
    said = {one.key: one for one in limit.ceilings}
    assert list(said) == [rule.key for rule in all_guardrails()]
    assert (said["comeback"].ceiling, said["comeback"].reason) == (None, "no_lay_off")
    assert (said["first_runs"].ceiling, said["first_runs"].reason) == (None, "enough_history")
    assert said["longest_run"].ceiling == pytest.approx(15.4)
    assert said["longest_run"].reason is None
    assert said["longest_run"].level == "take_care"
    assert said["ratio"].ceiling == pytest.approx(1.8 * 40 - 40)
    assert said["flexions_week"].channel == Channel.HIP_FLEXIONS
    # The EWMA ratio is a note and never binds.
    assert said["ratio_ewma"].level == "note"


def test_what_was_run_is_taken_off_and_leaves_the_limit(history_of: Build) -> None:
    before = todays_limit(history_of([*HABIT, 0]), 56)
    ran = todays_limit(history_of([*HABIT, 5.0]), 56)
    assert ran.limit_km == before.limit_km
    assert ran.ratios == before.ratios
    assert (ran.done_km, ran.done_flexions) == (5.0, 5.0 * 930)
    assert ran.remaining_km == pytest.approx(7.0)
    assert ran.remaining_flexions == pytest.approx(7.0 * 930)
    over = todays_limit(history_of([*HABIT, 20.0]), 56)
    assert (over.remaining_km, over.remaining_flexions) == (0.0, 0.0)


def test_a_full_week_reads_rest(history_of: Build) -> None:
    limit = todays_limit(history_of([*HABIT, *[13.0] * 5, 0]), 61)
    assert limit.limit_km == 0.0
    assert limit.limit_flexions == 0.0
    assert limit.rest
    lowest = min(one.ceiling for one in limit.ceilings if one.ceiling is not None)
    assert lowest < 0


def test_more_flexions_a_km_lower_the_limit_in_km(history_of: Build) -> None:
    # The last four weeks on trails: a tenth more flexions in every km than the longest run's.
    rates = [1000.0] * 35 + [1000.0, 1400.0] * 11
    history = history_of([*HABIT, 0], flexions_per_km=rates[:57])
    limit = todays_limit(history, 56)
    assert limit.flexions_per_km is not None
    assert limit.limit_flexions == pytest.approx(limit.limit_km * limit.flexions_per_km)
    assert limit.km_binding == limit.flexions_binding


def test_without_flexions_there_is_a_limit_in_km_alone(history_of: Build) -> None:
    limit = todays_limit(history_of([*HABIT, 0], flexions_per_km=0.0), 56)
    assert limit.limit_km == pytest.approx(12.0)
    assert limit.limit_flexions is None
    assert limit.flexions_binding is None
    assert limit.remaining_flexions is None
    assert limit.flexions_per_km is None


def test_the_day_begins_with_what_yesterday_ended_with(history_of: Build) -> None:
    history = history_of([*HABIT, 0, 9.0])
    ratios = todays_limit(history, 57).ratios
    series = load_series(history)
    assert ratios.seven_day_km == series.seven_day_km[56] == 40.0
    assert ratios.seven_day_flexions == 40.0 * 930
    assert ratios.ramp == pytest.approx(0.0)
    assert ratios.ratio_coupled == ratios.ratio_uncoupled == pytest.approx(1.0)
    assert ratios.ratio_ewma == series.ratio_ewma[56]
    assert (ratios.ramp_reason, ratios.ratio_reason, ratios.zone_reason) == (None, None, None)
    assert ratios.longest_run_30d_km == 14.0


def test_the_first_day_of_all_gives_three_kilometres(history_of: Build) -> None:
    limit = todays_limit(history_of([0.0], first_run_index=1), 0)
    assert (limit.limit_km, limit.km_binding) == (3.0, "first_runs")
    assert limit.ratios.ratio_reason == "insufficient_history"
    assert limit.ratios.longest_run_30d_km is None
    assert (limit.data_through, limit.stale, limit.usual_gap_days) == (None, False, 7)


def test_the_data_grow_stale_past_the_usual_gap(history_of: Build) -> None:
    history = history_of([*HABIT, *[0.0] * 12])
    last = history.date_of(55)
    for day, stale in ((55, False), (58, False), (59, True), (67, True)):
        limit = todays_limit(history, day)
        assert (limit.data_through, limit.usual_gap_days) == (last, 3)
        assert limit.stale is stale, day


def test_saying_i_rested_makes_the_days_known(history_of: Build) -> None:
    history = history_of([*HABIT, *[0.0] * 12], rested=[60, 61, 67])
    limit = todays_limit(history, 67)
    assert limit.data_through == history.date_of(67)
    assert not limit.stale
    assert limit.km_binding == "comeback"
    assert todays_limit(history, 66).stale


def test_i_ran_not_uploaded_gives_no_km_until_a_later_day_is_known(history_of: Build) -> None:
    days = [*HABIT, 0.0, 0.0]
    last = history_of(days).date_of(55)
    for unknown in (56, 57):
        limit = todays_limit(history_of(days, unobserved=[unknown]), 57)
        assert limit.stale
        assert limit.data_through == last
    assert not todays_limit(history_of(days), 57).stale
    # The day before nothing was unknown yet.
    assert not todays_limit(history_of(days, unobserved=[57]), 56).stale
    for later in (
        history_of([*HABIT, 0.0, 5.0], unobserved=[56]),
        history_of(days, unobserved=[56], rested=[57]),
    ):
        limit = todays_limit(later, 57)
        assert not limit.stale
        assert limit.data_through == later.date_of(57)
        assert limit.ratios.ratio_reason == "unobserved"
        assert limit.ratios.ramp_reason == "unobserved"
        assert {one.reason for one in limit.ceilings if one.key in {"ratio", "weekly_ramp"}} == {
            "unobserved"
        }
        # The longest run leads where the week is not known.
        assert (limit.limit_km, limit.km_binding) == (pytest.approx(15.4), "longest_run")


def test_a_day_known_in_part_is_not_known(history_of: Build) -> None:
    # One run of the day is here, another's file could not be read.
    limit = todays_limit(history_of([*HABIT, 5.0], unobserved=[56]), 56)
    assert limit.stale
    assert limit.data_through == history_of(HABIT).date_of(55)
    # Nor does a day that was marked both ways count as rest.
    both = todays_limit(history_of([*HABIT, 0.0], unobserved=[56], rested=[56]), 56)
    assert both.stale


@pytest.mark.parametrize(("gap", "usual"), [(1, 3), (2, 3), (4, 4), (8, 8), (14, 10)], ids=str)
def test_the_usual_gap_is_the_runners_own_within_bounds(
    history_of: Build, gap: int, usual: int
) -> None:
    days = ([5.0] + [0.0] * (gap - 1)) * (90 // gap)
    assert todays_limit(history_of(days), len(days) - 1).usual_gap_days == usual


def test_gaps_of_long_ago_are_no_longer_usual(history_of: Build) -> None:
    days = [*[5.0, 0, 0, 0, 0, 0, 0] * 40, *[5.0, 0.0] * 45]
    assert todays_limit(history_of(days), len(days) - 1).usual_gap_days == 3


def test_an_old_history_without_a_run_is_stale(history_of: Build) -> None:
    history = history_of([0.0] * 10, first_run_index=-900)
    limit = todays_limit(history, 9)
    assert limit.stale
    assert limit.data_through is None


def test_a_day_outside_or_a_club_has_no_limit(history_of: Build) -> None:
    one = history_of(HABIT)
    with pytest.raises(IndexError):
        todays_limit(one, 56)
    fields = (*map(str, Channel), "runs", "observed", "rested", "race")
    club = replace(one, **{field: np.stack([getattr(one, field)] * 2) for field in fields})
    with pytest.raises(ValueError, match="one athlete"):
        todays_limit(club, 3)


def test_the_series_say_why_a_number_is_missing(history_of: Build) -> None:
    history = history_of([*WEEK * 6, *[0.0] * 10, *WEEK], unobserved=[38])
    series = load_series(history)
    assert (series.ramp_reason[:35] == Reason.INSUFFICIENT_HISTORY).all()
    assert series.ramp[35] == pytest.approx(0.0)
    assert series.ratio_reason[28] == Reason.NONE
    assert series.ratio_coupled[28] == pytest.approx(1.0)
    assert (series.ratio_reason[38:45] == Reason.UNOBSERVED).all()
    assert (series.ramp_reason[38:45] == Reason.UNOBSERVED).all()
    # A ratio that holds a lay-off has a value but no zone.
    assert series.zone_reason[-1] == Reason.COMEBACK
    assert series.ratio_reason[-1] == Reason.NONE
    assert np.isfinite(series.ratio_uncoupled[-1])
    for values, reasons in (
        (series.ramp, series.ramp_reason),
        (series.ratio_coupled, series.ratio_reason),
        (series.ratio_uncoupled, series.ratio_reason),
        (series.ratio_ewma, series.ratio_reason),
    ):
        assert np.array_equal(np.isnan(values), reasons != Reason.NONE)


def test_redi_begins_with_the_first_run(history_of: Build) -> None:
    series = load_series(history_of([0.0, 0.0, 10.0, 0.0]))
    assert np.isnan(series.redi_km[:2]).all()
    assert series.redi_km[2] == 10.0
    assert 0 < series.redi_km[3] < 10.0


def test_the_spike_series_is_of_days_with_a_run(history_of: Build) -> None:
    series = load_series(history_of([0.0, 10.0, 0.0, 13.0, *[0.0] * 40, 5.0]))
    assert np.isnan(series.spike[[0, 1, 2, -1]]).all()
    assert series.spike[3] == pytest.approx(0.3)
    assert series.longest_run_30d_km[3] == 10.0
    assert np.isnan(series.longest_run_30d_km[-1])
    assert series.spike_reason[1] == Reason.NO_REFERENCE
    assert series.spike_reason[3] == Reason.PARTIAL
    assert series.spike_reason[-1] == Reason.NO_REFERENCE
    assert [reason.code for reason in (Reason.NONE, Reason.NO_BASE)] == ["", "no_base"]
