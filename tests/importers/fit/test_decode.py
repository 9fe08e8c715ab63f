"""Files made field by field: every part of the format reads as it was written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from analytics.recording import Warn
from bench.writers.fit import modern_run
from bench.writers.fit_messages import Field, FitWriter, invalid
from importers.fit.decode import Decoded, Refused, decode
from importers.fit.verify import Difference, verify

T0 = 1_000_000_000
TIMESTAMP = Field(253, "uint32")
HEART_RATE = Field(3, "uint8")
SPEED = Field(6, "uint16")
DISTANCE = Field(5, "uint32")
LATITUDE = Field(0, "sint32")
RECORD = (TIMESTAMP, HEART_RATE, SPEED, LATITUDE)


def column(data: bytes, name: str, message: str = "record") -> list[float]:
    return decode(data).messages(message).numbers(name).tolist()


def warned(data: bytes) -> set[Warn]:
    return set(decode(data).warnings)


def simple(writer: FitWriter, beats: Sequence[int] = (120, 121, 122)) -> FitWriter:
    writer.put("file_id", type=4)
    writer.define(1, "record", RECORD)
    for second, beat in enumerate(beats):
        writer.write(1, T0 + second, beat, 2500 + second, -1000 - second)
    return writer


def same_columns(one: Decoded, other: Decoded) -> None:
    assert one.numbers_of_messages() == other.numbers_of_messages()
    for number in one.numbers_of_messages():
        mine, theirs = (each.messages_numbered(number).columns() for each in (one, other))
        assert mine.keys() == theirs.keys()
        for name, values in mine.items():
            np.testing.assert_array_equal(values, theirs[name])


def test_scales_numbers_to_the_units_of_the_profile() -> None:
    data = simple(FitWriter()).finish()
    assert column(data, "timestamp") == [T0, T0 + 1, T0 + 2]
    assert column(data, "heart_rate") == [120, 121, 122]
    assert column(data, "speed") == [2.5, 2.501, 2.502]
    assert column(data, "position_lat") == [-1000, -1001, -1002]
    assert warned(data) == set()


def test_byte_order_does_not_matter() -> None:
    little = decode(simple(FitWriter()).finish())
    same_columns(little, decode(simple(FitWriter(big_endian=True)).finish()))


def test_the_long_way_and_the_run_of_equal_headers_read_the_same() -> None:
    beats = [60 + index % 120 for index in range(1000)]
    plain = column(simple(FitWriter(), beats).finish(), "heart_rate")
    broken_up = FitWriter()
    broken_up.put("file_id", type=4)
    broken_up.define(1, "record", RECORD)
    broken_up.define(2, "event", (Field(1, "enum"),))
    for second, beat in enumerate(beats):
        broken_up.write(1, T0 + second, beat, 2500 + second, -1000 - second)
        if second % 7 == 0 or second > 980:
            broken_up.write(2, 3)
    assert plain == beats
    assert column(broken_up.finish(), "heart_rate") == beats


@pytest.mark.parametrize(
    "kind",
    [
        *("enum", "sint8", "uint8", "sint16", "uint16", "sint32", "uint32", "sint64", "uint64"),
        *("uint8z", "uint16z", "uint32z", "uint64z", "float32", "float64", "byte"),
    ],
)
@pytest.mark.parametrize("big_endian", [False, True])
def test_every_base_type_has_values_and_an_invalid_one(kind: str, big_endian: bool) -> None:  # noqa: FBT001 - a parameter of the test
    writer = FitWriter(big_endian=big_endian)
    writer.define(0, 0xFF00, (Field(9, kind),))
    writer.write(0, 101)
    writer.write(0, None)
    writer.write(0, 3)
    values = decode(writer.finish()).messages_numbered(0xFF00).numbers("unknown_9")
    np.testing.assert_array_equal(values, [101, np.nan, 3])


def test_reads_strings_up_to_their_end() -> None:
    writer = FitWriter()
    writer.define(0, "file_id", (Field(8, "string", 16),))
    writer.write(0, "Läufer")
    writer.write(0, "")
    writer.write(0, b"sixteen letters!")
    writer.write(0, b"a\0b")
    texts = decode(writer.finish()).messages("file_id").texts("product_name")
    assert texts == ["Läufer", None, "sixteen letters!", "a"]


def test_reads_arrays_whole_and_their_first_value_as_a_number() -> None:
    writer = FitWriter()
    writer.define(0, "hr", (Field(6, "uint8", 3),))
    writer.write(0, (100, 101, None))
    messages = decode(writer.finish()).messages("hr")
    np.testing.assert_array_equal(messages.arrays("filtered_bpm"), [[100, 101, np.nan]])
    assert messages.numbers("filtered_bpm").tolist() == [100]


def test_a_size_below_the_base_type_is_a_narrower_number() -> None:
    # COROS writes the 4-byte data of an event in 1 byte.
    writer = FitWriter()
    writer.define(0, "event", (Field(3, "uint32", size=1), Field(1, "enum")))
    writer.write(0, b"\x07", 4)
    writer.write(0, b"\xff", 0)
    np.testing.assert_array_equal(column(writer.finish(), "data", "event"), [7, np.nan])
    assert column(writer.finish(), "event_type", "event") == [4, 0]


def test_an_odd_size_moves_no_other_field() -> None:
    writer = FitWriter()
    writer.define(0, "record", (TIMESTAMP, Field(5, "uint32", size=7), HEART_RATE))
    writer.write(0, T0, bytes(7), 99)
    assert column(writer.finish(), "heart_rate") == [99]


def test_fields_of_no_bytes_have_no_values() -> None:
    writer = FitWriter()
    writer.define(0, "record", (Field(5, "uint32", 0), Field(200, "string", 0), HEART_RATE))
    writer.write(0, (), b"", 99)
    assert column(writer.finish(), "heart_rate") == [99]
    assert np.isnan(column(writer.finish(), "distance")).all()
    assert decode(writer.finish()).messages("record").texts("unknown_200") == [None]


@pytest.mark.parametrize("big_endian", [False, True])
def test_compressed_timestamps_are_the_times_they_stand_for(big_endian: bool) -> None:  # noqa: FBT001 - a parameter of the test
    times = T0 + np.cumsum([0, 1, 5, 31, 1, 1, 20, 30, 2])
    writer = FitWriter(big_endian=big_endian)
    writer.define(0, "event", (TIMESTAMP,))
    writer.write(0, int(times[0]))
    writer.define(1, "record", (HEART_RATE,))
    for second in times[1:]:
        writer.write_compressed(1, int(second), 100)
    assert column(writer.finish(), "timestamp") == times[1:].tolist()
    assert verify(writer.finish()) == []


def test_a_compressed_timestamp_counts_on_from_any_message_before_it() -> None:
    writer = FitWriter()
    writer.define(0, "event", (TIMESTAMP,))
    writer.define(1, "record", (HEART_RATE,))
    writer.write_compressed(1, 3, 100)
    writer.write(0, T0)
    writer.write_compressed(1, T0 + 1, 100)
    writer.write(0, T0 + 500)
    writer.write_compressed(1, T0 + 501, 100)
    np.testing.assert_array_equal(column(writer.finish(), "timestamp"), [np.nan, T0 + 1, T0 + 501])


def test_compressed_speed_and_distance_accumulate() -> None:
    writer = FitWriter()
    writer.define(0, "record", (TIMESTAMP, Field(8, "byte", 3)))
    metres = [0.0, 100.0, 250.0, 300.0, 540.0]
    for second, distance in enumerate(metres):
        packed = 300 | (int(distance * 16) % 4096) << 12
        writer.write(0, T0 + second, packed.to_bytes(3, "little"))
    writer.write(0, T0 + 9, b"\xff\xff\xff")
    data = writer.finish()
    np.testing.assert_array_equal(column(data, "distance"), [*metres, np.nan])
    np.testing.assert_array_equal(column(data, "speed"), [3.0] * 5 + [np.nan])
    assert verify(data) == []


def test_a_whole_counter_sets_the_one_of_few_bits() -> None:
    writer = FitWriter()
    writer.define(0, "hr", (TIMESTAMP, Field(9, "uint32"), Field(6, "uint8")))
    writer.write(0, T0, 5000 * 1024, 130)
    writer.define(1, "hr", (Field(10, "byte", 3), Field(6, "uint8", 2)))
    for first in (5001, 5003, 5005):
        low = (first * 1024 % 4096) | ((first + 1) * 1024 % 4096) << 12
        writer.write(1, low.to_bytes(3, "little"), (131, 132))
    events = decode(writer.finish()).messages("hr").components("event_timestamp")
    assert events[~np.isnan(events)].tolist() == [5000, 5001, 5002, 5003, 5004, 5005, 5006]


def described(writer: FitWriter, number: int, **values: object) -> None:
    writer.put("field_description", field_definition_number=number, **values)  # pyright: ignore[reportArgumentType] - values of several types by name


def test_developer_fields_are_told_apart_by_index_and_number() -> None:
    writer = FitWriter()
    for index, name in ((0, "Power"), (1, "Form Power")):
        described(writer, 7, developer_data_index=index, fit_base_type_id=0x84, field_name=name)
    writer.define(
        1,
        "record",
        (HEART_RATE, Field(7, "uint16", developer=1), Field(7, "uint16", developer=0)),
    )
    writer.write(1, 99, 60, 250)
    assert column(writer.finish(), "Power") == [250]
    assert column(writer.finish(), "Form Power") == [60]


def test_the_native_field_wins_over_a_developer_field_of_its_name() -> None:
    writer = FitWriter()
    described(writer, 0, developer_data_index=0, fit_base_type_id=2, field_name="cadence")
    writer.define(1, "record", (Field(4, "uint8"), Field(0, "uint8", developer=0)))
    writer.write(1, 85, 170)
    writer.write(1, 86, 172)
    assert column(writer.finish(), "cadence") == [85, 86]


def test_a_developer_field_stands_in_for_a_missing_native_one() -> None:
    writer = FitWriter()
    described(writer, 0, developer_data_index=0, fit_base_type_id=0x84, field_name="Power",
              units="Watts", native_field_num=7)  # fmt: skip
    writer.define(1, "record", (TIMESTAMP, Field(0, "uint16", developer=0)))
    writer.write(1, T0, 240)
    assert column(writer.finish(), "power") == [240]


def test_a_developer_field_in_other_units_stands_in_for_nothing() -> None:
    writer = FitWriter()
    described(writer, 0, developer_data_index=0, fit_base_type_id=0x88, field_name="Bounce",
              units="Centimeters", native_field_num=39)  # fmt: skip
    writer.define(1, "record", (TIMESTAMP, Field(0, "float32", developer=0)))
    writer.write(1, T0, 7.125)
    assert np.isnan(column(writer.finish(), "vertical_oscillation")).all()
    assert column(writer.finish(), "Bounce") == [7.125]


def test_an_undescribed_developer_field_moves_nothing() -> None:
    writer = FitWriter()
    writer.define(1, "record", (HEART_RATE, Field(0, "uint32", developer=3)))
    writer.write(1, 99, 7)
    writer.write(1, 98, 7)
    assert column(writer.finish(), "heart_rate") == [99, 98]


def test_a_local_type_may_be_redefined_in_mid_file() -> None:
    writer = simple(FitWriter())
    writer.define(1, "record", (HEART_RATE, TIMESTAMP))
    writer.write(1, 150, T0 + 3)
    writer.define(1, "record", RECORD)
    writer.write(1, T0 + 4, 151, 2500, 5)
    data = writer.finish()
    assert column(data, "heart_rate") == [120, 121, 122, 150, 151]
    assert column(data, "timestamp") == [T0 + second for second in range(5)]
    np.testing.assert_array_equal(column(data, "speed"), [2.5, 2.501, 2.502, np.nan, 2.5])
    assert verify(data) == []


def test_chained_files_are_their_messages_one_after_another() -> None:
    one, other = simple(FitWriter()).finish(), simple(FitWriter(big_endian=True), [90]).finish()
    chained = decode(one + other)
    assert chained.parts == 2
    assert chained.messages("record").numbers("heart_rate").tolist() == [120, 121, 122, 90]
    assert chained.messages("record", [1]).numbers("heart_rate").tolist() == [90]
    assert not chained.warnings


def test_local_types_do_not_reach_into_the_next_chained_file() -> None:
    orphan = FitWriter()
    orphan.raw(b"\x01" + bytes(11))
    chained = decode(simple(FitWriter()).finish() + orphan.finish())
    assert chained.messages("record").count == 3
    assert set(chained.warnings) == {Warn.DAMAGED_MIDDLE}


@pytest.mark.parametrize("header_size", [12, 14, 20])
def test_headers_may_have_any_legal_size(header_size: int) -> None:
    data = simple(FitWriter()).finish(header_size=header_size)
    assert column(data, "heart_rate") == [120, 121, 122]
    assert warned(data) == set()


def test_a_header_crc_of_zero_is_legal() -> None:
    assert warned(simple(FitWriter()).finish(header_crc=0)) == set()


def test_wrong_crcs_are_warned_of() -> None:
    assert warned(simple(FitWriter()).finish(header_crc=1)) == {Warn.BAD_CRC}
    wrong = simple(FitWriter()).finish(crc=1)
    assert warned(wrong) == {Warn.BAD_CRC}
    assert column(wrong, "heart_rate") == [120, 121, 122]


def test_a_data_size_of_zero_reads_to_the_end() -> None:
    data = simple(FitWriter()).finish(data_size=0)
    assert column(data, "heart_rate") == [120, 121, 122]
    assert warned(data) == {Warn.NO_DATA_SIZE}
    assert column(data[:-2], "heart_rate") == [120, 121, 122]


def test_a_data_size_out_of_date_reads_to_the_end() -> None:
    writer = simple(FitWriter(), range(100, 200))
    data = writer.finish(data_size=writer.size // 2)
    assert column(data, "heart_rate") == list(range(100, 200))
    assert Warn.BAD_CRC in warned(data)


@pytest.mark.parametrize("lost", [1, 2, 3, 12, 13])
def test_a_file_cut_short_keeps_its_whole_messages(lost: int) -> None:
    data = simple(FitWriter()).finish()[:-lost]
    kept = 3 if lost <= 2 else 2
    assert column(data, "heart_rate") == [120, 121, 122][:kept]
    assert warned(data) == {Warn.TRUNCATED}


def test_bytes_after_the_end_are_warned_of() -> None:
    data = simple(FitWriter()).finish() + b"left over"
    assert column(data, "heart_rate") == [120, 121, 122]
    assert warned(data) == {Warn.TRAILING_BYTES}


def test_what_stands_before_an_unreadable_byte_is_kept() -> None:
    writer = simple(FitWriter())
    writer.raw(b"\x1f" * 40)
    assert column(writer.finish(), "heart_rate") == [120, 121, 122]
    assert warned(writer.finish()) == {Warn.DAMAGED_MIDDLE}


@pytest.mark.parametrize("data", [b"", b"no FIT file at all", FitWriter().finish()])
def test_without_any_message_it_refuses(data: bytes) -> None:
    with pytest.raises(Refused):
        decode(data)


def test_agrees_with_fitparse_on_a_generated_run() -> None:
    assert verify(modern_run(duration_s=200)) == []


def test_verifying_tells_where_fitparse_gave_up() -> None:
    (difference,) = verify(simple(FitWriter()).finish()[:-8])
    assert (difference.message, difference.index, difference.ours) == ("file", 3, "-")


def test_verifying_tells_which_value_differs() -> None:
    # fitparse takes a developer's kilometres for the profile's metres; ours does not.
    writer = FitWriter()
    writer.put("developer_data_id", developer_data_index=0, application_id=bytes(16))
    described(writer, 0, developer_data_index=0, fit_base_type_id=2, field_name="distance",
              units="km")  # fmt: skip
    writer.define(1, "record", (TIMESTAMP, Field(0, "uint8", developer=0)))
    writer.write(1, T0, 5)
    assert verify(writer.finish()) == [Difference("record", "distance", 0, "-", "5.0")]


def test_the_invalid_value_of_every_kind_is_known_to_the_writer() -> None:
    assert (invalid("sint8"), invalid("uint16"), invalid("uint32z")) == (0x7F, 0xFFFF, 0)
