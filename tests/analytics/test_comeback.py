"""Coming back: two weeks in bed, a jog in the middle, a long time away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from analytics.evidence import Level
from analytics.findings import findings
from analytics.guardrails.registry import guardrail
from analytics.history import History
from analytics.limit import TodaysLimit, todays_limit
from analytics.series.layoff import comeback, days_off, history_before
from analytics.series.reasons import Reason

Build = Callable[..., History]
WEEK = [0, 8, 0, 10, 0, 8, 14]  # 40 km, the longest run 14
HABIT = WEEK * 12


def limit_after(history_of: Build, days: list[float]) -> TodaysLimit:
    """The limit of the day after these."""
    return todays_limit(history_of([*days, 0.0]), len(days))


@pytest.mark.parametrize(
    ("days_without", "session_km", "week_km"),
    [
        (7, 0.60 * 14, 0.70 * 40),
        (8, 0.50 * 14, 0.50 * 40),
        (14, 0.50 * 14, 0.50 * 40),
        (15, 0.35 * 14, 0.33 * 40),
        (28, 0.35 * 14, 0.33 * 40),
        (29, 0.35 * 14, 9.0),
        (180, 0.35 * 14, 9.0),
    ],
)
def test_the_first_session_and_week_by_days_off(
    history_of: Build, days_without: int, session_km: float, week_km: float
) -> None:
    history = history_of([*HABIT, *[0.0] * days_without, 0.0])
    back = comeback(history)
    assert back.session_km[-1] == pytest.approx(session_km)
    assert back.week_km[-1] == pytest.approx(week_km)
    limit = todays_limit(history, history.days - 1)
    assert limit.limit_km == pytest.approx(session_km)
    assert limit.km_binding == "comeback"


def test_six_days_off_are_no_lay_off(history_of: Build) -> None:
    limit = limit_after(history_of, [*HABIT, *[0.0] * 6])
    assert limit.limit_km == pytest.approx(1.1 * 14)
    assert limit.km_binding == "longest_run"


def test_after_180_days_the_floors_hold_for_eight_weeks(history_of: Build) -> None:
    away = [*HABIT, *[0.0] * 181]
    assert limit_after(history_of, away).limit_km == 3.0
    assert limit_after(history_of, away).km_binding == "comeback"
    back = comeback(history_of([*away, *[3.0, 0, 3.0, 0, 3.0, 0, 0] * 10]))
    at = len(away)
    assert back.week_km[at : at + 7].tolist() == [9.0] * 7
    assert back.week_km[at + 7 : at + 56].tolist() == [11.25] * 49
    assert back.session_km[at + 7 : at + 56].tolist() == [3.75] * 49
    assert not back.in_force[at + 56 :].any()
    assert days_off(history_of([*away, 0.0]))[-1] == 181
    # Nobody has read how many days they were.
    assert np.isnan(back.off_days[at])
    assert back.off_days[at - 1] == 180


@pytest.mark.parametrize("week", [WEEK, [0, 0, 0, 4, 0, 0, 5], [3 * km for km in WEEK]], ids=str)
def test_a_longer_lay_off_never_allows_more(history_of: Build, week: list[float]) -> None:
    back = [3.0, 0, 3.0, 0, 3.0, 0, 0, *[4.0, 0, 4.0, 0, 5.0, 0, 6.0] * 10]
    limits: list[list[float]] = []
    for away in (7, 8, 14, 15, 28, 29, 180, 181, 330):
        days = [*week * 12, *[0.0] * away, *back]
        rule = guardrail("comeback").ceiling(history_of(days), 1.0)[-len(back) :]
        limits.append(np.where(np.isnan(rule), np.inf, rule).tolist())
    for shorter, longer in pairwise(limits):
        assert np.all(np.array(longer) <= np.array(shorter))


@pytest.mark.parametrize("jog", [0.05, 0.9, 1.0, 2.0])
def test_a_blip_or_a_lone_jog_ends_no_lay_off(history_of: Build, jog: float) -> None:
    usual: list[float] = [10, 0, 8, 0, 10, 0, 14] * 12
    assert limit_after(history_of, [*usual, *[0.0] * 13]).limit_km == pytest.approx(7.0)
    away = [*usual, *[0.0] * 6, jog, *[0.0] * 6]
    limit = limit_after(history_of, away)
    assert (limit.limit_km, limit.km_binding) == (pytest.approx(7.0), "comeback")
    # How many days were without any run is not 13: nothing is said about it.
    assert np.isnan(comeback(history_of([*away, 0.0])).off_days[-1])
    # Nor is anyone held at rest by jogging on.
    assert limit_after(history_of, [*away, *[jog, 0.0] * 30]).limit_km >= 1.0


def test_a_run_of_unknown_distance_counts_from_ten_minutes(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 6, [0.0], *[0.0] * 4]
    history = history_of(days)
    assert days_off(history)[-1] == 3
    short = replace(history, minutes=np.minimum(history.minutes, 9.0))
    assert days_off(short)[-1] == 10


def test_the_week_grows_by_a_quarter_of_what_was_run(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 14]
    back = len(days)
    as_planned = [5.0, 0, 5.0, 0, 5.0, 0, 5.0]
    grown = [6.25, 0, 6.25, 0, 6.25, 0, 6.25]
    week = comeback(history_of([*days, *as_planned, *grown, *[0.0] * 21])).week_km
    assert week[back : back + 7].tolist() == [20.0] * 7
    assert week[back + 7 : back + 14].tolist() == [25.0] * 7
    assert week[back + 14 : back + 21].tolist() == [31.25] * 7
    idle = [3.0, 0, 0, 0, 0, 0, 0]
    week = comeback(history_of([*days, *idle, *idle, *idle])).week_km
    assert week[back:].tolist() == [20.0] * 21


def test_running_more_than_the_week_does_not_shorten_the_comeback(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 14]
    back = len(days)
    week = comeback(history_of([*days, *(8, 0, 10, 0, 8, 14, 0) * 2])).week_km
    assert week[back : back + 7].tolist() == [20.0] * 7
    assert week[back + 7 :].tolist() == [25.0] * 7


def test_it_ends_when_the_week_is_back_at_four_fifths(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 14]
    back = len(days)
    for km in (20, 25, 31.25, 39):
        days += [km / 4, 0, km / 4, 0, km / 4, 0, km / 4]
    in_force = comeback(history_of(days)).in_force
    # 20, 25, 31.25 and then 39.06, which is more than 0.8 x 40.
    assert in_force[back : back + 21].all()
    assert not in_force[back + 21 :].any()


def test_it_ends_after_eight_weeks_whatever_was_run(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 14]
    back = len(days)
    in_force = comeback(history_of([*days, *[3.0, 0, 0, 0, 0, 0, 0] * 9])).in_force
    assert in_force[back : back + 56].all()
    assert not in_force[back + 56 :].any()


def test_a_jog_in_the_middle_does_not_unlock_what_was(history_of: Build) -> None:
    away = [*HABIT, *[0.0] * 20]
    with_jog = history_of([*away, 3.0, *[0.0] * 10, 0.0])
    # Ten days after the jog alone would allow 0.5 x 14.
    assert comeback(with_jog).session_km[-1] == pytest.approx(0.35 * 14)
    assert 3.0 <= todays_limit(with_jog, with_jog.days - 1).limit_km <= 0.35 * 14
    the_day_after = limit_after(history_of, [*away, 3.0])
    assert the_day_after.limit_km == pytest.approx(0.35 * 14)
    # The week is bounded too: 0.33 x 40 less what was run.
    history = history_of([*away, 4.9, 4.9, 0.0])
    assert guardrail("comeback").ceiling(history, 1.0)[-1] == pytest.approx(13.2 - 9.8)


def test_a_week_off_does_not_end_an_earlier_comeback(history_of: Build) -> None:
    much = [3 * km for km in WEEK]
    away = [*much * 12, *[0.0] * 29]
    too_soon = [0.0, 20.0, 0.0, 30.0, 0.0, 20.0, 30.0]
    history = history_of([*away, *too_soon * 3, *[0.0] * 7, 0.0])
    # The week off alone would allow 0.7 x 100, but three weeks ago the comeback began at 0.2 x 120.
    assert comeback(history).week_km[-1] == pytest.approx(0.2 * 120 * 1.25**3)


def test_the_usual_week_is_the_median_of_the_last_four(history_of: Build) -> None:
    weeks = [km * share for share in (9.0, 2.0, 0.5, 1.0, 1.5) for km in WEEK]
    history = history_of([*WEEK * 8, *weeks, *[0.0] * 14, 0.0])
    # 80, 20, 40 and 60 km: the 360 km before them are a fifth week.
    assert comeback(history).week_km[-1] == pytest.approx(0.5 * 50)


def test_a_day_not_known_is_no_rest_and_its_gap_no_lay_off(history_of: Build) -> None:
    away = [*HABIT, *[0.0] * 12]
    known = history_of([*away, 14.0])
    assert [one.key for one in findings(known) if one.is_alert and one.key == "comeback"]
    unknown = history_of([*away, 14.0], unobserved=[len(HABIT) + 6])
    assert days_off(unknown)[-7:].tolist() == [6, 0, 1, 2, 3, 4, 5]
    assert not comeback(unknown).in_force.any()
    assert not [one for one in findings(unknown) if one.is_alert and one.key == "comeback"]
    # The days before the mark and those after it may each be a lay-off.
    late = history_of([*away, 0.0], unobserved=[len(HABIT) + 2])
    assert days_off(late)[-1] == 9
    assert comeback(late).session_km[-1] == pytest.approx(0.5 * 14)
    assert comeback(late).off_days[-1] == 9


def test_a_run_not_known_ends_a_lay_off_and_begins_the_way_back(history_of: Build) -> None:
    away = [*HABIT, *[0.0] * 14, 0.0, 0.0, 0.0]
    history = history_of(away, unobserved=[len(HABIT) + 14])
    assert days_off(history)[-2:].tolist() == [0, 1]
    assert comeback(history).session_km[-1] == pytest.approx(0.5 * 14)
    # Had nothing been run there, the lay-off would have gone on and allowed less.
    assert comeback(history_of(away)).session_km[-1] == pytest.approx(0.35 * 14)


def test_a_day_not_known_before_the_first_run_is_no_run_to_come_back_from(
    history_of: Build,
) -> None:
    history = history_of([*[0.0] * 20, 5.0, 0.0], unobserved=[3])
    assert not comeback(history).in_force.any()


def test_twice_the_week_is_to_ease_off_too(history_of: Build) -> None:
    history = history_of([*HABIT, *[0.0] * 14, 7.0, 7.0, 0.0])
    ceiling = guardrail("comeback").ceiling
    assert ceiling(history, 1.0)[-1] == pytest.approx(20 - 14)
    assert ceiling(history, 2.0)[-1] == pytest.approx(2 * 7)
    full = history_of([*HABIT, *[0.0] * 14, 14.0, 14.0, 0.0])
    assert ceiling(full, 2.0)[-1] == pytest.approx(2 * 20 - 28)


def test_many_jogs_between_lay_offs_leave_room_for_a_few_sessions(history_of: Build) -> None:
    days = [*HABIT, *([*[0.0] * 8, 3.0] * 12)]
    assert limit_after(history_of, [*days, *[0.0] * 7]).limit_km >= 3.0
    history = history_of([*days, 0.0, 3.0, 0.0, 0.0])
    assert guardrail("comeback").ceiling(history, 1.0)[-1] == pytest.approx(9.0 - 6.0)


@pytest.mark.parametrize("days_without", [7, 10, 14, 21, 30, 60, 170])
def test_coming_back_by_the_week_raises_no_volume_alert(
    history_of: Build, days_without: int
) -> None:
    days: list[float] = [*HABIT, *[0.0] * days_without]
    back = len(days)
    week_km = float(comeback(history_of([*days, 0.0])).week_km[-1])
    for _ in range(9):
        run = week_km / 4
        days += [run, 0.0, run, 0.0, run, 0.0, run]
        week_km = min(week_km * 1.25, 40.0)
    alerts = [one for one in findings(history_of(days), from_index=back) if one.is_alert]
    assert not [one for one in alerts if one.key != "longest_run"]


def test_running_as_before_after_two_weeks_in_bed_is_noticed(history_of: Build) -> None:
    history = history_of([*HABIT, *[0.0] * 14, 10.0])
    (finding,) = [one for one in findings(history) if one.key == "comeback"]
    assert (finding.level, finding.amount, finding.ceiling) == (Level.TAKE_CARE, 10.0, 7.0)
    assert finding.numbers == {
        "off_days": 14.0,
        "session_km": 7.0,
        "week_limit_km": 20.0,
        "week_km": 10.0,
        "window_days": 7.0,
    }
    twice = history_of([*HABIT, *[0.0] * 14, 14.1])
    assert [one.level for one in findings(twice) if one.key == "comeback"] == [Level.EASE_OFF]


def test_ratios_and_ramp_give_way_while_they_hold_a_lay_off(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 14]
    back = len(days)
    history = history_of([*days, *[5.0, 0, 5, 0, 5, 0, 5] * 9])
    ramp, ratio = (guardrail(key).reason(history) for key in ("weekly_ramp", "ratio"))
    assert (ramp[back - 7 : back + 13] == Reason.COMEBACK).all()
    assert (ramp[back + 13 :] == Reason.NONE).all()
    assert (ratio[back - 7 : back + 27] == Reason.COMEBACK).all()
    assert (ratio[back + 27 :] == Reason.NONE).all()


def test_days_before_those_that_were_read_count_as_running(history_of: Build) -> None:
    history = history_of([0.0] * 200, first_run_index=-300)
    assert days_off(history)[0] == 0
    assert history_before(history)[:3].tolist() == [300, 301, 302]
    assert not comeback(history).in_force[6]
    assert comeback(history).in_force[7:].all()
    assert np.array_equal(guardrail("comeback").ceiling(history, 1.0)[181:], [3.0] * 19)
