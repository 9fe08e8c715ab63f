from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.runs.day import DayTotals, RunOfDay, day_totals

EIGHT = 1_780_000_000.0
HALF_AN_HOUR = 1800.0


def run(
    started_s: float | None, km: float, elapsed_s: float = 3600.0, flexions: float | None = None
) -> RunOfDay:
    return RunOfDay(
        started_s=started_s,
        elapsed_s=elapsed_s,
        distance_km=km,
        hip_flexions=1000 * km if flexions is None else flexions,
        minutes=elapsed_s / 60,
    )


def test_a_day_without_runs_is_zero() -> None:
    assert day_totals([]) == DayTotals(
        runs=0,
        distance_km=0.0,
        hip_flexions=0.0,
        minutes=0.0,
        longest_run_km=0.0,
        longest_run_flexions=0.0,
    )


def test_a_day_sums_its_runs_and_keeps_the_longest() -> None:
    totals = day_totals([run(EIGHT, 10), run(EIGHT + 36_000, 6)])
    assert totals == DayTotals(
        runs=2,
        distance_km=16.0,
        hip_flexions=16_000.0,
        minutes=120.0,
        longest_run_km=10.0,
        longest_run_flexions=10_000.0,
    )


@pytest.mark.parametrize(("gap_s", "longest_km"), [(HALF_AN_HOUR, 13.0), (HALF_AN_HOUR + 1, 10.0)])
def test_recordings_half_an_hour_apart_are_one_session(gap_s: float, longest_km: float) -> None:
    totals = day_totals([run(EIGHT + 3600 + gap_s, 10), run(EIGHT, 3)])
    assert totals.longest_run_km == longest_km
    assert totals.longest_run_flexions == 1000 * longest_km
    assert totals.runs == 2


def test_a_chain_of_recordings_is_one_session() -> None:
    warm_up, race, cool_down = (
        run(EIGHT, 3, 1200),
        run(EIGHT + 2400, 10, 2400),
        run(EIGHT + 6000, 2),
    )
    assert day_totals([cool_down, warm_up, race]).longest_run_km == 15


def test_a_session_ends_with_its_last_end_and_not_its_last_start() -> None:
    long, within, after = run(EIGHT, 20, 7200), run(EIGHT + 60, 1, 60), run(EIGHT + 8000, 5, 1800)
    assert day_totals([long, within, after]).longest_run_km == 26


def test_runs_of_unknown_start_stand_alone() -> None:
    totals = day_totals([run(None, 4), run(EIGHT, 3), run(None, 5)])
    assert totals.longest_run_km == 5
    assert totals.distance_km == 12


def test_the_longest_run_and_the_most_flexions_may_be_different_runs() -> None:
    totals = day_totals([run(EIGHT, 10, flexions=8000), run(EIGHT + 40_000, 9, flexions=9000)])
    assert (totals.longest_run_km, totals.longest_run_flexions) == (10, 9000)


runs_of_a_day = st.lists(
    st.builds(
        run,
        st.none() | st.integers(0, 86_400).map(lambda second: EIGHT + second),
        st.floats(0, 50),
        st.floats(0, 20_000),
        st.floats(0, 50_000),
    ),
    max_size=6,
)


@given(runs_of_a_day, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=200)
def test_the_order_of_import_does_not_matter_to_the_last_bit(
    runs: list[RunOfDay], random: Random
) -> None:
    shuffled = list(runs)
    random.shuffle(shuffled)
    assert day_totals(shuffled) == day_totals(runs)


@given(st.floats(1, 40), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=100)
def test_a_run_cut_in_two_keeps_the_days_totals(km: float, where: float) -> None:
    whole = run(EIGHT, km)
    parts = [
        run(EIGHT, km * where, 3600 * where),
        run(EIGHT + 3600 * where, km * (1 - where), 3600 * (1 - where)),
    ]
    cut, uncut = day_totals(parts), day_totals([whole])
    for name in (
        "distance_km",
        "hip_flexions",
        "minutes",
        "longest_run_km",
        "longest_run_flexions",
    ):
        assert getattr(cut, name) == pytest.approx(getattr(uncut, name))
