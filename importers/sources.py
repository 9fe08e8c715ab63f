"""What a user hands over (a file, a folder, a ZIP) as single files, lazily and always in one order.

Nothing here knows what the files are. An import that was interrupted goes through the same
source again and meets the same names in the same order.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast

from importers.contract import FailureCode, ImportFailure
from importers.limits import MIB, READ_BYTES, Limits, read_bounded
from importers.zip_directory import (
    NESTED,
    Entry,
    entries,
    is_junk,
    nested_keys,
    open_directory,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NESTED_ENDING: Final = ".zip"
_SPOOL_BYTES: Final = 16 * MIB
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file or archive member that is not read; the rest is."""

    name: str
    code: FailureCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file on disk; ``name`` is its path below what was handed over, with ``/``."""

    path: Path
    name: str
    size: int

    def read(self, limits: Limits) -> bytes:
        """Read the whole file; ``ImportFailure`` when too large, OSError when unreadable."""
        with self.path.open("rb") as stream:
            return read_bounded(stream, limits)

    @contextmanager
    def open(self, limits: Limits) -> Generator[BinaryIO]:
        """Open the file to be read as a stream, from its first byte, up to ``max_index_bytes``.

        Raises
        ------
        ImportFailure
            ``DAMAGED`` when it cannot be opened or read on, ``TOO_LARGE``; while it is read too.
        """
        with closing(self._blocks(limits)) as blocks, _streamed(blocks) as stream:
            yield stream

    def _blocks(self, limits: Limits) -> Generator[bytes]:
        produced = 0
        try:
            with self.path.open("rb") as stream:
                while block := stream.read(READ_BYTES):
                    produced += len(block)
                    if produced > limits.max_index_bytes:
                        raise ImportFailure(FailureCode.TOO_LARGE, str(limits.max_index_bytes))
                    yield block
        except OSError as error:
            raise ImportFailure(FailureCode.DAMAGED, type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Parameters
    ----------
    name
        Its path in the archive, through nested archives as ``inner.zip!/x.fit``; ``!`` in a
        name is written ``!!``. With it ``read_member`` finds the same member again.
    size
        Decompressed, as the archive claims.
    """

    name: str
    size: int
    _archive: Archive = field(repr=False, compare=False)
    _entry: Entry = field(repr=False, compare=False)

    def read(self) -> bytes:
        """Read the member while its archive is open.

        Raises
        ------
        ImportFailure
            ``TOO_LARGE``, ``RATIO_TOO_HIGH``, or ``DAMAGED_ARCHIVE`` (checksum, cut data).
        """
        return self._archive.content(self._entry)


@dataclass(slots=True)
class _Total:
    """What was met and read in an archive and all nested in it."""

    entries: int = 0
    produced: int = 0

    def count(self, entries: int, limits: Limits) -> None:
        self.entries += entries
        if self.entries > limits.max_entries:
            raise ImportFailure(FailureCode.TOO_MANY_FILES, str(limits.max_entries))

    def add(self, produced: int, limits: Limits) -> None:
        self.produced += produced
        if self.produced > limits.max_archive_bytes:
            raise ImportFailure(FailureCode.TOO_LARGE, str(limits.max_archive_bytes))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an archive is: what its members' names begin with, and how deep."""

    prefix: str = ""
    depth: int = 1
    total: _Total = field(default_factory=_Total)


class Archive:
    """An open ZIP, to be used in a ``with`` statement.

    Iterating yields its members in its own order, those of nested archives in their place, and
    a refusal for each that may not be read. Members of a nested archive can be read until the
    iteration leaves it.

    Raises
    ------
    ImportFailure
        When made: ``DAMAGED_ARCHIVE``, ``TOO_MANY_FILES``; the latter while iterating too, when
        it takes the nested archives to pass the limit.
    """

    def __init__(
        self, source: Path | BinaryIO, limits: Limits, place: _Place | None = None
    ) -> None:
        self._limits = limits
        self._place = place or _Place()
        self._kept: tuple[str, Archive] | None = None
        self._lent = 0
        self._done = False
        with ExitStack() as on_failure:
            stream = source
            if isinstance(stream, Path):
                stream = on_failure.enter_context(stream.open("rb"))
            self._directory = on_failure.enter_context(open_directory(stream, limits))
            self._size = stream.seek(0, os.SEEK_END)
            self._entries = {entry.key: entry for entry in entries(self._directory)}
            self._closing = on_failure.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it and the nested archive last read from, as soon as no stream of it is open."""
        self._done = True
        if self._lent:
            return
        if self._kept:
            self._kept[1].close()
            self._kept = None
        self._closing.close()

    def __iter__(self) -> Iterator[Member | Refusal]:
        # Folders and junk count too: it takes time to pass them over.
        if self._place.depth == 1:
            self._place.total.entries = 0  # each time anew, however often it is gone through
        self._place.total.count(len(self._directory.infolist()), self._limits)
        for entry in self._entries.values():
            name = self._place.prefix + entry.key
            if entry.refused:
                yield Refusal(name, entry.refused.code, entry.refused.detail)
            elif entry.info.orig_filename.lower().endswith(_NESTED_ENDING):
                yield from self._nested_members(name, entry)
            else:
                yield Member(name, entry.info.file_size, self, entry)

    def read(self, name: str) -> bytes:
        """Read a member by the name it was yielded with.

        Raises
        ------
        ImportFailure
            As ``Member.read`` does; the code it was refused with; ``DAMAGED_ARCHIVE`` when there
            is no such member.
        """
        return self.follow(nested_keys(name))

    def follow(self, keys: Sequence[str]) -> bytes:
        """Read what these keys lead to, from one archive into the next."""
        entry = self._entry(keys[0])
        if len(keys) == 1:
            return self.content(entry)
        return self._nested(entry).follow(keys[1:])

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """Open a member to be read as a stream, from its first byte, any number of times.

        It is bounded by ``max_index_bytes`` instead of ``max_file_bytes``, and what comes out
        counts towards the archive's total each time. Another member may be read meanwhile.

        Raises
        ------
        ImportFailure
            As ``read`` does; while the stream is read too.
        """
        with self.lend(nested_keys(name)) as stream:
            yield stream

    @contextmanager
    def lend(self, keys: Sequence[str]) -> Generator[BinaryIO]:
        """Open what these keys lead to, from one archive into the next."""
        entry = self._entry(keys[0])
        self._lent += 1
        try:
            if len(keys) > 1:
                with self._nested(entry).lend(keys[1:]) as stream:
                    yield stream
            else:
                as_index = replace(self._limits, max_file_bytes=self._limits.max_index_bytes)
                with closing(self._blocks(entry, as_index)) as blocks, _streamed(blocks) as stream:
                    yield stream
        finally:
            self._lent -= 1
            if self._done:
                self.close()

    def content(self, entry: Entry) -> bytes:
        """Decompress one of this archive's own entries, within the limits."""
        return b"".join(self._blocks(entry, self._limits))

    def _entry(self, key: str) -> Entry:
        entry = self._entries.get(key)
        if entry is None:
            raise ImportFailure(FailureCode.DAMAGED_ARCHIVE, "no such member")
        if entry.refused:
            raise entry.refused
        return entry

    def _nested(self, entry: Entry) -> Archive:
        """Archive that an entry is, kept open until another one is asked for."""
        if self._kept and self._kept[0] != entry.key:
            self._kept[1].close()
            self._kept = None
        if self._kept is None:
            self._kept = (entry.key, self._opened(entry))
        return self._kept[1]

    def _nested_members(self, name: str, entry: Entry) -> Iterator[Member | Refusal]:
        try:
            inner = self._opened(entry)
        except ImportFailure as failure:
            yield Refusal(name, failure.code, failure.detail)
            return
        with inner:
            yield from inner

    def _opened(self, entry: Entry) -> Archive:
        place = self._place
        if place.depth >= self._limits.max_nesting:
            raise ImportFailure(FailureCode.NESTED_TOO_DEEP, str(self._limits.max_nesting))
        inner = _Place(place.prefix + entry.key + NESTED, place.depth + 1, place.total)
        as_archive = replace(self._limits, max_file_bytes=self._limits.max_archive_bytes)
        with ExitStack() as on_failure:
            spool = on_failure.enter_context(SpooledTemporaryFile(_SPOOL_BYTES))
            for block in self._blocks(entry, as_archive):
                spool.write(block)
            archive = Archive(cast("BinaryIO", spool), self._limits, inner)
            archive._closing.push(on_failure.pop_all())
        return archive

    def _blocks(self, entry: Entry, limits: Limits) -> Generator[bytes]:
        """Decompress an entry block by block, limited by the bytes that come out."""
        produced = 0
        # What it claims to occupy, but no more than there is.
        consumed = min(entry.info.compress_size, self._size)
        try:
            with self._directory.open(entry.info) as stream:
                while block := stream.read(READ_BYTES):
                    produced += len(block)
                    limits.check_file(produced, consumed)
                    self._place.total.add(len(block), limits)
                    yield block
        except _UNREADABLE as error:
            raise ImportFailure(FailureCode.DAMAGED_ARCHIVE, entry.key) from error
        if produced != entry.info.file_size:
            raise ImportFailure(FailureCode.DAMAGED_ARCHIVE, entry.key)


class _BlockStream(io.RawIOBase):
    """Blocks of bytes as a file that can only be read on."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._left:
            self._left = memoryview(next(self._blocks, b""))
        into = memoryview(buffer).cast("B")
        size = min(len(into), len(self._left))
        into[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _streamed(blocks: Iterator[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_BlockStream(blocks), READ_BYTES)


def is_zip(head: bytes) -> bool:
    """Whether the bytes begin a ZIP with anything in it, or an empty one."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(archive: Path | BinaryIO, limits: Limits) -> Iterator[Member | Refusal]:
    """Members of an archive and of those nested in it; raises as ``Archive`` does."""
    with Archive(archive, limits) as opened:
        yield from opened


def read_member(archive: Path, name: str, limits: Limits) -> bytes:
    """Read one member again by its name; for many of an archive, use ``Archive.read``."""
    with Archive(archive, limits) as opened:
        return opened.read(name)


def walk(path: Path) -> Iterator[SourceFile | Refusal]:
    """Files at a path: itself, or all below a folder, sorted by name, folder by folder.

    Hidden files and what operating systems leave lying about are passed over, as are symbolic
    links: what they lead to is either met anyway or outside of what was handed over. A folder
    that cannot be listed is refused.
    """
    if path.is_dir():
        yield from _below(path)
    elif path.is_file():
        yield SourceFile(path, _readable(path.name), path.stat().st_size)
    else:
        raise FileNotFoundError(path)


def _below(top: Path) -> Iterator[SourceFile | Refusal]:
    # Folders within folders are a list here and no recursion: there may be a thousand of them.
    unseen: list[tuple[os.DirEntry[str] | Path, str]] = [(top, "")]
    while unseen:
        entry, name = unseen.pop()
        try:
            if isinstance(entry, Path) or entry.is_dir(follow_symlinks=False):
                with os.scandir(entry) as scan:
                    found = sorted(scan, key=lambda each: each.name, reverse=True)
                unseen += [
                    (each, f"{name}/{_readable(each.name)}" if name else _readable(each.name))
                    for each in found
                    if not is_junk(each.name) and not each.is_symlink()
                ]
            elif entry.is_file(follow_symlinks=False):
                yield SourceFile(Path(entry.path), name, entry.stat(follow_symlinks=False).st_size)
        except FileNotFoundError:
            # Renamed or taken away since its folder was listed: a synced folder does that.
            continue
        except OSError as error:
            yield Refusal(name, FailureCode.DAMAGED, type(error).__name__)


def _readable(name: str) -> str:
    """Name without the surrogates that stand for bytes which are no text."""
    return os.fsencode(name).decode("utf-8", "replace")
