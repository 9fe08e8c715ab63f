"""Reads stored activities again from where they came: a file, an export's index, the runner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import numpy as np

from analytics.recording import DeviceTotals, RawCounts, Recording, Sport
from analytics.runs.metrics import FlexionSource
from api.accounts.local_day import ZoneSource, believed, local_day
from api.errors import Unprocessable
from api.recordings.columns import read_values
from api.recordings.edits import AsRead, as_read, day_of
from api.recordings.exports import exports_of
from api.recordings.originals import LIMITS, OriginalReader
from api.recordings.reading import ReadActivity, read_activity, read_file
from importers.archives.contract import Listed
from importers.contract import ImportFailure
from models.activities import Activity
from models.athletes import Athlete
from models.database import Database

MANUAL: Final = "manual"
"""The format of a run entered by hand."""


class OriginalUnreadable(Unprocessable):
    """What an activity was read from is not there, or cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Again:
    """An activity read again, and what its metrics were told of the runner."""

    activity: ReadActivity
    format: str
    height_cm: float | None


def columns_again(row: Activity, again: Again, athlete: Athlete, now: datetime) -> AsRead:
    """The columns of a stored activity as another reading of its original has them.

    What no original tells comes from the row: the name and the effort, and what was believed of its
    date on the day it was imported.
    """
    before = as_read(row, athlete.zone)
    if row.format == MANUAL:
        day = day_of(before)
        activity = again.activity
    else:
        recording = believed(again.activity.recording, row.created_at)
        # The day a local clock showed was fixed with the zone of its time.
        by_clock = before["zone_source"] == ZoneSource.LOCAL_CLOCK.value
        day = local_day(recording, (before["zone"] if by_clock else None) or athlete.zone)
        activity = again.activity.of(recording)
    values = read_values(activity, again.format, day, again.height_cm, now)
    told = {name: before[name] for name in ("title", "rpe", "fast_was_run")}
    return cast("AsRead", {**values, **told})


def entered(
    sport: Sport,
    *,
    distance_m: float | None,
    timer_s: float | None,
    steps: int | None,
    sub_sport: str | None = None,
) -> Recording:
    """A recording of what a runner enters by hand: totals, no samples, no start of its own."""
    return Recording(
        sport=sport,
        sub_sport=sub_sport,
        started_at=None,
        elapsed_s=np.empty(0),
        counts=RawCounts(records=0),
        totals=DeviceTotals(distance_m=distance_m, timer_s=timer_s, elapsed_s=timer_s, steps=steps),
    )


def entered_again(
    row: Activity, athlete_zone: str, height_cm: float | None, as_sport: Sport | None
) -> Again:
    """A run entered by hand, counted again from what was entered."""
    read = as_read(row, athlete_zone)
    counted = read["hip_flexions_source"] == FlexionSource.DEVICE_STEPS.value
    steps = read["steps_total"] if counted else None
    recording = entered(
        Sport(read["sport"]),
        sub_sport=read["sub_sport"],
        distance_m=read["distance_m"],
        timer_s=read["timer_s"],
        steps=None if steps is None else round(steps),
    )
    return Again(read_activity(recording, 0, height_cm, as_sport), MANUAL, height_cm)


def entries_again(  # noqa: PLR0913 - whose index, where it is, and what is wanted of it
    database: Database,
    originals: OriginalReader,
    athlete_id: UUID,
    *,
    file_sha256: str,
    member: str | None,
    wanted: Mapping[str, Sport | None],
    height_cm: float | None,
) -> Iterator[tuple[str, Again]]:
    """Activities of an index by their identity, read once for all of them.

    ``wanted`` has the sport the runner says an activity was, None where they say nothing. What is
    not found again is left out.

    Raises
    ------
    ImportFailure
        The index, or the archive it lies in, cannot be read.
    OSError
        Its original is not there.
    """
    missing = set(wanted)
    with database.read() as session:
        exports = list(exports_of(session, athlete_id, file_sha256, member, originals))
    for export in exports:
        key = export.layout().key
        for one in export.entries():
            if isinstance(one, Listed) and one.identity in missing:
                missing.remove(one.identity)
                activity = read_activity(one.recording, 0, height_cm, wanted[one.identity])
                yield one.identity, Again(activity, key, height_cm)
            if not missing:
                return


def one_again(
    database: Database,
    originals: OriginalReader,
    row: Activity,
    athlete: Athlete,
    as_sport: Sport | None,
) -> Again:
    """One stored activity, read again.

    Raises
    ------
    OriginalUnreadable
        Its original is not there, or cannot be read, or does not hold it any more.
    """
    height_cm = athlete.height_cm
    if row.file_sha256 is None:
        return entered_again(row, athlete.zone, height_cm, as_sport)
    try:
        if row.entry is not None:
            found = entries_again(
                database,
                originals,
                row.athlete_id,
                file_sha256=row.file_sha256,
                member=row.member,
                wanted={row.entry: as_sport},
                height_cm=height_cm,
            )
            again = next((one for _, one in found), None)
        else:
            content = originals.content(row.file_sha256, row.member)
            sports = {} if as_sport is None else {row.session_index: as_sport}
            read = read_file(
                content, row.source_name, LIMITS, height_cm, row.content_sha256, sports
            )
            again = next(
                (
                    Again(one, read.format, height_cm)
                    for one in read.activities
                    if one.session_index == row.session_index
                ),
                None,
            )
    except (ImportFailure, OSError):
        again = None
    if again is None:
        raise OriginalUnreadable(
            "The file this run was read from is missing or damaged, so it cannot be read as "
            "another sport. Copy the originals back from a backup, then try again."
        )
    return again
