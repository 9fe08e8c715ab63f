"""What a file's cadence numbers count."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.recording import Float64Array, Sport
from importers.cadence import read_cadence


def full(value: float, n: int = 60) -> Float64Array:
    return np.full(n, value)


def test_a_running_median_below_120_is_one_leg() -> None:
    reading = read_cadence(full(86), full(2.8), Sport.RUNNING)
    assert (reading.raw_median, reading.factor, reading.rule) == (86.0, 2.0, "per_leg_by_median")


def test_a_median_from_120_on_is_both_feet() -> None:
    reading = read_cadence(full(120), full(2.0), Sport.RUNNING)
    assert (reading.factor, reading.rule) == (1.0, "steps_by_median")


def test_standing_still_does_not_pull_the_median() -> None:
    raw = np.concatenate([full(30, 100), full(0, 100), full(85, 50)])
    speed = np.concatenate([full(0.2, 200), full(3.0, 50)])
    assert read_cadence(raw, speed, Sport.RUNNING).raw_median == 85


def test_missing_samples_are_ignored() -> None:
    raw = np.array([np.nan, 160, np.nan, 162, 164])
    speed = np.array([np.nan, np.nan, 3.0, 3.0, 3.0])
    reading = read_cadence(raw, speed, Sport.UNKNOWN)
    assert (reading.raw_median, reading.factor) == (162.0, 1.0)


def test_a_brisk_walk_in_steps_is_told_by_its_step_length() -> None:
    # 110 at 1.4 m/s: as steps 0.76 m each, as strides 0.38 m.
    reading = read_cadence(full(110), full(1.4), Sport.WALKING)
    assert (reading.factor, reading.rule) == (1.0, "steps_by_step_length")


def test_a_slow_climb_stays_per_leg_although_its_steps_are_short() -> None:
    # 45 strides at 0.55 m/s: 0.37 m steps, but nobody hikes with 45 steps of both feet.
    reading = read_cadence(full(45), full(0.55), Sport.HIKING)
    assert (reading.factor, reading.rule) == (2.0, "per_leg_by_median")


def test_strides_above_the_median_line_are_told_by_their_step_length() -> None:
    # A sprinter's 130 strides of 4.2 m cannot be steps.
    reading = read_cadence(full(130), full(9.0), Sport.RUNNING)
    assert (reading.factor, reading.rule) == (2.0, "per_leg_by_step_length")


def test_a_treadmill_that_writes_speed_zero_is_read_by_cadence_alone() -> None:
    reading = read_cadence(full(84), full(0), Sport.RUNNING)
    assert (reading.raw_median, reading.factor) == (84.0, 2.0)


@pytest.mark.parametrize("raw", [full(0), full(np.nan), np.empty(0)])
def test_without_a_single_step_the_formats_own_definition_holds(raw: Float64Array) -> None:
    reading = read_cadence(raw, None, Sport.RUNNING)
    assert (reading.raw_median, reading.factor, reading.rule) == (None, 2.0, "no_moving_cadence")


@pytest.mark.parametrize(
    ("sport", "rule"), [(Sport.CYCLING, "crank_revolutions"), (Sport.SWIMMING, "arm_strokes")]
)
def test_pedals_and_arms_are_not_steps(sport: Sport, rule: str) -> None:
    reading = read_cadence(full(125), full(9.0), sport)
    assert (reading.factor, reading.rule) == (2.0, rule)
