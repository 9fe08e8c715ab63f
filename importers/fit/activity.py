"""Which of the files chained in a FIT file are activities, and their recordings."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.recording import Recording
from importers.contract import FailureCode, ImportFailure
from importers.fit.assemble import of_file, read_file
from importers.fit.decoding import Columns, Decoding
from importers.fit.profile import enum_name

ACTIVITY_FILES: Final = frozenset({None, "activity", "activity_summary"})
"""File types that hold activities; None because some writers leave the type out."""


def recordings(decoding: Decoding) -> list[Recording]:
    """Turn decoded messages into recordings, in the order of the file.

    Files chained in one are read each on its own; a part without a ``file_id`` belongs to the
    file before it.

    Raises
    ------
    ImportFailure
        ``NO_ACTIVITY``, with the file's type, when nothing in the file is an activity.
    """
    found: list[Recording] = []
    kinds: list[str] = []
    for parts in _files(decoding):
        kind = _kind(decoding.messages("file_id", parts))
        sessions = decoding.messages("session", parts).count
        records = decoding.messages("record", parts).count
        if sessions or (records and kind in ACTIVITY_FILES):
            found += of_file(read_file(decoding, parts))
        else:
            kinds.append(kind or "unknown")
    if not found:
        if decoding.warnings and {"unknown", "activity"} & set(kinds):
            raise ImportFailure(FailureCode.DAMAGED)
        raise ImportFailure(FailureCode.NO_ACTIVITY, kinds[0] if kinds else "unknown")
    return found


def _files(decoding: Decoding) -> list[range]:
    """Which chained parts belong to one activity file."""
    named = {int(part) for part in decoding.messages("file_id").parts}
    starts = sorted({0, *named})
    return [
        range(start, end) for start, end in zip(starts, [*starts[1:], decoding.parts], strict=True)
    ]


def _kind(file_id: Columns) -> str | None:
    for value in file_id.numbers("type").tolist():
        if not np.isnan(value):
            return enum_name("file", value) or f"file_type_{int(value)}"
    return None
