"""The files an index may speak of: those of its own archive, or those handed over along with it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from api.recordings.exports import ExportFiles
from api.recordings.originals import OriginalReader
from models import imports
from models.imports import ImportItem, SiblingItem


class Siblings(ExportFiles):
    """The files around an index, and the items they are."""

    def __init__(
        self,
        index: ImportItem,
        items: Mapping[str, SiblingItem],
        originals: OriginalReader,
    ) -> None:
        archive = index.file_sha256 if index.member is not None else None
        files = {name: item.file_sha256 for name, item in items.items()}
        super().__init__(index.member or index.name, archive, files, originals)
        self._items = items

    def item(self, name: str | None) -> SiblingItem | None:
        """The item a file became, or None."""
        return None if name is None else self._items.get(name)


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
