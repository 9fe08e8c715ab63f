"""Whatever happens to its bytes, a file gives recordings or an ImportFailure, and soon."""

from __future__ import annotations

import contextlib
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Recording, Warn
from bench.writers.fit import modern_run
from bench.writers.fit_messages import Field, FitWriter
from importers.contract import ImportFailure
from importers.fit import IMPORTER
from importers.fit.decode import Refused, decode

T0 = 1_000_000_000
RUN = modern_run(duration_s=120)
SMALL_CHANGES = st.lists(
    st.tuples(st.integers(0, len(RUN) - 1), st.integers(0, 255)), min_size=1, max_size=12
)


def read(data: bytes) -> list[Recording]:
    with contextlib.suppress(Refused):
        decode(data)
    try:
        recordings = list(IMPORTER.parse(data))
    except ImportFailure:
        return []
    assert recordings
    for each in recordings:
        assert (np.diff(each.elapsed_s) > 0).all()
        assert all(len(values) == each.samples for values in each.streams.values())
        assert each.counts.records >= each.samples
    return recordings


@settings(deadline=None, max_examples=150)
@given(SMALL_CHANGES)
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(RUN)
    for place, value in changes:
        data[place] = value
    read(bytes(data))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(RUN)), st.integers(0, len(RUN)), st.binary(max_size=40))
def test_bytes_cut_out_and_put_in(start: int, end: int, inserted: bytes) -> None:
    read(RUN[: min(start, end)] + inserted + RUN[max(start, end) :])


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300))
def test_any_messages_at_all(body: bytes) -> None:
    writer = FitWriter()
    writer.raw(body)
    read(writer.finish())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=30), st.binary())
def test_any_definition_of_a_record(fields: list[tuple[int, int]], body: bytes) -> None:
    writer = FitWriter()
    content = b"".join(bytes((number, size, number)) for number, size in fields)
    writer.raw(b"\x40\x00\x00\x14\x00" + bytes([len(fields)]) + content)
    size = 1 + sum(size for _, size in fields)
    writer.raw((b"\x00" + body * size)[:size] * 3)
    read(writer.finish())


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("junk", [b"\x1f", b"\x1f" * 37, bytes(range(16, 32)) * 5])
def test_messages_after_an_unreadable_stretch_are_read_again(
    junk: bytes,
    big_endian: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    writer = FitWriter(big_endian=big_endian)
    writer.put("file_id", type=4)
    writer.define(1, "record", (Field(3, "uint8"), Field(253, "uint32")))
    writer.define(2, "event", (Field(0, "enum"),))
    for second in range(200):
        if second == 120:
            writer.raw(junk)
        writer.write(1, 140, T0 + second)
        writer.write(2, 5)
    (recording,) = read(writer.finish())
    assert recording.elapsed_s.tolist() == list(range(200))
    assert {each.code for each in recording.warnings} >= {Warn.DAMAGED_MIDDLE}


def test_every_changed_message_header_costs_few_records() -> None:
    whole = decode(RUN).messages("record")
    for position in whole.positions[5:-5:9].tolist():
        for header in (0x1F, 0x00, 0x4F):
            data = bytearray(RUN)
            data[position] = header
            (recording,) = read(bytes(data))
            assert recording.counts.records > whole.count - 15
            assert 105 < recording.elapsed_s[-1] <= 120


def hostile() -> dict[str, bytes]:
    """Files that ask for more than they are worth: about 1 MB each."""
    nothing = FitWriter()
    nothing.define(0, "record", ())
    nothing.define(1, "record", ())
    nothing.raw(b"\x00\x01" * 500_000)
    moments = FitWriter()
    moments.define(0, "record", ())
    moments.define(1, "record", ())
    moments.raw(b"\x81\xa2" * 500_000)
    tiny = FitWriter()
    tiny.define(0, "record", (Field(3, "uint8"),))
    tiny.define(1, "record", (Field(253, "uint32"),))
    tiny.raw(b"\x00\x50\x01\x00\x00\x00\x20" * 150_000)
    definitions = FitWriter()
    for number in range(60_000):
        definitions.define(number % 16, number, (Field(number % 251, "uint8", 1 + number % 7),))
        definitions.raw(bytes([number % 16]) + bytes(1 + number % 7))
    wide = FitWriter()
    wide.define(0, "hr", [Field(number, "uint8", 255) for number in range(40)])
    wide.raw((b"\x00" + bytes(range(1, 256)) * 40) * 100)
    chained = FitWriter()
    chained.put("file_id", type=4)
    return {
        "messages of nothing": nothing.finish(),
        "moments of nothing": moments.finish(),
        "tiny messages": tiny.finish(),
        "definitions": definitions.finish(),
        "wide messages": wide.finish(),
        "chained files": chained.finish() * 30_000,
    }


@pytest.mark.parametrize("name", hostile())
def test_memory_stays_a_small_multiple_of_the_file(name: str) -> None:
    data = hostile()[name]
    tracemalloc.start()
    read(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * len(data) + 20_000_000
