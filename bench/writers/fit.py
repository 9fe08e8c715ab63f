"""A generated run as a modern watch writes it: 21 record fields and two developer fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.writers.fit_messages import Field, FitWriter

__all__ = ["Field", "FitWriter", "modern_run"]

EPOCH: Final = datetime(1989, 12, 31, tzinfo=UTC)
START: Final = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
RECORD: Final = 1

RECORD_FIELDS: Final = (
    Field(253, "uint32"),  # timestamp
    Field(0, "sint32"),  # position_lat
    Field(1, "sint32"),  # position_long
    Field(5, "uint32"),  # distance
    Field(29, "uint32"),  # accumulated_power
    Field(73, "uint32"),  # enhanced_speed
    Field(78, "uint32"),  # enhanced_altitude
    Field(7, "uint16"),  # power
    Field(39, "uint16"),  # vertical_oscillation
    Field(40, "uint16"),  # stance_time_percent
    Field(41, "uint16"),  # stance_time
    Field(83, "uint16"),  # vertical_ratio
    Field(84, "uint16"),  # stance_time_balance
    Field(85, "uint16"),  # step_length
    Field(9, "sint16"),  # grade
    Field(32, "sint16"),  # vertical_speed
    Field(3, "uint8"),  # heart_rate
    Field(4, "uint8"),  # cadence
    Field(42, "enum"),  # activity_type
    Field(53, "uint8"),  # fractional_cadence
    Field(13, "sint8"),  # temperature
    Field(0, "uint16", developer=0),  # Form Power
    Field(1, "float32", developer=0),  # Leg Spring Stiffness
)

EARTH_M: Final = 6_371_008.8
DEGREE: Final = 2**31 / 180
LATITUDE_DEG, LONGITUDE_DEG = 48.137, 11.575
LAP_M: Final = 1000.0


def modern_run(  # noqa: PLR0913 - a run has that many properties, all with defaults
    *,
    start: datetime = START,
    seed: int = 1,
    duration_s: int = 3600,
    speed_m_s: float = 3.0,
    cadence_spm: float = 170.0,
    utc_offset_s: int = 7200,
    serial: int = 3_400_000_001,
) -> bytes:
    """A run of one record a second, as a FIT file.

    Parameters
    ----------
    start
        Aware.
    seed
        Of the noise; runs of equal parameters are equal bytes.
    duration_s
        Timer and elapsed time; the file has ``duration_s + 1`` records.
    speed_m_s, cadence_spm
        Means; cadence counts steps of both feet.
    utc_offset_s
        Of the wall clock.
    serial
        Of the watch.
    """
    first = int((start - EPOCH).total_seconds())
    last = first + duration_s
    columns = _records(np.random.default_rng(seed), first, duration_s, speed_m_s, cadence_spm)
    distance_m = columns[3] / 100
    writer = FitWriter()
    writer.put(
        "file_id",
        serial_number=serial,
        time_created=first,
        manufacturer=1,
        product=3113,
        type=4,
    )
    writer.put("device_info", timestamp=first, device_index=0, serial_number=serial, manufacturer=1)
    _describe_developer_fields(writer)
    writer.put("event", timestamp=first, event=0, event_type=0)
    writer.put("sport", sport=1, sub_sport=0)
    writer.define(RECORD, "record", RECORD_FIELDS)
    marks = _lap_ends(distance_m)
    begin = 0
    for end in marks:
        writer.rows(RECORD, [column[begin:end] for column in columns])
        _lap(writer, first, begin, end, distance_m)
        begin = end
    writer.put("event", timestamp=last, event=0, event_type=4)
    writer.put(
        "session",
        timestamp=last,
        start_time=first,
        total_elapsed_time=float(duration_s),
        total_timer_time=float(duration_s),
        total_distance=float(distance_m[-1]),
        total_cycles=round(cadence_spm / 2 * duration_s / 60),
        sport=1,
        sub_sport=0,
        num_laps=len(marks),
    )
    writer.put(
        "activity",
        timestamp=last,
        total_timer_time=float(duration_s),
        local_timestamp=last + utc_offset_s,
        num_sessions=1,
        type=0,
    )
    return writer.finish()


def _describe_developer_fields(writer: FitWriter) -> None:
    writer.put("developer_data_id", application_id=bytes(range(16)), developer_data_index=0)
    described = (("Form Power", "Watts", 0x84), ("Leg Spring Stiffness", "kN/m", 0x88))
    for number, (name, units, base_type) in enumerate(described):
        writer.put(
            "field_description",
            developer_data_index=0,
            field_definition_number=number,
            fit_base_type_id=base_type,
            field_name=name,
            units=units,
        )


def _lap_ends(distance_m: NDArray[np.float64]) -> list[int]:
    """Record index after each whole kilometre, and the end."""
    kilometres = np.arange(LAP_M, distance_m[-1], LAP_M)
    ends = (np.searchsorted(distance_m, kilometres) + 1).tolist()
    return [end for end in ends if end < len(distance_m)] + [len(distance_m)]


def _lap(
    writer: FitWriter, first: int, begin: int, end: int, distance_m: NDArray[np.float64]
) -> None:
    from_m = distance_m[begin - 1] if begin else 0.0
    seconds = float(end - 1 - max(begin - 1, 0))
    writer.put(
        "lap",
        timestamp=first + end - 1,
        start_time=first + max(begin - 1, 0),
        total_elapsed_time=seconds,
        total_timer_time=seconds,
        total_distance=float(distance_m[end - 1] - from_m),
    )


def _records(
    random: np.random.Generator, first: int, duration_s: int, speed_m_s: float, cadence_spm: float
) -> list[NDArray[np.float64]]:
    """Stored values of the record fields, in the order of `RECORD_FIELDS`. ``[n]`` each."""
    count = duration_s + 1
    seconds = np.arange(count)

    def wander(mean: float, spread: float, calm: float = 30.0) -> NDArray[np.float64]:
        """Noise that drifts like a runner's, not like a coin's."""
        steps = random.normal(0.0, spread, count + int(4 * calm))
        kernel = np.exp(-np.arange(int(4 * calm) + 1) / calm)
        drift: NDArray[np.float64] = np.convolve(steps, kernel, "valid").astype(np.float64)
        return mean + drift / np.sqrt((kernel**2).sum())

    speed = np.maximum(wander(speed_m_s, 0.08 * speed_m_s), 0.3 * speed_m_s)
    distance = np.concatenate(([0.0], np.cumsum(speed[1:])))
    heading = np.cumsum(random.normal(0.0, 0.05, count))
    degrees_m = np.degrees(1 / EARTH_M)
    latitude = LATITUDE_DEG + np.cumsum(speed * np.cos(heading)) * degrees_m
    longitude = LONGITUDE_DEG + np.cumsum(speed * np.sin(heading)) * degrees_m / np.cos(
        np.radians(LATITUDE_DEG)
    )
    altitude = wander(520.0, 4.0, 120.0)
    climb = np.gradient(altitude) if count > 1 else np.zeros(count)
    cadence = np.maximum(wander(cadence_spm / 2, 1.2), 1.0)
    power = np.maximum(wander(speed_m_s * 85.0, 12.0), 0.0)
    warming = 1 - np.exp(-seconds / 240.0)
    stored = (
        first + seconds,
        latitude * DEGREE,
        longitude * DEGREE,
        distance * 100,
        np.cumsum(np.rint(power)),
        speed * 1000,
        (altitude + 500) * 5,
        power,
        wander(85.0, 3.0) * 10,
        wander(33.0, 0.7) * 100,
        wander(240.0, 5.0) * 10,
        wander(7.5, 0.3) * 100,
        wander(50.0, 0.4) * 100,
        speed * 60 / (2 * cadence) * 1000 * 10,
        np.clip(climb / speed * 100, -40, 40) * 100,
        climb * 1000,
        np.clip(95 + 60 * warming + wander(0.0, 3.0), 60, 200),
        np.floor(cadence),
        np.ones(count),
        np.floor(cadence % 1 * 2) * 64,
        wander(18.0, 0.6, 300.0),
        wander(70.0, 2.0),
    )
    return [*(np.rint(column) for column in stored), wander(10.0, 0.3)]
