"""Files and archive members of several GB are read as streams, within limits of their own."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bench.writers.exports.zips import zipped
from importers.contract import FailureCode, ImportFailure
from importers.limits import MIB, Limits
from importers.sources import Archive, Refusal, SourceFile, walk

LIMITS = Limits(max_file_bytes=1000)
LONG = os.urandom(3 * MIB)
INNER = {"x.csv": LONG, "y.csv": b"y" * 500}


def archive(files: Mapping[str, bytes], limits: Limits = LIMITS) -> Archive:
    return Archive(io.BytesIO(zipped(files)), limits)


def code(pieces: Iterator[bytes]) -> FailureCode:
    with pytest.raises(ImportFailure) as failure:
        for _ in pieces:
            pass
    return failure.value.code


def pieces_of(opened: Archive, name: str) -> Iterator[bytes]:
    with opened.open(name) as stream:
        while piece := stream.read(1000):
            yield piece


def test_a_member_is_read_as_often_as_wanted_from_its_first_byte() -> None:
    with archive({"a.xml": LONG}) as opened:
        for _ in range(2):
            with opened.open("a.xml") as stream:
                assert stream.read(5) == LONG[:5]
                assert stream.read() == LONG[5:]
                assert stream.read() == b""


def test_a_stream_s_size_has_its_own_limit() -> None:
    limits = Limits(max_file_bytes=1000, max_index_bytes=2 * MIB)
    with archive({"a.xml": LONG, "b.xml": LONG[:MIB]}, limits) as opened:
        assert code(pieces_of(opened, "a.xml")) is FailureCode.TOO_LARGE
        assert b"".join(pieces_of(opened, "b.xml")) == LONG[:MIB]
        with pytest.raises(ImportFailure):
            opened.read("b.xml")


def test_what_streams_counts_towards_the_archive() -> None:
    with archive({"a.xml": LONG}, Limits(max_archive_bytes=5 * MIB)) as opened:
        assert b"".join(pieces_of(opened, "a.xml")) == LONG
        assert code(pieces_of(opened, "a.xml")) is FailureCode.TOO_LARGE


def test_a_bomb_is_stopped_while_it_streams() -> None:
    with archive({"a.xml": bytes(64 * MIB)}) as opened:
        assert code(pieces_of(opened, "a.xml")) is FailureCode.RATIO_TOO_HIGH


def test_a_damaged_member_fails_while_it_is_read() -> None:
    data = bytearray(zipped({"a.xml": LONG}))
    data[MIB] ^= 0xFF
    with Archive(io.BytesIO(bytes(data)), LIMITS) as opened:
        assert code(pieces_of(opened, "a.xml")) is FailureCode.DAMAGED_ARCHIVE


@pytest.mark.parametrize("name", ["none.xml", "a.xml!/b", ""])
def test_a_name_that_is_not_there_cannot_be_opened(name: str) -> None:
    with archive({"a.xml": b"<a/>"}) as opened:
        assert code(pieces_of(opened, name)) is FailureCode.DAMAGED_ARCHIVE


def test_streams_of_two_nested_archives_do_not_disturb_each_other() -> None:
    inner = zipped(INNER)
    with archive({"i.zip": inner, "j.zip": inner, "plain.csv": b"z"}) as opened:
        with opened.open("i.zip!/x.csv") as stream:
            begun = stream.read(MIB)
            with opened.open("j.zip!/y.csv") as other:
                assert other.read() == INNER["y.csv"]
            assert opened.read("j.zip!/y.csv") == INNER["y.csv"]
            assert opened.read("plain.csv") == b"z"
            assert begun + stream.read() == LONG
        assert opened.read("i.zip!/y.csv") == INNER["y.csv"]


def test_an_archive_that_is_closed_stays_open_for_its_last_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.xml": LONG}))
    opened = Archive(path, LIMITS)
    with opened.open("a.xml") as stream:
        opened.close()
        assert stream.read() == LONG
    with pytest.raises(ImportFailure):
        opened.read("a.xml")


def test_encrypted_and_unsafe_members_cannot_be_opened() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        written.writestr("../a.csv", "x")
    with Archive(stream, LIMITS) as opened:
        assert code(pieces_of(opened, "../a.csv")) is FailureCode.UNSAFE_NAME


def test_a_file_on_disk_streams_too(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(LONG)
    (file,) = walk(tmp_path)
    assert not isinstance(file, Refusal)
    for _ in range(2):
        with file.open(LIMITS) as stream:
            assert stream.read() == LONG
    with file.open(Limits(max_index_bytes=MIB)) as stream, pytest.raises(ImportFailure) as failure:
        stream.read()
    assert failure.value.code is FailureCode.TOO_LARGE


def test_a_file_that_vanished_is_a_failure(tmp_path: Path) -> None:
    gone = SourceFile(tmp_path / "gone.csv", "gone.csv", 3)
    with gone.open(LIMITS) as stream, pytest.raises(ImportFailure) as failure:
        stream.read()
    assert failure.value.code is FailureCode.DAMAGED
