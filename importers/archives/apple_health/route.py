"""A workout and its route as one recording: where it went from the one, what it was from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from analytics.recording import (
    NO_POSITION,
    BoolArray,
    DeviceTotals,
    Float32Array,
    Float64Array,
    Int32Array,
    Pause,
    RawCounts,
    Recording,
    RecordingWarning,
    Sport,
    Stream,
    Warn,
)
from importers.archives.apple_health.tallies import HeartRates
from importers.archives.apple_health.workout import Workout
from importers.archives.listing import summary
from importers.dates import moment
from importers.pauses import merged

HELD_S: Final = 10.0
"""How long a heart rate holds until the next: watches sample every five seconds in a workout."""

_FROM_ROUTE: Final = (Stream.ALTITUDE_M, Stream.SPEED_M_S)


def joined(
    workout: Workout,
    totals: DeviceTotals,
    routes: Sequence[Recording],
    heart_rates: HeartRates | None,
) -> Recording:
    """Make the workout's recording.

    Parameters
    ----------
    workout, totals
        What it was and its sums.
    routes
        Its routes, as GPX recordings; those of another time are left out.
    heart_rates
        Of the workout, or None.
    """
    alone = summary(
        sport=workout.sport,
        sub_sport=workout.sub_sport,
        start_s=workout.start_s,
        totals=totals,
        zone=workout.zone,
        device=workout.device,
    )
    alone = replace(alone, pauses=workout.pauses)
    own = sorted(
        ((_start_s(route), route) for route in routes if _is_of(route, workout)),
        key=lambda pair: pair[0],
    )
    # A workout whose date cannot be is not dated by a route of that time.
    if own and alone.started_at is not None:
        return _with_routes(alone, workout, own, heart_rates)
    return alone if heart_rates is None else _with_heart_rates(alone, heart_rates)


def _start_s(route: Recording) -> float:
    return route.started_at.timestamp() if route.started_at else np.nan


def _is_of(route: Recording, workout: Workout) -> bool:
    if route.started_at is None or not route.samples:
        return False
    start_s = _start_s(route)
    return start_s <= workout.end_s and start_s + route.elapsed_s[-1] >= workout.start_s


def _with_routes(
    alone: Recording,
    workout: Workout,
    routes: Sequence[tuple[float, Recording]],
    heart_rates: HeartRates | None,
) -> Recording:
    # A receiver that had a fix before the start counts from there, as in every format.
    begin_s = min(workout.start_s, routes[0][0])
    later_s = workout.start_s - begin_s
    times: list[Float64Array] = []
    parts: list[tuple[Recording, BoolArray]] = []
    until_s = -np.inf
    for start_s, route in routes:
        own_s = route.elapsed_s + (start_s - begin_s)
        new = own_s > until_s
        until_s = max(until_s, own_s[-1])
        times.append(own_s[new])
        parts.append((route, new))
    seconds = np.concatenate(times)
    latitudes = np.concatenate([_circles(one.latitude_semicircles, new) for one, new in parts])
    longitudes = np.concatenate([_circles(one.longitude_semicircles, new) for one, new in parts])
    streams = {
        stream: np.concatenate([_values(one, stream, new) for one, new in parts])
        for stream in _FROM_ROUTE
    }
    if heart_rates is not None:
        streams[Stream.HEART_RATE_BPM] = _held(
            HeartRates(heart_rates.seconds + later_s, heart_rates.beats_per_minute), seconds
        )
    placed = latitudes != NO_POSITION
    first = routes[0][1]
    return replace(
        alone,
        started_at=moment(begin_s),
        zone=first.zone or alone.zone,
        elapsed_s=seconds,
        latitude_semicircles=latitudes if placed.any() else latitudes[:0],
        longitude_semicircles=longitudes if placed.any() else longitudes[:0],
        streams={name: values for name, values in streams.items() if np.isfinite(values).any()},
        pauses=_pauses(alone, later_s, routes, begin_s),
        counts=RawCounts(
            records=sum(route.counts.records for _, route in routes),
            with_heart_rate=0 if heart_rates is None else len(heart_rates.seconds),
            with_position=sum(route.counts.with_position for _, route in routes),
        ),
        warnings=_warnings(alone.sport, [route for _, route in routes]),
    )


def _circles(circles: Int32Array, kept: BoolArray) -> Int32Array:
    if not len(circles):
        return np.full(int(kept.sum()), NO_POSITION, np.int32)
    return circles[kept]


def _values(route: Recording, stream: Stream, kept: BoolArray) -> Float32Array:
    values = route.streams.get(stream)
    return np.full(int(kept.sum()), np.nan, np.float32) if values is None else values[kept]


def _held(heart_rates: HeartRates, seconds: Float64Array) -> Float32Array:
    """Heart rate at each of ``seconds``: the last one before, if it is not too old."""
    last = np.searchsorted(heart_rates.seconds, seconds, side="right") - 1
    known = last >= 0
    known &= seconds - heart_rates.seconds[np.maximum(last, 0)] <= HELD_S
    held = heart_rates.beats_per_minute[np.maximum(last, 0)]
    return np.where(known, held, np.float32(np.nan)).astype(np.float32)


def _pauses(
    alone: Recording, later_s: float, routes: Sequence[tuple[float, Recording]], begin_s: float
) -> tuple[Pause, ...]:
    """Workout's own pauses; without any, those that show in the routes."""
    if alone.pauses:
        return tuple(Pause(one.start_s + later_s, one.end_s + later_s) for one in alone.pauses)
    return merged(
        [
            Pause(one.start_s + start_s - begin_s, one.end_s + start_s - begin_s)
            for start_s, route in routes
            for one in route.pauses
        ]
    )


def _warnings(sport: Sport, routes: Sequence[Recording]) -> tuple[RecordingWarning, ...]:
    found: dict[Warn, int] = {}
    for route in routes:
        for warning in route.warnings:
            if warning.code is not Warn.UNKNOWN_SPORT:
                found[warning.code] = found.get(warning.code, 0) + warning.count
    if sport is Sport.UNKNOWN:
        found[Warn.UNKNOWN_SPORT] = 0
    return tuple(RecordingWarning(code, count) for code, count in found.items())


def _with_heart_rates(alone: Recording, heart_rates: HeartRates) -> Recording:
    return replace(
        alone,
        elapsed_s=heart_rates.seconds,
        streams={Stream.HEART_RATE_BPM: heart_rates.beats_per_minute},
        counts=RawCounts(
            records=len(heart_rates.seconds), with_heart_rate=len(heart_rates.seconds)
        ),
        warnings=tuple(one for one in alone.warnings if one.code is not Warn.NO_RECORDS),
    )
