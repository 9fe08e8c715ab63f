from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.evidence import Level
from analytics.findings import (
    CLEAR_DAYS,
    Finding,
    alert_episodes,
    day_level,
    episodes,
    findings,
)
from analytics.guardrails.contract import Family
from analytics.history import Channel, History

Build = Callable[..., History]
DayAfter = Callable[[int], date]
WEEK = [0, 8, 0, 10, 0, 8, 14]
HABIT = WEEK * 8  # 56 days


def finding(
    day: date, key: str = "longest_run", level: Level = Level.TAKE_CARE, family: str = "spike"
) -> Finding:
    return Finding(
        key=key,
        rule_version=1,
        family=Family(family),
        channel=Channel.LONGEST_RUN_KM,
        day=day,
        level=level,
        amount=12.0,
        ceiling=11.0,
        threshold=0.1,
        numbers={},
        evidence=key,
    )


def latest(history: History) -> dict[str, Finding]:
    """The findings of the last day by rule."""
    return {one.key: one for one in findings(history) if one.day == history.last_date}


def test_a_longest_run_finding_says_what_it_was_measured_against(history_of: Build) -> None:
    history = history_of([*HABIT, 0, 0, 18.2])
    found = latest(history)["longest_run"]
    assert found.level == Level.TAKE_CARE
    assert found.family == Family.SPIKE
    assert found.channel == Channel.LONGEST_RUN_KM
    assert (found.amount, found.threshold, found.rule_version) == (18.2, 0.10, 2)
    assert found.ceiling == pytest.approx(15.4)
    assert found.numbers["reference_km"] == 14.0
    assert found.numbers["increase_percent"] == pytest.approx(30.0)
    assert found.numbers["window_days"] == 30.0
    assert found.evidence == "longest_run"


def test_only_the_highest_level_of_a_rule_is_found(history_of: Build) -> None:
    found = latest(history_of([*HABIT, 0, 0, 28.1]))
    assert found["longest_run"].level == Level.EASE_OFF
    assert found["longest_run"].ceiling == 28.0
    found = latest(history_of([*HABIT, *(0, 14, 0, 14, 0, 14, 14)]))
    assert found["weekly_ramp"].level == Level.TAKE_CARE
    assert found["weekly_ramp"].numbers["increase_percent"] == pytest.approx(40.0)
    assert found["weekly_ramp"].numbers["highest_week_km"] == 40.0
    assert found["weekly_ramp"].numbers["week_km"] == 56.0
    assert found["weekly_ramp"].family == Family.VOLUME


def test_the_ratio_shows_both_scales(history_of: Build) -> None:
    low_then_usual = [*HABIT, *[0, 4, 0, 5, 0, 4, 7] * 3, *WEEK]
    found = latest(history_of(low_then_usual))["ratio"]
    assert found.level == Level.TAKE_CARE
    assert found.numbers["uncoupled_ratio"] == pytest.approx(2.0)
    assert found.numbers["coupled_ratio"] == pytest.approx(1.6)
    assert found.numbers["base_week_km"] == 20.0
    assert found.ceiling == pytest.approx(1.8 * 20 - 26)


def test_flexions_merge_into_the_km_finding_of_their_day_and_family(history_of: Build) -> None:
    found = latest(history_of([*HABIT, 0, 0, 20.0], flexions_per_km=1000))
    assert set(found) == {"longest_run", "weekly_ramp"}
    assert found["longest_run"].numbers["day_flexions"] == 20_000
    assert found["longest_run"].numbers["limit_flexions"] == pytest.approx(15_400)
    assert found["weekly_ramp"].level == Level.NOTE
    assert found["weekly_ramp"].numbers["limit_flexions"] == 45_000 - 32_000


def test_flexions_stand_alone_where_km_stay_within_their_ceiling(history_of: Build) -> None:
    rates = [1000.0] * 62 + [1300.0]
    found = latest(history_of([*HABIT, *WEEK], flexions_per_km=rates))
    assert set(found) == {"flexions_longest_run"}
    assert found["flexions_longest_run"].amount == 14.0 * 1300
    assert found["flexions_longest_run"].numbers["increase_percent"] == pytest.approx(30.0)
    # A km note does not swallow a flexion alert.
    rates = [1000.0] * 56 + [1500.0] * 7
    found = latest(history_of([*HABIT, *(0, 10, 0, 12, 0, 10, 14)], flexions_per_km=rates))
    assert found["weekly_ramp"].level == Level.NOTE
    assert found["flexions_week"].level == Level.TAKE_CARE
    assert "limit_flexions" not in found["weekly_ramp"].numbers


def test_flexions_raise_the_km_alert_they_merge_into(history_of: Build) -> None:
    rates = [1000.0] * 58 + [2000.0]
    found = latest(history_of([*HABIT, 0, 0, 18.0], flexions_per_km=rates))
    assert "flexions_longest_run" not in found
    merged = found["longest_run"]
    # 18 km is take care, 36,000 flexions are more than twice the most before.
    assert (merged.level, merged.threshold) == (Level.EASE_OFF, 0.10)
    assert merged.ceiling == pytest.approx(15.4)
    assert merged.numbers["limit_flexions"] == 28_000


def test_the_first_run_of_all_is_no_jump(history_of: Build) -> None:
    assert findings(history_of([0.0, 21.1, 0.0])) == ()


def test_a_race_after_a_break_opens_no_spike(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 10, 21.1]
    assert latest(history_of(days))["comeback"].level == Level.EASE_OFF
    assert "comeback" not in latest(history_of(days, races=[66]))


def test_a_race_opens_no_longest_run_finding(history_of: Build) -> None:
    days = [*HABIT, 0, 0, 21.1]
    race = latest(history_of(days, races=[58]))
    assert set(latest(history_of(days))) - set(race) == {"longest_run"}
    assert "flexions_longest_run" not in race


def test_two_runs_of_a_day_are_no_long_run(history_of: Build) -> None:
    found = latest(history_of([*HABIT, 0, 0, [10.0, 9.0]]))
    assert "longest_run" not in found
    assert "weekly_ramp" in found


def test_a_run_without_distance_breaks_no_ceiling(history_of: Build) -> None:
    days = [*HABIT, *[0.0] * 14, 30.0, [0.0]]
    assert latest(history_of(days)) == {}


def test_findings_from_a_day_on_are_the_tail_of_all(history_of: Build) -> None:
    history = history_of([*HABIT, 0, 0, 20.0, 0, 0, 0, 30.0])
    everything = findings(history)
    tail = tuple(one for one in everything if history.index_of(one.day) >= 60)
    assert findings(history, from_index=60) == tail
    assert 0 < len(tail) < len(everything)


def test_findings_are_of_one_athlete(history_of: Build) -> None:
    one = history_of([5.0, 0.0])
    fields = (*map(str, Channel), "runs", "observed", "rested", "race")
    club = replace(one, **{field: np.stack([getattr(one, field)] * 2) for field in fields})
    with pytest.raises(ValueError, match="one athlete"):
        findings(club)


def test_an_episode_goes_on_until_three_days_below(day_after: DayAfter) -> None:
    found = [finding(day_after(day)) for day in (9, 6, 3, 13, 20)]
    first, second, _ = episodes(found)
    # Two days below between are one episode, three are two.
    assert [one.day for one in first.findings] == [day_after(3), day_after(6), day_after(9)]
    assert first.cleared_on == second.opened_on == day_after(13)
    assert [day for day in range(3, 20) if first.is_open(day_after(day))] == list(range(3, 13))
    assert second.cleared_on == day_after(17)
    assert CLEAR_DAYS == 3


def test_an_episode_has_the_highest_level_and_its_own_rule(day_after: DayAfter) -> None:
    found = [
        finding(day_after(0)),
        finding(day_after(1), key="weekly_ramp", family="volume", level=Level.NOTE),
        finding(day_after(2), level=Level.EASE_OFF),
    ]
    spike, volume = episodes(found)
    assert (spike.key, spike.level, spike.family) == ("longest_run", Level.EASE_OFF, Family.SPIKE)
    assert (volume.key, volume.level, volume.opened_on) == ("weekly_ramp", "note", day_after(1))
    assert spike.is_open(day_after(5))
    assert not spike.is_open(day_after(6))
    assert [one.key for one in alert_episodes(found)] == ["longest_run"]


def test_a_note_opens_no_alert_and_keeps_none_open(day_after: DayAfter) -> None:
    found = [
        finding(day_after(0), key="ratio", family="volume"),
        finding(day_after(2), key="ratio", family="volume", level=Level.NOTE),
    ]
    (alert,) = alert_episodes(found)
    assert alert.last_on == day_after(0)
    assert day_level(found, day_after(3)) == Level.TAKE_CARE
    assert day_level(found, day_after(4)) == Level.STEADY


def test_the_level_of_a_day_is_its_highest_open_alert(day_after: DayAfter) -> None:
    found = [finding(day_after(4)), finding(day_after(5), level=Level.EASE_OFF)]
    levels = [str(day_level(found, day_after(day))) for day in range(3, 10)]
    assert levels == ["steady", "take_care", *["ease_off"] * 4, "steady"]


def test_two_families_within_seven_days_raise_the_day(day_after: DayAfter) -> None:
    spike = finding(day_after(0))

    def with_volume(day: int, level: Level = Level.TAKE_CARE) -> Level:
        volume = finding(day_after(day), key="weekly_ramp", family="volume", level=level)
        return day_level([spike, volume], day_after(day))

    assert with_volume(0) == Level.EASE_OFF
    assert with_volume(6) == Level.EASE_OFF
    assert with_volume(7) == Level.TAKE_CARE
    assert with_volume(1, Level.NOTE) == Level.TAKE_CARE
    same_family = finding(day_after(1), key="comeback")
    assert day_level([spike, same_family], day_after(1)) == Level.TAKE_CARE
