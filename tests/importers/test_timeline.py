"""Times become strictly increasing, and every field follows."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.timeline import timeline

NAN = float("nan")


def test_increasing_times_are_returned_untouched() -> None:
    seconds = np.array([0.0, 1.0, 2.5])
    values = np.array([7.0, 8.0, 9.0])
    line = timeline(seconds)
    assert line.seconds is seconds
    assert line.merge(values) is values
    assert (line.repeated, line.backward) == (0, 0)


def test_no_times_stay_no_times() -> None:
    line = timeline(np.empty(0))
    assert len(line.merge(np.empty(0))) == 0


def test_of_one_second_the_last_value_that_is_there_wins_for_each_field() -> None:
    line = timeline(np.array([0.0, 1.0, 1.0, 1.0, 2.0]))
    assert line.seconds.tolist() == [0.0, 1.0, 2.0]
    assert line.merge(np.array([1.0, 2.0, 3.0, NAN, 5.0])).tolist() == [1.0, 3.0, 5.0]
    merged = line.merge(np.array([1.0, NAN, NAN, NAN, 5.0]))
    assert np.isnan(merged[1])
    assert (line.repeated, line.backward) == (2, 0)


def test_times_out_of_order_are_sorted_with_their_values() -> None:
    line = timeline(np.array([0.0, 3.0, 1.0, 2.0, 4.0]))
    assert line.seconds.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert line.merge(np.array([10.0, 13.0, 11.0, 12.0, 14.0])).tolist() == [10, 11, 12, 13, 14]
    assert (line.repeated, line.backward) == (0, 1)


def test_out_of_order_and_repeated_keeps_file_order_within_a_time() -> None:
    line = timeline(np.array([5.0, 1.0, 5.0, 1.0]))
    assert line.seconds.tolist() == [1.0, 5.0]
    assert line.merge(np.array([1.0, 2.0, 3.0, 4.0])).tolist() == [4.0, 3.0]
    assert (line.repeated, line.backward) == (2, 2)


def test_float32_fields_stay_float32() -> None:
    line = timeline(np.array([1.0, 1.0, 0.0]))
    assert line.merge(np.array([1, 2, 3], np.float32)).dtype == np.float32


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.one_of(st.just(NAN), st.integers(0, 99)))))
def test_it_equals_walking_through_the_records(records: list[tuple[int, float]]) -> None:
    expected: dict[int, float] = {}
    for second, value in records:
        if second not in expected or not np.isnan(value):
            expected[second] = value
    line = timeline(np.array([second for second, _ in records], np.float64))
    merged = line.merge(np.array([value for _, value in records], np.float64))
    assert line.seconds.tolist() == sorted(expected)
    np.testing.assert_array_equal(merged, [expected[second] for second in sorted(expected)])
