"""An uploaded file as a source of an import."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from api.imports.disk import told_apart
from importers.zip_directory import is_junk

MAX_NAME = 255


class Upload(Protocol):
    """What a web framework hands over for one uploaded file."""

    @property
    def filename(self) -> str | None:
        """The name the browser gave."""
        ...

    @property
    def file(self) -> BinaryIO:
        """Its bytes, rewindable."""
        ...


class Uploaded:
    """A file that came with a request, still in the request's own temporary storage."""

    def __init__(self, upload: Upload) -> None:
        self._file = upload.file
        # Out of a folder: then what is no watch file is simply not meant.
        self.explicit = "/" not in (upload.filename or "")
        # A browser that uploads a folder names files by their path within it. The name is only
        # ever shown, never opened; what cannot be shown or stored is replaced.
        name = (upload.filename or "").encode("utf-8", "replace").decode()
        self.name = "".join(one if one.isprintable() else "?" for one in name)[-MAX_NAME:] or "file"

    @contextmanager
    def open(self) -> Generator[BinaryIO]:
        """Its bytes from the start; the request closes it."""
        self._file.seek(0)
        yield self._file


def uploaded(files: Sequence[Upload]) -> list[Uploaded]:
    """Uploaded files, each by a name of its own, without what operating systems leave lying."""
    sources = [Uploaded(file) for file in files]
    sources = [one for one in sources if one.explicit or not is_junk(one.name)]
    for source, name in zip(sources, told_apart([one.name for one in sources]), strict=True):
        source.name = name
    return sources
