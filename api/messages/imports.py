"""What became of an uploaded file, in words: what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from analytics.recording import Warn
from api.messages import figures
from api.messages.filling import Passage, fill, fill_passage
from importers.contract import FailureCode

IMPORTED: Final[Mapping[str, Passage]] = {
    "": ("It was added to your runs.",),
    "partial": (
        "It was added, though something in the file was odd.",
        "Look at the run's distance and time to see if they are right.",
    ),
    "held_out": (
        "It was added, but a part was too fast for running and does not count.",
        "If you ran it, say so at the run.",
    ),
    "other_sport": ("It was added.", "It is no run, so it does not count as running load."),
    "no_date": (
        "It was added with no date, as the file holds none.",
        "It does not count until you give it one.",
    ),
    "index": (
        (
            "This list was read: {added} added, {told} given a name or effort, {unread} not read.",
            "This list was read.",
        ),
        "Runs of the list that have a file here were not added twice.",
    ),
}

DUPLICATE: Final[Mapping[str, Passage]] = {
    "": ("You have this run already.", "Nothing was added twice."),
    "same_bytes": (
        ("You have this very file already, as the run of {day}.", "You have this file already."),
        "Nothing was added.",
    ),
    "same_run": (
        ("This is the run of {day} again.", "You have this run already."),
        "The fuller file of the two counts, and the other is kept beside it.",
    ),
    "known_entry": ("You have this run from an earlier list.", "Nothing was added twice."),
    "index_known": ("There is nothing new in this list.", "All its runs are here already."),
}

SKIPPED: Final[Mapping[str, Passage]] = {
    "": ("Left out, as there is no run in it.", "There is nothing you need to do."),
    "cancelled": ("Not read, as the import was stopped.", "Upload it again to add it."),
    FailureCode.NOT_A_WATCH_FILE: (
        "Left out, as it is not a watch file.",
        "There is nothing you need to do.",
    ),
    "deleted_before": (
        "Left out, as you deleted this run before.",
        "To have it back, restore it from your deleted runs.",
    ),
    "empty_archive": ("Left out, as there is no watch file in it.", "Look for the right ZIP."),
    FailureCode.NO_ACTIVITY: (
        "Left out, as there is no run in it{detail}.",
        "There is nothing you need to do.",
    ),
}

FAILED: Final[Mapping[str, Passage]] = {
    "": ("The file could not be read{detail}.", "Copy it from your watch once more and retry."),
    FailureCode.EMPTY_FILE: (
        "The file is empty.",
        "Copy it from your watch or app once more and upload it again.",
    ),
    FailureCode.NOT_RECOGNISED: (
        "This kind of file is not known here{detail}.",
        "Export the run as FIT, GPX or TCX and upload that.",
    ),
    FailureCode.NOT_A_WATCH_FILE: (
        "This is not a watch file{detail}.",
        "Upload FIT, GPX or TCX files, or a ZIP of them.",
    ),
    FailureCode.NO_ACTIVITY: (
        "There is no run or other sport in this file{detail}.",
        "Export the run itself, not a route, a plan or the settings.",
    ),
    FailureCode.DAMAGED: (
        "The file is broken and nothing in it can be read{detail}.",
        "Copy it from your watch or app once more and upload it again.",
    ),
    FailureCode.FORBIDDEN_XML: (
        "The file holds XML parts that are never read here{detail}.",
        "Export the run again, as a FIT file if you can.",
    ),
    FailureCode.DAMAGED_ARCHIVE: (
        "The ZIP is broken or its end is missing{detail}.",
        "Download it once more and upload it again.",
    ),
    FailureCode.ENCRYPTED_ARCHIVE: (
        "The ZIP has a password.",
        "Unpack it and upload the files in it.",
    ),
    FailureCode.NESTED_TOO_DEEP: (
        "There are too many ZIPs inside each other{detail}.",
        "Unpack the outer ones and upload what is in them.",
    ),
    FailureCode.UNSAFE_NAME: (
        "The file's name points to a place outside its ZIP{detail}.",
        "Unpack the ZIP and upload this file on its own.",
    ),
    FailureCode.TOO_LARGE: (
        "The file is too large{detail}.",
        "If it is a ZIP, split it and upload the parts.",
    ),
    FailureCode.TOO_MANY_FILES: (
        "There are too many files in this ZIP{detail}.",
        "Split it and upload the parts.",
    ),
    FailureCode.RATIO_TOO_HIGH: (
        "The packed file would grow far more than real ones do{detail}.",
        "Unpack it and upload the files you know.",
    ),
    "cancelled": ("Not read, as the import was stopped.", "Upload it again to add it."),
    "unreadable": (
        "The computer could not open the file{detail}.",
        "Check that it is still there and may be read, then retry.",
    ),
    "internal_error": (
        "Something went wrong here, and it is not your file's fault.",
        "Upload it again, and report it if it stays.",
    ),
}

OUTCOMES: Final[Mapping[str, Mapping[str, Passage]]] = {
    "queued": {"": ("Waiting to be read.",)},
    "imported": IMPORTED,
    "duplicate": DUPLICATE,
    "skipped": SKIPPED,
    "failed": FAILED,
}

STATUS_WORDS: Final[Mapping[str, str]] = {
    "queued": "Waiting",
    "imported": "Imported",
    "duplicate": "Duplicate",
    "skipped": "Left out",
    "failed": "Not read",
}

WARNINGS: Final[Mapping[Warn, str]] = {
    Warn.TRUNCATED: "The end of the file is missing; what is there was kept.",
    Warn.BAD_CRC: "The file's checksum is wrong; what could be read was kept.",
    Warn.NO_DATA_SIZE: "The file does not say how long it is; it was read to its end.",
    Warn.TRAILING_BYTES: "There was something after the end of the file; it was left out.",
    Warn.DAMAGED_MIDDLE: "A part in the middle is broken; what is around it was kept.",
    Warn.FALLBACK_DECODER: "The file is unusual; it was read in the slow, patient way.",
    Warn.UNDECLARED_NAMESPACE: "The file leaves out a name its format asks for; it was read.",
    Warn.MALFORMED_XML: "The file is not well formed; what could be read was kept.",
    Warn.NO_SESSION: "The file has no summary; it was made from the records.",
    Warn.NO_RECORDS: "The file has only a summary, so there is no chart.",
    Warn.RECORDS_OUTSIDE_SESSION: "Some records lay outside the run; they were added to it.",
    Warn.REPEATED_TIMES: "Some records had the same time; they were put together.",
    Warn.BACKWARD_TIMES: "Some times ran backward; they were put in order.",
    Warn.TIME_JUMP: "The watch's clock jumped during the run.",
    Warn.NO_START: "The file does not say when the run began.",
    Warn.IMPOSSIBLE_DATE: "The watch's date cannot be right, so the run has no date.",
    Warn.DATED_BY_LOCAL_CLOCK: "The run was dated by the watch's own clock.",
    Warn.IMPOSSIBLE_OFFSET: "The file's time zone cannot be; it was left out.",
    Warn.IMPLAUSIBLE_VALUES: "Some sensor values cannot be; they were left out.",
    Warn.UNKNOWN_SPORT: "The file does not say which sport it was.",
}

_HOW_OFTEN: Final = " ({count} times)"
_MOST: Final = "the most is {most}"


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What became of one file, and what to do about it ("" for nothing)."""

    sentence: str
    hint: str


def item_words(status: str, code: str | None, detail: str | None = None) -> ItemWords:
    """What became of one file and what to do.

    Parameters
    ----------
    status
        ``queued``, ``imported``, ``duplicate``, ``skipped`` or ``failed``.
    code
        Why: a ``FailureCode`` for what failed; for the others a key of their catalogue. A code
        without words of its own reads like its status.
    detail
        For a duplicate, the day of the run it matches (ISO 8601); for an index, how many it added,
        told and could not read; for a failure, the fact its importer told; None or "" for none.
    """
    words = OUTCOMES[status]
    # Inside an archive a file is left out for what would be a failure on its own.
    passage = words.get(code or "") or FAILED.get(code or "") or words[""]
    filled = _figures(status, code, detail)
    return ItemWords(fill(passage[0], filled), fill_passage(passage[1:], filled))


def status_word(status: str) -> str:
    """What a file's end is called. Raises ``KeyError`` for a status there is not."""
    return STATUS_WORDS[status]


def warning_text(code: Warn, count: int = 0) -> str:
    """What a reader should know about how a file was read; ``count`` is how often, 0 unknown."""
    text = WARNINGS[code]
    if count <= 1:
        return text
    return text.removesuffix(".") + fill(_HOW_OFTEN, {"count": figures.count(count)}) + "."


def _figures(status: str, code: str | None, detail: str | None) -> dict[str, str]:
    if code == "index":
        counts = (detail or "").split()
        return dict(zip(("added", "told", "unread"), counts, strict=False))
    if status == "duplicate":
        day = _day(detail or "")
        return {"day": figures.day(day)} if day else {}
    fact = _fact(code, detail or "")
    return {"detail": f" ({fact})" if fact else ""}


def _fact(code: str | None, detail: str) -> str:
    """An importer's detail as a runner reads it; of a limit it is the number."""
    if not detail.isdecimal():
        return detail
    if code == FailureCode.TOO_LARGE:
        return fill(_MOST, {"most": figures.megabytes(int(detail))})
    if code == FailureCode.RATIO_TOO_HIGH:
        return fill(_MOST, {"most": f"{detail} : 1"})
    if code in {FailureCode.TOO_MANY_FILES, FailureCode.NESTED_TOO_DEEP}:
        return fill(_MOST, {"most": figures.count(int(detail))})
    return detail


def _day(detail: str) -> date | None:
    try:
        return date.fromisoformat(detail[:10])
    except ValueError:
        return None
