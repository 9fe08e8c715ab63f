from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Device, DeviceTotals, Recording, RecordingWarning, Sport, Warn
from analytics.runs.duplicates import (
    FOOTPRINT_WINDOW_S,
    LARGEST_SHIFT_S,
    SHIFT_TOLERANCE_S,
    Footprint,
    candidate_pairs,
    groups,
    richness,
    same_run,
    winner,
)
from analytics.runs.signature import Signature

MakeRecording = Callable[..., Recording]

HOUR = 3600.0
WATCH = Device("garmin", "fr255", "3411")


def footprint(  # noqa: PLR0917 - what tells recordings apart is in the calls' order
    key: str,
    started_s: float | None = 0.0,
    elapsed_s: float = HOUR,
    content: str | None = None,
    session_index: int = 0,
    sport: Sport = Sport.RUNNING,
    device: Device | None = None,
    rich: int = 0,
    signed: Signature | None = None,
    preferred_s: float | None = None,
    *,
    bare: bool = False,
) -> Footprint:
    return Footprint(
        key=key,
        sport=sport,
        started_s=started_s,
        elapsed_s=elapsed_s,
        device=device or Device(),
        content=f"content of {key}" if content is None else content,
        session_index=session_index,
        richness=rich,
        distance_m=10_000.0,
        signature=signed,
        preferred_s=preferred_s,
        bare=bare,
    )


def heart(seed: int) -> Signature:
    """The signature of one run by its heart rate: another seed, another run."""
    rates = np.random.default_rng([abs(seed), int(seed < 0)]).integers(140, 160, 57).tolist()
    return Signature(
        step_exponent=6,
        heart_rates_bpm=tuple(rates),
        latitudes_semicircles=(),
        longitudes_semicircles=(),
    )


def keys(found: Sequence[Sequence[Footprint]]) -> set[frozenset[str]]:
    return {frozenset(one.key for one in group) for group in found}


def test_the_same_bytes_are_the_same_run_even_without_a_start() -> None:
    a, b = footprint("a", None, content="x"), footprint("b", None, content="x")
    assert same_run(a, b)


def test_two_activities_of_one_file_are_never_the_same() -> None:
    a = footprint("a", content="x", device=WATCH)
    assert not same_run(a, replace(a, key="b", session_index=1))


@pytest.mark.parametrize(("late_s", "same"), [(0.0, True), (1.0, True), (2.0, False)])
def test_one_device_starts_one_run_at_a_time(late_s: float, *, same: bool) -> None:
    # Too short to share half their time, so that only device and start can tell.
    a = footprint("a", elapsed_s=2.0, device=WATCH)
    b = footprint("b", started_s=late_s, elapsed_s=2.0, device=WATCH, sport=Sport.OTHER)
    assert same_run(a, b) is same


def test_devices_without_a_serial_number_may_be_many() -> None:
    unknown = Device("garmin", "fr255", None)
    a = footprint("a", device=unknown)
    assert not same_run(a, footprint("b", device=unknown, sport=Sport.CYCLING))


@pytest.mark.parametrize(("late_s", "same"), [(1799.0, True), (1800.0, False)])
def test_runs_that_share_more_than_half_of_the_shorter_are_the_same(
    late_s: float, *, same: bool
) -> None:
    assert same_run(footprint("a"), footprint("b", started_s=late_s)) is same
    assert same_run(footprint("b", started_s=late_s), footprint("a")) is same


def test_a_short_piece_within_a_long_run_is_the_same() -> None:
    assert same_run(footprint("a", 0, 3 * HOUR), footprint("b", HOUR, 600))


def test_another_sport_at_the_same_time_is_another_activity() -> None:
    assert not same_run(footprint("a"), footprint("b", sport=Sport.CYCLING))


def test_without_a_start_nothing_but_the_bytes_can_match() -> None:
    assert not same_run(footprint("a", None, device=WATCH), footprint("b", None, device=WATCH))
    assert not same_run(footprint("a", None), footprint("b", 0))


def test_a_clock_that_jumped_by_weeks_swallows_no_run() -> None:
    assert not same_run(footprint("a", 0, 1_746_563), footprint("b", 5 * HOUR))


def test_starts_further_apart_than_the_window_never_match() -> None:
    latest = footprint("b", FOOTPRINT_WINDOW_S - 600, 900)
    assert same_run(footprint("a", 0, FOOTPRINT_WINDOW_S), latest)
    later = replace(latest, started_s=FOOTPRINT_WINDOW_S)
    assert not same_run(footprint("a", 0, FOOTPRINT_WINDOW_S), later)


def test_groups_are_connected_components() -> None:
    chain = [
        footprint("a", 0),
        footprint("b", 0.4 * HOUR),
        footprint("c", 0.8 * HOUR),
        footprint("alone", 30 * HOUR),
        footprint("dateless", None, content="x"),
        footprint("dateless again", None, content="x"),
    ]
    assert not same_run(chain[0], chain[2])
    assert keys(groups(chain)) == {
        frozenset({"a", "b", "c"}),
        frozenset({"alone"}),
        frozenset({"dateless", "dateless again"}),
    }


def test_a_recording_across_two_activities_of_a_file_joins_the_one_it_shares_more_with() -> None:
    first = footprint("first", 0, HOUR, content="multi", session_index=0)
    second = footprint("second", 1.1 * HOUR, HOUR, content="multi", session_index=1)
    across = footprint("across", 0.45 * HOUR, 1.65 * HOUR)
    assert same_run(first, across)
    assert same_run(second, across)
    assert keys(groups([across, first, second])) == {
        frozenset({"first"}),
        frozenset({"second", "across"}),
    }


def test_the_sessions_of_two_triathlon_files_match_pairwise() -> None:
    sports = [Sport.SWIMMING, Sport.TRANSITION, Sport.CYCLING, Sport.TRANSITION, Sport.RUNNING]
    spans = [675.0, 157.0, 1566.0, 70.0, 1573.0]
    starts = [sum(spans[:index]) for index in range(len(spans))]
    files = [
        footprint(f"{name} {index}", starts[index], spans[index], name, index, sport, WATCH)
        for name in ("first", "last")
        for index, sport in enumerate(sports)
    ]
    assert keys(groups(files)) == {
        frozenset({f"first {index}", f"last {index}"}) for index in range(5)
    }


def test_the_richest_wins_and_ties_are_settled_by_the_bytes() -> None:
    poor, rich = footprint("a", content="a", rich=1), footprint("b", content="b", rich=2)
    tied = footprint("c", content="0", rich=2)
    assert winner([poor, rich]) is rich
    assert winner([rich, tied]) is winner([tied, rich]) is tied
    second = replace(tied, key="d", session_index=1)
    assert winner([second, tied]) is tied
    again = replace(tied, key="0")
    assert winner([tied, again]) is again


def test_the_runners_latest_choice_wins_over_the_richest() -> None:
    rich, poor = footprint("rich", rich=9), footprint("poor", preferred_s=100.0)
    assert winner([rich, poor]) is poor
    later = footprint("later", preferred_s=200.0)
    assert winner([rich, poor, later]) is winner([later, poor, rich]) is later
    assert groups([rich, poor, later]) == [[later, poor, rich]]
    at_once = replace(rich, preferred_s=200.0)
    assert winner([later, at_once]) is at_once


@pytest.mark.parametrize("hours", [1, 2, 14])
def test_a_recording_read_in_another_zone_is_the_same_run(hours: int) -> None:
    here = footprint("here", 100 * HOUR, signed=heart(1))
    there = footprint("there", (100 - hours) * HOUR, signed=heart(1))
    assert same_run(here, there)
    assert same_run(there, here)
    assert keys(groups([here, there])) == {frozenset({"here", "there"})}


@pytest.mark.parametrize(
    ("late_s", "same"),
    [
        (7 * HOUR + SHIFT_TOLERANCE_S, True),
        (7 * HOUR - SHIFT_TOLERANCE_S, True),
        (7 * HOUR + SHIFT_TOLERANCE_S + 0.5, False),
        (7.5 * HOUR, False),
        (LARGEST_SHIFT_S + SHIFT_TOLERANCE_S, True),
        (LARGEST_SHIFT_S + HOUR, False),
        (24 * HOUR, False),
    ],
)
def test_a_shift_is_of_whole_hours_and_at_most_fourteen(late_s: float, *, same: bool) -> None:
    here, there = footprint("here", signed=heart(1)), footprint("there", late_s, signed=heart(1))
    assert same_run(here, there) is same
    assert len(groups([here, there])) == (1 if same else 2)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"elapsed_s": 0.981 * HOUR}, True),
        ({"elapsed_s": 0.979 * HOUR}, False),
        ({"distance_m": 9_801.0}, True),
        ({"distance_m": 9_799.0}, False),
        ({"distance_m": 10_204.0}, True),
        ({"distance_m": 10_205.0}, False),
        ({"distance_m": None}, False),
        ({"signature": None}, False),
        ({"signature": heart(2)}, False),
        ({"sport": Sport.CYCLING}, False),
    ],
    ids=str,
)
def test_a_shifted_recording_agrees_in_all_it_measured(
    change: dict[str, object], *, same: bool
) -> None:
    here = footprint("here", signed=heart(1))
    there = replace(footprint("there", 3 * HOUR, signed=heart(1)), **change)
    assert same_run(here, there) is same
    assert same_run(there, here) is same


def test_a_summary_over_two_recordings_joins_the_one_it_shares_more_with() -> None:
    short = footprint("short", 0, 1200)
    long = footprint("long", 1300, 2300)
    hour = footprint("hour", 0, HOUR, bare=True)
    assert same_run(short, hour)
    assert same_run(long, hour)
    expected = {frozenset({"short"}), frozenset({"long", "hour"})}
    assert keys(groups([short, long, hour])) == expected
    again = footprint("again", 10, HOUR, bare=True)
    assert keys(groups([again, hour, short, long])) == {
        frozenset({"short"}),
        frozenset({"long", "hour", "again"}),
    }
    # With samples it is a recording of both.
    assert len(groups([short, long, replace(hour, bare=False)])) == 1


def test_a_summary_known_by_another_summary_alone_follows_it() -> None:
    run = footprint("run", 0, 1800)
    near = footprint("near", 600, 2400, bare=True)
    far = footprint("far", 1700, 2000, bare=True)
    assert not same_run(run, far)
    other = footprint("other", 2500, 1200)
    assert keys(groups([far, near, run])) == {frozenset({"run", "near", "far"})}
    assert keys(groups([far, near, run, other])) == {
        frozenset({"run", "near"}),
        frozenset({"far", "other"}),
    }


def test_summaries_without_a_recording_are_one_run_together() -> None:
    summaries = [footprint(str(start), start, HOUR, bare=True) for start in (0, 1200, 2400)]
    assert not same_run(summaries[0], summaries[2])
    assert len(groups(summaries)) == 1


def test_which_copy_was_imported_first_does_not_show_in_a_tie() -> None:
    # The summary shares the same half hour with each half; keys rise with every import.
    halves = [("1", 0.0, "one half"), ("2", 1800.0, "other half")]
    for first, second in (halves, halves[::-1]):
        found = groups(
            [
                footprint("1", first[1], 1800, first[2]),
                footprint("2", second[1], 1800, second[2]),
                footprint("3", 0, HOUR, "summary", bare=True),
            ]
        )
        assert {frozenset(one.content for one in group) for group in found} == {
            frozenset({"one half", "summary"}),
            frozenset({"other half"}),
        }


def test_ten_years_are_grouped_without_comparing_everything() -> None:
    day_s = 24 * HOUR
    mornings = [
        footprint(f"morning {day} {copy}", day * day_s + copy * 2 * HOUR, signed=heart(day))
        for day in range(3650)
        for copy in range(3)
    ]
    evenings = [
        footprint(
            f"evening {day} {copy}", day * day_s + 10 * HOUR + 60 * copy, signed=heart(-1 - day)
        )
        for day in range(3650)
        for copy in range(2)
    ]
    # Of a day's copies 3 pairs are whole hours apart, 3 with the evening run, which overlaps with
    # its own copy and is 14 hours before the next morning.
    assert len(list(candidate_pairs(mornings + evenings))) == 8 * 3650 - 1
    assert len(groups(mornings[:300] + evenings[:200])) == 200


def test_a_groups_winner_comes_first() -> None:
    poor, rich = footprint("a", rich=1), footprint("b", rich=2)
    assert groups([poor, rich]) == [[rich, poor]]


@st.composite
def libraries(draw: st.DrawFn, *, summaries: bool = True) -> list[Footprint]:
    contents = st.sampled_from(["p", "q", "r", "s", "t", "u"])
    found: dict[tuple[str, int], Footprint] = {}
    for index in range(draw(st.integers(0, 12))):
        one = footprint(
            f"key {index}",
            draw(st.none() | st.integers(0, 20).map(lambda step: 600.0 * step)),
            draw(st.integers(0, 12)) * 600.0,
            draw(contents),
            draw(st.integers(0, 2)),
            draw(st.sampled_from([Sport.RUNNING, Sport.CYCLING])),
            draw(st.sampled_from([WATCH, Device()])),
            draw(st.integers(0, 3)),
            draw(st.sampled_from([None, heart(1), heart(2)])),
            draw(st.sampled_from([None, None, 100.0, 200.0])),
            bare=draw(st.booleans()) if summaries else False,
        )
        found.setdefault((one.content, one.session_index), one)
    return list(found.values())


@given(libraries(), st.integers())
@settings(deadline=None, max_examples=300)
def test_the_order_of_import_does_not_matter(library: list[Footprint], seed: int) -> None:
    shuffled = list(library)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - not for secrets
    assert groups(shuffled) == groups(library)
    for a in library:
        for b in library:
            assert same_run(a, b) == same_run(b, a)


@given(libraries())
@settings(deadline=None, max_examples=300)
def test_every_recording_is_in_one_group_and_no_file_meets_itself(
    library: list[Footprint],
) -> None:
    found = groups(library)
    assert sorted(one.key for group in found for one in group) == sorted(one.key for one in library)
    for group in found:
        assert len({one.content for one in group}) == len(group)
        assert winner(group) is group[0]


@given(libraries(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=300)
def test_nor_do_the_keys_the_import_gave(library: list[Footprint], chance: random.Random) -> None:
    names = [one.key for one in library]
    chance.shuffle(names)
    renamed = [replace(one, key=name) for one, name in zip(library, names, strict=True)]

    def told(found: Sequence[Sequence[Footprint]]) -> list[list[tuple[str, int]]]:
        return [[(one.content, one.session_index) for one in group] for group in found]

    assert told(groups(renamed)) == told(groups(library))


@given(libraries())
@settings(deadline=None, max_examples=300)
def test_no_pair_of_the_same_run_is_left_out(library: list[Footprint]) -> None:
    candidates = {frozenset((a.key, b.key)) for a, b in candidate_pairs(library)}
    for a, b in product(library, library):
        if a is not b and a.content != b.content and same_run(a, b):
            assert frozenset((a.key, b.key)) in candidates


@given(libraries())
@settings(deadline=None, max_examples=300)
def test_summaries_change_nothing_between_recordings(library: list[Footprint]) -> None:
    sampled = [one for one in library if not one.bare]
    without = {frozenset(one.key for one in group) for group in groups(sampled)}
    with_summaries = {
        frozenset(one.key for one in group if not one.bare) for group in groups(library)
    }
    assert with_summaries - {frozenset()} == without


@given(libraries(summaries=False))
@settings(deadline=None, max_examples=300)
def test_without_multisport_files_groups_are_exactly_the_components(
    library: list[Footprint],
) -> None:
    single = [one for one in library if one.session_index == 0]
    component = {one.key: {one.key} for one in single}
    for a in single:
        for b in single:
            if same_run(a, b):
                merged = component[a.key] | component[b.key]
                component.update(dict.fromkeys(merged, merged))
    assert keys(groups(single)) == {frozenset(members) for members in component.values()}


def test_more_and_better_streams_are_richer(make_recording: MakeRecording) -> None:
    minute = np.arange(61.0)
    track = {"east_m": 3 * minute, "altitude_m": 100}
    phone = make_recording(minute, **track)
    watch = make_recording(minute, **track, cadence_spm=170, heart_rate_bpm=150)
    sparse = make_recording(minute[::6], cadence_spm=170, distance_m=3 * minute[::6])
    with_totals = make_recording(
        minute, **track, totals=DeviceTotals(distance_m=180.0, timer_s=60.0, steps=170)
    )
    longer = make_recording(np.arange(62.0), east_m=3 * np.arange(62.0), altitude_m=100)
    assert richness(watch) > richness(sparse) > richness(phone)
    assert richness(with_totals) > richness(longer) > richness(phone)


def test_a_part_of_a_run_is_never_richer_than_the_whole(make_recording: MakeRecording) -> None:
    minute = np.arange(61.0)
    whole = make_recording(minute, east_m=3 * minute)
    part = make_recording(
        minute,
        east_m=3 * minute,
        cadence_spm=170,
        heart_rate_bpm=150,
        distance_m=3 * minute,
        speed_m_s=3,
        warnings=[RecordingWarning(Warn.TRUNCATED)],
    )
    assert richness(whole) > richness(part)
