"""FIT files, the format most watches record in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analytics.recording import Recording, Warn
from importers.contract import FailureCode, ImportFailure
from importers.fit.activity import recordings
from importers.fit.decode import Refused, decode
from importers.fit.decoding import Decoding
from importers.fit.fallback import decode_slowly
from importers.fit.kind import kind_of_other_file
from importers.fit.layout import is_header


class FitImporter:
    """Reads FIT activity files."""

    key = "fit"

    def claims(self, head: bytes, name: str) -> bool:
        """Whether the file has a FIT header; its name does not matter."""
        del name
        return is_header(head, 0)

    def parse(self, data: bytes) -> Sequence[Recording]:
        """Read all activities of a FIT file.

        Raises
        ------
        ImportFailure
            ``EMPTY_FILE``, ``NOT_A_WATCH_FILE`` without a FIT header, ``DAMAGED`` when no message
            can be read, ``NO_ACTIVITY`` for FIT files of another kind, ``TOO_LARGE``.
        """
        if not data:
            raise ImportFailure(FailureCode.EMPTY_FILE)
        if not is_header(data, 0):
            raise ImportFailure(FailureCode.NOT_A_WATCH_FILE)
        other = kind_of_other_file(data)
        if other is not None:
            raise ImportFailure(FailureCode.NO_ACTIVITY, other)
        return recordings(_decoded(data))


def _decoded(data: bytes) -> Decoding:
    try:
        decoded = decode(data)
    except Refused:
        return decode_slowly(data)
    if decoded.messages("record").count or decoded.messages("session").count:
        return decoded
    if Warn.DAMAGED_MIDDLE not in decoded.warnings:
        return decoded
    try:
        return decode_slowly(data)
    except ImportFailure:
        return decoded


IMPORTER: Final = FitImporter()
