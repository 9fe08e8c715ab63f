"""The originals: every file a runner handed over, kept under the hash of its bytes.

A file is complete or absent: it is written beside its place, forced to the disk, and only then
renamed, so a crash leaves at most a stray temporary file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

CHUNK_BYTES = 1024 * 1024
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
            _sync_folder(self.folder)

    def path(self, sha256: str) -> Path:
        """Where the original with this hash lies."""
        return self.folder / sha256[:2] / sha256

    def put(self, data: bytes, sha256: str) -> Original:
        """Store bytes that are in memory already and whose hash is known."""
        if not self.path(sha256).exists():
            with self.incoming() as incoming:
                incoming.write_unhashed(data)
                incoming.settle_as(sha256)
        return Original(sha256, len(data))

    def put_chunks(self, chunks: Iterable[bytes]) -> Original:
        """Store bytes as they come, in constant memory."""
        with self.incoming() as incoming:
            for chunk in chunks:
                incoming.write(chunk)
            return incoming.settle()

    def put_file(self, path: Path) -> Original:
        """Store a copy of a file of any size."""
        with path.open("rb") as source:
            return self.put_chunks(iter(lambda: source.read(CHUNK_BYTES), b""))

    def incoming(self) -> Incoming:
        """Begin a new original; without ``settle`` it vanishes."""
        return Incoming(self, self._incoming)


class Incoming:
    """An original that is still being written."""

    def __init__(self, originals: Originals, folder: Path) -> None:
        self._originals = originals
        handle, name = tempfile.mkstemp(dir=folder)
        self._file = os.fdopen(handle, "wb")
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Append bytes."""
        self._hash.update(chunk)
        self.write_unhashed(chunk)

    def write_unhashed(self, chunk: bytes) -> None:
        """Append bytes of a file whose hash is known already."""
        self._file.write(chunk)
        self.size_bytes += len(chunk)

    def settle(self) -> Original:
        """Force everything to the disk and give the file its lasting place."""
        sha256 = self._hash.hexdigest()
        self.settle_as(sha256)
        return Original(sha256, self.size_bytes)

    def settle_as(self, sha256: str) -> None:
        """Like ``settle``, for a hash already known."""
        self._file.flush()
        os.fsync(self._file.fileno())
        target = self._originals.path(sha256)
        self._path.replace(target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
