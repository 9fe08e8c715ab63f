from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analytics.recording import DeviceTotals, Recording, Sport
from analytics.runs.metrics import DistanceSource, run_metrics

MakeRecording = Callable[..., Recording]

TEN_MINUTES = np.arange(601.0)


def test_a_plausible_device_total_is_the_distance(make_recording: MakeRecording) -> None:
    totals = DeviceTotals(distance_m=1812.5, timer_s=600.0)
    metrics = run_metrics(
        make_recording(TEN_MINUTES, distance_m=3 * TEN_MINUTES, totals=totals), None
    )
    assert metrics.distance_m == 1812.5
    assert metrics.distance_source is DistanceSource.DEVICE
    assert metrics.mean_speed_m_s == pytest.approx(1812.5 / 600)


@pytest.mark.parametrize("total_m", [0.0, 180.0, 18_000.0, float("nan")])
def test_a_device_total_its_own_samples_deny_is_not_believed(
    make_recording: MakeRecording, total_m: float
) -> None:
    totals = DeviceTotals(distance_m=total_m, timer_s=600.0)
    metrics = run_metrics(
        make_recording(TEN_MINUTES, distance_m=3 * TEN_MINUTES, totals=totals), None
    )
    assert metrics.distance_m == pytest.approx(1800)
    assert metrics.distance_source is DistanceSource.STREAM


def test_a_device_total_covers_the_records_that_were_lost(make_recording: MakeRecording) -> None:
    half = TEN_MINUTES[:301]
    totals = DeviceTotals(distance_m=1800.0, timer_s=600.0, elapsed_s=600.0)
    metrics = run_metrics(
        make_recording(half, distance_m=3 * half, cadence_spm=170, totals=totals), None
    )
    assert metrics.distance_m == 1800.0
    assert metrics.moving_s == pytest.approx(600)
    assert metrics.hip_flexions == 1700


def test_a_distance_that_trembles_counts_only_what_is_gained(make_recording: MakeRecording) -> None:
    distance = 3 * TEN_MINUTES
    distance[100:200] -= np.tile([0.0, 4.0], 50)
    metrics = run_metrics(make_recording(TEN_MINUTES, distance_m=distance), None)
    assert metrics.distance_m == pytest.approx(1800)


def test_a_distance_that_begins_anew_goes_on(make_recording: MakeRecording) -> None:
    distance = 3 * TEN_MINUTES
    distance[301:] -= distance[301]
    metrics = run_metrics(make_recording(TEN_MINUTES, distance_m=distance), None)
    assert metrics.distance_m == pytest.approx(1797, abs=0.1)


def test_a_distance_inherited_from_an_earlier_session_is_not_ones_own(
    make_recording: MakeRecording,
) -> None:
    metrics = run_metrics(make_recording(TEN_MINUTES, distance_m=14_000 + 3 * TEN_MINUTES), None)
    assert metrics.distance_m == pytest.approx(1800)


def test_a_spike_in_the_distance_is_dropped(make_recording: MakeRecording) -> None:
    distance = 3 * TEN_MINUTES
    distance[300] = 1e6
    metrics = run_metrics(make_recording(TEN_MINUTES, distance_m=distance), None)
    assert metrics.distance_m == pytest.approx(1800, abs=7)


def test_a_distance_first_known_after_a_minute_counts_from_the_start(
    make_recording: MakeRecording,
) -> None:
    distance = np.where(TEN_MINUTES < 60, np.nan, 3 * TEN_MINUTES)
    metrics = run_metrics(make_recording(TEN_MINUTES, distance_m=distance, cadence_spm=170), None)
    assert metrics.distance_m == pytest.approx(1800)
    assert metrics.moving_s == 600
    assert metrics.hip_flexions == 1700


@pytest.mark.parametrize("latitude_deg", [0.0, 47.0, -70.0])
def test_positions_measure_the_way_where_no_distance_is_kept(
    make_recording: MakeRecording, latitude_deg: float
) -> None:
    recording = make_recording(TEN_MINUTES, east_m=3 * TEN_MINUTES, latitude_deg=latitude_deg)
    metrics = run_metrics(recording, None)
    assert metrics.distance_m == pytest.approx(1800, rel=2e-4)
    assert metrics.distance_source is DistanceSource.POSITIONS


def test_the_date_line_is_no_jump(make_recording: MakeRecording) -> None:
    half_way_round = np.pi * 6_371_008.8
    recording = make_recording(TEN_MINUTES, east_m=half_way_round - 900 + 3 * TEN_MINUTES)
    assert recording.longitude_semicircles.min() < 0 < recording.longitude_semicircles.max()
    assert run_metrics(recording, None).distance_m == pytest.approx(1800, rel=1e-3)


def test_jitter_at_a_standstill_is_no_way(make_recording: MakeRecording) -> None:
    stand = 600
    jitter = np.random.default_rng(7).normal(0, 1.0, stand)
    east = np.concatenate((3 * TEN_MINUTES, 1800 + jitter, 1800 + 3 * TEN_MINUTES))
    elapsed = np.arange(len(east), dtype=float)
    metrics = run_metrics(make_recording(elapsed, east_m=east), None)
    # Added up, the jitter would be some 680 m.
    assert metrics.distance_m == pytest.approx(3600, rel=0.02)
    assert metrics.moving_s == pytest.approx(1200, rel=0.02)


def test_a_recording_of_seconds_is_too_short_to_tell_jitter_from_a_way(
    make_recording: MakeRecording,
) -> None:
    # What a phone leaves of a workout broken off at once: a few slow positions.
    recording = make_recording(np.array([0.0, 0.5, 1.0]), east_m=np.array([0.0, 0.2, 0.4]))
    assert run_metrics(recording, None).distance_m == pytest.approx(0.4, abs=0.02)


def test_a_position_that_jumps_away_and_back_is_no_way(make_recording: MakeRecording) -> None:
    east = 3 * TEN_MINUTES
    east[300] += 400
    metrics = run_metrics(make_recording(TEN_MINUTES, east_m=east), None)
    assert metrics.distance_m == pytest.approx(1800, abs=7)


def test_a_frozen_position_catches_up(make_recording: MakeRecording) -> None:
    east = 3 * TEN_MINUTES
    east[100:110] = east[100]
    metrics = run_metrics(make_recording(TEN_MINUTES, east_m=east), None)
    assert metrics.distance_m == pytest.approx(1800, rel=1e-3)


def test_a_gap_in_the_positions_is_bridged_and_run(make_recording: MakeRecording) -> None:
    east = 3 * TEN_MINUTES
    east[100:160] = np.nan
    metrics = run_metrics(make_recording(TEN_MINUTES, east_m=east), None)
    assert metrics.distance_m == pytest.approx(1800, rel=1e-3)
    assert metrics.moving_s == 600


def test_before_the_first_position_one_is_taken_to_run(make_recording: MakeRecording) -> None:
    east = np.where(TEN_MINUTES < 120, np.nan, 3 * TEN_MINUTES)
    metrics = run_metrics(make_recording(TEN_MINUTES, east_m=east, cadence_spm=170), None)
    assert metrics.moving_s == 600
    assert metrics.hip_flexions == 1700


def test_speeds_are_summed_up_where_nothing_else_tells_the_way(
    make_recording: MakeRecording,
) -> None:
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3), None)
    assert metrics.distance_m == pytest.approx(1800)
    assert metrics.distance_source is DistanceSource.SPEED


def test_a_pause_counts_for_elapsed_time_only(make_recording: MakeRecording) -> None:
    distance = np.interp(TEN_MINUTES, [0, 200, 300, 600], [0, 600, 900, 1800])
    recording = make_recording(
        TEN_MINUTES,
        distance_m=distance,
        speed_m_s=3,
        cadence_spm=170,
        heart_rate_bpm=np.where((TEN_MINUTES > 200) & (TEN_MINUTES < 300), 200, 150),
        pauses=[(200.0, 300.0)],
    )
    metrics = run_metrics(recording, None)
    assert (metrics.elapsed_s, metrics.timer_s, metrics.moving_s) == (600, 500, 500)
    assert metrics.distance_m == pytest.approx(1500)
    assert metrics.hip_flexions == round(500 * 170 / 60)
    assert metrics.heart_rate_mean_bpm == pytest.approx(150)
    assert metrics.heart_rate_max == 150


def test_a_pause_between_two_samples_takes_its_own_length_out(
    make_recording: MakeRecording,
) -> None:
    elapsed = np.array([0.0, 10.0, 20.0, 130.5, 140.5])
    recording = make_recording(elapsed, speed_m_s=3, cadence_spm=180, pauses=[(21.0, 121.0)])
    metrics = run_metrics(recording, None)
    assert metrics.timer_s == pytest.approx(40.5)
    assert metrics.hip_flexions == round(40.5 * 3)


def test_a_pause_of_samples_with_broken_edges_takes_its_own_length_out(
    make_recording: MakeRecording,
) -> None:
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3, pauses=[(99.6, 250.4)]), None)
    assert metrics.timer_s == pytest.approx(600 - 150.8)


def test_standing_still_is_timer_time_but_not_moving_time(make_recording: MakeRecording) -> None:
    speed = np.where((TEN_MINUTES > 100) & (TEN_MINUTES <= 160), 0.0, 3.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=speed), None)
    assert (metrics.timer_s, metrics.moving_s) == (600, 540)


def test_a_gap_without_a_stop_is_running_time_when_a_way_was_covered(
    make_recording: MakeRecording,
) -> None:
    elapsed = np.concatenate((np.arange(0.0, 300), np.arange(900.0, 1200)))
    metrics = run_metrics(
        make_recording(elapsed, distance_m=3 * elapsed, speed_m_s=3, cadence_spm=170), None
    )
    assert metrics.moving_s == pytest.approx(1199)
    assert metrics.hip_flexions == round(1199 * 170 / 60)


def test_a_gap_without_a_way_is_standing_still(make_recording: MakeRecording) -> None:
    elapsed = np.concatenate((np.arange(0.0, 300), np.arange(900.0, 1200)))
    distance = 3 * np.concatenate((np.arange(0.0, 300), np.arange(300.0, 600)))
    metrics = run_metrics(
        make_recording(elapsed, distance_m=distance, speed_m_s=3, cadence_spm=170), None
    )
    assert metrics.moving_s == pytest.approx(598)
    assert metrics.hip_flexions == round(598 * 170 / 60)


def test_a_clock_that_jumps_by_weeks_adds_no_running(make_recording: MakeRecording) -> None:
    elapsed = np.concatenate((TEN_MINUTES, 1_746_563 + TEN_MINUTES))
    metrics = run_metrics(make_recording(elapsed, speed_m_s=3, cadence_spm=170), None)
    assert metrics.timer_s == 1200
    assert metrics.hip_flexions == 3400


def test_a_treadmill_the_satellites_see_standing_still_moves(
    make_recording: MakeRecording,
) -> None:
    totals = DeviceTotals(distance_m=1800.0, timer_s=600.0)
    speed = np.where(TEN_MINUTES % 60 == 0, 0.8, 0.0)
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES, speed_m_s=speed, distance_m=3 * TEN_MINUTES, cadence_spm=170, totals=totals
        ),
        None,
    )
    assert metrics.moving_s == 600
    assert metrics.hip_flexions == 1700


def test_a_treadmill_without_speeds_moves_as_long_as_the_timer_runs(
    make_recording: MakeRecording,
) -> None:
    totals = DeviceTotals(distance_m=1800.0, timer_s=600.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, heart_rate_bpm=150, totals=totals), None)
    assert metrics.moving_s == 600
    assert metrics.hip_flexions == 1668


def test_moving_time_is_never_more_than_the_timer(make_recording: MakeRecording) -> None:
    totals = DeviceTotals(timer_s=500.0)
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3, totals=totals), None)
    assert (metrics.timer_s, metrics.moving_s) == (500, 500)


def test_a_summary_without_samples_is_a_run(make_recording: MakeRecording) -> None:
    totals = DeviceTotals(distance_m=6000.0, timer_s=2000.0, elapsed_s=2100.0, ascent_m=12.0)
    metrics = run_metrics(make_recording(totals=totals), 184.0)
    assert (metrics.distance_m, metrics.timer_s, metrics.elapsed_s) == (6000, 2000, 2100)
    assert metrics.ascent_m == 12
    assert metrics.hip_flexions == round((166.8 - 5) * 2000 / 60)


def test_nothing_known_is_none_and_not_zero(make_recording: MakeRecording) -> None:
    metrics = run_metrics(make_recording(), None)
    assert metrics.distance_m is None
    assert metrics.distance_source is DistanceSource.NONE
    assert metrics.timer_s is None
    assert metrics.hip_flexions is None
    assert metrics.flexions_per_hip is None


def test_a_single_sample_breaks_nothing(make_recording: MakeRecording) -> None:
    metrics = run_metrics(
        make_recording([0.0], speed_m_s=3, cadence_spm=170, heart_rate_bpm=140, east_m=[0.0]), None
    )
    assert metrics.timer_s == 0
    assert metrics.heart_rate_mean_bpm == 140


def test_a_rider_may_go_faster_than_a_runner(make_recording: MakeRecording) -> None:
    totals = DeviceTotals(distance_m=9000.0, timer_s=600.0)
    ride = make_recording(TEN_MINUTES, totals=totals, sport=Sport.CYCLING)
    run = make_recording(TEN_MINUTES, totals=totals)
    assert run_metrics(ride, None).distance_m == 9000
    assert run_metrics(run, None).distance_m is None


def test_climbs_are_counted_and_tremble_is_not(make_recording: MakeRecording) -> None:
    hour = np.arange(3601.0)
    hills = np.interp(hour, [0, 900, 1800, 2700, 3600], [100, 160, 100, 140, 100])
    tremble = np.random.default_rng(3).normal(0, 0.5, len(hour))
    metrics = run_metrics(make_recording(hour, speed_m_s=3, altitude_m=hills + tremble), None)
    assert metrics.ascent_m == pytest.approx(100, abs=4)
    flat = run_metrics(make_recording(hour, speed_m_s=3, altitude_m=100 + tremble), None)
    assert flat.ascent_m == 0


def test_the_devices_own_climb_is_preferred(make_recording: MakeRecording) -> None:
    totals = DeviceTotals(ascent_m=31.0)
    recording = make_recording(TEN_MINUTES, speed_m_s=3, altitude_m=TEN_MINUTES, totals=totals)
    assert run_metrics(recording, None).ascent_m == 31


def test_impossible_heart_rates_do_not_count(make_recording: MakeRecording) -> None:
    rate = np.where(TEN_MINUTES % 2 == 0, 150.0, 0.0)
    rate[10] = 255.0
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=3, heart_rate_bpm=rate), None)
    assert metrics.heart_rate_mean_bpm == 150
    assert metrics.heart_rate_max == 150


def test_a_treadmill_the_satellites_see_on_one_spot_moves(make_recording: MakeRecording) -> None:
    metrics = run_metrics(
        make_recording(
            TEN_MINUTES, speed_m_s=0, distance_m=0, east_m=0 * TEN_MINUTES, cadence_spm=170
        ),
        None,
    )
    assert metrics.distance_m is None
    assert metrics.moving_s == 600
    assert metrics.hip_flexions == 1700


def test_standing_still_throughout_is_no_moving_time(make_recording: MakeRecording) -> None:
    metrics = run_metrics(make_recording(TEN_MINUTES, speed_m_s=0, distance_m=0), None)
    assert (metrics.distance_m, metrics.moving_s, metrics.steps_total) == (0, 0, 0)


def test_the_sample_at_the_stop_still_counts(make_recording: MakeRecording) -> None:
    rate = np.where(TEN_MINUTES == 200, 180, 150)
    recording = make_recording(
        TEN_MINUTES, speed_m_s=3, heart_rate_bpm=rate, pauses=[(200.0, 300.0)]
    )
    assert run_metrics(recording, None).heart_rate_max == 180
