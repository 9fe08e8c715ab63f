"""What holds for every history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from analytics.evidence import Level
from analytics.findings import findings
from analytics.guardrails.contract import Guardrail
from analytics.guardrails.registry import all_guardrails, guardrail
from analytics.history import LOOKBACK_DAYS, Channel, History
from analytics.limit import load_series, todays_limit
from analytics.series.ratios import coupled_ratio, ewma_ratio, ratio_ceiling, uncoupled_ratio
from analytics.series.weekly import six_days_before

Histories = SearchStrategy[History]
law = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
RULES_AND_LEVELS = [
    pytest.param(rule, level, threshold, id=f"{rule.key}-{level}")
    for rule in all_guardrails()
    for level, threshold in rule.levels
]
FIELDS = {
    Channel.DISTANCE_KM: "distance_km",
    Channel.HIP_FLEXIONS: "hip_flexions",
    Channel.LONGEST_RUN_KM: "longest_run_km",
    Channel.LONGEST_RUN_FLEXIONS: "longest_run_flexions",
}


def only_on(history: History, day: int, channel: Channel, amount: float) -> History:
    """The same history, but that day one run of that amount on that channel alone."""
    changed: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for each, field in FIELDS.items():
        values = history.amounts(each).copy()
        values[day] = amount if each == channel else 0.0
        changed[field] = values
    runs = history.runs.copy()
    runs[day] = 1
    return replace(history, **changed, runs=runs)


@pytest.mark.parametrize(("rule", "level", "threshold"), RULES_AND_LEVELS)
@law
@given(data=st.data())
def test_a_ceiling_is_the_exact_edge_of_its_finding(
    histories: Histories, rule: Guardrail, level: Level, threshold: float, data: DataObject
) -> None:
    history = data.draw(histories)
    ceiling = rule.ceiling(history, threshold)
    # The first run of all opens no finding, whatever it holds.
    speaks = np.arange(history.days) != history.first_run_index
    possible = np.flatnonzero(np.isfinite(ceiling) & (ceiling > 0) & speaks)
    if not len(possible):
        return
    day = int(data.draw(st.sampled_from(possible.tolist())))
    at = float(ceiling[day])
    for amount, above in ((at, False), (float(np.nextafter(at, np.inf)), True)):
        tried = only_on(history, day, rule.channel, amount)
        reached = [
            finding.level
            for finding in findings(tried, from_index=day)
            if finding.key == rule.key and finding.day == history.date_of(day)
        ]
        assert (max(reached, default=Level.STEADY) >= level) == above


@law
@given(data=st.data())
def test_every_day_has_a_take_care_ceiling_in_km(histories: Histories, data: DataObject) -> None:
    history = data.draw(histories)
    ceilings = [
        rule.ceiling(history, threshold)
        for rule in all_guardrails()
        if not rule.channel.counts_flexions
        and (threshold := rule.threshold(Level.TAKE_CARE)) is not None
    ]
    assert np.isfinite(ceilings).any(axis=0).all()


@law
@given(data=st.data())
def test_a_ceiling_is_missing_exactly_where_there_is_a_reason(
    histories: Histories, data: DataObject
) -> None:
    history = data.draw(histories)
    for rule in all_guardrails():
        lowest = np.full(history.days, -np.inf)
        for _, threshold in rule.levels:
            ceiling = rule.ceiling(history, threshold)
            assert np.array_equal(np.isnan(ceiling), rule.reason(history) != 0)
            assert not np.isinf(ceiling).any()
            assert not np.any(ceiling < lowest), "a higher level has no lower ceiling"
            lowest = np.where(np.isnan(ceiling), lowest, ceiling)


@law
@given(data=st.data())
def test_what_is_run_later_changes_no_ceiling(histories: Histories, data: DataObject) -> None:
    history = data.draw(histories)
    day = data.draw(st.integers(0, history.days - 1))
    later = history
    for index in range(day, min(day + 3, history.days)):
        later = only_on(later, index, Channel.DISTANCE_KM, 33.0)
    first = np.flatnonzero(later.runs > 0)[0]
    later = replace(later, first_run_index=int(first))
    for rule in all_guardrails():
        for _, threshold in rule.levels:
            before = rule.ceiling(history, threshold)[: day + 1]
            assert np.array_equal(before, rule.ceiling(later, threshold)[: day + 1], equal_nan=True)


@law
@given(data=st.data())
def test_a_club_is_its_athletes_row_by_row(histories: Histories, data: DataObject) -> None:
    athletes = [data.draw(histories) for _ in range(3)]
    days = min(athlete.days for athlete in athletes)
    rows = [athlete.between(athlete.days - days, athlete.days) for athlete in athletes]
    club = replace(
        rows[0],
        first_run_index=np.array([row.first_run_index for row in rows]),
        **{
            field: np.stack([getattr(row, field) for row in rows])
            for field in (*map(str, Channel), "runs", "observed", "rested", "race")
        },
    )
    for rule in all_guardrails():
        for _, threshold in rule.levels:
            alone = [rule.ceiling(row, threshold) for row in rows]
            assert np.array_equal(rule.ceiling(club, threshold), alone, equal_nan=True), rule.key
        for name, series in rule.numbers(club).items():
            alone = [rule.numbers(row)[name] for row in rows]
            assert np.array_equal(series, alone, equal_nan=True), name
    together = load_series(club)
    for place, row in enumerate(rows):
        alone = load_series(row)
        assert np.array_equal(together.ratio_ewma[place], alone.ratio_ewma, equal_nan=True)
        assert np.array_equal(together.zone_reason[place], alone.zone_reason)
        assert np.array_equal(together.redi_km[place], alone.redi_km, equal_nan=True)


@law
@given(data=st.data())
def test_the_last_400_days_are_enough(long_histories: Histories, data: DataObject) -> None:
    history = data.draw(long_histories)
    since = data.draw(st.integers(LOOKBACK_DAYS, history.days - 1))
    start = since - LOOKBACK_DAYS
    part = history.between(start, history.days)
    of_all = findings(history, from_index=since)
    of_part = findings(part, from_index=LOOKBACK_DAYS)
    assert [(one.key, one.day, one.level, one.amount) for one in of_part] == [
        (one.key, one.day, one.level, one.amount) for one in of_all
    ]
    for mine, full in zip(of_part, of_all, strict=True):
        assert mine.ceiling == pytest.approx(full.ceiling, rel=1e-9, abs=1e-9)
        assert mine.numbers == pytest.approx(dict(full.numbers), rel=1e-9)


@law
@given(data=st.data())
def test_a_guardrail_reads_no_further_back_than_it_says(
    long_histories: Histories, data: DataObject
) -> None:
    history = data.draw(long_histories)
    day = data.draw(st.integers(LOOKBACK_DAYS, history.days - 1))
    for rule in all_guardrails():
        part = history.between(day - rule.lookback_days, day + 1)
        for _, threshold in rule.levels:
            short, full = rule.ceiling(part, threshold)[-1], rule.ceiling(history, threshold)[day]
            assert short == pytest.approx(full, rel=1e-9, abs=1e-9, nan_ok=True), rule.key


@law
@given(data=st.data(), times=st.floats(0.1, 9.0))
def test_scaling_all_loads_leaves_ratios_and_scales_their_ceilings(
    histories: Histories, data: DataObject, times: float
) -> None:
    km = data.draw(histories).distance_km
    for ratio in (coupled_ratio, uncoupled_ratio, ewma_ratio):
        assert ratio(km * times) == pytest.approx(ratio(km), rel=1e-9, nan_ok=True)
    scaled = ratio_ceiling(km * times, 1.5)
    assert scaled == pytest.approx(times * ratio_ceiling(km, 1.5), rel=1e-9, abs=1e-9)


@law
@given(data=st.data())
def test_running_the_limit_at_the_own_rate_raises_no_alert(
    histories: Histories, data: DataObject
) -> None:
    history = data.draw(histories)
    day = data.draw(st.integers(0, history.days - 1))
    limit = todays_limit(history, day)
    # A millionth below: turning flexions into km and back costs a last digit.
    km = limit.limit_km * (1 - 1e-6)
    flexions = km * (limit.flexions_per_km or 0.0)
    arrays = {field: history.amounts(channel).copy() for channel, field in FIELDS.items()}
    for field in ("distance_km", "longest_run_km"):
        arrays[field][day] = km
    for field in ("hip_flexions", "longest_run_flexions"):
        arrays[field][day] = flexions
    runs = history.runs.copy()
    runs[day] = km > 0
    ran = replace(history, **arrays, runs=runs)
    of_day = [one for one in findings(ran, from_index=day) if one.day == limit.day]
    assert not [one for one in of_day if one.is_alert]


@law
@given(data=st.data())
def test_nobody_is_held_at_rest_for_longer_than_six_days(
    histories: Histories, data: DataObject
) -> None:
    history = data.draw(histories)
    rested = np.flatnonzero(six_days_before(history.runs.astype(float)) == 0)
    day = int(data.draw(st.sampled_from(rested.tolist())))
    assert todays_limit(history, day).limit_km >= 1.0


@law
@given(data=st.data())
def test_a_limit_of_a_day_is_the_limit_of_that_day_alone(
    histories: Histories, data: DataObject
) -> None:
    history = data.draw(histories)
    day = data.draw(st.integers(0, history.days - 1))
    limit = todays_limit(history, day)
    assert limit == todays_limit(history.between(0, day + 1), history.date_of(day))
    assert limit.limit_km >= 0
    assert limit.remaining_km == max(0.0, limit.limit_km - limit.done_km)


@law
@given(data=st.data())
def test_a_finding_opens_only_on_a_day_with_a_run(histories: Histories, data: DataObject) -> None:
    history = data.draw(histories)
    for finding in findings(history):
        assert history.runs[history.index_of(finding.day)] > 0
        assert finding.amount > finding.ceiling
        level_of = {threshold: level for level, threshold in guardrail(finding.key).levels}
        raised = "limit_flexions" in finding.numbers and finding.level > Level.TAKE_CARE
        assert finding.level == level_of[finding.threshold] or raised


def test_the_edge_of_the_uncoupled_ratio_is_the_edge_of_the_coupled(
    history_of: Callable[..., History],
) -> None:
    history = history_of([0, 8, 0, 10, 0, 8, 14] * 5)
    for level, threshold in guardrail("ratio").levels:
        edge = guardrail("ratio").ceiling(history, threshold)
        for day in range(28, 35):
            km = history.distance_km.copy()
            km[day] = max(0.0, edge[day])
            if edge[day] > 0:
                assert coupled_ratio(km)[day] == pytest.approx(threshold), level
                uncoupled = {1.3: 1.4444444444, 1.5: 1.8}[threshold]
                assert uncoupled_ratio(km)[day] == pytest.approx(uncoupled)
