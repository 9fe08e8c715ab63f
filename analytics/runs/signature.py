"""A few hundred bytes of a recording by which a copy with a wrong clock is known again.

Times since the start are compared, never times of day: the same recording read in another zone is
the same to the second, another run on the same route is not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import (
    NO_POSITION,
    BoolArray,
    Float64Array,
    Int32Array,
    Recording,
    Stream,
)
from analytics.runs.metrics import HEART_RATES_BPM
from analytics.runs.positions import SEMICIRCLES_TO_METRES, SEMICIRCLES_TO_RADIANS
from analytics.runs.sums import sum_of_products

MOST_POINTS: Final = 64
"""Points of a signature; a recording of more than a minute has 32 or more of them (our choice)."""

LONGEST_GAP_S: Final = 60.0
"""A point is not known where the samples around it are further apart (our choice: smart recording
leaves shorter gaps)."""

LEAST_COMMON_POINTS: Final = 20
"""Fewer common points prove nothing (our choice)."""

HEART_RATE_AGREEMENT_BPM: Final = 5.0
"""Mean difference of one heart seen by two devices, or by one and a clock some seconds off, at most
(our choice)."""

HEART_RATE_CHANGE_BPM: Final = 1.0
"""Where the rate changes less than this from point to point, as a standard deviation, it tells one
run from another no more than its level does (our choice: rounding alone makes 0.4)."""

HEART_RATE_CORRELATION: Final = 0.7
"""Least correlation of the ranks of the changes. A warm-up is one big change and one rank, so the
runs of one person do not agree by all beginning alike (our choice: 20 unrelated changes reach it
in one of a thousand cases)."""

TRACK_AGREEMENT_M: Final = 30.0
"""Median distance at the same second at most (our choice: 5 s of a fast runner and the error of two
receivers; the same 10 km again, half a percent faster, is 25 m away)."""

TRACK_SPREAD_M: Final = 40.0
"""A track that stays within this of its middle does not move (our choice: below a stadium)."""

TRACK_SHARE: Final = 0.25
"""And the median distance at most this share of the spread: everything on a stadium is near."""

NO_HEART_RATE: Final = 0
VERSION: Final = 1
LONGEST_STEP_EXPONENT: Final = 40
POLE_SEMICIRCLES: Final = 2**30

_HEADER: Final = struct.Struct("<BBBB")
_HAS_HEART_RATE: Final = 1
_HAS_TRACK: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Heart rate and position every ``2 ** step_exponent`` seconds from the start.

    Parameters
    ----------
    step_exponent
        0 to 40.
    heart_rates_bpm
        1 to 64 whole beats per minute, ``NO_HEART_RATE`` where not known; empty without any.
    latitudes_semicircles, longitudes_semicircles
        As many, both ``NO_POSITION`` where not known; empty without any.
    """

    step_exponent: int
    heart_rates_bpm: tuple[int, ...]
    latitudes_semicircles: tuple[int, ...]
    longitudes_semicircles: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """At most 580 bytes, the same for equal signatures."""
        points = len(self.heart_rates_bpm) or len(self.latitudes_semicircles)
        channels = _HAS_HEART_RATE * bool(self.heart_rates_bpm)
        channels |= _HAS_TRACK * bool(self.latitudes_semicircles)
        return b"".join(
            (
                _HEADER.pack(VERSION, channels, self.step_exponent, points),
                bytes(self.heart_rates_bpm),
                np.array(self.latitudes_semicircles, "<i4").tobytes(),
                np.array(self.longitudes_semicircles, "<i4").tobytes(),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Signature:
        """Read what :meth:`to_bytes` wrote.

        Raises
        ------
        ValueError
            The bytes are no signature, or one of another version.
        """
        if len(data) < _HEADER.size:
            raise ValueError("too short for a signature")
        version, channels, step_exponent, points = _HEADER.unpack_from(data)
        if version != VERSION:
            raise ValueError(f"a signature of version {version}")
        if channels not in {_HAS_HEART_RATE, _HAS_TRACK, _HAS_HEART_RATE | _HAS_TRACK}:
            raise ValueError(f"a signature with channels {channels}")
        if step_exponent > LONGEST_STEP_EXPONENT or not 1 <= points <= MOST_POINTS:
            raise ValueError(f"a signature of {points} points, 2**{step_exponent} s apart")
        rates = points if channels & _HAS_HEART_RATE else 0
        positions = points if channels & _HAS_TRACK else 0
        if len(data) != _HEADER.size + rates + 2 * 4 * positions:
            raise ValueError("a signature of another length than it says")
        read = _HEADER.size + rates
        found = cls(
            step_exponent=step_exponent,
            heart_rates_bpm=tuple(data[_HEADER.size : read]),
            latitudes_semicircles=_int32s(data[read : read + 4 * positions]),
            longitudes_semicircles=_int32s(data[read + 4 * positions :]),
        )
        lowest, highest = HEART_RATES_BPM
        if not all(
            rate == NO_HEART_RATE or lowest <= rate <= highest for rate in found.heart_rates_bpm
        ):
            raise ValueError("a signature with a heart rate that cannot be")
        if not all(
            latitude == NO_POSITION or abs(latitude) <= POLE_SEMICIRCLES
            for latitude in found.latitudes_semicircles
        ):
            raise ValueError("a signature with a latitude that cannot be")
        return found


def signature(recording: Recording) -> Signature | None:
    """The signature of a recording; None when it has neither heart rate nor track.

    Parameters
    ----------
    recording
        As an importer made it. The points lie whole steps from its start, the steps the shortest
        power of two that leaves at most 64: a copy that ends a little later has the same ones, or
        every other.
    """
    if recording.samples == 0 or recording.elapsed_s[-1] < 0:
        return None
    last_s = float(recording.elapsed_s[-1])
    exponent = 0
    while last_s >= MOST_POINTS * 2**exponent:
        exponent += 1
    moments = np.arange(int(last_s // 2**exponent) + 1, dtype=np.float64) * 2.0**exponent
    rates = _heart_rates(recording, moments)
    latitudes, longitudes = _track(recording, moments)
    if exponent > LONGEST_STEP_EXPONENT or not (rates or latitudes):
        return None
    return Signature(
        step_exponent=exponent,
        heart_rates_bpm=rates,
        latitudes_semicircles=latitudes,
        longitudes_semicircles=longitudes,
    )


def matches(a: Signature, b: Signature) -> bool:
    """Whether two signatures are of one recording, or of two of the same run.

    Heart rates and tracks are compared at the same second. Each that both have and that can tell
    must match, for a track alone can be run twice a day at one pace; one must be able to tell.

    Returns
    -------
    The same for (a, b) and (b, a).
    """
    exponent = max(a.step_exponent, b.step_exponent)
    first, second = _thinned(a, exponent), _thinned(b, exponent)
    verdicts = [_heart_rates_match(first, second), _tracks_match(first, second)]
    return True in verdicts and False not in verdicts


def _int32s(data: bytes) -> tuple[int, ...]:
    return tuple(np.frombuffer(data, "<i4").tolist())


def _heart_rates(recording: Recording, moments_s: Float64Array) -> tuple[int, ...]:
    stream = recording.streams.get(Stream.HEART_RATE_BPM)
    if stream is None:
        return ()
    lowest, highest = HEART_RATES_BPM
    known = (stream >= lowest) & (stream <= highest)
    at_s = recording.elapsed_s[known]
    there = _known_around(at_s, moments_s)
    if not there.any():
        return ()
    rates = np.interp(moments_s, at_s, stream[known].astype(np.float64))
    return tuple(np.where(there, np.rint(rates), NO_HEART_RATE).astype(np.int64).tolist())


def _track(
    recording: Recording, moments_s: Float64Array
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if not recording.has_position:
        return (), ()
    latitude = recording.latitude_semicircles.astype(np.int64)
    longitude = recording.longitude_semicircles.astype(np.int64)
    known = (longitude != NO_POSITION) & (np.abs(latitude) <= POLE_SEMICIRCLES)
    at_s = recording.elapsed_s[known]
    there = _known_around(at_s, moments_s)
    if not there.any():
        return (), ()
    # Over the date line and on, not back around the Earth.
    unwrapped = np.unwrap(longitude[known].astype(np.float64), period=2.0**32)
    return (
        _placed(np.interp(moments_s, at_s, latitude[known].astype(np.float64)), there),
        _placed(np.interp(moments_s, at_s, unwrapped), there),
    )


def _placed(semicircles: Float64Array, there: BoolArray) -> tuple[int, ...]:
    # By way of int64, which wraps around at the date line.
    wrapped = np.rint(semicircles).astype(np.int64).astype(np.int32)
    return tuple(np.where(there, wrapped, NO_POSITION).tolist())


def _known_around(at_s: Float64Array, moments_s: Float64Array) -> BoolArray:
    """Whether each moment lies on a sample or between two that are near to each other."""
    if len(at_s) == 0:
        return np.zeros(len(moments_s), np.bool_)
    before = np.searchsorted(at_s, moments_s, "right") - 1
    after = np.searchsorted(at_s, moments_s, "left")
    inside = (before >= 0) & (after < len(at_s))
    gap_s = at_s[np.minimum(after, len(at_s) - 1)] - at_s[np.maximum(before, 0)]
    return inside & (gap_s <= LONGEST_GAP_S)


def _thinned(one: Signature, step_exponent: int) -> Signature:
    every = 2 ** (step_exponent - one.step_exponent)
    return Signature(
        step_exponent=step_exponent,
        heart_rates_bpm=one.heart_rates_bpm[::every],
        latitudes_semicircles=one.latitudes_semicircles[::every],
        longitudes_semicircles=one.longitudes_semicircles[::every],
    )


def _heart_rates_match(a: Signature, b: Signature) -> bool | None:
    """None when the heart rates cannot tell: too few in common, or hardly changing."""
    points = min(len(a.heart_rates_bpm), len(b.heart_rates_bpm))
    first = np.array(a.heart_rates_bpm[:points], np.int64)
    second = np.array(b.heart_rates_bpm[:points], np.int64)
    common = (first != NO_HEART_RATE) & (second != NO_HEART_RATE)
    if np.count_nonzero(common) < LEAST_COMMON_POINTS:
        return None
    first, second = first[common], second[common]
    if np.abs(first - second).mean() > HEART_RATE_AGREEMENT_BPM:
        return False
    changes = np.diff(first), np.diff(second)
    if min(change.std() for change in changes) < HEART_RATE_CHANGE_BPM:
        return None
    x, y = (_centred_ranks(change) for change in changes)
    correlation = sum_of_products(x, y) / np.sqrt(sum_of_products(x, x) * sum_of_products(y, y))
    return bool(correlation >= HEART_RATE_CORRELATION)


def _centred_ranks(values: NDArray[np.int64]) -> Float64Array:
    """Ranks from lowest to highest less their mean, equal values on one rank."""
    ranks = np.unique(values, return_inverse=True)[1].astype(np.float64)
    return ranks - ranks.mean()


def _tracks_match(a: Signature, b: Signature) -> bool | None:
    """None when the tracks cannot tell: too few points in common, or not moving."""
    points = min(len(a.latitudes_semicircles), len(b.latitudes_semicircles))
    latitudes = [np.array(one.latitudes_semicircles[:points], np.int32) for one in (a, b)]
    longitudes = [np.array(one.longitudes_semicircles[:points], np.int32) for one in (a, b)]
    common = (latitudes[0] != NO_POSITION) & (latitudes[1] != NO_POSITION)
    if np.count_nonzero(common) < LEAST_COMMON_POINTS:
        return None
    first, second = (
        (latitude[common], longitude[common])
        for latitude, longitude in zip(latitudes, longitudes, strict=True)
    )
    spread_m = min(_spread_m(*first), _spread_m(*second))
    if spread_m < TRACK_SPREAD_M:
        return None
    apart_m = float(np.median(_apart_m(first[0], first[1], second[0], second[1])))
    return apart_m <= min(TRACK_AGREEMENT_M, TRACK_SHARE * spread_m)


def _spread_m(latitude: Int32Array, longitude: Int32Array) -> float:
    """Median distance from the middle of the track's points."""
    # Counted from the first point, so that the date line lies nowhere within the track.
    north = np.median(latitude - latitude[:1]).astype(np.int32)
    east = np.median(longitude - longitude[:1]).astype(np.int32)
    away_m = _apart_m(latitude, longitude, latitude[:1] + north, longitude[:1] + east)
    return float(np.median(away_m))


def _apart_m(
    latitude: Int32Array,
    longitude: Int32Array,
    other_latitude: Int32Array,
    other_longitude: Int32Array,
) -> Float64Array:
    # Differences of int32 wrap around at the date line, as the Earth does.
    north = (latitude - other_latitude).astype(np.float64)
    east = (longitude - other_longitude).astype(np.float64)
    between = (latitude.astype(np.float64) + other_latitude) / 2
    return np.hypot(north, east * np.cos(between * SEMICIRCLES_TO_RADIANS)) * SEMICIRCLES_TO_METRES
