"""What the layouts share: a recording made of totals alone, labels, and names beside an index."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from analytics.recording import (
    Device,
    DeviceTotals,
    RawCounts,
    Recording,
    RecordingWarning,
    Sport,
    Warn,
)
from importers.archives.contract import Listed, Unread
from importers.contract import FailureCode, ImportFailure
from importers.dates import moment
from importers.totals import SMALLEST_TOTAL

MAX_LISTED: Final = 200_000
"""Rows of one index: some thirty a day for twenty years, which nobody has."""

FARTHEST_M: Final = 2_000_000.0
LONGEST_S: Final = 60 * 86_400.0
MOST_STEPS: Final = 2_000_000
MOST_ASCENT_M: Final = 100_000.0
HIGHEST_RPE: Final = 10.0


def summary(  # noqa: PLR0913 - keywords, each a fact of its own
    *,
    sport: Sport,
    sub_sport: str | None,
    start_s: float | None,
    totals: DeviceTotals,
    zone: str | None = None,
    utc_offset_s: int | None = None,
    device: Device | None = None,
    warnings: tuple[RecordingWarning, ...] = (),
) -> Recording:
    """Make a recording without samples, with the warnings that go with that.

    ``start_s`` is seconds since 1970 UTC. A start that is no possible date is none.
    """
    started_at = None if start_s is None else moment(start_s)
    told = {
        Warn.NO_RECORDS: True,
        Warn.NO_START: start_s is None,
        Warn.IMPOSSIBLE_DATE: start_s is not None and started_at is None,
        Warn.UNKNOWN_SPORT: sport is Sport.UNKNOWN,
    }
    return Recording(
        sport=sport,
        sub_sport=sub_sport,
        started_at=started_at,
        zone=zone,
        utc_offset_s=utc_offset_s,
        elapsed_s=np.empty(0),
        counts=RawCounts(records=0),
        totals=totals,
        device=device or Device(),
        warnings=(
            *warnings,
            *(RecordingWarning(code) for code, applies in told.items() if applies),
        ),
    )


def within(value: float | None, most: float) -> float | None:
    """Value if it is anything up to ``most``, else None: exports write 0 for unknown."""
    return value if value is not None and SMALLEST_TOTAL <= value <= most else None


def totals_of(
    *,
    distance_m: float | None = None,
    timer_s: float | None = None,
    elapsed_s: float | None = None,
    steps: float | None = None,
    ascent_m: float | None = None,
) -> DeviceTotals:
    """Totals without what cannot be: nobody's activity is that long."""
    whole_steps = within(steps, MOST_STEPS)
    return DeviceTotals(
        distance_m=within(distance_m, FARTHEST_M),
        timer_s=within(timer_s, LONGEST_S),
        elapsed_s=within(elapsed_s, LONGEST_S),
        steps=None if whole_steps is None else round(whole_steps),
        ascent_m=within(ascent_m, MOST_ASCENT_M),
    )


def exertion(value: float | None) -> float | None:
    """Rating of perceived exertion if it is one: above 0, which means "not rated", up to 10."""
    return within(value, HIGHEST_RPE)


def label_of(title: str | None, recording: Recording) -> str:
    """What a list of files calls an activity; its time is local where that is known, else UTC."""
    name = title or recording.sport.value
    start = recording.started_at
    if start is None:
        return name
    if recording.utc_offset_s is not None:
        start += timedelta(seconds=recording.utc_offset_s)
    elif recording.zone is not None:
        start = start.astimezone(ZoneInfo(recording.zone))
    return f"{name}, {start:%Y-%m-%d %H:%M}"


def folder_of(name: str) -> str:
    """Everything up to the file's own name, its last ``/`` included."""
    return name[: name.rfind("/") + 1]


def base_of(name: str) -> str:
    """File's own name."""
    return name[name.rfind("/") + 1 :]


def beside(index: str, names: Collection[str]) -> Mapping[str, str]:
    """Full names of the files in an index's folder and below, by lower-case name within it."""
    folder = folder_of(index)
    return {name[len(folder) :].lower(): name for name in names if name.startswith(folder)}


def at_most(found: Iterator[Listed | Unread]) -> Iterator[Listed | Unread]:
    """Pass on what an index lists; ``ImportFailure`` (``TOO_LARGE``) beyond ``MAX_LISTED``."""
    for number, one in enumerate(found):
        if number >= MAX_LISTED:
            raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_LISTED} rows")
        yield one
