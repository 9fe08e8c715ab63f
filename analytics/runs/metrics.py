"""What one run amounts to: distance, time, climb, steps and hip flexions of a recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.recording import BoolArray, Float64Array, Recording, Sport, Stream
from analytics.runs.ascent import climbed_m
from analytics.runs.fast_stretch import too_fast_throughout
from analytics.runs.intervals import ON_FOOT, Intervals, fastest_m_s, intervals
from analytics.runs.steps import (
    BAND_FRACTION,
    NO_STEPS,
    FlexionSource,
    Steps,
    sampled_steps,
    unsampled_steps,
    with_device_total,
)
from analytics.runs.sums import sum_of_products

__all__ = ["METRICS_VERSION", "DistanceSource", "FlexionSource", "RunMetrics", "run_metrics"]

METRICS_VERSION: Final = 2
"""Rises whenever the same recording may give other numbers: a history never mixes versions."""

DISTANCE_AGREEMENT: Final = 2.0
"""A device total this many times off its own samples is not believed (our choice: runners correct
treadmill distances by tens of percent, errors of unit are larger)."""

LEAST_SAMPLED: Final = 0.1
"""Samples of less than this share of the device's time do not speak for the rest (our choice)."""

HEART_RATES_BPM: Final = (25.0, 250.0)
"""Heart rates outside are a sensor's error (our choice)."""


class DistanceSource(StrEnum):
    """Where a distance came from."""

    DEVICE = "device"
    STREAM = "stream"
    POSITIONS = "positions"
    SPEED = "speed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMetrics:
    """What one activity amounts to. None where it cannot be known.

    Parameters
    ----------
    distance_m, distance_source
        Metres, and who measured them.
    timer_s, elapsed_s, moving_s
        Seconds without pauses, with them, and without standing still either.
    ascent_m
        Metres climbed.
    cadence_spm, step_length_m
        Measured means over the running part (the moving part of a walk); never from a model.
    mean_speed_m_s
        Distance over moving time.
    steps_total, walking_steps
        Steps of both feet, and those of them that were walked.
    hip_flexions
        Flexions of both hips while running, one to a step; 0 for walks, hikes and rides, None for
        sports that are none of these.
    cycling_flexions
        Flexions of both hips at the cranks, two to a revolution. Never running load.
    hip_flexions_source, band_fraction
        Which rung of the ladder counted the steps, and the half width of the 95 % band around
        them as a fraction.
    heart_rate_mean_bpm, heart_rate_max
        Mean over time and highest, outside pauses.
    held_out_m, held_out_s, held_out_flexions
        How much of a run's distance, timer and hip flexions lies in stretches too fast to have been
        run: no more than these, 0 when nothing does and for other sports. The others keep the whole
        recording as it came.
    """

    distance_m: float | None
    distance_source: DistanceSource
    timer_s: float | None
    elapsed_s: float | None
    moving_s: float | None
    ascent_m: float | None
    cadence_spm: float | None
    step_length_m: float | None
    mean_speed_m_s: float | None
    steps_total: int | None
    walking_steps: int | None
    hip_flexions: int | None
    cycling_flexions: int | None
    hip_flexions_source: FlexionSource
    band_fraction: float
    heart_rate_mean_bpm: float | None
    heart_rate_max: float | None
    held_out_m: float
    held_out_s: float
    held_out_flexions: int

    @property
    def flexions_per_hip(self) -> float | None:
        """Flexions of one hip: half of both."""
        return None if self.hip_flexions is None else self.hip_flexions / 2


def run_metrics(recording: Recording, height_cm: float | None) -> RunMetrics:
    """Sum one recording up.

    Parameters
    ----------
    recording
        As an importer made it; any number of samples, none included.
    height_cm
        The runner's, or None when unknown: it refines the cadence model of runs without cadence.

    Returns
    -------
    The metrics. Cut in two at a sample, a recording's distance, times and steps add up to those of
    the whole. So does what is held out, where the cut is at least ``LONGEST_WAIT_S`` and twice
    ``AROUND_S`` away from all that was too fast; nearer by, the parts may hold out less.
    """
    parts = intervals(recording) if recording.samples else None
    timer_s, elapsed_s = _times(recording, parts)
    distance_m, source = _distance(recording, parts, timer_s)
    extension = _extension(parts, timer_s, source)
    moving_s = timer_s
    if parts is not None and extension is not None:
        moving_s = float(parts.moving_s.sum()) * extension
        moving_s = moving_s if timer_s is None else min(moving_s, timer_s)
    mean_speed = distance_m / moving_s if distance_m is not None and moving_s else None
    cadence = _stream(recording, Stream.CADENCE_SPM)
    way_share, time_share = 0.0, 0.0
    if recording.sport is Sport.RUNNING:
        sampled = None if extension is None else parts
        way_share, time_share = _too_fast_shares(sampled, source, distance_m, timer_s)
    steps = NO_STEPS
    if recording.sport in ON_FOOT:
        on_a_walk = recording.sport is not Sport.RUNNING
        if parts is not None and extension is not None:
            steps = sampled_steps(parts, cadence, mean_speed, height_cm, on_a_walk=on_a_walk)
            steps = steps.scaled(extension)
        if steps.source is FlexionSource.NONE:
            steps = unsampled_steps(distance_m, moving_s, height_cm, on_a_walk=on_a_walk)
        if time_share == 1.0:
            # Steps counted from totals alone know of no stretches.
            steps = replace(steps, held_out=steps.running)
        steps = with_device_total(steps, recording.totals.steps, moving_s, on_a_walk=on_a_walk)
    running, walking = _whole(steps)
    heart_rate_mean, heart_rate_max = _heart_rate(recording, parts)
    return RunMetrics(
        distance_m=distance_m,
        distance_source=source,
        timer_s=timer_s,
        elapsed_s=elapsed_s,
        moving_s=moving_s,
        ascent_m=_ascent(recording, parts),
        cadence_spm=steps.cadence_spm,
        step_length_m=(
            steps.speed_m_s * 60.0 / steps.cadence_spm
            if steps.speed_m_s is not None and steps.cadence_spm
            else None
        ),
        mean_speed_m_s=mean_speed,
        steps_total=None if running is None or walking is None else running + walking,
        walking_steps=walking,
        hip_flexions=0 if recording.sport is Sport.CYCLING else running,
        cycling_flexions=_cycling_flexions(recording, parts, cadence),
        hip_flexions_source=steps.source,
        band_fraction=BAND_FRACTION[steps.source],
        heart_rate_mean_bpm=heart_rate_mean,
        heart_rate_max=heart_rate_max,
        held_out_m=(distance_m or 0.0) * way_share,
        held_out_s=(timer_s or 0.0) * time_share,
        held_out_flexions=round(steps.held_out),
    )


def _times(recording: Recording, parts: Intervals | None) -> tuple[float | None, float | None]:
    totals = recording.totals
    last_s = float(recording.elapsed_s[-1]) if recording.samples else None
    elapsed_s = totals.elapsed_s or last_s
    timer_s = totals.timer_s
    if not timer_s or timer_s <= 0:
        timer_s = elapsed_s if parts is None else float(parts.active_s.sum())
    if timer_s is None or elapsed_s is None:
        return timer_s, timer_s
    # Of two totals of one device the timer is the one without pauses, whichever is larger.
    return timer_s, max(elapsed_s, timer_s)


def _distance(
    recording: Recording, parts: Intervals | None, timer_s: float | None
) -> tuple[float | None, DistanceSource]:
    own_m, source = _own_distance(parts)
    total_m = recording.totals.distance_m
    if total_m is None or not total_m > 0:
        return own_m, source
    if timer_s and total_m > fastest_m_s(recording.sport) * timer_s:
        return own_m, source
    if own_m and parts is not None and parts.sampled_s > 0 and timer_s:
        # Speeds are compared, not distances: records may be lost, the device summed them all.
        ratio = (total_m / timer_s) / (own_m / parts.sampled_s)
        if not 1 / DISTANCE_AGREEMENT <= ratio <= DISTANCE_AGREEMENT:
            return own_m, source
    return total_m, DistanceSource.DEVICE


def _own_distance(parts: Intervals | None) -> tuple[float | None, DistanceSource]:
    if parts is None:
        return None, DistanceSource.NONE
    if parts.advance_m is not None:
        along = DistanceSource.POSITIONS if parts.from_positions else DistanceSource.STREAM
        return float(parts.advance_m.sum()), along
    if parts.speed_m_s is not None:
        return float(np.nansum(parts.speed_m_s * parts.active_s)), DistanceSource.SPEED
    return None, DistanceSource.NONE


def _extension(
    parts: Intervals | None, timer_s: float | None, source: DistanceSource
) -> float | None:
    """How many times longer the device's timer ran than there are samples of; None: far too few.

    Where records are lost the device's distance covers the lost time, and so must the steps.
    """
    if parts is None or parts.sampled_s <= 0:
        return None
    if timer_s is None or source not in (DistanceSource.DEVICE, DistanceSource.NONE):
        return 1.0
    if parts.sampled_s < LEAST_SAMPLED * timer_s:
        return None
    return max(1.0, timer_s / parts.sampled_s)


def _too_fast_shares(
    parts: Intervals | None,
    source: DistanceSource,
    distance_m: float | None,
    timer_s: float | None,
) -> tuple[float, float]:
    """Shares of the distance and of the timer in stretches too fast to have been run."""
    if parts is None or (
        parts.fast is None and parts.advance_m is None and parts.speed_m_s is None
    ):
        # No sample tells where on the way the runner was: the whole is one stretch.
        whole = float(too_fast_throughout(distance_m, timer_s))
        return whole, whole
    if parts.fast is None:
        return 0.0, 0.0
    within, way_m = parts.fast.within, parts.fast.way_m
    own_m = parts.advance_m
    if own_m is None and parts.speed_m_s is not None:
        own_m = np.nan_to_num(parts.speed_m_s) * parts.active_s
    if own_m is not None:
        # The device's total counts what is no way of a runner and was left out here.
        fastest_m = np.maximum(own_m, way_m) if source is DistanceSource.DEVICE else own_m
        way_m = np.where(within, fastest_m, own_m)
    return _share(way_m, within), _share(parts.active_s, within)


def _share(amounts: Float64Array, within: BoolArray) -> float:
    total = float(amounts.sum())
    return sum_of_products(amounts, within) / total if total > 0 else 0.0


def _whole(steps: Steps) -> tuple[int | None, int | None]:
    if steps.source is FlexionSource.NONE:
        return None, None
    return round(steps.running), round(steps.walking)


def _stream(recording: Recording, stream: Stream) -> Float64Array | None:
    samples = recording.streams.get(stream)
    return None if samples is None else samples.astype(np.float64)


def _ascent(recording: Recording, parts: Intervals | None) -> float | None:
    total_m = recording.totals.ascent_m
    if total_m is not None and total_m >= 0:
        return total_m
    altitude = recording.streams.get(Stream.ALTITUDE_M)
    if altitude is None or parts is None:
        return None
    return climbed_m(altitude, parts.active_s)


def _cycling_flexions(
    recording: Recording, parts: Intervals | None, cadence_spm: Float64Array | None
) -> int | None:
    if recording.sport is not Sport.CYCLING or parts is None or cadence_spm is None:
        return None
    return round(float(np.nansum(cadence_spm * parts.active_s)) / 60.0)


def _heart_rate(recording: Recording, parts: Intervals | None) -> tuple[float | None, float | None]:
    rate = _stream(recording, Stream.HEART_RATE_BPM)
    if rate is None or parts is None:
        return None, None
    lowest, highest = HEART_RATES_BPM
    valid = (rate >= lowest) & (rate <= highest)
    if parts.counted is not None:
        valid &= parts.counted
    seconds = parts.active_s * valid
    total_s = float(seconds.sum())
    if not valid.any():
        return None, None
    rate = np.where(valid, rate, 0.0)
    mean = sum_of_products(seconds, rate) / total_s if total_s > 0 else float(rate[valid].mean())
    return mean, float(rate.max())
