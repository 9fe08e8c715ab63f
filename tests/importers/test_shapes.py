"""Files of much in an odd shape: read in proportion to their size, or refused by a stated limit.

Before each was bounded, such a file took the product of two of its counts: minutes to hours.
"""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.recording import Pause, Recording, Warn
from bench.writers.fit_activity import session, started
from bench.writers.fit_messages import Field, FitWriter
from importers.contract import FailureCode, ImportFailure
from importers.fit.layout import COUNTED_EVERY, MOST_DAMAGES, Allowance, PartReader
from importers.identify import read
from importers.limits import (
    DEFAULT_LIMITS,
    MAX_ACTIVITIES,
    MAX_MARKS,
    MAX_RECORDS,
    Limits,
    gunzip,
)
from importers.pauses import TimedLap, by_lap_times
from importers.sources import members

T0 = 1_000_000_000
NOON = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - written without a zone, which is UTC in TCX
TIME = Field(253, "uint32")
HEART_RATE = Field(3, "uint8")


def parse(data: bytes, name: str) -> Sequence[Recording]:
    return read(data, name, DEFAULT_LIMITS)[1]


def refused(data: bytes, name: str) -> tuple[FailureCode, str]:
    with pytest.raises(ImportFailure) as failure:
        parse(data, name)
    return failure.value.code, failure.value.detail


def rows(writer: FitWriter, local: int, *columns: NDArray[np.floating | np.integer]) -> None:
    writer.rows(local, [np.asarray(column, np.float64) for column in columns])


def many(writer: FitWriter, local: int, message: str, fields: Sequence[Field], count: int) -> None:
    """Messages ten seconds apart, every field after the first, a time, being 1."""
    writer.define(local, message, fields)
    ones = [np.ones(count)] * (len(fields) - 1)
    rows(writer, local, T0 + 10.0 * np.arange(count), *ones)


# Sessions, laps and stops of FIT


def test_many_sessions_share_out_many_records() -> None:
    writer = started()
    writer.define(1, "session", (Field(2, "uint32"), Field(7, "uint32")))
    starts = T0 + 10.0 * np.arange(MAX_ACTIVITIES)
    rows(writer, 1, starts, np.full(MAX_ACTIVITIES, 10_000.0))
    writer.define(2, "record", (TIME, HEART_RATE))
    count = 30 * MAX_ACTIVITIES
    rows(writer, 2, T0 + np.arange(count) // 3.0, np.full(count, 140.0))
    runs = parse(writer.finish(), "x.fit")
    assert len(runs) == MAX_ACTIVITIES
    assert {run.counts.records for run in runs} == {30}
    assert runs[-1].elapsed_s.tolist() == [float(second) for second in range(10)]


def test_more_sessions_than_a_file_may_have_are_refused() -> None:
    writer = started()
    many(writer, 1, "session", (Field(2, "uint32"),), MAX_ACTIVITIES + 1)
    assert refused(writer.finish(), "x.fit") == (FailureCode.TOO_LARGE, "10000 activities")


def test_many_laps_and_stops_are_each_the_one_session_s_they_touch() -> None:
    writer = started()
    many(writer, 1, "lap", (Field(2, "uint32"), Field(7, "uint32")), MAX_MARKS)
    events = 2 * MAX_MARKS
    writer.define(2, "event", (TIME, Field(0, "enum"), Field(1, "enum")))
    times = T0 + 5.0 * np.arange(events)
    rows(writer, 2, times, np.zeros(events), np.where(np.arange(events) % 2, 0.0, 4.0))
    sessions = 500
    length = 10 * MAX_MARKS // sessions
    for number in range(sessions):
        session(writer, T0 + number * length, length)
    runs = parse(writer.finish(), "x.fit")
    assert {len(run.laps) for run in runs} == {MAX_MARKS // sessions}
    assert runs[1].pauses[:2] == (Pause(0.0, 5.0), Pause(10.0, 15.0))
    assert {len(run.pauses) for run in runs} == {MAX_MARKS // sessions}


def test_more_laps_than_a_file_may_have_are_refused() -> None:
    writer = started()
    many(writer, 1, "lap", (Field(2, "uint32"),), MAX_MARKS + 1)
    session(writer, T0, 60)
    assert refused(writer.finish(), "x.fit") == (FailureCode.TOO_LARGE, "100000 laps")


def test_more_timer_stops_than_a_file_may_have_are_refused() -> None:
    writer = started()
    writer.define(2, "event", (TIME, Field(0, "enum"), Field(1, "enum")))
    events = 2 * MAX_MARKS + 2
    kinds = np.where(np.arange(events) % 2, 0.0, 4.0)
    rows(writer, 2, T0 + np.arange(events), np.zeros(events), kinds)
    session(writer, T0, 60)
    assert refused(writer.finish(), "x.fit") == (FailureCode.TOO_LARGE, "100000 timer stops")


# Definitions and developer fields of FIT


def test_definitions_of_all_the_developer_fields_they_can_hold_are_read_quickly() -> None:
    writer = started()
    for number in range(300):
        own = [Field(each, "uint8", developer=number % 251) for each in range(255)]
        writer.define(1, "record", [TIME, Field(number % 250, "uint8", 1 + number // 250), *own])
        writer.raw(b"\1" + (T0 + number).to_bytes(4, "little") + bytes(256 + number // 250))
    (run,) = parse(writer.finish(), "x.fit")
    assert run.counts.records == 300


def test_definitions_of_more_fields_than_any_file_has_end_what_is_read() -> None:
    writer = started()
    for number in range(500):
        wide = [Field(each, "uint8") for each in range(253)]
        wide.append(Field(number % 250, "uint8", 1 + number // 250))
        writer.define(1, "record", [TIME, *wide])
        size = sum(each.bytes for each in wide)
        writer.raw(b"\1" + (T0 + number).to_bytes(4, "little") + bytes(size))
    (run,) = parse(writer.finish(), "x.fit")
    # 392 definitions fit; each unreadable one after them costs one of the damages made good.
    assert run.counts.records == 392 + MOST_DAMAGES
    assert Warn.DAMAGED_MIDDLE in {warning.code for warning in run.warnings}


def test_many_definitions_in_many_chained_files_are_looked_at_once() -> None:
    chained = b""
    for part in range(500):
        writer = started()
        for number in range(16):
            writer.define(number, "record", (TIME, Field(200, "uint8", 1 + number)))
            time = T0 + 100 * part + number
            writer.raw(bytes([number]) + time.to_bytes(4, "little") + bytes(1 + number))
        chained += writer.finish()
    runs = parse(chained, "x.fit")
    assert [run.counts.records for run in runs] == [16] * 500


# Twelve million records


def test_twelve_million_fit_records_are_refused_before_they_cost_memory() -> None:
    writer = FitWriter()
    writer.define(0, "record", (TIME, HEART_RATE))
    count = 12_000_000
    rows(writer, 0, T0 + np.arange(float(count)), np.full(count, 140.0))
    data = writer.finish()
    tracemalloc.start()
    try:
        assert refused(data, "x.fit") == (FailureCode.TOO_LARGE, f"{MAX_RECORDS} records")
        assert tracemalloc.get_traced_memory()[1] < len(data) / 4
    finally:
        tracemalloc.stop()


def test_twelve_million_messages_by_turns_are_left_early() -> None:
    writer = FitWriter()
    writer.define(0, "record", (HEART_RATE,))
    writer.define(1, "event", (Field(1, "uint8"),))
    writer.raw(b"\0\x80\1\x80" * 6_000_000)
    reader = PartReader(writer.finish(), 0, Allowance())
    with pytest.raises(ImportFailure) as failure:
        reader.read(14, 24_000_000)
    assert failure.value.detail == f"{MAX_RECORDS} records"
    # Counted every 16 MiB, here of two bytes each.
    assert sum(map(len, reader.found)) <= COUNTED_EVERY // 2


def test_messages_of_all_chained_files_count_together() -> None:
    count = MAX_RECORDS // 2
    halves: list[bytes] = []
    for length in (count, count + 1):
        writer = FitWriter()
        writer.define(0, "record", (HEART_RATE,))
        rows(writer, 0, np.full(length, 140.0))
        halves.append(writer.finish())
    assert refused(b"".join(halves), "x.fit") == (FailureCode.TOO_LARGE, f"{MAX_RECORDS} records")


@pytest.mark.parametrize(
    ("before", "point", "name"),
    [
        (b"<gpx><trk><trkseg>", b"<trkpt lat='1' lon='1'/>", "x.gpx"),
        (b"<TrainingCenterDatabase><Activity><Lap><Track>", b"<Trackpoint/>", "x.tcx"),
    ],
)
def test_one_point_more_than_a_file_may_have_is_refused(
    before: bytes, point: bytes, name: str
) -> None:
    data = before + point * (MAX_RECORDS + 1) + b"</"
    assert refused(data, name) == (FailureCode.TOO_LARGE, f"{MAX_RECORDS} points")


# Laps and nesting of XML


def laps(starts: Sequence[float]) -> bytes:
    """A TCX of laps that start so many seconds after noon, each with a point 15 s later."""
    written = [
        f'<Lap StartTime="{(NOON + timedelta(seconds=start)).isoformat()}Z">'
        "<TotalTimeSeconds>1</TotalTimeSeconds><Track>"
        f"<Trackpoint><Time>{(NOON + timedelta(seconds=start)).isoformat()}Z</Time></Trackpoint>"
        f"<Trackpoint><Time>{(NOON + timedelta(seconds=start + 15)).isoformat()}Z</Time>"
        "</Trackpoint></Track></Lap>"
        for start in starts
    ]
    text = '<TrainingCenterDatabase><Activity Sport="Running">' + "".join(written)
    return (text + "</Activity></TrainingCenterDatabase>").encode()


def test_many_laps_with_a_pause_in_each_are_read_once() -> None:
    count = 20_000
    (run,) = parse(laps([30.0 * number for number in range(count)]), "x.tcx")
    assert len(run.laps) == count
    assert len(run.pauses) == 2 * count - 2


def test_laps_that_go_to_and_fro_are_read_once_too() -> None:
    count = 20_000
    starts = [30.0 * (number if number % 2 else count - number) for number in range(count)]
    (run,) = parse(laps(starts), "x.tcx")
    assert len(run.laps) == count


def test_a_pause_found_in_an_earlier_lap_is_not_missing_twice() -> None:
    # Two laps of a 20 s gap each; the second's timer ran through its own.
    seconds = np.cumsum([0.0, 1.0, 20.0, 1.0, 1.0, 20.0, 1.0])
    first, second = TimedLap(0.0, 22.0, 2.0), TimedLap(22.0, 44.0, 22.0)
    assert by_lap_times(seconds, [first, second]) == [Pause(1.0, 21.0)]


def test_more_laps_than_an_xml_file_may_have_are_refused() -> None:
    data = b"<TrainingCenterDatabase><Activity>" + b"<Lap/>" * (MAX_MARKS + 1)
    assert refused(data, "x.tcx") == (FailureCode.TOO_LARGE, f"{MAX_MARKS} laps")


@pytest.mark.parametrize("tag", [b"<a>", b"<trk><trkseg>", b"<trkpt>"])
def test_elements_within_elements_without_end_are_no_recursion(tag: bytes) -> None:
    point = b'<trk><trkseg><trkpt lat="1" lon="1"><time>2026-05-04T06:30:00Z</time></trkpt>'
    data = b"<gpx>" + point + b"</trkseg></trk>" + tag * 100_000
    (run,) = parse(data, "x.gpx")
    assert run.samples == 1
    assert run.warnings


def test_thousands_of_tracks_are_as_many_activities() -> None:
    track = "<trk><trkseg><trkpt lat='1' lon='1'><time>2026-05-{:02}T06:30:00Z</time></trkpt>"
    tracks = [track.format(1 + number % 28) for number in range(3000)]
    assert (
        len(parse(("<gpx>" + "</trkseg></trk>".join([*tracks, "</gpx>"])).encode(), "x.gpx"))
        == 3000
    )


# Members of gzip files, folders in ZIPs


def test_a_gzip_file_of_very_many_empty_members_is_read_to_the_one_that_is_not() -> None:
    data = gzip.compress(b"", mtime=0) * 200_000 + gzip.compress(b"run", mtime=0)
    assert gunzip(data, DEFAULT_LIMITS) == b"run"


def test_folders_and_junk_in_nested_archives_count_as_entries() -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for number in range(30):
            archive.writestr(zipfile.ZipInfo(f"{number}/"), b"")
            archive.writestr(zipfile.ZipInfo(f"__MACOSX/._{number}"), b"")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}.zip", inner.getvalue())
    assert list(members(outer, Limits(max_entries=610))) == []
    with pytest.raises(ImportFailure) as failure:
        list(members(outer, Limits(max_entries=609)))
    assert failure.value.code is FailureCode.TOO_MANY_FILES
