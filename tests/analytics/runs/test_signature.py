from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.recording import NO_POSITION, Recording, Sport, Stream
from analytics.runs.signature import Signature, matches, signature

MakeRecording = Callable[..., Recording]
Numbers = NDArray[np.float64]

HOUR_S = np.arange(3601.0)


def rate(seed: int, seconds: Numbers = HOUR_S) -> Numbers:
    """A warm-up to 150 and then what a heart does on one day: another seed, another day."""
    rng = np.random.default_rng(seed)
    wander = np.interp(seconds, np.arange(0, 9000, 40.0), 3.0 * rng.standard_normal(225))
    return np.rint(150 - 50 * np.exp(-seconds / 120) + wander)


def way(seconds: Numbers = HOUR_S, speed_m_s: float = 3.0) -> Numbers:
    """Out and back along a street, metres east."""
    run = speed_m_s * seconds
    return np.where(run > 5400, 10_800 - run, run)


def signed(recording: Recording) -> Signature:
    found = signature(recording)
    assert found is not None
    return found


def test_without_heart_rate_and_track_there_is_no_signature(make_recording: MakeRecording) -> None:
    assert signature(make_recording()) is None
    assert signature(make_recording(HOUR_S, cadence_spm=170)) is None
    assert signature(make_recording(HOUR_S, heart_rate_bpm=0)) is None
    assert signature(make_recording(HOUR_S, east_m=np.full(3601, np.nan))) is None
    assert signature(make_recording(HOUR_S, heart_rate_bpm=150)) is not None
    assert signature(make_recording(HOUR_S, east_m=way())) is not None


def test_a_signature_holds_a_value_every_power_of_two_seconds(
    make_recording: MakeRecording,
) -> None:
    found = signed(make_recording(HOUR_S, heart_rate_bpm=100 + HOUR_S / 64, east_m=way()))
    assert found.step_exponent == 6
    assert found.heart_rates_bpm == tuple(range(100, 157))
    assert len(found.latitudes_semicircles) == 57
    for last_s, exponent, points in ((0, 0, 1), (63, 0, 64), (64, 1, 33), (4095.5, 6, 64)):
        seconds = np.append(np.arange(0.0, last_s, 10), last_s)
        one = signed(make_recording(seconds, heart_rate_bpm=150))
        assert (one.step_exponent, len(one.heart_rates_bpm)) == (exponent, points)


def test_a_value_is_not_known_within_a_long_gap(make_recording: MakeRecording) -> None:
    there = (HOUR_S < 1000) | (HOUR_S > 1100)
    recording = make_recording(HOUR_S[there], heart_rate_bpm=150, east_m=way()[there])
    found = signed(recording)
    unknown = [64 * place for place, bpm in enumerate(found.heart_rates_bpm) if bpm == 0]
    assert unknown == [1024, 1088]
    assert found.latitudes_semicircles[16] == NO_POSITION
    assert found.latitudes_semicircles[15] != NO_POSITION


def test_the_same_recording_matches_however_its_samples_were_thinned(
    make_recording: MakeRecording,
) -> None:
    for channels in (
        {"heart_rate_bpm": rate(1)},
        {"east_m": way()},
        {"heart_rate_bpm": rate(1), "east_m": way()},
    ):
        whole = signed(make_recording(HOUR_S, **channels))
        thin = {name: values[::7] for name, values in channels.items()}
        assert matches(whole, signed(make_recording(HOUR_S[::7], **thin)))
        # Another device's clock starts five seconds later and stops a minute earlier.
        short = {name: values[5:3540] for name, values in channels.items()}
        assert matches(whole, signed(make_recording(HOUR_S[: 3540 - 5], **short)))


def test_a_copy_that_ends_past_a_power_of_two_matches_too(make_recording: MakeRecording) -> None:
    long_s = np.arange(4140.0)
    long = signed(make_recording(long_s, heart_rate_bpm=rate(1, long_s)))
    short = signed(make_recording(long_s[:4090], heart_rate_bpm=rate(1, long_s[:4090])))
    assert (long.step_exponent, short.step_exponent) == (7, 6)
    assert matches(long, short)
    assert matches(short, long)


@pytest.mark.parametrize("seed", range(2, 30))
def test_the_heart_of_another_day_does_not_match(make_recording: MakeRecording, seed: int) -> None:
    one = signed(make_recording(HOUR_S, heart_rate_bpm=rate(1), east_m=way()))
    other = signed(make_recording(HOUR_S, heart_rate_bpm=rate(seed), east_m=way()))
    assert not matches(one, other)


def test_the_same_beat_at_another_level_does_not_match(make_recording: MakeRecording) -> None:
    one, other = (signed(make_recording(HOUR_S, heart_rate_bpm=rate(1) + more)) for more in (0, 6))
    assert not matches(one, other)


def test_a_heart_rate_that_hardly_changes_tells_nothing(make_recording: MakeRecording) -> None:
    steady = make_recording(HOUR_S, heart_rate_bpm=150)
    assert not matches(signed(steady), signed(steady))
    on_the_way = signed(make_recording(HOUR_S, heart_rate_bpm=150, east_m=way()))
    assert matches(on_the_way, on_the_way)
    higher = signed(make_recording(HOUR_S, heart_rate_bpm=170, east_m=way()))
    assert not matches(on_the_way, higher)


@pytest.mark.parametrize(
    ("faster", "same"), [(1.0, True), (1.002, True), (1.01, False), (1.019, False)]
)
def test_the_same_route_at_another_pace_does_not_match(
    make_recording: MakeRecording, faster: float, *, same: bool
) -> None:
    one = signed(make_recording(HOUR_S, east_m=way()))
    other = signed(make_recording(HOUR_S, east_m=way(speed_m_s=3.0 * faster)))
    assert matches(one, other) is same


def test_a_run_elsewhere_does_not_match_whatever_the_heart_says(
    make_recording: MakeRecording,
) -> None:
    here = signed(make_recording(HOUR_S, heart_rate_bpm=rate(1), east_m=way()))
    there = signed(make_recording(HOUR_S, heart_rate_bpm=rate(1), east_m=way(), latitude_deg=0.01))
    assert not matches(here, there)
    without_track = signed(make_recording(HOUR_S, heart_rate_bpm=rate(1)))
    assert matches(here, without_track)


def test_a_track_that_stands_still_tells_nothing(make_recording: MakeRecording) -> None:
    jitter = 20.0 * np.sin(HOUR_S)
    assert not matches(*[signed(make_recording(HOUR_S, east_m=jitter))] * 2)


def test_on_a_stadium_another_place_on_the_lap_is_another_run(
    make_recording: MakeRecording,
) -> None:
    def lap(seconds: Numbers) -> Numbers:
        return 75 * np.sin(2 * np.pi * 4 * seconds / 400)

    one = signed(make_recording(HOUR_S, east_m=lap(HOUR_S)))
    other = signed(make_recording(HOUR_S, east_m=lap(HOUR_S + 6)))
    assert matches(one, one)
    assert not matches(one, other)


def test_a_track_over_the_date_line_is_one_track(make_recording: MakeRecording) -> None:
    half_way_round_m = np.pi * 6_371_008.8
    over = way()[::50] + half_way_round_m - 2000
    found = signed(make_recording(HOUR_S[::50], east_m=over))
    longitudes = np.array(found.longitudes_semicircles, np.int64)
    assert longitudes.min() < -(2**30) < 2**30 < longitudes.max()
    # Not one lies on the other side of the Earth.
    assert np.abs(longitudes).min() > 0.99 * 2**31
    assert matches(found, found)
    assert not matches(found, signed(make_recording(HOUR_S[::50], east_m=over - 200)))


def test_few_points_prove_nothing(make_recording: MakeRecording) -> None:
    seconds = np.arange(19.0)
    short = signed(make_recording(seconds, sport=Sport.OTHER, east_m=30 * seconds))
    assert not matches(short, short)
    longer = np.arange(20.0)
    enough = signed(make_recording(longer, sport=Sport.OTHER, east_m=30 * longer))
    assert matches(enough, enough)


def test_bytes_and_back(make_recording: MakeRecording) -> None:
    for channels in (
        {"heart_rate_bpm": rate(1)},
        {"east_m": way()},
        {"heart_rate_bpm": rate(1), "east_m": way()},
    ):
        found = signed(make_recording(HOUR_S, **channels))
        data = found.to_bytes()
        assert len(data) <= 580
        assert Signature.from_bytes(data) == found
        assert Signature.from_bytes(data).to_bytes() == data


def test_the_layout_of_version_one_stays() -> None:
    found = Signature(
        step_exponent=3,
        heart_rates_bpm=(140, 0),
        latitudes_semicircles=(-2, NO_POSITION.item()),
        longitudes_semicircles=(5, NO_POSITION.item()),
    )
    data = b"\x01\x03\x03\x02" + b"\x8c\x00" + struct.pack("<4i", -2, 2**31 - 1, 5, 2**31 - 1)
    assert found.to_bytes() == data
    assert Signature.from_bytes(data) == found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01\x01\x03",
        b"\x02\x01\x03\x01\x8c",
        b"\x01\x00\x03\x01",
        b"\x01\x04\x03\x01\x8c",
        b"\x01\x01\x29\x01\x8c",
        b"\x01\x01\x03\x00",
        b"\x01\x01\x03\x41" + b"\x8c" * 65,
        b"\x01\x01\x03\x02\x8c",
        b"\x01\x01\x03\x01\x8c\x8c",
        b"\x01\x01\x03\x01\x0a",
        b"\x01\x01\x03\x01\xfb",
        b"\x01\x02\x03\x01" + struct.pack("<2i", 2**30 + 1, 0),
    ],
    ids=bytes.hex,
)
def test_bytes_that_are_no_signature_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="signature"):
        Signature.from_bytes(data)


@given(
    st.binary(max_size=600) | st.binary(max_size=80).map(lambda tail: b"\x01\x03\x06\x08" + tail)
)
def test_any_bytes_are_a_signature_or_refused(data: bytes) -> None:
    try:
        found = Signature.from_bytes(data)
    except ValueError:
        return
    assert found.to_bytes() == data
    assert matches(found, found) in {True, False}


def test_heart_rates_no_heart_has_are_left_out(make_recording: MakeRecording) -> None:
    recording = make_recording(HOUR_S, heart_rate_bpm=rate(1))
    spoilt = recording.streams[Stream.HEART_RATE_BPM].copy()
    spoilt[::5] = 0
    spoilt[::7] = 255
    spoilt[::11] = np.nan
    again = replace(recording, streams={Stream.HEART_RATE_BPM: spoilt})
    assert matches(signed(recording), signed(again))
