"""FIT files: real ones, and generated ones of everything the format allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.fuzz.contract import Seed
from bench.fuzz.doors import file_door
from bench.fuzz.fit_bytes import RECORD, thinned
from bench.fuzz.fit_damage import FIT_DAMAGE
from bench.fuzz.real_files import real_files
from bench.writers.fit import modern_run
from bench.writers.fit_activity import records, session, started
from bench.writers.fit_messages import Field, FitWriter

T0: Final = 1_000_000_000
MOST_RECORDS: Final = 60
MOST_OTHERWISE: Final = 9


def seeds() -> Iterator[Seed]:
    """Every FIT seed."""
    for name, data in {**dict(_real()), **generated()}.items():
        yield Seed("fit", name, data, FIT_DAMAGE, file_door)


def generated() -> dict[str, bytes]:
    """Small files of each thing a FIT file may hold, by name."""
    return {
        "modern run.fit": modern_run(duration_s=90),
        "compressed times.fit": _compressed(),
        "compressed speed and distance.fit": _speed_and_distance(),
        "developer fields.fit": _developer(),
        "chained.fit": _pool(T0) + modern_run(duration_s=20) + _pool(T0 + 9000),
        "strap.fit": _strap(),
        "multisport.fit": _multisport(),
        "big endian.fit": _big_endian(),
        "summary only.fit": _summary(),
        "stops.fit": _stops(),
        "uptime.fit": _uptime(),
    }


def _real() -> Iterator[tuple[str, bytes]]:
    for name, data in real_files(".fit"):
        yield name, thinned(data, {RECORD: MOST_RECORDS}, MOST_OTHERWISE)


def _compressed() -> bytes:
    writer = started()
    writer.define(0, "event", (Field(253, "uint32"), Field(0, "enum"), Field(1, "enum")))
    writer.define(1, "record", (Field(3, "uint8"), Field(4, "uint8"), Field(5, "uint32")))
    writer.write(0, T0, 0, 0)
    for second in range(80):
        writer.write_compressed(1, (T0 + second) % 32, 140, 85, 300 * second)
    session(writer, T0, 80)
    return writer.finish()


def _speed_and_distance() -> bytes:
    writer = started()
    writer.define(0, "record", (Field(253, "uint32"), Field(8, "byte", 3), Field(3, "uint8")))
    for second in range(60):
        packed = 300 | ((48 * second & 0xFFF) << 12)
        writer.write(0, T0 + second, packed.to_bytes(3, "little"), 150)
    session(writer, T0, 60)
    return writer.finish()


def _developer() -> bytes:
    writer = started()
    writer.put("developer_data_id", application_id=bytes(range(16)), developer_data_index=0)
    for number, (name, units, base) in enumerate((("Power", "Watts", 0x84), ("Air", "kPa", 0x88))):
        writer.put(
            "field_description",
            developer_data_index=0,
            field_definition_number=number,
            fit_base_type_id=base,
            field_name=name,
            units=units,
            native_field_num=7 if number == 0 else None,
        )
    own = (Field(0, "uint16", developer=0), Field(1, "float32", developer=0))
    writer.define(3, "record", (Field(253, "uint32"), Field(3, "uint8"), *own))
    for second in range(50):
        writer.write(3, T0 + second, 150, 250, 98.5)
    session(writer, T0, 50)
    return writer.finish()


def _pool(start: int) -> bytes:
    writer = started()
    records(writer, range(start, start + 25), distance=4.0)
    session(writer, start, 25, sport=5, total_distance=100.0)
    return writer.finish()


def _strap() -> bytes:
    writer = started()
    writer.define(1, "hr", (Field(253, "uint32"), Field(9, "uint32"), Field(6, "uint8")))
    writer.define(2, "hr", (Field(10, "byte", 12), Field(6, "uint8", 8)))
    writer.write(1, T0, 5 * 1024, 120)
    for beat in range(5):
        writer.write(2, bytes(range(beat, beat + 12)), [120 + beat] * 8)
    for second in range(40):
        writer.put("record", timestamp=T0 + second, distance=2.0 * second)
    session(writer, T0, 40, sport=5)
    return writer.finish()


def _multisport() -> bytes:
    writer = started()
    for number, sport in enumerate((5, 3, 2, 3, 1)):
        start = T0 + 30 * number
        records(writer, range(start, start + 30), cadence=80, speed=3.0)
        writer.put("lap", 1, timestamp=start + 30, start_time=start, total_timer_time=30.0)
        session(writer, start, 30, sport=sport, total_distance=90.0, total_cycles=40)
    return writer.finish()


def _big_endian() -> bytes:
    writer = FitWriter(big_endian=True)
    writer.put("file_id", type=4, manufacturer=294, product=1)
    records(writer, range(T0, T0 + 60), cadence=85, position_lat=5 << 26, position_long=1 << 27)
    writer.put("activity", timestamp=T0 + 60, local_timestamp=T0 + 3660, num_sessions=1)
    session(writer, T0, 60, total_distance=180.0)
    return writer.finish()


def _summary() -> bytes:
    writer = started()
    session(writer, T0, 1800, total_distance=6000.0, total_cycles=2500, total_ascent=40)
    return writer.finish()


def _stops() -> bytes:
    writer = started()
    for number, kind in enumerate((1, 4, 8, 9)):
        start = T0 + 600 * number
        writer.put("event", 1, timestamp=start, event=0, event_type=0)
        records(writer, range(start, start + 20), speed=2.9, enhanced_altitude=400.0)
        writer.put("event", 1, timestamp=start + 20, event=0, event_type=kind)
    session(writer, T0, 1820, total_timer_time=80.0)
    return writer.finish()


def _uptime() -> bytes:
    writer = started()
    records(writer, range(500, 560))
    writer.put("activity", timestamp=560, local_timestamp=T0, num_sessions=1)
    session(writer, 500, 60)
    return writer.finish()
