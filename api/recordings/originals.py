"""Reads items where their originals lie: a file of its own, or a member of a stored archive.

An archive stays open from one item to the next, so its directory is read once and not per member.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import BinaryIO, Final, Self

from api.originals import Originals
from importers.limits import DEFAULT_LIMITS
from importers.sources import Archive, Member, Refusal, SourceFile

LIMITS: Final = DEFAULT_LIMITS


class OriginalReader:
    """Contents of originals; a context manager that closes the archive it last read from."""

    def __init__(self, originals: Originals) -> None:
        self._originals = originals
        self._open: tuple[str, Archive] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def content(self, sha256: str, member: str | None) -> bytes:
        """The bytes of an original, or of a member of it.

        Raises
        ------
        ImportFailure
            The archive or the member cannot be read.
        OSError
            The original is not there.
        """
        if member is None:
            return self._originals.path(sha256).read_bytes()
        return self._archive(sha256).read(member)

    def members(self, sha256: str) -> Sequence[Member | Refusal]:
        """What an archive holds, in its own order.

        Raises
        ------
        ImportFailure
            It cannot be opened as an archive.
        OSError
            The original is not there.
        """
        return list(self._archive(sha256))

    def open(self, sha256: str) -> AbstractContextManager[BinaryIO]:
        """An original as a stream from its first byte; it raises ``ImportFailure`` only."""
        return SourceFile(self._originals.path(sha256), sha256, 0).open(LIMITS)

    def open_member(self, sha256: str, member: str) -> AbstractContextManager[BinaryIO]:
        """A member of an archive from its first byte.

        Raises
        ------
        ImportFailure
            The archive or the member cannot be read.
        OSError
            The original is not there.
        """
        return self._archive(sha256).open(member)

    def _archive(self, sha256: str) -> Archive:
        if self._open is None or self._open[0] != sha256:
            self.close()
            self._open = (sha256, Archive(self._originals.path(sha256), LIMITS))
        return self._open[1]

    def close(self) -> None:
        """Close the archive it last read from."""
        if self._open is not None:
            self._open[1].close()
            self._open = None
