"""The originals: every file a runner handed over, kept under the hash of its bytes.

A file is complete or absent: it is written beside its place, forced to the disk, and only then
renamed, so a crash leaves at most a stray temporary file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
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
            _sync(self.folder)

    def path(self, sha256: str) -> Path:
        """Where the original with this hash lies."""
        return self.folder / sha256[:2] / sha256

    def put_chunks(self, chunks: Iterable[bytes]) -> Original:
        """Store bytes as they come, in constant memory."""
        with self.incoming() as incoming:
            original = incoming.add_chunks(chunks)
            incoming.settle()
        return original

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
            self._written[sha256] = self._write([data])
        return Original(sha256, len(data))

    def add_chunks(self, chunks: Iterable[bytes]) -> Original:
        """Add bytes as they come, in constant memory."""
        sha256, size_bytes = hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size_bytes
            for chunk in chunks:
                sha256.update(chunk)
                size_bytes += len(chunk)
                yield chunk

        path = self._write(counted())
        before = self._written.get(sha256.hexdigest())
        if before is not None:
            before.unlink()
        self._written[sha256.hexdigest()] = path
        return Original(sha256.hexdigest(), size_bytes)

    def _write(self, chunks: Iterable[bytes]) -> Path:
        """Write a file that is whole, or leave none: the disk may be full."""
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
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


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
