from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from analytics.history import Channel, History, history_from_days


@dataclass(frozen=True)
class Row:
    day: date
    runs: int = 1
    distance_km: float = 5.0
    hip_flexions: float = 4600.0
    minutes: float = 30.0
    longest_run_km: float = 5.0
    longest_run_flexions: float = 4600.0


MON, WED, SUN = date(2026, 11, 2), date(2026, 11, 4), date(2026, 11, 8)


def test_days_without_a_row_are_rest_and_rows_may_come_in_any_order() -> None:
    history = history_from_days(
        [Row(WED, runs=2, distance_km=9.0), Row(MON)],
        first_date=MON,
        last_date=SUN,
        first_run_date=MON,
        unobserved=[SUN],
        rested=[date(2026, 11, 3), date(2030, 1, 1)],
        races=[WED],
    )
    assert history.distance_km.tolist() == [5, 0, 9, 0, 0, 0, 0]
    assert history.runs.tolist() == [1, 0, 2, 0, 0, 0, 0]
    assert history.longest_run_km.tolist() == [5, 0, 5, 0, 0, 0, 0]
    assert history.minutes.sum() == 60
    assert history.observed.tolist() == [True] * 6 + [False]
    assert np.flatnonzero(history.rested).tolist() == [1]
    assert np.flatnonzero(history.race).tolist() == [2]
    assert (history.days, history.first_run_index, history.last_date) == (7, 0, SUN)
    assert history.date_of(history.index_of(WED)) == WED


def test_the_first_run_may_be_before_the_days_or_not_have_been_yet() -> None:
    earlier = history_from_days([], first_date=MON, last_date=SUN, first_run_date=date(2026, 10, 1))
    assert earlier.first_run_index == -32
    none = history_from_days([], first_date=MON, last_date=SUN, first_run_date=None)
    assert none.first_run_index == none.days == 7


@pytest.mark.parametrize(
    ("rows", "last"),
    [([Row(date(2026, 11, 9))], SUN), ([Row(MON), Row(MON)], SUN), ([], date(2026, 11, 1))],
)
def test_rows_that_cannot_be_placed_are_refused(rows: list[Row], last: date) -> None:
    with pytest.raises(ValueError, match=r"day|before"):
        history_from_days(rows, first_date=MON, last_date=last, first_run_date=MON)


@pytest.mark.parametrize("amount", [-1.0, np.nan, np.inf])
def test_an_amount_that_is_none_is_refused(
    history_of: Callable[..., History], amount: float
) -> None:
    history = history_of([5.0, 0.0])
    with pytest.raises(ValueError, match="hip_flexions"):
        replace(history, hip_flexions=np.array([amount, 0.0]))


def test_arrays_of_another_length_are_refused(history_of: Callable[..., History]) -> None:
    history = history_of([5.0, 0.0])
    with pytest.raises(ValueError, match="race"):
        replace(history, race=np.zeros(3, np.bool_))
    with pytest.raises(ValueError, match="minutes"):
        replace(history, minutes=np.zeros(3))


def test_a_part_of_the_days_knows_when_the_first_run_was(
    history_of: Callable[..., History],
) -> None:
    history = history_of([0, 5, 0, 6, 7], races=[3])
    part = history.between(2, 5)
    assert part.distance_km.tolist() == [0, 6, 7]
    assert (part.first_run_index, part.first_date) == (-1, history.date_of(2))
    assert part.race.tolist() == [False, True, False]
    with pytest.raises(IndexError):
        history.between(3, 3)
    with pytest.raises(IndexError):
        history.between(0, 6)


def test_every_channel_gives_its_own_amounts(history_of: Callable[..., History]) -> None:
    history = history_of([[4.0, 6.0]], flexions_per_km=900)
    amounts = {channel: float(history.amounts(channel)[0]) for channel in Channel}
    assert amounts == {
        Channel.DISTANCE_KM: 10.0,
        Channel.HIP_FLEXIONS: 9000.0,
        Channel.MINUTES: 60.0,
        Channel.LONGEST_RUN_KM: 6.0,
        Channel.LONGEST_RUN_FLEXIONS: 5400.0,
    }
