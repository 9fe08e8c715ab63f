"""Histories in one line, and the published numbers to check against."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from analytics.history import History

FIRST_DATE = date(2024, 1, 1)
VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"

DayRuns = Sequence[float]


def build(
    days: Sequence[float | DayRuns],
    *,
    flexions_per_km: float | Sequence[float] = 930.0,
    first_run_index: int | None = None,
    unobserved: Sequence[int] = (),
    rested: Sequence[int] = (),
    races: Sequence[int] = (),
) -> History:
    """A history of km a day: 0 is rest, a number one run, a list several."""
    runs = [([day] if day else []) if isinstance(day, float | int) else list(day) for day in days]
    rate = np.broadcast_to(flexions_per_km, len(runs)).astype(float)
    km = np.array([sum(of_day) for of_day in runs], float)
    longest = np.array([max(of_day, default=0.0) for of_day in runs], float)
    count = np.array([len(of_day) for of_day in runs], np.int64)
    begun = np.flatnonzero(count)

    def flags(at: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        marked = np.zeros(len(runs), np.bool_)
        marked[list(at)] = True
        return marked

    if first_run_index is None:
        first_run_index = int(begun[0]) if len(begun) else len(runs)
    return History(
        first_date=FIRST_DATE,
        first_run_index=first_run_index,
        distance_km=km,
        hip_flexions=km * rate,
        minutes=np.where(km > 0, km * 6.0, 30.0 * count),
        longest_run_km=longest,
        longest_run_flexions=longest * rate,
        runs=count,
        observed=~flags(unobserved),
        rested=flags(rested),
        race=flags(races),
    )


@st.composite
def _histories(draw: DrawFn, min_blocks: int, max_blocks: int) -> History:
    """Blocks of running days with rest, lay-offs and new starts between them."""
    gaps = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 6, 7, 8, 13, 20, 29, 40, 100, 185])
    runs = st.lists(st.sampled_from([0.0, 0.4, 3.0, 5.5, 8.0, 10.1, 14.0, 21.1]), max_size=2)
    block = st.tuples(gaps, st.lists(runs, min_size=1, max_size=10))
    days: list[float | DayRuns] = []
    for gap, running in draw(st.lists(block, min_size=min_blocks, max_size=max_blocks)):
        days += [0.0] * gap
        days += running
    days += [0.0] * draw(st.sampled_from([1, 3, 8, 15, 33, 190]))
    rates = draw(st.lists(st.sampled_from([750.0, 900.0, 1000.0, 1200.0]), min_size=1, max_size=5))
    unknown = draw(st.lists(st.integers(0, len(days) - 1), max_size=4))
    return build(days, flexions_per_km=np.resize(rates, len(days)).tolist(), unobserved=unknown)


@pytest.fixture(scope="session")
def history_of() -> Callable[..., History]:
    return build


@pytest.fixture(scope="session")
def histories() -> SearchStrategy[History]:
    return _histories(0, 12)


@pytest.fixture(scope="session")
def long_histories() -> SearchStrategy[History]:
    """Longer than 400 days and mostly running."""

    def repeated(part: History) -> History:
        km = [float(day) for day in part.distance_km]
        times = 480 // max(1, len(km)) + 1
        unknown = np.flatnonzero(~part.observed).tolist()
        return build(km * times, unobserved=unknown)

    return _histories(4, 20).map(repeated)


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Sequence[Mapping[str, str]]]:
    """The rows of a file of published or independently computed numbers."""

    def read(name: str) -> Sequence[Mapping[str, str]]:
        path = VECTORS / name
        if not path.exists():
            pytest.skip(f"the test vectors are not beside this checkout: {name}")
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture(scope="session")
def day_after() -> Callable[[int], date]:
    """The date of a day index."""
    return lambda index: FIRST_DATE + timedelta(days=index)
