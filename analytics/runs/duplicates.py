"""Which recordings are of the same activity, and which of them tells it best."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from analytics.recording import Device, Recording, Sport, Stream, Warn
from analytics.runs.signature import Signature, matches

FOOTPRINT_WINDOW_S: Final = 48 * 3600.0
"""Starts further apart than this never match, seconds. It is also the longest recording whose
overlap tells anything: a clock that jumped by weeks would swallow every run of those weeks (our
choice: longer than any run recorded in one go)."""

SAME_START_S: Final = 1.0
"""Starts of one device within this are one start: exports cut to whole seconds (our choice)."""

SHARED_TIME: Final = 0.5
"""More than this share of the shorter recording's time makes two recordings of one activity."""

HOUR_S: Final = 3600.0

LARGEST_SHIFT_HOURS: Final = 14
LARGEST_SHIFT_S: Final = LARGEST_SHIFT_HOURS * HOUR_S
"""No zone is further from UTC: a recording read in the wrong one is shifted by this at most."""

SHIFT_TOLERANCE_S: Final = 5.0
"""How far from whole hours a shift may be: a wrong zone moves all times alike, and what is left is
the first sample's delay and whole seconds. A second run of the day begins this close to whole hours
after the first once in 360 times (our choice)."""

SHIFTED_AGREEMENT: Final = 0.02
"""Durations and distances of shifted recordings differ by this share of the larger at most."""

RICHNESS_WEIGHTS: Final = {
    Stream.CADENCE_SPM: 8,
    Stream.HEART_RATE_BPM: 6,
    Stream.DISTANCE_M: 5,
    Stream.SPEED_M_S: 4,
    Stream.ALTITUDE_M: 2,
    Stream.POWER_W: 1,
    Stream.STEP_LENGTH_M: 1,
    Stream.VERTICAL_OSCILLATION_MM: 1,
    Stream.GROUND_CONTACT_TIME_MS: 1,
    Stream.GROUND_CONTACT_BALANCE_PERCENT: 1,
    Stream.TEMPERATURE_C: 0,
}
"""What a stream is worth to the metrics, steps above all (our choice)."""

POSITION_WEIGHT: Final = 5
DEVICE_STEPS_WEIGHT: Final = 4
DEVICE_DISTANCE_WEIGHT: Final = 2
DEVICE_TIMER_WEIGHT: Final = 2
SERIAL_WEIGHT: Final = 1
DAMAGE_WEIGHT: Final = 40
"""More than all streams together: part of a run is never better than the whole."""

DAMAGE: Final = frozenset({Warn.TRUNCATED, Warn.DAMAGED_MIDDLE, Warn.MALFORMED_XML})

SAMPLES_PER_POINT: Final = 1_000_000
"""The weights decide first, the number of samples between equals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """As much of a stored recording as tells it from another.

    Parameters
    ----------
    key
        Unique among an athlete's recordings.
    sport, started_s, elapsed_s
        What, when (seconds since the epoch, None when unknown) and how long, pauses included.
    device
        Who recorded.
    content, session_index
        SHA-256 of the file's bytes, decompressed, and which of its activities this is.
    richness
        As :func:`richness` of the recording.
    distance_m
        Metres, or None when unknown.
    signature
        As :func:`analytics.runs.signature.signature` of the recording, None without heart rate and
        track.
    preferred_s
        When the runner chose it, seconds since the epoch; None when never.
    bare
        Whether it has no samples: a summary alone.
    corrected
        Whether the runner has corrected what it says.
    """

    key: str
    sport: Sport
    started_s: float | None
    elapsed_s: float
    device: Device
    content: str
    session_index: int
    richness: int
    distance_m: float | None
    signature: Signature | None
    preferred_s: float | None
    bare: bool
    corrected: bool = False


def richness(recording: Recording) -> int:
    """How much a recording tells: more and better streams first, then more samples.

    Returns
    -------
    A number to compare with another recording's of the same activity; the higher tells more.
    """
    totals = recording.totals
    points = sum(RICHNESS_WEIGHTS[stream] for stream in recording.streams)
    points += POSITION_WEIGHT * recording.has_position
    points += DEVICE_STEPS_WEIGHT * (totals.steps is not None)
    points += DEVICE_DISTANCE_WEIGHT * (totals.distance_m is not None)
    points += DEVICE_TIMER_WEIGHT * (totals.timer_s is not None)
    points += SERIAL_WEIGHT * (recording.device.serial is not None)
    if any(warning.code in DAMAGE for warning in recording.warnings):
        points -= DAMAGE_WEIGHT
    return points * SAMPLES_PER_POINT + min(recording.samples, SAMPLES_PER_POINT - 1)


def same_run(a: Footprint, b: Footprint) -> bool:
    """Whether two recordings are of the same activity.

    They are when they are the same activity of the same bytes; when the same device, known by its
    serial number, started them at the same moment; when they are of the same sport and share more
    than half of the shorter one's time; or when they are of the same sport, whole hours apart, up
    to 14, with durations and distances within 2 % and signatures that match: one of them was read
    in a wrong zone. Two activities of one file never are, and one without a start only by its
    bytes.
    """
    if a.content == b.content:
        return a.session_index == b.session_index
    if a.started_s is None or b.started_s is None:
        return False
    one_device = a.device.serial is not None and a.device == b.device
    if one_device and abs(a.started_s - b.started_s) <= SAME_START_S:
        return True
    if a.sport is not b.sport:
        return False
    return _shared_s(a, b) > SHARED_TIME * min(a.elapsed_s, b.elapsed_s) or _shifted(a, b)


def groups(footprints: Iterable[Footprint]) -> list[list[Footprint]]:
    """Sort recordings into activities: the connected components of :func:`same_run`, but for two.

    A component never holds two activities of one file: where a third recording lies across both,
    it goes with the one it shares more time with. Nor does a bare recording join what others keep
    apart: a summary of an hour over two recordings of half an hour goes with the one it shares more
    time with, and both halves stand. Bare ones without a recording group among themselves.

    Parameters
    ----------
    footprints
        Of one athlete, in any order, each key once.

    Returns
    -------
    Every footprint in exactly one group, the winner of each group first, the groups by the time
    and content of their winner: the same whatever the order of the input, and whatever the keys
    where no two are the same activity of the same bytes.
    """
    ordered = sorted(footprints, key=_order)
    same = [(a, b) for a, b in candidate_pairs(ordered) if same_run(a, b)]
    members = {one.key: [one] for one in ordered}
    for a, b in sorted(same, key=_strength):
        first, second = members[a.key], members[b.key]
        if first is second or _share_a_file(first, second):
            continue
        if (a.bare or b.bare) and _sampled(first) and _sampled(second):
            continue
        first.extend(second)
        members.update((one.key, first) for one in second)
    found = {id(group): sorted(group, key=_rank) for group in members.values()}
    return sorted(found.values(), key=lambda group: _order(group[0]))


def winner(group: Sequence[Footprint]) -> Footprint:
    """The recording that counts: the runner's latest choice, else one they corrected.

    Else the one that tells most; of several that were corrected, too.

    By a total order: the input's order does not matter.

    Parameters
    ----------
    group
        At least one.
    """
    return min(group, key=_rank)


def candidate_pairs(footprints: Iterable[Footprint]) -> Iterator[tuple[Footprint, Footprint]]:
    """Every pair that may be of the same activity, and few others; each pair once or twice.

    Of the same bytes neighbours alone are paired. The number of pairs grows with the number of
    recordings and not with its square, as a runner is in few places at a time.
    """
    ordered = sorted(footprints, key=_order)
    by_bytes: dict[tuple[str, int], list[Footprint]] = {}
    for one in ordered:
        by_bytes.setdefault((one.content, one.session_index), []).append(one)
    for alike in by_bytes.values():
        yield from pairwise(alike)
    dated = [(one.started_s, one) for one in ordered if one.started_s is not None]
    running: list[Footprint] = []
    for start_s, one in dated:
        running = [other for other in running if _reaches(other, start_s)]
        yield from ((other, one) for other in running)
        running.append(one)
    signed = [(start_s, one) for start_s, one in dated if one.signature is not None]
    starts_s = [start_s for start_s, _ in signed]
    for start_s, one in signed:
        for hours in range(1, LARGEST_SHIFT_HOURS + 1):
            later_s = start_s + hours * HOUR_S
            place = bisect_left(starts_s, later_s - SHIFT_TOLERANCE_S)
            while place < len(signed) and starts_s[place] <= later_s + SHIFT_TOLERANCE_S:
                yield one, signed[place][1]
                place += 1


def _rank(one: Footprint) -> tuple[float, bool, int, str, int, str]:
    chosen_s = -math.inf if one.preferred_s is None else one.preferred_s
    return -chosen_s, not one.corrected, -one.richness, one.content, one.session_index, one.key


def _order(one: Footprint) -> tuple[bool, float, str, int, str]:
    # Keys come last: they may tell which of two was imported first.
    start_s = one.started_s
    return start_s is None, start_s or 0.0, one.content, one.session_index, one.key


def _shared_s(a: Footprint, b: Footprint) -> float:
    """Seconds that both ran; 0 where one is too long to tell."""
    if a.started_s is None or b.started_s is None:
        return 0.0
    if max(a.elapsed_s, b.elapsed_s) > FOOTPRINT_WINDOW_S:
        return 0.0
    start = max(a.started_s, b.started_s)
    end = min(a.started_s + a.elapsed_s, b.started_s + b.elapsed_s)
    return max(end - start, 0.0)


def _shifted(a: Footprint, b: Footprint) -> bool:
    """Whether one is the other read in another zone."""
    if a.started_s is None or b.started_s is None or a.signature is None or b.signature is None:
        return False
    apart_s = abs(a.started_s - b.started_s)
    hours = round(apart_s / HOUR_S)
    return (
        1 <= hours <= LARGEST_SHIFT_HOURS
        and abs(apart_s - hours * HOUR_S) <= SHIFT_TOLERANCE_S
        and _agree(a.elapsed_s, b.elapsed_s)
        and _agree(a.distance_m, b.distance_m)
        and matches(a.signature, b.signature)
    )


def _agree(a: float | None, b: float | None) -> bool:
    if a is None or b is None or min(a, b) <= 0:
        return False
    return abs(a - b) <= SHIFTED_AGREEMENT * max(a, b)


def _reaches(one: Footprint, moment_s: float) -> bool:
    length_s = min(one.elapsed_s, FOOTPRINT_WINDOW_S)
    return one.started_s is not None and one.started_s + max(length_s, SAME_START_S) >= moment_s


def _strength(
    pair: tuple[Footprint, Footprint],
) -> tuple[int, bool, float, tuple[str, int, str], tuple[str, int, str]]:
    """Recordings before bare ones; then the same bytes, then the more time they share."""
    a, b = pair
    first, second = sorted((one.content, one.session_index, one.key) for one in pair)
    return a.bare + b.bare, a.content != b.content, -_shared_s(a, b), first, second


def _sampled(group: Sequence[Footprint]) -> bool:
    return not all(one.bare for one in group)


def _share_a_file(first: Sequence[Footprint], second: Sequence[Footprint]) -> bool:
    indices = {one.content: one.session_index for one in first}
    return any(
        indices.get(other.content, other.session_index) != other.session_index for other in second
    )
