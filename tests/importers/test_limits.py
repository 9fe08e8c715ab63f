"""Limits hold for bytes that are really there, not for what a file says of itself."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest

from importers.contract import FailureCode, ImportFailure
from importers.limits import MIB, Limits, gunzip, is_gzip, read_bounded


def test_the_defaults_are_those_promised() -> None:
    limits = Limits()
    assert limits.max_file_bytes == 256 * MIB
    assert limits.max_entries == 100_000
    assert limits.max_nesting == 3


def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    limits = Limits(max_file_bytes=200_000)
    assert len(read_bounded(io.BytesIO(bytes(200_000)), limits)) == 200_000
    with pytest.raises(ImportFailure) as failure:
        read_bounded(io.BytesIO(bytes(200_001)), limits)
    assert failure.value.code is FailureCode.TOO_LARGE
    assert failure.value.detail == "200000"


def test_an_endless_stream_is_left_one_block_past_the_limit() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(ImportFailure):
        read_bounded(endless, Limits(max_file_bytes=MIB))  # pyright: ignore[reportArgumentType]
    assert endless.given <= MIB + 65536


def test_gzip_is_told_by_its_first_bytes() -> None:
    assert is_gzip(gzip.compress(b"x", mtime=0))
    assert not is_gzip(b"PK\x03\x04")


def test_several_gzip_members_are_one_file() -> None:
    data = gzip.compress(b"one " * 50_000, mtime=0) + gzip.compress(b"two") + bytes(512)
    assert gunzip(data, Limits()) == b"one " * 50_000 + b"two"


def test_a_truncated_gzip_yields_what_is_there() -> None:
    whole = bytes(range(256)) * 4000
    data = gzip.compress(whole, mtime=0)
    part = gunzip(data[: len(data) // 2], Limits())
    assert 0 < len(part) < len(whole)
    assert whole.startswith(part)


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b", b"\x1f\x8bnonsense" * 9, gzip.compress(b"x", mtime=0)[:11]]
)
def test_a_gzip_file_nothing_comes_out_of_is_damaged(data: bytes) -> None:
    with pytest.raises(ImportFailure) as failure:
        gunzip(data, Limits())
    assert failure.value.code is FailureCode.DAMAGED


def test_a_gzip_bomb_is_refused_by_its_ratio() -> None:
    bomb = gzip.compress(bytes(32 * MIB), mtime=0)
    with pytest.raises(ImportFailure) as failure:
        gunzip(bomb, Limits())
    assert failure.value.code is FailureCode.RATIO_TOO_HIGH


def test_a_gzip_bomb_s_trailer_may_lie() -> None:
    bomb = bytearray(gzip.compress(bytes(32 * MIB), mtime=0))
    bomb[-4:] = (100).to_bytes(4, "little")
    with pytest.raises(ImportFailure) as failure:
        gunzip(bytes(bomb), Limits())
    assert failure.value.code is FailureCode.RATIO_TOO_HIGH


def test_a_gzip_bomb_of_many_members_is_refused_too() -> None:
    bomb = gzip.compress(bytes(MIB), mtime=0) * 32
    with pytest.raises(ImportFailure) as failure:
        gunzip(bomb, Limits())
    assert failure.value.code is FailureCode.RATIO_TOO_HIGH


def test_a_gzip_file_larger_than_allowed_is_refused() -> None:
    compressor = zlib.compressobj(0, zlib.DEFLATED, 31)
    stored = compressor.compress(bytes(300_000)) + compressor.flush()
    with pytest.raises(ImportFailure) as failure:
        gunzip(stored, Limits(max_file_bytes=200_000))
    assert failure.value.code is FailureCode.TOO_LARGE


def test_small_files_may_shrink_as_much_as_they_like() -> None:
    assert len(gunzip(gzip.compress(bytes(4 * MIB), mtime=0), Limits())) == 4 * MIB
