"""The originals: every file a runner handed over, kept under the hash of its bytes.

A file is complete or absent: it is written beside its place, forced to the disk, and only then
renamed, so a crash leaves at most a stray temporary file.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

CHUNK_BYTES = 1024 * 1024
COPY_BYTES = 64 * CHUNK_BYTES
CANNOT_COPY = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
"""What a system answers that cannot copy from this file to that one by itself."""

SHARDS = [f"{number:02x}" for number in range(256)]


@dataclass(frozen=True, slots=True)
class Original:
    """A stored original: SHA-256 of its bytes (hex) and their number."""

    sha256: str
    size_bytes: int


class Originals:
    """Content-addressed files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"

    def prepare(self) -> None:
        """Make the folders, readable by their owner only."""
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        # All at once and only once: a folder made later would have to be forced to the disk with
        # the file that needs it.
        if not (self.folder / SHARDS[-1]).is_dir():
            for shard in SHARDS:
                (self.folder / shard).mkdir(exist_ok=True, mode=0o700)
            _sync(self.folder)

    def path(self, sha256: str) -> Path:
        """Where the original with this hash lies."""
        return self.folder / sha256[:2] / sha256

    def incoming(self) -> Incoming:
        """Begin to store originals together; without ``settle`` they vanish."""
        return Incoming(self, self._incoming)


class Incoming:
    """Originals that are still being written; a context manager.

    The disk is waited for once for all of them: forced one by one, fifty small files take fifty
    times as long.
    """

    def __init__(self, originals: Originals, folder: Path) -> None:
        self._originals = originals
        self._folder = folder
        self._written: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for path in self._written.values():
            path.unlink(missing_ok=True)

    def add(self, data: bytes, sha256: str) -> Original:
        """Add bytes that are in memory already and whose hash is known."""
        if sha256 not in self._written and not self._originals.path(sha256).exists():
            self._written[sha256] = self._write(lambda file: file.write(data))
        return Original(sha256, len(data))

    def add_file(self, source: BinaryIO) -> Original:
        """Add what is left of an open file, of any size, in constant memory."""
        path = self._write(lambda file: _copy(source, file))
        # The copy is what is hashed: the source may change while it is read.
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = file.tell()
        before = self._written.get(sha256)
        if before is not None:
            before.unlink()
        self._written[sha256] = path
        return Original(sha256, size_bytes)

    def _write(self, fill: Callable[[BinaryIO], object]) -> Path:
        """Write a file that is whole, or leave none: the disk may be full."""
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                fill(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def settle(self) -> None:
        """Force everything to the disk and give each file its lasting place."""
        for path in self._written.values():
            _sync(path)
        targets = {sha256: self._originals.path(sha256) for sha256 in self._written}
        for sha256, path in self._written.items():
            path.replace(targets[sha256])
        for folder in {target.parent for target in targets.values()}:
            _sync(folder)
        self._written.clear()


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    """Copy the rest of a file; from the disk to the disk without a detour through Python."""
    if isinstance(source, io.BufferedReader) and hasattr(os, "copy_file_range"):
        at = source.tell()
        try:
            while copied := os.copy_file_range(source.fileno(), target.fileno(), COPY_BYTES, at):
                at += copied
        except OSError as error:
            if error.errno not in CANNOT_COPY:
                raise
        source.seek(at)
    # All of it where the system cannot, else what it has not seen: some files hide their length.
    while chunk := source.read(CHUNK_BYTES):
        target.write(chunk)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
