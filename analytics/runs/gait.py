"""How many steps a speed amounts to: the published equations and every number the steps rest on.

Steps are counted for both feet. Each hip flexes once per stride of two steps, so the flexions of
both hips together are as many as the steps.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.recording import Float64Array

METRES_PER_MILE: Final = 1609.344
CENTIMETRES_PER_INCH: Final = 2.54

WALKING_CADENCE_SPM: Final = 130.0
"""Below it a step is a walking step at any speed (our choice, under the transition at about
140 steps/min, PMC8629136)."""

SLOW_CADENCE_SPM: Final = 140.0
"""Below it a step is a walking step when it is slow, too: the walk-run transition, PMC8629136."""

SLOW_SPEED_M_S: Final = 2.0
"""The speed under which a cadence below ``SLOW_CADENCE_SPM`` is walking (our choice)."""

WALKING_SPEED_M_S: Final = 1.8
"""Without a cadence, slower than this is walking (our choice: slow joggers keep their flexions)."""

MOVING_SPEED_M_S: Final = 0.5
"""Slower than this is standing still (our choice: satellite jitter stays below it)."""

LONGEST_STEP_M: Final = 2.2
SHORTEST_STEP_M: Final = 0.4
"""Step lengths outside these are a sensor's error, not a step (the bounds the importers use to
confirm the unit of a cadence; our choice)."""

MEAN_HEIGHT_CM: Final = 174.0
"""Height the pooled model is centred on, and the one used when the runner's is not known."""

POOLED_CADENCE_SPM: Final = 166.8
POOLED_SPEED_M_S: Final = 3.0
POOLED_SPEED_SLOPE_SPM: Final = 9.67
POOLED_HEIGHT_SLOPE_SPM: Final = -0.5
"""Pooled model of 12 published group means, heights assumed 174 cm (RMSE there 3.8 steps/min; the
best straight line through them leaves 3.6): van Oeveren 2017 doi:10.1371/journal.pone.0184273, de
Ruiter 2020 doi:10.1080/17461391.2019.1626911, Fukuchi 2017 doi:10.7717/peerj.3298, Hoeger 2008
ACSM Health Fit J 12(1):14. The height slope agrees with Hoeger and de Ruiter. Our own fit."""

LOWEST_RUNNING_SPM: Final = 150.0
HIGHEST_RUNNING_SPM: Final = 200.0
"""The pooled model is held within these (our choice)."""

STEPS_PER_MILE: Final = 1500.0
"""Where not even a pace is known: the flat figure in clinical use. It is right only near
3.0 m/s and errs by -14 to +38 % on the published means."""

HOEGER_RUN_INTERCEPT: Final = 1084.0
HOEGER_RUN_PACE_SLOPE: Final = 143.6
HOEGER_RUN_HEIGHT_SLOPE: Final = -13.5
HOEGER_WALK_PACE_SLOPE: Final = 63.4
HOEGER_WALK_HEIGHT_SLOPE: Final = -14.1
"""Hoeger 2008 ACSM Health Fit J 12(1):14."""

HOEGER_RUN_PACES_MIN_PER_MI: Final = (6.0, 12.0)
HOEGER_WALK_PACES_MIN_PER_MI: Final = (15.0, 20.0)
"""The paces Hoeger measured between; outside them the equations are not used."""


class Walker(StrEnum):
    """Whose walk equation: Hoeger 2008 gives one for men and one for women."""

    MAN = "man"
    WOMAN = "woman"
    EITHER = "either"


HOEGER_WALK_INTERCEPT: Final = {Walker.MAN: 1916.0, Walker.WOMAN: 1949.0, Walker.EITHER: 1932.5}
"""Steps per mile; ``EITHER`` is the mean of the two (our choice)."""

DEVICE_STEPS_BAND: Final = 0.05
CADENCE_BAND: Final = 0.05
"""Half width of the band around counted steps (our choice). Device totals and summed cadence of
the same recordings, two counts of one thing, differ by 1 % in the middle and 10 % at worst."""

MODEL_BAND: Final = 0.10
"""Between runners the cadence at one speed has an SD of about 8 steps/min of 165 (de Ruiter 2020):
95 % of runners are within 10 % of the model."""

PER_MILE_BAND: Final = 0.40
"""The flat figure's worst error on the published means was 38 %."""


def hoeger_running_steps_per_mile(pace_min_per_mi: ArrayLike, height_in: ArrayLike) -> Float64Array:
    """Running steps per mile, as published. The reference this package's own model is held to.

    Parameters
    ----------
    pace_min_per_mi
        Any shape, minutes per mile; held within the 6 to 12 that were measured.
    height_in
        Broadcasts with it, inches.

    Returns
    -------
    Steps of both feet per mile.

    References
    ----------
    Hoeger 2008 ACSM Health Fit J 12(1):14.
    """
    pace = np.clip(np.asarray(pace_min_per_mi, np.float64), *HOEGER_RUN_PACES_MIN_PER_MI)
    height = np.asarray(height_in, np.float64)
    return HOEGER_RUN_INTERCEPT + HOEGER_RUN_PACE_SLOPE * pace + HOEGER_RUN_HEIGHT_SLOPE * height


def hoeger_walking_steps_per_mile(
    pace_min_per_mi: ArrayLike, height_in: ArrayLike, walker: Walker = Walker.EITHER
) -> Float64Array:
    """Walking steps per mile, as published.

    Parameters
    ----------
    pace_min_per_mi
        Any shape, minutes per mile; held within the 15 to 20 that were measured.
    height_in
        Broadcasts with it, inches.
    walker
        Whose equation.

    Returns
    -------
    Steps of both feet per mile.

    References
    ----------
    Hoeger 2008 ACSM Health Fit J 12(1):14.
    """
    pace = np.clip(np.asarray(pace_min_per_mi, np.float64), *HOEGER_WALK_PACES_MIN_PER_MI)
    height = np.asarray(height_in, np.float64)
    intercept = HOEGER_WALK_INTERCEPT[walker]
    return intercept + HOEGER_WALK_PACE_SLOPE * pace + HOEGER_WALK_HEIGHT_SLOPE * height


def running_cadence_spm(speed_m_s: ArrayLike, height_cm: float | None) -> Float64Array:
    """Cadence to expect of a runner at a speed, by the pooled model.

    Linear in speed between its bounds, so that the steps of a run are the same whether it is
    taken whole or in parts.

    Parameters
    ----------
    speed_m_s
        Any shape.
    height_cm
        The runner's, or None for the mean height.

    Returns
    -------
    Steps of both feet per minute, 150 to 200.

    References
    ----------
    See ``POOLED_CADENCE_SPM``.
    """
    at_mean_speed = POOLED_CADENCE_SPM + POOLED_HEIGHT_SLOPE_SPM * (
        (height_cm or MEAN_HEIGHT_CM) - MEAN_HEIGHT_CM
    )
    spm = np.asarray(speed_m_s, np.float64) * POOLED_SPEED_SLOPE_SPM
    spm += at_mean_speed - POOLED_SPEED_SLOPE_SPM * POOLED_SPEED_M_S
    return np.clip(spm, LOWEST_RUNNING_SPM, HIGHEST_RUNNING_SPM)


def walking_cadence_spm(speed_m_s: ArrayLike, height_cm: float | None) -> Float64Array:
    """Cadence to expect of a walker at a speed, by Hoeger's walk equation.

    Faster or slower than what was measured, the steps per mile of the nearest measured pace are
    kept, so that the cadence falls to 0 with the speed.

    Parameters
    ----------
    speed_m_s
        Any shape, at least 0.
    height_cm
        The walker's, or None for the mean height.

    Returns
    -------
    Steps of both feet per minute.
    """
    speed = np.asarray(speed_m_s, np.float64)
    metres_per_min = 60.0 * speed
    slowest = METRES_PER_MILE / HOEGER_WALK_PACES_MIN_PER_MI[1]
    pace = METRES_PER_MILE / np.maximum(metres_per_min, slowest)
    height_in = (height_cm or MEAN_HEIGHT_CM) / CENTIMETRES_PER_INCH
    return hoeger_walking_steps_per_mile(pace, height_in) * metres_per_min / METRES_PER_MILE
