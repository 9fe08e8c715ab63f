"""Which recordings are of the same activity, and which of them tells it best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from analytics.recording import Device, Recording, Sport, Stream, Warn

footprint_window_s: Final = 48 * 3600.0
"""Starts further apart than this never match, seconds. It is also the longest recording whose
overlap tells anything: a clock that jumped by weeks would swallow every run of those weeks (our
choice: longer than any run recorded in one go)."""

SAME_START_S: Final = 1.0
"""Starts of one device within this are one start: exports cut to whole seconds (our choice)."""

SHARED_TIME: Final = 0.5
"""More than this share of the shorter recording's time makes two recordings of one activity."""

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
    serial number, started them at the same moment; or when they are of the same sport and share
    more than half of the shorter one's time. Two activities of one file never are, and one without
    a start only by its bytes.
    """
    if a.content == b.content:
        return a.session_index == b.session_index
    if a.started_s is None or b.started_s is None:
        return False
    one_device = a.device.serial is not None and a.device == b.device
    if one_device and abs(a.started_s - b.started_s) <= SAME_START_S:
        return True
    return a.sport is b.sport and _shared(a, b) > SHARED_TIME


def groups(footprints: Iterable[Footprint]) -> list[list[Footprint]]:
    """Sort recordings into activities: the connected components of :func:`same_run`.

    A component never holds two activities of one file: where a third recording lies across both,
    it goes with the one it shares more time with.

    Parameters
    ----------
    footprints
        Of one athlete, in any order, each key once.

    Returns
    -------
    Every footprint in exactly one group, the winner of each group first, the groups by the time
    and key of their winner: the same whatever the order of the input.
    """
    ordered = sorted(footprints, key=_order)
    members = {one.key: [one] for one in ordered}
    for a, b in sorted(_pairs(ordered), key=_strength):
        first, second = members[a.key], members[b.key]
        if first is second or _share_a_file(first, second):
            continue
        first.extend(second)
        members.update((one.key, first) for one in second)
    found = {id(group): sorted(group, key=_rank) for group in members.values()}
    return sorted(found.values(), key=lambda group: _order(group[0]))


def winner(group: Sequence[Footprint]) -> Footprint:
    """The recording that tells most, by a total order: the input's order does not matter.

    Parameters
    ----------
    group
        At least one.
    """
    return min(group, key=_rank)


def _rank(one: Footprint) -> tuple[int, str, int, str]:
    return -one.richness, one.content, one.session_index, one.key


def _order(one: Footprint) -> tuple[bool, float, str]:
    return one.started_s is None, one.started_s or 0.0, one.key


def _shared(a: Footprint, b: Footprint) -> float:
    """Share of the shorter one's time that both ran, 0 to 1."""
    if a.started_s is None or b.started_s is None:
        return 0.0
    shorter = min(a.elapsed_s, b.elapsed_s)
    if shorter <= 0 or max(a.elapsed_s, b.elapsed_s) > footprint_window_s:
        return 0.0
    start = max(a.started_s, b.started_s)
    end = min(a.started_s + a.elapsed_s, b.started_s + b.elapsed_s)
    return max(end - start, 0.0) / shorter


def _pairs(ordered: Sequence[Footprint]) -> Iterable[tuple[Footprint, Footprint]]:
    """Pairs of the same activity, found without comparing everything with everything."""
    by_bytes: dict[tuple[str, int], list[Footprint]] = {}
    for one in ordered:
        by_bytes.setdefault((one.content, one.session_index), []).append(one)
    for alike in by_bytes.values():
        yield from pairwise(alike)
    running: list[Footprint] = []
    for one in ordered:
        start_s = one.started_s
        if start_s is None:
            break
        running = [other for other in running if _reaches(other, start_s)]
        yield from ((other, one) for other in running if same_run(other, one))
        running.append(one)


def _reaches(one: Footprint, moment_s: float) -> bool:
    length_s = min(one.elapsed_s, footprint_window_s)
    return one.started_s is not None and one.started_s + max(length_s, SAME_START_S) >= moment_s


def _strength(pair: tuple[Footprint, Footprint]) -> tuple[bool, float, str, str]:
    """The surest pairs first: the same bytes, then the more of their time they share."""
    a, b = pair
    first, second = sorted((a.key, b.key))
    return a.content != b.content, -_shared(a, b), first, second


def _share_a_file(first: Sequence[Footprint], second: Sequence[Footprint]) -> bool:
    indices = {one.content: one.session_index for one in first}
    return any(
        indices.get(other.content, other.session_index) != other.session_index for other in second
    )
