"""Numbers others published or computed, and where ours differ on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.evidence import LONGEST_RUN, Level
from analytics.guardrails.registry import guardrail
from analytics.history import History
from analytics.series.decay import ewma, redi
from analytics.series.load import load_series
from analytics.series.ratios import as_uncoupled, coupled_ratio, ewma_ratio, uncoupled_ratio
from analytics.series.reasons import Reason

Vectors = Callable[[str], Sequence[Mapping[str, str]]]


def test_three_athletes_of_equal_weeks_have_the_published_ratios(vectors: Vectors) -> None:
    by_athlete = groupby(vectors("menaspa_williams2017_daily.csv"), lambda row: row["athlete"])
    daily = {athlete: list(rows) for athlete, rows in by_athlete}
    expected = vectors("menaspa_williams2017_expected_day28.csv")
    assert len(expected) == 3
    for row in expected:
        rows = daily[row["athlete"]]
        load = np.array([float(day["load_au"]) for day in rows])
        acute = np.array([float(day["ewma7_lambda0.25"]) for day in rows])
        chronic = np.array([float(day["ewma28_lambda2_29"]) for day in rows])
        assert ewma(load, 7) == pytest.approx(acute, abs=1e-9)
        assert ewma(load, 28) == pytest.approx(chronic, abs=1e-9)
        published = float(row["published_ewma_acwr_williams2017"])
        assert round(float(ewma_ratio(load)[27]), 2) == published
        assert round(float(coupled_ratio(load)[27]), 2) == 1.43
        assert uncoupled_ratio(load)[27] == pytest.approx(float(row["acwr_rau"]), abs=1e-9)


def test_the_edge_cases_agree_but_for_a_base_of_nothing(
    vectors: Vectors, history_of: Callable[..., History]
) -> None:
    differences: set[tuple[str, str]] = set()
    compared = 0
    rows = vectors("acwr_edge_cases.csv")
    for series, of_series in groupby(rows, lambda row: row["series"]):
        days = list(of_series)
        load = np.array([float(day["load"]) for day in days])
        # These series begin on a recorded day, whether or not there was a run on it.
        mine = load_series(history_of(load.tolist(), first_run_index=0))
        warm = np.arange(len(load)) >= 27
        for theirs, pure, ours in (
            ("acwr_rac_7_28", coupled_ratio(load), mine.ratio_coupled),
            ("acwr_rau_7_21", uncoupled_ratio(load), mine.ratio_uncoupled),
            ("acwr_ewma_warm28", ewma_ratio(load), mine.ratio_ewma),
        ):
            for index in np.flatnonzero(warm):
                text = days[index][theirs]
                known = text not in {"", "inf"}
                if known:
                    assert pure[index] == pytest.approx(float(text), abs=1e-9)
                    compared += 1
                else:
                    assert np.isnan(pure[index])
                if known and not np.isnan(ours[index]):
                    assert ours[index] == pure[index]
                elif known:
                    # We say why instead of a number that means nothing.
                    reason = Reason(int(mine.ratio_reason[index]))
                    differences.add((series, reason.code))
        assert np.isnan(mine.ratio_coupled[~warm]).all()
    assert compared > 200
    # 7 days over a base of nothing are 4.0 or infinite to them and no ratio to us.
    assert differences == {
        ("layoff27_then_run", "no_base"),
        ("tiny_after_rest", "no_base"),
        ("return_after_rest", "no_base"),
    }


def test_the_coupled_ratio_of_an_uncoupled_one(vectors: Vectors) -> None:
    for row in vectors("coupled_uncoupled_identity.csv"):
        uncoupled, coupled = float(row["uncoupled_u"]), float(row["coupled_c=4u/(u+3)"])
        assert as_uncoupled(coupled) == pytest.approx(uncoupled, rel=1e-8)


@given(load=st.lists(st.integers(0, 5000), min_size=28, max_size=60).map(np.array))
def test_coupled_and_uncoupled_are_one_ratio(
    load: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    load = load / 100.0
    uncoupled = uncoupled_ratio(load)
    known = ~np.isnan(uncoupled)
    identity = 4.0 * uncoupled[known] / (uncoupled[known] + 3.0)
    assert coupled_ratio(load)[known] == pytest.approx(identity, rel=1e-9)


def test_the_edges_of_a_spike(vectors: Vectors, history_of: Callable[..., History]) -> None:
    rule = guardrail("longest_run")
    level_of = {"ref": None, "small": Level.TAKE_CARE, "moderate": Level.TAKE_CARE}
    level_of |= {"large": Level.EASE_OFF, "no_reference": None}
    for row in vectors("session_spike_boundaries.csv"):
        reference, run = float(row["longest_prev30d_km"]), float(row["session_km"])
        history = history_of([1.0] + [0.0] * 40 + [reference] * 5 + [run])
        reached = [
            level
            for level, threshold in LONGEST_RUN.levels
            if run > rule.ceiling(history, threshold)[-1]
        ]
        assert (reached[-1] if reached else None) == level_of[row["category"]], row
        if row["category"] == "no_reference":
            assert rule.reason(history)[-1] == Reason.NO_REFERENCE


def test_redi_passes_over_days_that_are_not_known(vectors: Vectors) -> None:
    rows = vectors("redi.csv")
    for decay, of_decay in groupby(rows, lambda row: row["lambda"]):
        days = list(of_decay)
        blank = np.array([day["load_blank_is_missing"] == "" for day in days])
        load = np.array([float(day["load_blank_is_missing"] or 0) for day in days])
        expected = [float(day["redi"]) for day in days]
        assert redi(load, ~blank, float(decay)) == pytest.approx(expected, abs=1e-9)


def test_redi_is_unknown_before_the_first_known_day() -> None:
    unknown_first = redi(np.array([9.0, 5.0]), np.array([False, True]))
    assert np.isnan(unknown_first[0])
    assert unknown_first[1] == 5.0
