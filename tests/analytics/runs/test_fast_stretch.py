"""What was driven with the watch still running is held out of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.recording import (
    DeviceTotals,
    Float32Array,
    Pause,
    RawCounts,
    Recording,
    Sport,
    Stream,
)
from analytics.runs.day import Amounts, counted
from analytics.runs.metrics import FlexionSource, RunMetrics, run_metrics

MakeRecording = Callable[..., Recording]
Numbers = NDArray[np.float64]

RUN = (3.0, 1200)
DRIVE_HOME = [(13.0, 180), (0.0, 40), (15.0, 120)]


def way_of(legs: Sequence[tuple[float, int]], every_s: int = 1) -> tuple[Numbers, Numbers]:
    """Seconds and metres of legs of (m/s, s), sampled every so often."""
    speed = np.concatenate([np.full(seconds, pace) for pace, seconds in legs])
    metres = np.concatenate(([0.0], np.cumsum(speed)))
    return np.arange(0.0, len(metres), every_s), metres[::every_s]


def held(metrics: RunMetrics) -> tuple[float, float, int]:
    return metrics.held_out_m, metrics.held_out_s, metrics.held_out_flexions


NOTHING = (0.0, 0.0, 0)


def test_a_drive_home_is_held_out_with_its_traffic_lights(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN, *DRIVE_HOME])
    alone, own_m = way_of([RUN])
    run = run_metrics(make_recording(alone, distance_m=own_m), 174)
    both = run_metrics(make_recording(elapsed, distance_m=metres), 174)
    assert held(run) == NOTHING
    assert both.distance_m == pytest.approx(3600 + 2340 + 1800)
    assert both.timer_s == 1540.0
    # The speeds around the first and last second blur by some metres.
    assert both.held_out_m == pytest.approx(4140, abs=20)
    assert both.held_out_s == pytest.approx(340, abs=5)
    assert both.hip_flexions is not None
    assert both.hip_flexions - both.held_out_flexions == pytest.approx(run.hip_flexions, abs=15)


@pytest.mark.parametrize("every_s", [1, 4, 10])
def test_it_is_the_same_by_positions_and_by_speed_alone(
    make_recording: MakeRecording, every_s: int
) -> None:
    legs = [RUN, (11.0, 180), (0.0, 40), (12.0, 120)]
    elapsed, metres = way_of(legs, every_s)
    speed = np.diff(metres, prepend=metres[:1] - 3.0 * every_s) / every_s
    for recording in (
        make_recording(elapsed, distance_m=metres),
        make_recording(elapsed, east_m=metres),
        make_recording(elapsed, speed_m_s=speed),
    ):
        metrics = run_metrics(recording, None)
        assert metrics.held_out_m == pytest.approx(1980 + 1440, abs=20 + 3 * every_s)
        assert metrics.held_out_s == pytest.approx(340, abs=5 + every_s)


def test_the_way_the_device_counted_of_a_fast_drive_is_held_out_too(
    make_recording: MakeRecording,
) -> None:
    # Positions 30 m/s apart are no way of a runner, but the device's total counts them.
    elapsed, metres = way_of([(3.0, 2400), (30.0, 200)])
    total = DeviceTotals(distance_m=13_200.0)
    metrics = run_metrics(make_recording(elapsed, east_m=metres, totals=total), None)
    assert metrics.distance_m == 13_200.0
    assert metrics.held_out_m == pytest.approx(6000, abs=60)
    alone = run_metrics(make_recording(elapsed, east_m=metres), None)
    assert alone.distance_m is not None
    assert alone.distance_m - alone.held_out_m == pytest.approx(7200, abs=20)


@pytest.mark.parametrize(
    ("legs", "is_held"),
    [
        ([RUN, (7.1, 59), RUN], False),
        ([RUN, (7.1, 61), RUN], True),
        ([RUN, (6.9, 600), RUN], False),
        # 200 m repeats in 28 s, as a good runner's; and what only a car does between two lights.
        ([RUN, *[(7.2, 28), (1.5, 60)] * 10, RUN], False),
        ([RUN, *[(8.8, 34), (1.5, 60)] * 5, RUN], False),
        ([RUN, *[(13.0, 50), (0.0, 60)] * 3, RUN], True),
        ([RUN, (13.0, 40), RUN], False),
        # A queue of two minutes belongs to the drive, one of three ends it.
        ([RUN, (13.0, 50), (1.0, 100), (13.0, 50), RUN], True),
        ([RUN, (13.0, 50), (1.0, 180), (13.0, 50), RUN], False),
    ],
    ids=str,
)
def test_what_is_too_fast_for_too_long(
    make_recording: MakeRecording, legs: list[tuple[float, int]], *, is_held: bool
) -> None:
    elapsed, metres = way_of(legs)
    for recording in (
        make_recording(elapsed, distance_m=metres),
        make_recording(elapsed, east_m=metres),
    ):
        metrics = run_metrics(recording, None)
        assert (held(metrics) != NOTHING) is is_held
        # The run before and after it counts.
        counts_m = sum(pace * seconds for pace, seconds in legs if pace == RUN[0])
        assert metrics.distance_m is not None
        assert metrics.distance_m - metrics.held_out_m >= counts_m - 20


@pytest.mark.parametrize("samples", [1, 2, 8])
def test_a_position_that_jumps_is_no_drive(make_recording: MakeRecording, samples: int) -> None:
    elapsed, metres = way_of([RUN])
    away = metres.copy()
    for at in range(100, 1200, 100):
        away[at : at + samples] += 2000.0
    assert held(run_metrics(make_recording(elapsed, east_m=away), None)) == NOTHING
    for_good = metres + 900.0 * (elapsed > 600)
    assert held(run_metrics(make_recording(elapsed, east_m=for_good), None)) == NOTHING
    leap = make_recording(elapsed, distance_m=for_good)
    assert held(run_metrics(leap, None)) == NOTHING


def test_positions_that_tremble_are_no_drive(make_recording: MakeRecording) -> None:
    rng = np.random.default_rng(7)
    elapsed, metres = way_of([RUN])
    east = metres + rng.normal(0, 8, len(metres))
    assert held(run_metrics(make_recording(elapsed, east_m=east), None)) == NOTHING


def test_a_gap_over_which_the_place_changed_is_a_drive(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN, (20_000 / 1800, 1800), RUN])
    there = (elapsed <= 1200) | (elapsed >= 3000)
    for recording in (
        make_recording(elapsed[there], east_m=metres[there]),
        make_recording(elapsed[there], distance_m=metres[there]),
    ):
        metrics = run_metrics(recording, None)
        assert metrics.distance_m == pytest.approx(27_200, rel=1e-3)
        assert metrics.held_out_m == pytest.approx(20_000, abs=60)
        assert metrics.held_out_s == pytest.approx(1800, abs=10)
    _, slower_m = way_of([RUN, (6.9, 1800), RUN])
    ran = make_recording(elapsed[there], east_m=slower_m[there])
    assert held(run_metrics(ran, None)) == NOTHING


def test_a_drive_in_a_pause_counts_for_nothing_in_any_case(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN, (15.0, 1200), RUN])
    there = (elapsed <= 1200) | (elapsed >= 2400)
    pause = [(1200.5, 2399.0)]
    # A device that counts the way of the pause in the second after it.
    counts = make_recording(elapsed[there], distance_m=metres[there], pauses=pause)
    metrics = run_metrics(counts, None)
    assert metrics.distance_m == pytest.approx(7200 + 18_000)
    assert metrics.held_out_m == pytest.approx(18_000, abs=40)
    assert metrics.held_out_s < 12
    positions = run_metrics(
        make_recording(elapsed[there], east_m=metres[there], pauses=pause), None
    )
    assert positions.distance_m == pytest.approx(7200, abs=20)
    assert positions.held_out_m == pytest.approx(0, abs=40)


def test_a_device_that_tells_its_distance_every_few_seconds_drives_on(
    make_recording: MakeRecording,
) -> None:
    elapsed, metres = way_of([RUN, (12.0, 300)])
    late = metres[elapsed.astype(int) // 4 * 4]
    metrics = run_metrics(make_recording(elapsed, distance_m=late), None)
    assert metrics.held_out_m == pytest.approx(3600, abs=100)


def test_a_distance_that_begins_anew_is_no_drive(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN] * 3, 70)
    metres = np.where(elapsed > 2000, metres - 2000 * 3, metres)
    assert held(run_metrics(make_recording(elapsed, distance_m=metres), None)) == NOTHING


def test_few_samples_do_not_speak_for_the_run(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([(10.0, 100)])
    totals = DeviceTotals(distance_m=12_000.0, timer_s=2000.0)
    metrics = run_metrics(make_recording(elapsed, distance_m=metres, totals=totals), None)
    assert (metrics.distance_m, metrics.held_out_m) == (12_000.0, 0.0)


def test_steps_by_the_mean_pace_are_held_out_by_their_time(make_recording: MakeRecording) -> None:
    # The only way the positions know is too fast to be one; the device knows of another.
    elapsed, metres = way_of([(0.0, 1200), (15.0, 300)])
    east = np.where(elapsed < 1200, np.nan, metres)
    totals = DeviceTotals(distance_m=4000.0)
    metrics = run_metrics(make_recording(elapsed, east_m=east, totals=totals), None)
    assert metrics.hip_flexions is not None
    assert metrics.hip_flexions > 3000
    assert metrics.held_out_flexions == pytest.approx(metrics.hip_flexions / 5, rel=0.03)


@pytest.mark.parametrize("sport", [one for one in Sport if one is not Sport.RUNNING])
def test_other_sports_may_be_fast(make_recording: MakeRecording, sport: Sport) -> None:
    elapsed, metres = way_of([(9.0, 600)])
    assert held(run_metrics(make_recording(elapsed, sport=sport, distance_m=metres), 174)) == (
        NOTHING
    )


def test_a_drive_recorded_as_a_run_counts_for_nothing(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([(13.0, 60), (0.0, 30), (11.0, 400)])
    totals = DeviceTotals(distance_m=5181.0, timer_s=491.0, steps=1300)
    metrics = run_metrics(
        make_recording(elapsed, distance_m=metres, cadence_spm=165, totals=totals), 174
    )
    assert metrics.hip_flexions_source is FlexionSource.DEVICE_STEPS
    assert metrics.steps_total == 1300
    assert metrics.hip_flexions == pytest.approx(1300, abs=5)
    assert held(metrics) == (5181.0, 491.0, metrics.hip_flexions)


def test_a_share_of_the_devices_own_steps_is_held_out(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN, (12.0, 300)])
    totals = DeviceTotals(steps=4400)
    metrics = run_metrics(
        make_recording(elapsed, distance_m=metres, cadence_spm=168, totals=totals), None
    )
    assert metrics.hip_flexions_source is FlexionSource.DEVICE_STEPS
    assert metrics.held_out_flexions == pytest.approx(4400 * 300 / 1500, abs=25)


def test_lost_records_are_held_out_in_the_same_share(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN, (12.0, 300)])
    totals = DeviceTotals(distance_m=2 * metres[-1], timer_s=3000.0)
    metrics = run_metrics(
        make_recording(elapsed, distance_m=metres, cadence_spm=168, totals=totals), None
    )
    assert metrics.held_out_m == pytest.approx(2 * 3600, abs=60)
    assert metrics.held_out_s == pytest.approx(600, abs=10)
    assert metrics.held_out_flexions == pytest.approx(168 * 10, abs=35)


@pytest.mark.parametrize(
    ("distance_m", "timer_s", "all_of_it"),
    [(10_000.0, 1200.0, True), (8400.0, 1200.0, False), (440.0, 60.0, False), (3.0, None, False)],
)
def test_a_summary_is_one_stretch(
    make_recording: MakeRecording, distance_m: float, timer_s: float | None, *, all_of_it: bool
) -> None:
    totals = DeviceTotals(distance_m=distance_m, timer_s=timer_s)
    for recording in (
        make_recording(totals=totals),
        make_recording(np.arange(1200.0), heart_rate_bpm=150, totals=totals),
    ):
        metrics = run_metrics(recording, 174)
        whole = (metrics.distance_m, metrics.timer_s, metrics.hip_flexions)
        assert held(metrics) == (whole if all_of_it else NOTHING)


def test_on_a_treadmill_before_the_drive_home_the_steps_count(
    make_recording: MakeRecording,
) -> None:
    elapsed, metres = way_of([(0.0, 1200), (10.0, 300)])
    # Indoors no position is known, and all of the way known is the drive's.
    east = np.where(elapsed < 1200, np.nan, metres)
    metrics = run_metrics(make_recording(elapsed, east_m=east, cadence_spm=170), None)
    assert metrics.distance_m == pytest.approx(3000, rel=0.01)
    assert metrics.held_out_m == metrics.distance_m
    assert metrics.held_out_s == pytest.approx(300, abs=8)
    assert metrics.hip_flexions == pytest.approx(170 * 25, abs=5)
    assert metrics.held_out_flexions == pytest.approx(170 * 5, abs=20)


@st.composite
def legs_of(draw: st.DrawFn, paces: Sequence[float]) -> Recording:
    legs = draw(
        st.lists(st.tuples(st.sampled_from(paces), st.integers(65, 400)), min_size=1, max_size=6)
    )
    elapsed, metres = way_of(legs, draw(st.sampled_from([1, 5])))
    streams: dict[Stream, Float32Array] = {Stream.DISTANCE_M: metres.astype(np.float32)}
    if draw(st.booleans()):
        streams[Stream.CADENCE_SPM] = np.full(len(elapsed), 168, np.float32)
    return Recording(
        sport=Sport.RUNNING,
        started_at=None,
        elapsed_s=elapsed,
        counts=RawCounts(records=len(elapsed)),
        streams=streams,
    )


@given(legs_of([7.5, 9.0, 11.0, 12.0]))
@settings(deadline=None, max_examples=60)
def test_faster_throughout_is_held_out_throughout(recording: Recording) -> None:
    metrics = run_metrics(recording, None)
    assert held(metrics) == (metrics.distance_m, metrics.timer_s, metrics.hip_flexions)


@given(legs_of([0.0, 1.5, 3.0, 5.0, 6.9]))
@settings(deadline=None, max_examples=60)
def test_slower_throughout_is_never_held_out(recording: Recording) -> None:
    assert held(run_metrics(recording, None)) == NOTHING


MIXED = legs_of([0.0, 3.0, 5.0, 6.5, 7.6, 9.0, 12.0])


@given(MIXED)
@settings(deadline=None, max_examples=100)
def test_no_more_is_held_out_than_there_is(recording: Recording) -> None:
    metrics = run_metrics(recording, None)
    assert 0 <= metrics.held_out_m <= (metrics.distance_m or 0.0)
    assert 0 <= metrics.held_out_s <= (metrics.timer_s or 0.0)
    assert 0 <= metrics.held_out_flexions <= (metrics.hip_flexions or 0)
    slow = replace(recording, sport=Sport.WALKING)
    assert run_metrics(slow, None).distance_m == metrics.distance_m


@given(MIXED)
@settings(deadline=None, max_examples=60)
def test_run_backwards_the_same_is_held_out(recording: Recording) -> None:
    metres = recording.streams[Stream.DISTANCE_M]
    backwards = replace(
        recording, streams={**recording.streams, Stream.DISTANCE_M: (metres[-1] - metres)[::-1]}
    )
    there, back = run_metrics(recording, None), run_metrics(backwards, None)
    assert back.held_out_m == pytest.approx(there.held_out_m, abs=1.0)
    assert back.held_out_s == pytest.approx(there.held_out_s, abs=1e-6)


@given(MIXED, st.sampled_from([1.3, 2.0, 4.0]))
@settings(deadline=None, max_examples=60)
def test_nobody_gets_less_held_out_by_going_faster(recording: Recording, times: float) -> None:
    metres = recording.streams[Stream.DISTANCE_M]
    faster = replace(
        recording,
        totals=DeviceTotals(),
        streams={Stream.SPEED_M_S: speed_of(recording) * np.float32(times)},
    )
    usual = replace(recording, streams={Stream.SPEED_M_S: speed_of(recording)})
    assert len(metres) == len(usual.streams[Stream.SPEED_M_S])
    assert run_metrics(faster, None).held_out_s >= run_metrics(usual, None).held_out_s - 1e-6


def speed_of(recording: Recording) -> Float32Array:
    metres = recording.streams[Stream.DISTANCE_M]
    speed = np.diff(metres, prepend=metres[:1]) / np.diff(recording.elapsed_s, prepend=-1.0)
    return speed.astype(np.float32)


@given(MIXED, st.floats(0.05, 0.95), st.integers(130, 400))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_run_cut_away_from_its_drives_keeps_what_is_held_out(
    recording: Recording, where: float, jog_s: int
) -> None:
    # A jog of more than two minutes and a half is put in where it is cut.
    at = round(where * (recording.samples - 1))
    elapsed, metres = recording.elapsed_s, recording.streams[Stream.DISTANCE_M].astype(np.float64)
    step_s = float(elapsed[1])
    jogged_s = step_s * np.arange(1, 2 * jog_s // int(step_s) + 1)
    first_s, first_m = elapsed[: at + 1], metres[: at + 1]
    joined_s = np.concatenate((first_s, first_s[-1] + jogged_s, elapsed[at + 1 :] + jogged_s[-1]))
    joined_m = np.concatenate(
        (first_m, first_m[-1] + 3 * jogged_s, metres[at + 1 :] + 3 * jogged_s[-1])
    )
    middle = int(np.count_nonzero(joined_s < first_s[-1] + jog_s))

    def part(start: int, stop: int) -> RunMetrics:
        streams = {Stream.DISTANCE_M: joined_m[start:stop].astype(np.float32)}
        seconds = joined_s[start:stop] - joined_s[start]
        return run_metrics(replace(recording, elapsed_s=seconds, streams=streams), None)

    whole = part(0, len(joined_s))
    parts = part(0, middle + 1), part(middle, len(joined_s))
    # The second part's distance is counted from its own start: 1 m in single precision.
    assert sum(one.held_out_m for one in parts) == pytest.approx(whole.held_out_m, abs=1.0)
    assert sum(one.held_out_s for one in parts) == pytest.approx(whole.held_out_s, abs=1e-6)
    assert sum(one.held_out_flexions for one in parts) == pytest.approx(
        whole.held_out_flexions, abs=3
    )


@given(MIXED, st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=100)
def test_a_cut_anywhere_holds_out_no_more_than_the_whole(
    recording: Recording, where: float
) -> None:
    at = round(where * (recording.samples - 1))
    metres = recording.streams[Stream.DISTANCE_M]
    first = replace(
        recording,
        elapsed_s=recording.elapsed_s[: at + 1],
        streams={Stream.DISTANCE_M: metres[: at + 1]},
    )
    second = replace(
        recording,
        elapsed_s=recording.elapsed_s[at:] - recording.elapsed_s[at],
        streams={Stream.DISTANCE_M: metres[at:]},
    )
    whole = run_metrics(recording, None).held_out_s
    summed = sum(run_metrics(one, None).held_out_s for one in (first, second))
    # Speeds look 5 s to either side, where a cut leaves one side dark.
    assert summed <= whole + 11.0


def test_what_was_held_out_counts_once_it_is_confirmed() -> None:
    recorded = Amounts(distance_m=7740.0, minutes=25.0, hip_flexions=4200.0)
    held_out = Amounts(distance_m=4140.0, minutes=5.0, hip_flexions=1000.0)
    assert counted(recorded, held_out, confirmed=True) == recorded
    assert counted(recorded, held_out, confirmed=False) == Amounts(
        distance_m=3600.0, minutes=20.0, hip_flexions=3200.0
    )
    nothing = Amounts(distance_m=0.0, minutes=0.0, hip_flexions=0.0)
    assert counted(recorded, nothing, confirmed=False) == recorded
    assert counted(recorded, recorded, confirmed=False) == nothing
    # A distance that nobody knows is 0, and stays 0.
    assert counted(nothing, held_out, confirmed=False) == nothing


def test_a_pause_within_a_drive_is_no_end_of_it(make_recording: MakeRecording) -> None:
    elapsed, metres = way_of([RUN, (12.0, 50), (0.0, 100), (12.0, 50)])
    recording = make_recording(elapsed, distance_m=metres)
    paused = replace(recording, pauses=(Pause(1255.0, 1345.0),))
    metrics = run_metrics(paused, None)
    assert metrics.held_out_m == pytest.approx(1200, abs=30)
    assert metrics.held_out_s == pytest.approx(110, abs=5)
