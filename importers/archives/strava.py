"""Strava's export: ``activities.csv`` beside a folder of watch files.

Its header comes in the account's language and names five columns twice: first as the site shows
them (kilometres, the language's decimal sign), then as they were measured (metres and seconds,
decimal point). English columns are found by name, all others by their place around the second
elapsed time. Dates are UTC in every language.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from analytics.recording import Sport
from importers.archives.contract import Listed, Opener, Role, Unread
from importers.archives.csv_stream import Row, rows
from importers.archives.dates import utc_moment
from importers.archives.listing import (
    at_most,
    base_of,
    beside,
    exertion,
    label_of,
    summary,
    totals_of,
)
from importers.contract import FailureCode, ImportFailure
from importers.sports import sport_of
from importers.texts import plain

_INDEX: Final = re.compile(r"activities(?: ?\(\d{1,3}\))?\.csv", re.IGNORECASE)
"""A second download of the same file gets a number."""

_METRES_PER_KM: Final = 1000.0
_STEP_LENGTH_M: Final = (0.3, 2.5)
"""Widest that steps of both feet can be: outside, the column counts something else (our choice)."""


class _Field(Enum):
    ID = auto()
    DATE = auto()
    NAME = auto()
    TYPE = auto()
    FILE = auto()
    SHOWN_ELAPSED = auto()
    SHOWN_DISTANCE = auto()
    ELAPSED_S = auto()
    MOVING_S = auto()
    DISTANCE_M = auto()
    ASCENT_M = auto()
    EXERTION = auto()
    STEPS = auto()


_ENGLISH: Final = {
    # Title and how manieth column of that title.
    ("activity id", 1): _Field.ID,
    ("activity date", 1): _Field.DATE,
    ("activity name", 1): _Field.NAME,
    ("activity type", 1): _Field.TYPE,
    ("filename", 1): _Field.FILE,
    ("elapsed time", 1): _Field.SHOWN_ELAPSED,
    ("elapsed time", 2): _Field.ELAPSED_S,
    ("moving time", 1): _Field.MOVING_S,
    ("distance", 1): _Field.SHOWN_DISTANCE,
    ("distance", 2): _Field.DISTANCE_M,
    ("elevation gain", 1): _Field.ASCENT_M,
    ("perceived exertion", 1): _Field.EXERTION,
    ("total steps", 1): _Field.STEPS,
}

_BEFORE_2019: Final = {
    ("id", 1): _Field.ID,
    ("date", 1): _Field.DATE,
    ("name", 1): _Field.NAME,
    ("type", 1): _Field.TYPE,
    ("elapsed_time", 1): _Field.ELAPSED_S,
    ("distance", 1): _Field.DISTANCE_M,
    ("filename", 1): _Field.FILE,
}

_LEADING: Final = (_Field.ID, _Field.DATE, _Field.NAME, _Field.TYPE)
_SHOWN_ELAPSED_AT: Final = 5
_SHOWN_DISTANCE_AT: Final = 6
_FROM_SECOND_ELAPSED: Final = {
    # The file name comes before both weights; private notes, one column more, came later.
    -3: _Field.FILE,
    0: _Field.ELAPSED_S,
    1: _Field.MOVING_S,
    2: _Field.DISTANCE_M,
    5: _Field.ASCENT_M,
    28: _Field.EXERTION,
    70: _Field.STEPS,
}
_MOST_COLUMNS: Final = 1000
"""Ten times as many as there are today."""

_SHORT_COLUMNS: Final = (10, 11)
"""Of the form of 2019, which names no column twice."""

_TAG: Final = re.compile(r"<[^<>]*>")
_DIGITS: Final = re.compile(r"[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?")
_LONGEST_NUMBER: Final = 40
_GAPS: Final = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_ERROR: Final = "#error#"


@dataclass(frozen=True, slots=True)
class _StravaLayout:
    key: str = "strava"

    def roles(self, names: Collection[str]) -> Mapping[str, Role]:
        return {name: Role.INDEX for name in names if _INDEX.fullmatch(base_of(name))}

    def begins(self, head: bytes) -> bool:
        titles = head.removeprefix(codecs.BOM_UTF8).lower().replace(b'"', b"")
        return titles.startswith((b"activity id,activity date,", b"id,date,name,type,description,"))

    def entries(
        self, index: str, names: Collection[str], open_file: Opener
    ) -> Iterator[Listed | Unread]:
        return at_most(_entries(index, names, open_file))


LAYOUT: Final = _StravaLayout()


def _entries(index: str, names: Collection[str], open_file: Opener) -> Iterator[Listed | Unread]:
    files = beside(index, names)
    with open_file(index) as stream:
        found = (row for row in rows(stream) if row.cells is None or any(map(str.strip, row.cells)))
        head = next(found, None)
        if head is None:
            raise ImportFailure(FailureCode.EMPTY_FILE)
        if head.cells is None:
            raise ImportFailure(FailureCode.NOT_RECOGNISED)
        titles = [html.unescape(_TAG.sub("", cell)).strip().lower() for cell in head.cells]
        places = _places(titles)
        first = next(found, None)
        if "activity id" not in titles and first is not None and not _identity(first, places):
            # In a language nobody knows the place alone says what a column is: then at least the
            # first must be the number of an activity.
            raise ImportFailure(FailureCode.NOT_RECOGNISED)
        if first is not None:
            yield _read(first, places, files, len(titles))
        for row in found:
            yield _read(row, places, files, len(titles))


def _places(titles: Sequence[str]) -> Mapping[_Field, int]:
    """Column of each field.

    Raises
    ------
    ImportFailure
        ``NOT_RECOGNISED`` for the header of another service's ``activities.csv``.
    """
    if len(titles) > _MOST_COLUMNS:
        raise ImportFailure(FailureCode.NOT_RECOGNISED)
    for known in (_ENGLISH, _BEFORE_2019):
        places = {
            known[title, nth]: at
            for at, title in enumerate(titles)
            if (title, nth := titles[: at + 1].count(title)) in known
        }
        if {_Field.ID, _Field.DATE, _Field.TYPE} <= places.keys():
            return places
    places = {field: at for at, field in enumerate(_LEADING)}
    places |= {
        _Field.SHOWN_ELAPSED: _SHOWN_ELAPSED_AT,
        _Field.SHOWN_DISTANCE: _SHOWN_DISTANCE_AT,
    }
    second = _second_elapsed(titles)
    if second is not None:
        return places | {
            field: second + after
            for after, field in _FROM_SECOND_ELAPSED.items()
            if second + after < len(titles)
        }
    if len(titles) in _SHORT_COLUMNS and len(set(titles)) == len(titles):
        return places | {_Field.FILE: len(titles) - 1}
    raise ImportFailure(FailureCode.NOT_RECOGNISED)


def _second_elapsed(titles: Sequence[str]) -> int | None:
    """Where the measured columns begin: elapsed time and, two further on, distance once more."""
    if len(titles) <= _SHOWN_DISTANCE_AT:
        return None
    elapsed, distance = titles[_SHOWN_ELAPSED_AT], titles[_SHOWN_DISTANCE_AT]
    for at in range(_SHOWN_DISTANCE_AT + 1, len(titles) - 2):
        if titles[at] == elapsed and titles[at + 2] == distance:
            return at
    return None


@dataclass(frozen=True, slots=True)
class _Cells:
    cells: Sequence[str]
    places: Mapping[_Field, int]

    def text(self, field: _Field) -> str:
        at = self.places.get(field)
        text = self.cells[at].strip() if at is not None and at < len(self.cells) else ""
        return "" if text == _ERROR else text

    def number(self, field: _Field) -> float | None:
        return _number(self.text(field))


def _identity(row: Row, places: Mapping[_Field, int]) -> str | None:
    if row.cells is None:
        return None
    text = _Cells(row.cells, places).text(_Field.ID)
    return text if _DIGITS.fullmatch(text) else None


def _read(
    row: Row, places: Mapping[_Field, int], files: Mapping[str, str], width: int
) -> Listed | Unread:
    identity = _identity(row, places)
    if row.cells is None or identity is None or _runs_on(row.cells, width):
        return Unread(label=f"row {row.line}", code=FailureCode.DAMAGED)
    cells = _Cells(row.cells, places)
    start = utc_moment(cells.text(_Field.DATE))
    sport, sub_sport = sport_of(cells.text(_Field.TYPE))
    elapsed_s = cells.number(_Field.ELAPSED_S) or cells.number(_Field.SHOWN_ELAPSED)
    distance_m = _distance_m(cells, sport)
    steps = cells.number(_Field.STEPS)
    totals = totals_of(
        distance_m=distance_m,
        timer_s=cells.number(_Field.MOVING_S),
        elapsed_s=elapsed_s,
        steps=steps if _are_steps(steps, distance_m) else None,
        ascent_m=cells.number(_Field.ASCENT_M),
    )
    title = plain(cells.text(_Field.NAME))
    name = cells.text(_Field.FILE).lower()
    file = files.get(name) or files.get(name.removesuffix(".gz"))
    recording = summary(
        sport=sport,
        sub_sport=sub_sport,
        start_s=None if start is None else start.timestamp(),
        totals=totals,
    )
    label = label_of(title, recording)
    if recording.started_at is None and file is None and totals.elapsed_s is None:
        return Unread(label=label, code=FailureCode.DAMAGED, detail=f"row {row.line}")
    return Listed(
        identity=f"strava:{identity}",
        label=label,
        recording=recording,
        title=title,
        rpe=exertion(cells.number(_Field.EXERTION)),
        file=file,
    )


def _runs_on(cells: Sequence[str], width: int) -> bool:
    """Whether a quote that nobody closed made one row of several: then no cell is in its place."""
    return len(cells) > width and any("\n" in cell for cell in cells)


def _distance_m(cells: _Cells, sport: Sport) -> float | None:
    measured_m = cells.number(_Field.DISTANCE_M)
    if measured_m is not None or sport is Sport.SWIMMING:
        # Swims are shown in metres or yards, whichever the pool is.
        return measured_m
    shown_km = cells.number(_Field.SHOWN_DISTANCE)
    return None if shown_km is None else shown_km * _METRES_PER_KM


def _are_steps(steps: float | None, distance_m: float | None) -> bool:
    """Whether a count can be steps of both feet: in other languages its place alone says so."""
    if not steps or not distance_m:
        return bool(steps)
    shortest, longest = _STEP_LENGTH_M
    return shortest <= distance_m / steps <= longest


def _number(text: str) -> float | None:
    """Number with a decimal point or comma, with or without signs between the thousands."""
    bare = text.translate(_GAPS)
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(",") < bare.rfind(".") else "."
        bare = bare.replace(thousands, "")
    bare = bare.replace(",", ".")
    if len(bare) > _LONGEST_NUMBER or not _NUMBER.fullmatch(bare):
        return None
    return float(bare)
