"""The metrics of real recordings, against what independent decoders say of the same files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TypedDict, cast

import pytest

from analytics.recording import DeviceTotals, Recording, Sport, Stream
from analytics.runs.duplicates import Footprint, groups, richness, same_run
from analytics.runs.metrics import FlexionSource, run_metrics
from analytics.runs.signature import signature
from importers.contract import ImportFailure
from importers.identify import read
from importers.limits import Limits

WATCH_FILES = Path(__file__).parents[3].parent / "shared" / "watch-files"

LIB, READER = "sports-alliance__sports-lib__", "aaron-schroeder__activereader__testdata"
TRIATHLON = "jimmykane__fit-parser__triathlon_summary_"
PAIRS = {
    frozenset({f"{LIB}6860622783.fit 0", f"{LIB}6860622783.tcx 0"}),
    frozenset({f"{LIB}6909950168.fit 0", f"{LIB}6909950168-no-pause-records.fit 0"}),
    frozenset({f"{READER}.gpx 0", f"{READER}.tcx 0"}),
    *(
        frozenset({f"{TRIATHLON}first.fit {index}", f"{TRIATHLON}last.fit {index}"})
        for index in range(5)
    ),
}


class Expected(TypedDict):
    """What decoders agree on; a file has only some of it, so each is looked for first."""

    dist: float
    distance_m: float
    timer_s: float
    elapsed_s: float
    sessions: int
    sports: Sequence[str]
    total_strides: int


@pytest.fixture(scope="module")
def expected() -> Mapping[str, Expected]:
    if not WATCH_FILES.is_dir():
        pytest.skip("the real watch files are not beside this checkout")
    text = (WATCH_FILES / "EXPECTED.json").read_text("utf-8")
    return cast("Mapping[str, Expected]", json.loads(text))


@pytest.fixture(scope="module")
def recordings(expected: Mapping[str, Expected]) -> Mapping[str, Sequence[Recording]]:
    found: dict[str, Sequence[Recording]] = {}
    for name in expected:
        try:
            found[name] = read((WATCH_FILES / name).read_bytes(), name, Limits())[1]
        except ImportFailure:
            continue
    return found


def without(recording: Recording, *streams: Stream) -> Recording:
    return replace(
        recording,
        streams={name: values for name, values in recording.streams.items() if name not in streams},
        totals=replace(recording.totals, steps=None),
    )


def test_distances_and_times_are_the_devices(
    recordings: Mapping[str, Sequence[Recording]], expected: Mapping[str, Expected]
) -> None:
    compared = 0
    for name, values in expected.items():
        if "distance_m" not in values or values.get("sessions") != 1:
            continue
        metrics = run_metrics(recordings[name][0], None)
        assert metrics.distance_m == pytest.approx(values["distance_m"], abs=0.01), name
        assert metrics.timer_s == pytest.approx(values["timer_s"], abs=0.01), name
        assert metrics.elapsed_s == pytest.approx(values["elapsed_s"], abs=0.01), name
        assert metrics.moving_s is not None
        assert 0 < metrics.moving_s <= values["timer_s"] + 0.01
        compared += 1
    assert compared >= 14


@pytest.mark.parametrize(
    "name",
    [
        "aaron-schroeder__activereader__testdata.gpx",
        "aaron-schroeder__activereader__testdata.tcx",
        "thomaschampagne__elevate__20170319_run_906581465.gpx",
        "sports-alliance__sports-lib__6281425038.tcx",
        "dblock__tcx__treadmill_1.tcx",
    ],
)
def test_distances_of_xml_files_agree_within_a_percent(
    recordings: Mapping[str, Sequence[Recording]], expected: Mapping[str, Expected], name: str
) -> None:
    (recording,) = recordings[name]
    assert run_metrics(recording, None).distance_m == pytest.approx(
        expected[name]["dist"], rel=0.01
    )


def test_positions_alone_give_the_devices_distance(
    recordings: Mapping[str, Sequence[Recording]],
) -> None:
    compared = 0
    for name, (recording, *others) in recordings.items():
        known_m = recording.totals.distance_m
        if others or not recording.has_position or not known_m or recording.samples < 300:
            continue
        positions = replace(
            without(recording, Stream.DISTANCE_M, Stream.SPEED_M_S), totals=DeviceTotals()
        )
        assert run_metrics(positions, None).distance_m == pytest.approx(known_m, rel=0.025), name
        compared += 1
    assert compared >= 10


def test_steps_are_those_of_the_watch_on_every_rung(
    recordings: Mapping[str, Sequence[Recording]], expected: Mapping[str, Expected]
) -> None:
    compared = 0
    for name, values in expected.items():
        if "total_strides" not in values:
            continue
        (recording,) = recordings[name]
        steps = 2 * values["total_strides"]
        by_device = run_metrics(recording, None)
        assert by_device.hip_flexions_source is FlexionSource.DEVICE_STEPS, name
        assert by_device.steps_total == steps, name
        by_cadence = run_metrics(without(recording), None)
        assert by_cadence.hip_flexions_source is FlexionSource.CADENCE, name
        assert by_cadence.steps_total == pytest.approx(steps, rel=0.13), name
        compared += 1
    assert compared >= 8


def test_steps_by_pace_are_near_the_cadences(
    recordings: Mapping[str, Sequence[Recording]], expected: Mapping[str, Expected]
) -> None:
    errors: list[float] = []
    for name, values in expected.items():
        if "total_strides" not in values:
            continue
        by_pace = run_metrics(without(recordings[name][0], Stream.CADENCE_SPM), None)
        assert by_pace.hip_flexions_source is FlexionSource.PACE
        errors.append(abs((by_pace.steps_total or 0) / (2 * values["total_strides"]) - 1))
    assert sorted(errors)[len(errors) // 2] < 0.05


def test_running_and_walking_steps_make_the_total(
    recordings: Mapping[str, Sequence[Recording]],
) -> None:
    for recording in (one for found in recordings.values() for one in found):
        metrics = run_metrics(recording, 178.0)
        if recording.sport is Sport.RUNNING and metrics.steps_total is not None:
            assert metrics.walking_steps is not None
            assert metrics.hip_flexions == metrics.steps_total - metrics.walking_steps
        elif recording.sport is not Sport.RUNNING:
            assert not metrics.hip_flexions


def test_nothing_is_held_out_of_real_runs_and_most_of_a_ride_recorded_as_one(
    recordings: Mapping[str, Sequence[Recording]],
) -> None:
    runs = 0
    for name, recording in ((name, one) for name, found in recordings.items() for one in found):
        for height_cm in (None, 170.0):
            metrics = run_metrics(recording, height_cm)
            held_out = metrics.held_out_m, metrics.held_out_s, metrics.held_out_flexions
            assert held_out == (0.0, 0.0, 0), name
        runs += recording.sport is Sport.RUNNING
        positions = without(recording, Stream.DISTANCE_M, Stream.SPEED_M_S)
        by_position = run_metrics(replace(positions, totals=DeviceTotals()), None)
        assert by_position.held_out_s == 0.0, name
    assert runs >= 20
    (_, _, ride, _, _) = recordings[f"{TRIATHLON}first.fit"]
    as_run = run_metrics(replace(ride, sport=Sport.RUNNING), None)
    assert as_run.distance_m is not None
    assert 0.95 * as_run.distance_m < as_run.held_out_m < as_run.distance_m


def footprints_of(recordings: Mapping[str, Sequence[Recording]]) -> list[Footprint]:
    return [
        Footprint(
            key=f"{name} {index}",
            sport=recording.sport,
            started_s=recording.started_at.timestamp() if recording.started_at else None,
            elapsed_s=run_metrics(recording, None).elapsed_s or 0.0,
            device=recording.device,
            content=name,
            session_index=index,
            richness=richness(recording),
            distance_m=run_metrics(recording, None).distance_m,
            signature=signature(recording),
            preferred_s=None,
            bare=recording.samples == 0,
        )
        for name, found in recordings.items()
        for index, recording in enumerate(found)
    ]


def test_every_run_is_known_again_in_another_zone_and_by_no_other(
    recordings: Mapping[str, Sequence[Recording]],
) -> None:
    runs = [
        one
        for one in footprints_of(recordings)
        if one.sport is Sport.RUNNING and one.started_s and one.signature and one.distance_m
    ]
    assert len(runs) >= 15
    for here, there in product(runs, runs):
        start_s = (here.started_s or 0.0) + 2 * 3600 * (1 + int(here.elapsed_s // 3600))
        moved = replace(there, content="in another zone", started_s=start_s)
        # Of durations and distances that agree, so that the signatures alone can tell.
        moved = replace(moved, elapsed_s=here.elapsed_s, distance_m=here.distance_m)
        one_run = here is there or frozenset((here.key, there.key)) in PAIRS
        assert same_run(here, moved) is one_run, (here.key, there.key)


def test_the_four_pairs_are_found_and_nothing_else(
    recordings: Mapping[str, Sequence[Recording]],
) -> None:
    footprints = footprints_of(recordings)
    same = {frozenset(one.key for one in group) for group in groups(footprints) if len(group) > 1}
    assert same == PAIRS
