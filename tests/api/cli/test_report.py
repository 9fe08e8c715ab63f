"""`swingphase report`: calendar weeks whose sums are the days' and whose ratios are Sunday's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.history import history_from_days
from analytics.series.load import load_series
from api.load.weekly import by_week, rows
from models.days import DayTotals

Swingphase = Callable[..., Result]
RunFile = Callable[..., Path]

MONDAY = date(2026, 5, 4)


def day_of(index: int, km: float) -> DayTotals:
    return DayTotals(
        day=MONDAY + timedelta(days=index),
        runs=1,
        distance_km=km,
        hip_flexions=km * 900,
        minutes=km * 6,
        longest_run_km=km,
        longest_run_flexions=km * 900,
    )


def days_of(kms: Sequence[float]) -> list[DayTotals]:
    return [day_of(index, km) for index, km in enumerate(kms) if km]


def test_a_week_is_monday_to_sunday() -> None:
    history = history_from_days(
        days_of([5, 0, 0, 0, 0, 0, 12, 8]),
        first_date=MONDAY,
        last_date=MONDAY + timedelta(days=8),
        first_run_date=MONDAY,
    )

    first, second = rows(by_week(history, MONDAY))

    assert (first.week_start, first.week_end) == (date(2026, 5, 4), date(2026, 5, 10))
    assert (first.runs, first.distance_km, first.longest_run_km) == (2, 17.0, 12.0)
    assert (first.hip_flexions, first.minutes) == (15_300, 102.0)
    assert (second.week_start, second.week_end) == (date(2026, 5, 11), date(2026, 5, 12))
    assert (second.runs, second.distance_km) == (1, 8.0)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([0.0, 4.0, 7.5, 21.1]), min_size=1, max_size=120))
def test_weeks_together_hold_what_the_days_hold_and_end_as_their_last_day(
    kms: list[float],
) -> None:
    history = history_from_days(
        days_of(kms),
        first_date=MONDAY,
        last_date=MONDAY + timedelta(days=len(kms) - 1),
        first_run_date=MONDAY,
    )

    weeks = rows(by_week(history, MONDAY))

    assert sum(week.distance_km for week in weeks) == pytest.approx(sum(kms))
    assert sum(week.runs for week in weeks) == np.count_nonzero(kms)
    series = load_series(history)
    for week in weeks:
        end = history.index_of(week.week_end)
        for ours, expected in (
            (week.ramp, series.ramp[end]),
            (week.ratio_coupled, series.ratio_coupled[end]),
            (week.ratio_uncoupled, series.ratio_uncoupled[end]),
            (week.ratio_ewma, series.ratio_ewma[end]),
        ):
            if np.isnan(expected):
                assert ours is None
            else:
                assert ours == pytest.approx(expected, abs=0.0005)


def test_a_sunday_nobody_knows_does_not_borrow_saturdays_ratio() -> None:
    kms = [6.0] * 70
    sunday = MONDAY + timedelta(days=len(kms) - 1)
    history = history_from_days(
        days_of(kms[:-1]),
        first_date=MONDAY,
        last_date=sunday,
        first_run_date=MONDAY,
        unobserved=[sunday],
    )
    assert not np.isnan(load_series(history).ratio_coupled[-2])

    last = rows(by_week(history, MONDAY))[-1]

    assert last.ratio_coupled is None
    assert last.ramp is None


def test_weeks_before_the_first_run_are_rows_of_nothing(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    swingphase("import", run_file(3, minutes=20))

    result = swingphase("report", "--weeks", "3", "--as-of", "2026-05-10", "--json")

    weeks = json.loads(result.stdout)
    assert [week["week_start"] for week in weeks] == ["2026-04-20", "2026-04-27", "2026-05-04"]
    assert [week["runs"] for week in weeks] == [0, 0, 1]
    assert weeks[2]["minutes"] == 20.0
    assert weeks[2]["ratio_coupled"] is None


def test_without_runs_there_are_weeks_all_the_same(swingphase: Swingphase) -> None:
    weeks = json.loads(swingphase("report", "--weeks", "2", "--json").stdout)

    assert [week["distance_km"] for week in weeks] == [0.0, 0.0]


def test_csv_holds_what_json_holds(
    swingphase: Swingphase, run_file: RunFile, tmp_path: Path
) -> None:
    swingphase("import", run_file(0), run_file(9))
    asked = ("report", "--weeks", "2", "--as-of", "2026-05-15")
    file = tmp_path / "weeks.csv"

    written = swingphase(*asked, "--csv", file)
    piped = swingphase(*asked, "--csv", "-")

    assert written.stdout == ""
    assert str(file) in written.stderr
    assert file.read_text() == piped.stdout
    weeks = json.loads(swingphase(*asked, "--json").stdout)
    lines = list(csv.DictReader(io.StringIO(piped.stdout)))
    assert [list(line) for line in lines] == [list(week) for week in weeks]
    for line, week in zip(lines, weeks, strict=True):
        for name, value in week.items():
            if value is None:
                assert line[name] == ""
            elif isinstance(value, str):
                assert line[name] == value
            else:
                assert float(line[name]) == value


def test_json_and_csv_at_once_are_a_mistake_of_use(swingphase: Swingphase) -> None:
    assert swingphase("report", "--json", "--csv", "-").exit_code == 2


def test_a_file_that_cannot_be_written_is_a_sentence(
    swingphase: Swingphase, tmp_path: Path
) -> None:
    result = swingphase("report", "--csv", tmp_path / "no" / "weeks.csv")

    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_the_table_has_a_row_a_week(swingphase: Swingphase, run_file: RunFile) -> None:
    swingphase("import", run_file(0, minutes=10))

    heading, _, week = swingphase(
        "report", "--weeks", "2", "--as-of", "2026-05-10"
    ).stdout.splitlines()

    assert heading.startswith("Week of")
    cells = week.split()
    assert cells[:2] == ["2026-05-04", "1"]
    assert cells[5:] == ["10", "-", "-", "-", "-"]
