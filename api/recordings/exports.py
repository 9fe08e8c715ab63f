"""An account export as it is kept: its index, the files around it, the activities it lists."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from api.recordings.originals import OriginalReader
from importers.archives.contract import Layout, Listed, Role, Unread
from importers.archives.registry import index_layout, roles
from importers.contract import FailureCode, ImportFailure
from importers.identify import HEAD_BYTES
from models import imports


class ExportFiles:
    """An index's own name and the files around it, by the names the index knows them by.

    Parameters
    ----------
    archive_sha256
        The archive all of them lie in, or None for files handed over one by one.
    files
        The original of each by its name, None where it has none of its own.
    """

    def __init__(
        self,
        index_name: str,
        archive_sha256: str | None,
        files: Mapping[str, str | None],
        originals: OriginalReader,
    ) -> None:
        self.index_name = index_name
        self.names = files.keys()
        self._archive = archive_sha256
        self._files = files
        self._originals = originals

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
        sha256 = self._files.get(name)
        if sha256 is None:
            raise ImportFailure(FailureCode.DAMAGED, "not there")
        with self._originals.open(sha256) as file:
            yield file

    def layout(self) -> Layout:
        """The service the index is of. Raises ImportFailure when it is no index."""
        layout, role = roles(self.names).get(self.index_name, (None, None))
        if layout is None or role is not Role.INDEX:
            with self.open(self.index_name) as stream:
                layout = index_layout(stream.read(HEAD_BYTES))
        if layout is None:
            raise ImportFailure(FailureCode.NOT_RECOGNISED)
        return layout

    def entries(self) -> Iterator[Listed | Unread]:
        """What the index lists, in its order. Raises ImportFailure when it cannot be read."""
        return self.layout().entries(self.index_name, self.names, self.open)


def exports_of(
    session: Session,
    athlete_id: UUID,
    file_sha256: str,
    member: str | None,
    originals: OriginalReader,
) -> Iterator[ExportFiles]:
    """The exports a stored index is part of: one archive, or each import it was handed over in.

    Raises
    ------
    ImportFailure
        The archive cannot be read.
    OSError
        It is not there.
    """
    if member is not None:
        names = [one.name for one in originals.members(file_sha256)]
        yield ExportFiles(member, file_sha256, dict.fromkeys(names), originals)
        return
    for import_id in imports.handed_over_in(session, athlete_id, file_sha256):
        items = imports.siblings(session, athlete_id, import_id, None)
        files = {one.name: one.file_sha256 for one in items}
        for name, sha256 in files.items():
            if sha256 == file_sha256:
                yield ExportFiles(name, None, files, originals)
