"""Files and folders of this machine as sources of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
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
        self.size_bytes = 0 if isinstance(found, Refusal) else found.size

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


def found_at_all(paths: Sequence[Path]) -> list[OnDisk]:
    """The files at some paths, all files below those that are folders, each by a name of its own.

    Of several folders each file's name begins with its folder's: two exports may hold the same.
    """
    found: list[OnDisk] = []
    for path in paths:
        folder = path.is_dir()
        for one in walk(path):
            source = OnDisk(one, explicit=not folder)
            if folder and len(paths) > 1:
                source.name = f"{path.name or path.resolve().name}/{source.name}"
            found.append(source)
    for source, name in zip(found, told_apart([one.name for one in found]), strict=True):
        source.name = name
    return found


def told_apart(names: Iterable[str]) -> list[str]:
    """Names that are all different: the second of one is put in a folder ``(2)``."""
    seen: Counter[str] = Counter()
    different: list[str] = []
    for name in names:
        seen[name] += 1
        different.append(name if seen[name] == 1 else f"({seen[name]})/{name}")
    return different
