"""The files an index may speak of: those of its own archive, or those handed over along with it."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from api.recordings.originals import OriginalReader
from importers.contract import FailureCode, ImportFailure
from models import imports
from models.imports import ImportItem, SiblingItem


class Siblings:
    """An index's own name and the files around it, by the names the index knows them by."""

    def __init__(
        self,
        index: ImportItem,
        items: Mapping[str, SiblingItem],
        originals: OriginalReader,
    ) -> None:
        self.index_name = index.member or index.name
        self.names: Collection[str] = items.keys()
        self._archive = index.file_sha256 if index.member is not None else None
        self._items = items
        self._originals = originals

    def item(self, name: str | None) -> SiblingItem | None:
        """The item a file became, or None."""
        return None if name is None else self._items.get(name)

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """A file from its first byte.

        Raises
        ------
        ImportFailure
            It is not there, or it cannot be read.
        """
        if self._archive is not None:
            with self._originals.open_member(self._archive, name) as file:
                yield file
            return
        item = self._items.get(name)
        if item is None or item.file_sha256 is None:
            raise ImportFailure(FailureCode.DAMAGED, "not there")
        try:
            file = self._originals.open(item.file_sha256)
        except OSError as error:
            raise ImportFailure(FailureCode.DAMAGED, error.strerror or "") from error
        with file:
            yield file


def siblings_of(
    session: Session, athlete_id: UUID, index: ImportItem, originals: OriginalReader
) -> Siblings:
    """What lies around an index."""
    if index.file_sha256 is None:
        raise ValueError("an index without an original")
    inside = index.member is not None
    rows = imports.siblings(
        session, athlete_id, index.import_id, index.file_sha256 if inside else None
    )
    if not inside:
        items = {row.name: row for row in rows}
        return Siblings(index, items, originals)
    items = {row.member: row for row in rows if row.member is not None}
    return Siblings(index, items, originals)
