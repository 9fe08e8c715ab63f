"""Reads items where their originals lie: a file of its own, or a member of a stored archive.

An archive stays open from one item to the next, so its directory is read once and not per member.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from api.imports.staging import LIMITS, refusal
from api.originals import Originals
from importers.contract import ImportFailure
from importers.sources import Archive, Member, Refusal
from models.imports import ImportItem, ItemKind, NewItem


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

    def members(self, item: ImportItem) -> Sequence[NewItem]:
        """The items an archive turns into, in its own order.

        Raises
        ------
        ImportFailure
            It cannot be opened as an archive.
        OSError
            The original is not there.
        """
        if item.file_sha256 is None:
            raise ValueError("an archive without an original")
        return [_as_item(item, found) for found in self._archive(item.file_sha256)]

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


def _as_item(archive: ImportItem, found: Member | Refusal) -> NewItem:
    name = f"{archive.name}/{found.name}"
    if isinstance(found, Refusal):
        return refusal(name, ImportFailure(found.code, found.detail), explicit=True)
    return NewItem(
        name=name, kind=ItemKind.FILE, file_sha256=archive.file_sha256, member=found.name
    )
