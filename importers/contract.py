"""What every importer promises, and the one way it may fail."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from analytics.recording import Recording


class FailureCode(StrEnum):
    """Why a file could not become a recording; the words for each live in api/messages."""

    EMPTY_FILE = "empty_file"
    NOT_RECOGNISED = "not_recognised"
    NOT_A_WATCH_FILE = "not_a_watch_file"
    NO_ACTIVITY = "no_activity"
    DAMAGED = "damaged"
    FORBIDDEN_XML = "forbidden_xml"
    DAMAGED_ARCHIVE = "damaged_archive"
    ENCRYPTED_ARCHIVE = "encrypted_archive"
    NESTED_TOO_DEEP = "nested_too_deep"
    UNSAFE_NAME = "unsafe_name"
    TOO_LARGE = "too_large"
    TOO_MANY_FILES = "too_many_files"
    RATIO_TOO_HIGH = "ratio_too_high"


class ImportFailure(Exception):  # noqa: N818 - the design's word for it
    """A file that cannot become a recording.

    Attributes
    ----------
    code
        Which kind of failure; stable, for programs.
    detail
        A fact worth telling (an offset, a size, a tag), or "". Never a sentence.
    """

    def __init__(self, code: FailureCode, detail: str = "") -> None:
        # Part of the file, maybe, but stored and shown: PostgreSQL takes no NUL.
        detail = detail.replace("\0", "\ufffd")
        super().__init__(code.value, detail)
        self.code = code
        self.detail = detail


class Importer(Protocol):
    """Reads one file format.

    A module-level ``IMPORTER`` of each format's module is found by ``importers.identify``.
    """

    @property
    def key(self) -> str:
        """Format's short name: ``fit``, ``gpx``, ``tcx``."""
        ...

    def claims(self, head: bytes, name: str) -> bool:
        """Whether the file is of this format, by its first 4096 decompressed bytes and its name."""
        ...

    def parse(self, data: bytes) -> Sequence[Recording]:
        """Read a whole (decompressed) file into its activities, at least one, in file order.

        Raises
        ------
        ImportFailure
            When nothing of the file can be read. Never any other exception.
        """
        ...
