"""Packs the files of an export as its user gets them: a ZIP, a ZIP in a ZIP, or names alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from importers.contract import FailureCode, ImportFailure

WRITTEN = datetime(2026, 5, 4, 6, 30).timetuple()[:6]  # noqa: DTZ001 - a ZIP knows no zone


def zipped(files: Mapping[str, bytes]) -> bytes:
    """ZIP of these files, byte for byte the same each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, WRITTEN), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def as_macos_zips(files: Mapping[str, bytes]) -> bytes:
    """ZIP with the junk macOS adds for each file."""
    junk = {f"__MACOSX/{name}": b"\0\5\x16\7" for name in files}
    return zipped({**files, **junk, ".DS_Store": b"\0"})


class Files:
    """An export's files by name, with an opener such as the layouts are given."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)
        self.opened: list[str] = []

    @property
    def names(self) -> list[str]:
        """Their full names."""
        return list(self._files)

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """Open one from its first byte; ``ImportFailure`` when there is none."""
        self.opened.append(name)
        if name not in self._files:
            raise ImportFailure(FailureCode.DAMAGED, "no such file")
        yield io.BytesIO(self._files[name])
