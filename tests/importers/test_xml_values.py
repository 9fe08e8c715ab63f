"""Columns of texts are read as each text alone would be."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.xml_values import numbers, utc_seconds

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
WAYS = {"seconds": 20, "milliseconds": 24, "microseconds": 27}


@given(st.lists(st.tuples(MOMENTS, st.sampled_from(sorted(WAYS)))))
def test_times_of_any_precision_come_back(moments: list[tuple[datetime, str]]) -> None:
    texts = [moment.isoformat(timespec=way).replace("+00:00", "Z") for moment, way in moments]
    expected = [datetime.fromisoformat(text).timestamp() for text in texts]
    np.testing.assert_allclose(utc_seconds(texts), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("wrong", ["/", ":", "a", " ", "\0", "é", "٣", "-"])
@pytest.mark.parametrize("place", [0, 5, 9, 12, 18, 20, 22])
def test_a_time_with_anything_for_a_digit_is_none_beside_others_that_are(
    place: int, wrong: str
) -> None:
    right = "2026-05-04T06:30:05.250Z"
    broken = right[:place] + wrong + right[place + 1 :]
    seconds = utc_seconds([right, broken, None, "", right])
    assert seconds[[0, 4]].tolist() == [1777876205.25] * 2
    assert np.isnan(seconds[1:4]).all()


def test_numbers_stand_where_their_texts_stand() -> None:
    texts = ["1.5", None, "", " 2 ", "x", "3,5", "1e999", "nan", "-0"]
    expected = [1.5, np.nan, np.nan, 2.0, np.nan, 3.5, np.nan, np.nan, 0.0]
    np.testing.assert_array_equal(numbers(texts), expected)
    np.testing.assert_array_equal(numbers(texts[:4]), expected[:4])
    assert numbers(["4", "5"]).tolist() == [4.0, 5.0]
