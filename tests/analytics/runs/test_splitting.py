"""The law of everything summed: a run cut in two keeps its totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import (
    DeviceTotals,
    Float32Array,
    Pause,
    RawCounts,
    Recording,
    Sport,
    Stream,
)
from analytics.runs.metrics import FlexionSource, RunMetrics, run_metrics


def cut(recording: Recording, at: int) -> tuple[Recording, Recording]:
    """Both parts keep the sample they are cut at; the second starts its clock there."""
    moment_s = float(recording.elapsed_s[at])
    before, after = slice(None, at + 1), slice(at, None)
    first = replace(
        recording,
        elapsed_s=recording.elapsed_s[before],
        streams={name: values[before] for name, values in recording.streams.items()},
        pauses=tuple(
            Pause(pause.start_s, min(pause.end_s, moment_s))
            for pause in recording.pauses
            if pause.start_s < moment_s
        ),
    )
    second = replace(
        recording,
        started_at=recording.started_at and recording.started_at + timedelta(seconds=moment_s),
        elapsed_s=recording.elapsed_s[after] - moment_s,
        streams={name: values[after] for name, values in recording.streams.items()},
        pauses=tuple(
            Pause(max(pause.start_s, moment_s) - moment_s, pause.end_s - moment_s)
            for pause in recording.pauses
            if pause.end_s > moment_s
        ),
    )
    return first, second


@st.composite
def runs(draw: st.DrawFn) -> Recording:
    """Runs with walks, stops, pauses and smart recording in them, each part 20 s to 5 min long."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    paces = draw(st.lists(st.sampled_from([0.0, 1.2, 1.6, 2.4, 3.0, 4.2, 6.5]), min_size=2))
    spans = [draw(st.integers(20, 300)) for _ in paces]
    steps_s = rng.choice([1.0, 2.0, 5.0], sum(spans), p=draw(st.sampled_from(SPACINGS)))
    elapsed = np.concatenate(([0.0], np.cumsum(steps_s)))
    speed = np.repeat(paces, spans)
    speed = np.concatenate((speed[:1], speed)) * rng.uniform(0.95, 1.05, len(elapsed))
    way = np.concatenate(([0.0], np.cumsum(speed[1:] * steps_s)))
    streams: dict[Stream, Float32Array] = {Stream.DISTANCE_M: way.astype(np.float32)}
    if draw(st.booleans()):
        streams[Stream.SPEED_M_S] = speed.astype(np.float32)
    pauses = ()
    if draw(st.booleans()):
        start = float(elapsed[-1]) * draw(st.floats(0.1, 0.8))
        pauses = (Pause(start, start + draw(st.floats(1, 120))),)
    return Recording(
        sport=Sport.RUNNING,
        started_at=None,
        elapsed_s=elapsed,
        counts=RawCounts(records=len(elapsed)),
        streams=streams,
        pauses=tuple(pause for pause in pauses if pause.end_s < elapsed[-1]),
    )


SPACINGS = [[1.0, 0.0, 0.0], [0.4, 0.3, 0.3]]


def cadence_of(recording: Recording) -> Float32Array:
    speed = recording.streams.get(Stream.SPEED_M_S)
    if speed is None:
        speed = np.gradient(recording.streams[Stream.DISTANCE_M].astype(float), recording.elapsed_s)
    # Of the same speed as the run's: a cadence too low for it would be left out and filled with the
    # median, which is not the same for a run and its parts.
    return np.where(speed < 0.5, 0, np.where(speed < 1.8, 112, 150 + 6 * speed)).astype(np.float32)


def assert_adds_up(
    whole: RunMetrics, parts: tuple[RunMetrics, RunMetrics], *, slack_s: float
) -> None:
    """Steps agree within rounding and what ``slack_s`` seconds of running are."""
    first, second = parts
    assert first.distance_m is not None
    assert second.distance_m is not None
    assert first.distance_m + second.distance_m == pytest.approx(whole.distance_m, abs=0.05)
    for name, slack in (
        ("timer_s", 1e-6),
        ("elapsed_s", 1e-6),
        ("moving_s", 1e-6 + slack_s),
        ("steps_total", 2.0 + slack_s),
        ("walking_steps", 2.0 + 3 * slack_s),
        ("hip_flexions", 2.0 + 3 * slack_s),
    ):
        summed = (getattr(first, name) or 0) + (getattr(second, name) or 0)
        assert summed == pytest.approx(getattr(whole, name) or 0, abs=slack), name


@given(runs(), st.floats(0.05, 0.95), st.sampled_from([None, 155.0, 174.0, 203.0]))
@settings(deadline=None, max_examples=150)
def test_a_run_by_pace_keeps_its_totals_when_cut(
    run: Recording, where: float, height_cm: float | None
) -> None:
    first, second = cut(run, round(where * (run.samples - 1)))
    whole = run_metrics(run, height_cm)
    # Speeds made from distances look 5 s to either side, where a cut leaves one side dark.
    slack_s = 0.0 if Stream.SPEED_M_S in run.streams else 12.0
    assert_adds_up(
        whole, (run_metrics(first, height_cm), run_metrics(second, height_cm)), slack_s=slack_s
    )


@given(runs(), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=150)
def test_a_run_by_cadence_keeps_its_totals_when_cut(run: Recording, where: float) -> None:
    run = replace(run, streams={**run.streams, Stream.CADENCE_SPM: cadence_of(run)})
    first, second = cut(run, round(where * (run.samples - 1)))
    slack_s = 0.0 if Stream.SPEED_M_S in run.streams else 12.0
    assert_adds_up(
        run_metrics(run, None),
        (run_metrics(first, None), run_metrics(second, None)),
        slack_s=slack_s,
    )


@given(runs(), st.floats(0.3, 0.7), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
@settings(deadline=None, max_examples=100)
def test_a_run_by_device_steps_keeps_its_totals_when_cut(
    run: Recording, where: float, first_error: float, second_error: float
) -> None:
    speed = np.maximum(run.streams[Stream.DISTANCE_M] * 0 + 3.0, 0)
    walks = run.elapsed_s % 300 > 200
    run = replace(
        run,
        pauses=(),
        streams={
            Stream.SPEED_M_S: np.where(walks, 1.5, speed).astype(np.float32),
            Stream.CADENCE_SPM: np.where(walks, 110, 168).astype(np.float32),
        },
    )
    first, second = cut(run, round(where * (run.samples - 1)))
    counted = [run_metrics(part, None).steps_total or 0 for part in (first, second)]
    own = [
        round(steps * (1 + error))
        for steps, error in zip(counted, (first_error, second_error), strict=True)
    ]
    whole, *parts = (
        run_metrics(replace(part, totals=DeviceTotals(steps=steps)), None)
        for part, steps in zip((run, first, second), (sum(own), *own), strict=True)
    )
    assert whole.hip_flexions_source is FlexionSource.DEVICE_STEPS
    assert_adds_up(whole, (parts[0], parts[1]), slack_s=0.0)
