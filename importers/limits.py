"""How much of a user's file is read at most. Every limit holds for bytes actually read.

What a file or an archive says of its own sizes is never believed: a ZIP's directory and a gzip's
trailer are written by whoever made the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, cast

from isal import isal_zlib

from importers.contract import FailureCode, ImportFailure

MIB: Final = 1 << 20
READ_BYTES: Final = 1 << 16
MAX_ACTIVITIES: Final = 10_000
"""Of one file: whole histories come as one GPX, but each activity costs memory of its own."""

MAX_RECORDS: Final = 3_000_000
"""Messages or points of one file: 35 days of one a second, and as many full points as a GPX of the
largest size holds. Each costs some hundred bytes while it is read, however short it was written."""

MAX_MARKS: Final = 10 * MAX_ACTIVITIES
"""Laps of one file, and timer stops of one: each is an object of its own."""

_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_GZIP_ERROR: Final = cast("type[Exception]", isal_zlib.error)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one import.

    Parameters
    ----------
    max_file_bytes
        Of one file, decompressed.
    max_index_bytes
        Of one file that is read as a stream, decompressed: the lists of account exports, of which
        several GB are real.
    max_archive_bytes
        Of all members of an archive together, decompressed, nested archives included.
    max_ratio
        Decompressed to compressed bytes of one member or gzip file, once it has produced
        ``ratio_from_bytes``: XML of a standing runner may shrink to a hundredth.
    ratio_from_bytes
        What a member may produce whatever its ratio.
    max_entries
        Members of an archive, those of nested archives included.
    max_nesting
        Archives within archives: 1 is a ZIP of files.
    """

    max_file_bytes: int = 256 * MIB
    max_index_bytes: int = 16 * 1024 * MIB
    max_archive_bytes: int = 64 * 1024 * MIB
    max_ratio: float = 200.0
    ratio_from_bytes: int = 8 * MIB
    max_entries: int = 100_000
    max_nesting: int = 3

    def check_file(self, produced: int, consumed: int) -> None:
        """Raise ``ImportFailure`` when ``produced`` bytes of ``consumed`` are too many.

        ``TOO_LARGE`` beyond the size, ``RATIO_TOO_HIGH`` beyond the ratio.
        """
        if produced > self.max_file_bytes:
            raise ImportFailure(FailureCode.TOO_LARGE, str(self.max_file_bytes))
        if produced > self.ratio_from_bytes and produced > consumed * self.max_ratio:
            raise ImportFailure(FailureCode.RATIO_TOO_HIGH, f"{self.max_ratio:g}")


DEFAULT_LIMITS: Final = Limits()


def read_bounded(stream: BinaryIO, limits: Limits) -> bytes:
    """Read a whole file, or raise ``ImportFailure`` (``TOO_LARGE``) one block past the limit."""
    blocks: list[bytes] = []
    produced = 0
    while block := stream.read(READ_BYTES):
        produced += len(block)
        limits.check_file(produced, produced)
        blocks.append(block)
    return b"".join(blocks)


def is_gzip(head: bytes) -> bool:
    """Whether the bytes begin a gzip file."""
    return head.startswith(b"\x1f\x8b")


def gunzip(data: bytes, limits: Limits) -> bytes:
    """Decompress a gzip file of one or more members, as far as it goes.

    A truncated one yields what could be decompressed: the format inside says what is missing.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE``, ``RATIO_TOO_HIGH``, or ``DAMAGED`` when nothing comes out.
    """
    blocks: list[bytes] = []
    produced = 0
    for block, consumed in _gunzipped(data):
        produced += len(block)
        limits.check_file(produced, consumed)
        blocks.append(block)
    if not produced:
        raise ImportFailure(FailureCode.DAMAGED, "gzip")
    return b"".join(blocks)


class _Gunzip(Protocol):
    """What ISA-L's decompressor has of zlib's; its own stub leaves the types out."""

    eof: bool
    unused_data: bytes
    unconsumed_tail: bytes

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _gunzip_member() -> _Gunzip:
    # Twice as fast as zlib, and nearly all files of an export are gzipped.
    return cast("_Gunzip", isal_zlib.decompressobj(_GZIP_WINDOW))  # pyright: ignore[reportUnknownMemberType] - as above


def _gunzipped(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Blocks, and how many bytes were consumed for them and all before."""
    member = _gunzip_member()
    for start in range(0, len(data), READ_BYTES):
        # Small pieces in: what a piece leaves over is copied for each block that comes out.
        pending = data[start : start + READ_BYTES]
        consumed = start + len(pending)
        while pending:
            try:
                block = member.decompress(pending, READ_BYTES)
            except _GZIP_ERROR:
                # Also what follows the last member: padding, or the end of a damaged download.
                return
            pending = member.unconsumed_tail
            if member.eof:
                pending = member.unused_data
                member = _gunzip_member()
            if block:
                yield block, consumed
    if tail := member.flush():
        yield tail, len(data)
