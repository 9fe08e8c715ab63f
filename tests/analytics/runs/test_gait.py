from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.runs.gait import (
    METRES_PER_MILE,
    Walker,
    hoeger_running_steps_per_mile,
    hoeger_walking_steps_per_mile,
    running_cadence_spm,
    walking_cadence_spm,
)

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors"


def vector_rows(name: str) -> list[dict[str, str]]:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"the published numbers of {name} are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_hoegers_equations_give_the_published_steps_per_mile() -> None:
    rows = vector_rows("hoeger2008_steps_per_mile.csv")
    walkers = {"m": Walker.MAN, "f": Walker.WOMAN}
    for row in rows:
        pace, height = float(row["pace_min_per_mile"]), float(row["height_in"])
        if row["gait"] == "run":
            steps = hoeger_running_steps_per_mile(pace, height)
        else:
            steps = hoeger_walking_steps_per_mile(pace, height, walkers[row["sex"]])
        assert float(steps) == pytest.approx(float(row["steps_per_mile"]), abs=1e-9)
        assert float(steps) / pace == pytest.approx(float(row["implied_steps_per_min"]), abs=1e-6)
    assert len(rows) > 40


def test_hoegers_equations_stay_within_the_paces_they_were_measured_at() -> None:
    assert hoeger_running_steps_per_mile([5.0, 14.0], 69.0) == pytest.approx(
        hoeger_running_steps_per_mile([6.0, 12.0], 69.0)
    )
    assert hoeger_walking_steps_per_mile([12.0, 30.0], 69.0) == pytest.approx(
        hoeger_walking_steps_per_mile([15.0, 20.0], 69.0)
    )


def test_the_pooled_model_misses_the_published_cadences_by_less_than_four_steps_a_minute() -> None:
    rows = vector_rows("cadence_anchor_points.csv")
    speed = np.array([float(row["speed_m_s"]) for row in rows])
    published = np.array([float(row["steps_per_min"]) for row in rows])
    error = running_cadence_spm(speed, None) - published
    assert len(rows) == 12
    assert float(np.sqrt(np.mean(error**2))) == pytest.approx(3.82, abs=0.01)
    # Hardly worse than the best straight line through the same points.
    design = np.column_stack((np.ones_like(speed), speed))
    best = design @ np.linalg.lstsq(design, published, rcond=None)[0] - published
    assert float(np.sqrt(np.mean(best**2))) == pytest.approx(3.63, abs=0.01)


def test_the_pooled_model_is_what_science_says() -> None:
    assert float(running_cadence_spm(3.0, None)) == pytest.approx(166.8)
    assert float(running_cadence_spm(3.0, 174.0)) == pytest.approx(166.8)
    assert float(running_cadence_spm(3.5, 184.0)) == pytest.approx(166.8 + 4.835 - 5.0)
    assert float(running_cadence_spm(1.0, 190.0)) == 150.0
    assert float(running_cadence_spm(7.0, 160.0)) == 200.0


def test_a_walker_takes_hoegers_steps() -> None:
    # 1949 and 1916 average to 1932.5; 20 minutes a mile, 70 inches.
    speed = METRES_PER_MILE / (20 * 60)
    assert float(walking_cadence_spm(speed, 177.8)) == pytest.approx((1932.5 + 1268 - 987) / 20)


@given(st.floats(0, 3), st.floats(140, 210))
@settings(deadline=None, max_examples=100)
def test_a_slower_walker_takes_fewer_steps(speed_m_s: float, height_cm: float) -> None:
    slower, faster = walking_cadence_spm([speed_m_s, speed_m_s + 0.1], height_cm)
    assert 0 <= slower < faster
