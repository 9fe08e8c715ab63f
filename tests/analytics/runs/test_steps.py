from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analytics.recording import DeviceTotals, Recording, Sport
from analytics.runs.metrics import FlexionSource, run_metrics

MakeRecording = Callable[..., Recording]

TEN_MINUTES = np.arange(601.0)


def test_the_devices_steps_come_first(make_recording: MakeRecording) -> None:
    totals = DeviceTotals(steps=1690)
    metrics = run_metrics(
        make_recording(TEN_MINUTES, speed_m_s=3, cadence_spm=170, totals=totals), 180.0
    )
    assert metrics.steps_total == metrics.hip_flexions == 1690
    assert metrics.walking_steps == 0
    assert metrics.flexions_per_hip == 845
    assert metrics.hip_flexions_source is FlexionSource.DEVICE_STEPS
    assert metrics.band_fraction == 0.05


@pytest.mark.parametrize("steps", [850, 1300, 2100, 3400])
def test_device_steps_its_cadence_denies_are_not_believed(
    make_recording: MakeRecording, steps: int
) -> None:
    totals = DeviceTotals(steps=steps)
    metrics = run_metrics(
        make_recording(TEN_MINUTES, speed_m_s=3, cadence_spm=170, totals=totals), None
    )
    assert metrics.hip_flexions == 1700
    assert metrics.hip_flexions_source is FlexionSource.CADENCE


def test_device_steps_without_a_cadence_are_held_against_the_pace(
    make_recording: MakeRecording,
) -> None:
    def source(steps: int) -> FlexionSource:
        totals = DeviceTotals(steps=steps)
        return run_metrics(
            make_recording(TEN_MINUTES, speed_m_s=3, totals=totals), None
        ).hip_flexions_source

    assert source(1640) is FlexionSource.DEVICE_STEPS
    assert source(820) is FlexionSource.PACE
    assert source(3280) is FlexionSource.PACE


def test_device_steps_stand_alone_where_only_time_is_known(make_recording: MakeRecording) -> None:
    def flexions(steps: int) -> int | None:
        totals = DeviceTotals(steps=steps, timer_s=600.0)
        return run_metrics(make_recording(totals=totals), None).hip_flexions

    assert flexions(1650) == 1650
    assert flexions(5000) is None


def test_a_cadence_is_summed_over_time_and_not_over_records(make_recording: MakeRecording) -> None:
    # Smart recording: a record every ten seconds, then one every second.
    elapsed = np.concatenate((np.arange(0.0, 300, 10), np.arange(300.0, 601)))
    cadence = np.where(elapsed < 300, 160, 180)
    metrics = run_metrics(make_recording(elapsed, speed_m_s=3, cadence_spm=cadence), None)
    assert metrics.hip_flexions == pytest.approx(290 * 160 / 60 + 310 * 180 / 60, abs=1)


def test_seconds_without_a_cadence_lose_no_steps(make_recording: MakeRecording) -> None:
    cadence = np.where(TEN_MINUTES % 5 == 0, np.nan, 170.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3, cadence_spm=cadence), None)
    assert metrics.hip_flexions == 1700
    assert metrics.cadence_spm == pytest.approx(170)
    assert metrics.walking_steps == 0


def test_a_cadence_of_zero_at_speed_is_a_missing_one(make_recording: MakeRecording) -> None:
    cadence = np.where((TEN_MINUTES > 100) & (TEN_MINUTES <= 200), 0.0, 170.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3, cadence_spm=cadence), None)
    assert metrics.hip_flexions == 1700


def test_standing_still_takes_no_steps_whatever_the_sensor_holds(
    make_recording: MakeRecording,
) -> None:
    speed = np.where((TEN_MINUTES > 100) & (TEN_MINUTES <= 160), 0.0, 3.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=speed, cadence_spm=170), None)
    assert metrics.steps_total == 540 * 170 / 60


def test_a_cadence_known_for_moments_only_does_not_speak_for_the_run(
    make_recording: MakeRecording,
) -> None:
    cadence = np.where(TEN_MINUTES <= 30, 190.0, np.nan)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3, cadence_spm=cadence), None)
    assert metrics.hip_flexions_source is FlexionSource.PACE
    assert metrics.hip_flexions == 1668


def test_the_pace_and_the_height_tell_the_steps_of_a_run_without_cadence(
    make_recording: MakeRecording,
) -> None:
    recording = make_recording(TEN_MINUTES, speed_m_s=3.5)
    known, unknown = run_metrics(recording, 184.0), run_metrics(recording, None)
    assert known.hip_flexions == round((166.8 + 9.67 * 0.5 - 5) * 10)
    assert known.hip_flexions_source is FlexionSource.PACE_HEIGHT
    assert unknown.hip_flexions == round((166.8 + 9.67 * 0.5) * 10)
    assert unknown.hip_flexions_source is FlexionSource.PACE
    assert known.band_fraction == unknown.band_fraction == 0.10
    assert known.cadence_spm is None
    assert known.step_length_m is None


def test_the_steps_by_pace_are_those_at_the_mean_speed(make_recording: MakeRecording) -> None:
    speed = 2.2 + 2 * np.random.default_rng(1).random(601)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=speed), None)
    mean = float(speed.astype(np.float32)[1:].mean())
    assert metrics.hip_flexions == round((166.8 + 9.67 * (mean - 3)) * 10)


def test_speeds_missing_here_and_there_are_taken_as_the_usual(
    make_recording: MakeRecording,
) -> None:
    speed = np.where(TEN_MINUTES % 7 == 0, np.nan, 3.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=speed), None)
    assert metrics.hip_flexions == 1668


def test_a_distance_alone_is_counted_by_the_mile(make_recording: MakeRecording) -> None:
    metrics = run_metrics(make_recording(totals=DeviceTotals(distance_m=8046.72)), 180.0)
    assert metrics.hip_flexions == 7500
    assert metrics.hip_flexions_source is FlexionSource.PER_MILE
    assert metrics.band_fraction == 0.40


def test_a_time_alone_tells_no_steps(make_recording: MakeRecording) -> None:
    metrics = run_metrics(make_recording(TEN_MINUTES, heart_rate_bpm=140), 180.0)
    assert metrics.hip_flexions is None
    assert metrics.steps_total is None
    assert metrics.hip_flexions_source is FlexionSource.NONE
    assert metrics.band_fraction == 0


@pytest.mark.parametrize(
    ("cadence_spm", "speed_m_s", "walks"),
    [(129, 2.5, True), (131, 2.5, False), (139, 1.9, True), (139, 2.1, False), (141, 1.6, False)],
)
def test_a_walk_is_told_by_its_cadence(
    make_recording: MakeRecording,
    cadence_spm: float,
    speed_m_s: float,
    walks: bool,  # noqa: FBT001 - a column of the table
) -> None:
    metrics = run_metrics(
        make_recording(TEN_MINUTES, speed_m_s=speed_m_s, cadence_spm=cadence_spm), None
    )
    assert metrics.steps_total == cadence_spm * 10
    assert metrics.walking_steps == (cadence_spm * 10 if walks else 0)
    assert metrics.hip_flexions == (0 if walks else cadence_spm * 10)


def test_a_walk_is_told_by_its_speed_without_cadence(make_recording: MakeRecording) -> None:
    speed = np.where(TEN_MINUTES <= 300, 1.79, 1.81)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=speed), None)
    assert metrics.hip_flexions == round((166.8 + 9.67 * (1.81 - 3)) * 5)
    # Hoeger, 15 min/mi (its fastest), 174 cm: 1917.6 steps a mile.
    assert metrics.walking_steps == pytest.approx(1.79 * 300 / 1609.344 * 1917.6, abs=1)


def test_walking_in_a_run_is_reported_apart(make_recording: MakeRecording) -> None:
    walk = (TEN_MINUTES > 240) & (TEN_MINUTES <= 360)
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES, speed_m_s=np.where(walk, 1.5, 3), cadence_spm=np.where(walk, 110, 170)
        ),
        None,
    )
    assert metrics.steps_total == 1360 + 220
    assert metrics.walking_steps == 220
    assert metrics.hip_flexions == 1360
    assert metrics.cadence_spm == pytest.approx(170)
    assert metrics.step_length_m == pytest.approx(3 * 60 / 170)


def test_walking_the_sensor_lost_is_filled_by_the_walk_equation(
    make_recording: MakeRecording,
) -> None:
    walk = (TEN_MINUTES > 240) & (TEN_MINUTES <= 360)
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES, speed_m_s=np.where(walk, 1.5, 3), cadence_spm=np.where(walk, 0, 170)
        ),
        None,
    )
    # Hoeger, 17.88 min/mi, 174 cm: 2100 steps a mile.
    assert metrics.walking_steps == pytest.approx(180 / 1609.344 * 2100.3, abs=1)
    assert metrics.hip_flexions == 1360


def test_the_devices_total_is_shared_with_the_walk(make_recording: MakeRecording) -> None:
    walk = (TEN_MINUTES > 240) & (TEN_MINUTES <= 360)
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES,
            speed_m_s=np.where(walk, 1.5, 3),
            cadence_spm=np.where(walk, 110, 170),
            totals=DeviceTotals(steps=1600),
        ),
        None,
    )
    assert (metrics.steps_total, metrics.walking_steps, metrics.hip_flexions) == (1600, 220, 1380)


def test_a_run_that_was_all_walk_has_no_running_steps(make_recording: MakeRecording) -> None:
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES, speed_m_s=1.5, cadence_spm=110, totals=DeviceTotals(steps=1150)
        ),
        None,
    )
    assert (metrics.steps_total, metrics.walking_steps, metrics.hip_flexions) == (1150, 1150, 0)


@pytest.mark.parametrize("sport", [Sport.WALKING, Sport.HIKING])
def test_a_walk_is_no_running_load(make_recording: MakeRecording, sport: Sport) -> None:
    by_cadence = run_metrics(
        make_recording(TEN_MINUTES, speed_m_s=2.5, cadence_spm=150, sport=sport), None
    )
    assert (by_cadence.walking_steps, by_cadence.hip_flexions) == (1500, 0)
    assert by_cadence.cadence_spm == pytest.approx(150)
    by_device = run_metrics(
        make_recording(TEN_MINUTES, speed_m_s=1.5, sport=sport, totals=DeviceTotals(steps=1222)),
        None,
    )
    assert (by_device.steps_total, by_device.walking_steps) == (1222, 1222)
    assert by_device.hip_flexions == 0
    summary = run_metrics(
        make_recording(sport=sport, totals=DeviceTotals(distance_m=900.0, timer_s=600.0)), None
    )
    assert summary.walking_steps == pytest.approx(900 / 1609.344 * 2100.3, abs=1)
    assert summary.hip_flexions == 0


def test_a_ride_counts_its_cranks_apart(make_recording: MakeRecording) -> None:
    # 80 revolutions a minute, kept as 160 flexions of both hips.
    metrics = run_metrics(
        make_recording(TEN_MINUTES, speed_m_s=8, cadence_spm=160, sport=Sport.CYCLING), None
    )
    assert metrics.cycling_flexions == 1600
    assert metrics.hip_flexions == 0
    assert metrics.steps_total is None
    assert metrics.hip_flexions_source is FlexionSource.NONE


@pytest.mark.parametrize("sport", [Sport.UNKNOWN, Sport.SWIMMING, Sport.TRANSITION, Sport.OTHER])
def test_what_is_not_known_to_be_running_is_not_running(
    make_recording: MakeRecording, sport: Sport
) -> None:
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES, speed_m_s=3, cadence_spm=170, sport=sport, totals=DeviceTotals(steps=1700)
        ),
        None,
    )
    assert metrics.distance_m == pytest.approx(1800)
    assert metrics.hip_flexions is None
    assert metrics.steps_total is None
    assert metrics.cycling_flexions is None


def test_one_sample_does_not_fill_a_long_gap_with_steps_on_the_spot(
    make_recording: MakeRecording,
) -> None:
    elapsed = np.concatenate((np.arange(0.0, 301), np.arange(900.0, 1201)))
    distance = np.concatenate((3 * np.arange(0.0, 301), 1300 + 3 * np.arange(0.0, 301)))
    metrics = run_metrics(make_recording(elapsed, distance_m=distance, cadence_spm=170), None)
    # 400 m in ten minutes: Hoeger, 20 min/mi (the slowest), 174 cm: 2234.6 steps a mile.
    assert metrics.walking_steps == pytest.approx(400 / 1609.344 * 2234.6, abs=30)
    assert metrics.hip_flexions == pytest.approx(1700, abs=30)


def test_a_gap_of_cadence_and_speed_in_a_walk_is_filled_as_running(
    make_recording: MakeRecording,
) -> None:
    gap = TEN_MINUTES > 540
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES,
            speed_m_s=np.where(gap, np.nan, 1.5),
            cadence_spm=np.where(gap, np.nan, 110),
        ),
        None,
    )
    assert metrics.walking_steps == 990
    assert metrics.hip_flexions == round(166.8)
