"""The record messages of one session as streams and positions on a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import (
    NO_POSITION,
    SEMICIRCLES_TO_DEGREES,
    BoolArray,
    CadenceReading,
    Float32Array,
    Float64Array,
    Int32Array,
    RawCounts,
    Sport,
    Stream,
)
from importers.cadence import read_cadence
from importers.fit.clock import seconds_of
from importers.fit.decoding import Columns
from importers.fit.heart_rate import strap_heart_rate
from importers.timeline import Timeline

Rows = NDArray[np.intp]

SOURCES: Final = {
    Stream.DISTANCE_M: (("distance",), 1.0),
    Stream.SPEED_M_S: (("enhanced_speed", "speed"), 1.0),
    Stream.ALTITUDE_M: (("enhanced_altitude", "altitude"), 1.0),
    Stream.HEART_RATE_BPM: (("heart_rate",), 1.0),
    Stream.POWER_W: (("power",), 1.0),
    Stream.TEMPERATURE_C: (("temperature",), 1.0),
    Stream.STEP_LENGTH_M: (("step_length",), 1e-3),
    Stream.VERTICAL_OSCILLATION_MM: (("vertical_oscillation",), 1.0),
    Stream.GROUND_CONTACT_TIME_MS: (("stance_time",), 1.0),
    Stream.GROUND_CONTACT_BALANCE_PERCENT: (("stance_time_balance",), 1.0),
}
"""Record fields by stream, the preferred one first, and the factor to the stream's unit."""

ZERO_IS_MISSING: Final = frozenset(
    {
        Stream.HEART_RATE_BPM,
        Stream.STEP_LENGTH_M,
        Stream.VERTICAL_OSCILLATION_MM,
        Stream.GROUND_CONTACT_TIME_MS,
        Stream.GROUND_CONTACT_BALANCE_PERCENT,
    }
)
"""Sensors write 0 for these when they have nothing to tell."""

PLAUSIBLE: Final = {
    Stream.SPEED_M_S: (0.0, 60.0),
    Stream.ALTITUDE_M: (-600.0, 9000.0),
    # What the profile's own fields can hold; a damaged layout, or a developer, can hold anything.
    Stream.DISTANCE_M: (0.0, 2**32 / 100),
    Stream.HEART_RATE_BPM: (0.0, 255.0),
    Stream.POWER_W: (0.0, 65_535.0),
    Stream.TEMPERATURE_C: (-128.0, 127.0),
    Stream.STEP_LENGTH_M: (0.0, 6.5536),
    Stream.VERTICAL_OSCILLATION_MM: (0.0, 6553.6),
    Stream.GROUND_CONTACT_TIME_MS: (0.0, 6553.6),
    Stream.GROUND_CONTACT_BALANCE_PERCENT: (0.0, 655.36),
}
"""Least and most of each stream: what lies outside is no measurement."""

MOST_PER_MINUTE: Final = 256.0
QUARTER_TURN: Final = 2**30
"""90 degrees in semicircles."""


@dataclass(frozen=True, slots=True)
class Records:
    """The record messages of a file, read once. float64 ``[n]`` each, NaN where missing.

    ``cadence`` is the file's own cadence with its fraction, ``heart_rate`` the records' own;
    the stream of the heart rate has the strap's where the records have none. ``implausible`` is
    how many values of each record were no measurements and became NaN. int ``[n]``
    ``distance_so_far`` is the last known distance up to each record.
    """

    stamps: Float64Array
    cadence: Float64Array
    heart_rate: Float64Array
    latitude: Float64Array
    longitude: Float64Array
    streams: dict[Stream, Float64Array]
    implausible: NDArray[np.int64]
    distance_so_far: Float64Array

    def __len__(self) -> int:
        return len(self.stamps)


def read_records(record: Columns, hr: Columns) -> Records:
    """Read the columns a recording needs from the ``record`` and ``hr`` messages."""
    stamps, heart_rate = seconds_of(record, "timestamp"), record.numbers("heart_rate")
    streams: dict[Stream, Float64Array] = {}
    for stream, (names, factor) in SOURCES.items():
        values = _first_known(record, names)
        if not np.isnan(values).all():
            streams[stream] = values if factor == 1.0 else values * factor
    if hr.count and np.isnan(heart_rate).any():
        streams[Stream.HEART_RATE_BPM] = np.where(
            np.isnan(heart_rate), strap_heart_rate(hr, stamps), heart_rate
        )
    implausible = np.zeros(len(stamps), np.int64)
    for stream, (least, most) in PLAUSIBLE.items():
        if stream in streams:
            implausible += _blank(streams[stream], least, most)
    cadence = record.numbers("cadence")
    implausible += _blank(cadence, 0.0, MOST_PER_MINUTE)
    fraction = record.numbers("fractional_cadence")
    _blank(fraction, 0.0, 1.0)
    return Records(
        stamps=stamps,
        cadence=cadence + np.nan_to_num(fraction),
        heart_rate=heart_rate,
        latitude=record.numbers("position_lat"),
        longitude=record.numbers("position_long"),
        streams=streams,
        implausible=implausible,
        distance_so_far=_last_known(streams.get(Stream.DISTANCE_M, np.empty(0))),
    )


def cadence_of(records: Records, mine: Rows, sport: Sport) -> CadenceReading | None:
    """How the cadence of some of the records is to be understood; None when they have none."""
    raw = records.cadence[mine]
    if np.isnan(raw).all():
        return None
    speed = records.streams.get(Stream.SPEED_M_S)
    return read_cadence(raw, None if speed is None else speed[mine], sport)


def count(records: Records, mine: Rows, cadence: CadenceReading | None) -> RawCounts:
    """Count what the file's own records of one activity hold."""
    raw = records.cadence[mine]
    return RawCounts(
        records=len(mine),
        # A whole cadence of 0 is standing, whatever its fraction says.
        cadence_sum_per_leg=(
            None if cadence is None else float(np.nansum(raw[raw >= 1])) * cadence.factor / 2
        ),
        with_cadence=int(np.count_nonzero(~np.isnan(raw))),
        with_heart_rate=int(np.count_nonzero(~np.isnan(records.heart_rate[mine]))),
        with_position=int(
            np.count_nonzero(~np.isnan(records.latitude[mine]) & ~np.isnan(records.longitude[mine]))
        ),
    )


def streams_of(
    records: Records,
    kept: Rows,
    line: Timeline,
    cadence: CadenceReading | None,
    base_distance_m: float,
) -> dict[Stream, Float32Array]:
    """Streams of the records that are ``kept`` that have any value, on their timeline, in SI."""
    streams: dict[Stream, Float32Array] = {}
    for stream, values in records.streams.items():
        merged = line.merge(values[kept])
        if stream in ZERO_IS_MISSING:
            merged = np.where(merged == 0, np.nan, merged)
        if stream is Stream.DISTANCE_M:
            merged = merged - base_distance_m
        streams[stream] = merged.astype(np.float32)
    if cadence is not None:
        steps = line.merge(records.cadence[kept]) * cadence.factor
        streams[Stream.CADENCE_SPM] = steps.astype(np.float32)
    return {name: values for name, values in streams.items() if not np.isnan(values).all()}


def positions_of(records: Records, kept: Rows, line: Timeline) -> tuple[Int32Array, Int32Array]:
    """Latitude and longitude of the records that are kept, in semicircles.

    Both are empty when no record has a position. Exactly 0, 0 is no position: receivers write
    it before their first fix.
    """
    latitude, longitude = line.merge(records.latitude[kept]), line.merge(records.longitude[kept])
    known = (np.abs(latitude) <= QUARTER_TURN) & (np.abs(longitude) <= 2 * QUARTER_TURN)
    known &= (latitude != 0) | (longitude != 0)
    if not known.any():
        return np.empty(0, np.int32), np.empty(0, np.int32)
    return _semicircles(latitude, known), _semicircles(longitude, known)


def first_position_deg(latitude: Int32Array, longitude: Int32Array) -> tuple[float, float] | None:
    """The first position, in degrees; None without any."""
    known = np.flatnonzero(latitude != NO_POSITION)
    if not len(known):
        return None
    first = known[0]
    return (
        float(latitude[first]) * SEMICIRCLES_TO_DEGREES,
        float(longitude[first]) * SEMICIRCLES_TO_DEGREES,
    )


def _semicircles(values: Float64Array, known: BoolArray) -> Int32Array:
    return np.where(known, values, NO_POSITION).clip(-(2**31), NO_POSITION).astype(np.int32)


def _first_known(record: Columns, names: Sequence[str]) -> Float64Array:
    """The first field, filled with the next ones where it is missing."""
    values = record.numbers(names[0])
    for name in names[1:]:
        if np.isnan(values).any():
            values = np.where(np.isnan(values), record.numbers(name), values)
    return values


def _last_known(values: Float64Array) -> Float64Array:
    latest = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return values[latest]


def _blank(values: Float64Array, least: float, most: float) -> BoolArray:
    """Make NaN, in place, what lies outside; returns where that was. ``[n]``."""
    bad = (values < least) | (values > most)
    values[bad] = np.nan
    return bad
