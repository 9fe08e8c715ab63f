"""Files and folders of this machine as sources of an import."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from importers.contract import ImportFailure
from importers.sources import Refusal, SourceFile, walk


class OnDisk:
    """A file found on the disk; one that may not be read says so when it is opened."""

    def __init__(self, found: SourceFile | Refusal, *, explicit: bool) -> None:
        self._found = found
        self.name = found.name
        self.explicit = explicit

    @contextmanager
    def open(self) -> Generator[BinaryIO]:
        """Its bytes from the start.

        Raises
        ------
        ImportFailure
            It was refused when it was found.
        OSError
            It cannot be read now.
        """
        if isinstance(self._found, Refusal):
            raise ImportFailure(self._found.code, self._found.detail)
        with self._found.path.open("rb") as file:
            yield file


def found_at(path: Path) -> Iterator[OnDisk]:
    """The file at ``path``, or all files below the folder there."""
    explicit = not path.is_dir()
    return (OnDisk(found, explicit=explicit) for found in walk(path))
