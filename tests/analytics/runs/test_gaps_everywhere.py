"""Whatever a recording lacks, its metrics are numbers or None and agree with each other."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import (
    NO_POSITION,
    DeviceTotals,
    Float32Array,
    Pause,
    RawCounts,
    Recording,
    Sport,
    Stream,
)
from analytics.runs.duplicates import richness
from analytics.runs.metrics import FlexionSource, run_metrics

VALUES = {
    Stream.DISTANCE_M: [0.0, 3.0, 60.0, 61.0, 5000.0, 1e7],
    Stream.SPEED_M_S: [0.0, 0.4, 1.0, 1.9, 3.0, 90.0],
    Stream.CADENCE_SPM: [0.0, 40.0, 110.0, 135.0, 170.0, 240.0],
    Stream.HEART_RATE_BPM: [0.0, 60.0, 150.0, 255.0],
    Stream.ALTITUDE_M: [-20.0, 0.0, 500.0],
}


@st.composite
def damaged(draw: st.DrawFn) -> Recording:
    gaps_s = draw(st.lists(st.sampled_from([0.5, 1.0, 7.0, 45.0, 9000.0]), max_size=30))
    elapsed = np.cumsum(np.array(gaps_s)) - draw(st.sampled_from([0.0, 0.5])) * bool(gaps_s)
    size = len(elapsed)
    streams: dict[Stream, Float32Array] = {}
    for stream, values in VALUES.items():
        if draw(st.booleans()):
            samples = st.lists(st.sampled_from([*values, math.nan]), min_size=size, max_size=size)
            streams[stream] = np.array(draw(samples), np.float32)
    positions = st.lists(
        st.sampled_from([int(NO_POSITION), 0, 300, 700, 10**9]), min_size=size, max_size=size
    )
    latitude = np.array(draw(positions) if draw(st.booleans()) else [], np.int32)
    edges = sorted(draw(st.lists(st.floats(0, 400), max_size=4, unique=True)))
    maybe = st.none() | st.sampled_from([0.0, 1.0, 600.0, 1800.0, 1e9])
    return Recording(
        sport=draw(st.sampled_from(Sport)),
        started_at=None,
        elapsed_s=elapsed,
        counts=RawCounts(records=size),
        latitude_semicircles=latitude,
        longitude_semicircles=latitude,
        streams=streams,
        pauses=tuple(Pause(*pair) for pair in zip(edges[::2], edges[1::2], strict=False)),
        totals=DeviceTotals(
            distance_m=draw(maybe),
            timer_s=draw(maybe),
            elapsed_s=draw(maybe),
            steps=draw(st.sampled_from([None, 0, 1, 1700, 10**6])),
            ascent_m=draw(maybe),
        ),
    )


@given(damaged(), st.sampled_from([None, 150.0, 200.0]))
@settings(deadline=None, max_examples=500)
def test_metrics_of_a_damaged_recording_are_numbers_that_agree(
    recording: Recording, height_cm: float | None
) -> None:
    metrics = run_metrics(recording, height_cm)
    for one in fields(metrics):
        value = getattr(metrics, one.name)
        assert not isinstance(value, float) or (math.isfinite(value) and value >= 0), one.name
    if metrics.timer_s is not None:
        assert metrics.elapsed_s is not None
        assert metrics.moving_s is not None
        assert metrics.moving_s <= metrics.timer_s <= metrics.elapsed_s
    assert metrics.held_out_m <= (metrics.distance_m or 0.0)
    assert metrics.held_out_s <= (metrics.timer_s or 0.0)
    assert metrics.held_out_flexions <= (metrics.hip_flexions or 0)
    known = metrics.hip_flexions_source is not FlexionSource.NONE
    assert (metrics.steps_total is not None) == known
    if recording.sport is Sport.RUNNING and known:
        assert metrics.steps_total == (metrics.walking_steps or 0) + (metrics.hip_flexions or 0)
    else:
        assert not metrics.hip_flexions
    assert isinstance(richness(recording), int)
