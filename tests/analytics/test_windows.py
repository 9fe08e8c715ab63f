from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.series.decay import decaying_sum
from analytics.series.weekly import highest_week_before, ramp, seven_day_total, six_days_before
from analytics.series.windows import days_before, trailing_max, trailing_sum

loads = st.lists(st.floats(0, 60), min_size=1, max_size=150).map(np.array)


@settings(deadline=None, max_examples=60)
@given(values=loads, window=st.integers(1, 40))
def test_a_trailing_window_is_the_day_and_those_before_it(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], window: int
) -> None:
    of_day = [values[max(0, day - window + 1) : day + 1] for day in range(len(values))]
    assert trailing_sum(values, window) == pytest.approx([sum(part) for part in of_day], abs=1e-9)
    assert trailing_max(values, window).tolist() == [max(part) for part in of_day]


def test_a_window_of_rest_sums_to_exactly_zero() -> None:
    values = np.array([0.1, 0.2, 0.3] * 1000 + [0.0] * 28)
    assert trailing_sum(values, 28)[-1] == 0.0


def test_days_before_the_first_one_hold_nothing() -> None:
    assert days_before(np.array([1.0, 2.0, 3.0]), 1).tolist() == [0, 1, 2]
    assert days_before(np.array([1.0, 2.0, 3.0]), 5).tolist() == [0, 0, 0]


@settings(deadline=None, max_examples=40)
@given(values=loads, keep=st.floats(0, 0.99))
def test_the_blocks_of_a_decaying_sum_leave_no_seam(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], keep: float
) -> None:
    expected: list[float] = []
    for value in values.tolist():
        expected.append(value + keep * (expected[-1] if expected else 0.0))
    assert decaying_sum(values, keep) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_highest_week_before_ends_28_to_7_days_ago() -> None:
    for day, seen in {6: False, 7: True, 28: True, 34: True, 35: False}.items():
        load = np.zeros(60)
        load[50 - day] = 10.0
        assert bool(highest_week_before(load)[50] > 0) == seen, day


def test_the_ramp_compares_seven_days_with_the_highest_seven() -> None:
    load = np.array([0, 8, 0, 10, 0, 8, 14] * 5 + [0, 8, 0, 10, 0, 8, 22], float)
    assert seven_day_total(load)[-1] == 48
    assert six_days_before(load)[-1] == 26
    assert ramp(load)[-1] == pytest.approx(0.2)
    assert np.isnan(ramp(np.zeros(50))).all()
