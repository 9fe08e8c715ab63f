"""Runs entered by hand, and every change a runner makes: edits, deletion, which recording counts.

Whatever a change touches is settled with it in one transaction: which recordings are of one run,
the totals of the days before and after, and from which day on the findings are out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from analytics.recording import Sport
from analytics.runs.intervals import fastest_m_s
from api.accounts.local_day import (
    LocalDay,
    ZoneSource,
    as_written,
    at_local_time,
    on_day,
)
from api.accounts.service import locked, whose
from api.activities.editing_schemas import NewRun, RunChange
from api.activities.schemas import RunBody, RunDetail
from api.activities.service import RunUnknown, run_body, run_detail, stored_run
from api.errors import Unprocessable
from api.recordings.again import MANUAL, Again, columns_again, entered, one_again
from api.recordings.columns import read_values
from api.recordings.edits import (
    as_read,
    corrected,
    differs,
    edits_of,
    laid_over,
    start_columns,
    without,
)
from api.recordings.originals import OriginalReader
from api.recordings.reading import read_activity
from api.recordings.settling import group_of, settle_again
from api.refresh.days import rewrite_days
from api.runtime import Runtime
from models import activities, athletes
from models.activities import Activity, ActivityChange, ActivityValues
from models.athletes import Athlete
from models.base import new_id

_SAID_ONLY: Final = frozenset({"title", "rpe", "read_values", "updated_at"})
"""What changes no total of a day."""

_TOO_FAST: Final = (
    "Nobody goes so far in so short a time. Check the distance, the time and their units."
)


class NotYet(Unprocessable):
    """A run cannot be on a day that has not come."""


class TooFast(Unprocessable):
    """A distance that no one covers in the time given."""


class _Change(NamedTuple):
    """A change, and its run read again where it is another sport now."""

    change: RunChange
    again: Again | None


def add_run(runtime: Runtime, athlete_id: UUID | None, new: NewRun) -> RunDetail:
    """Enter a run by hand.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    NotYet
        The day has not come.
    TooFast
        The distance and the time do not go together.
    """
    with runtime.database.write() as session:
        athlete = locked(session, athlete_id)
        now = runtime.now()
        row = _entered_values(new, athlete, now)
        activities.insert(session, athlete.id, [row])
        _settle(session, athlete.id, {row["id"]}, {row["local_date"]})
        return run_detail(session, athlete.id, row["id"])


def edit_run(
    runtime: Runtime, athlete_id: UUID | None, run_id: UUID, change: RunChange
) -> RunDetail:
    """Change what a run says. The same change again changes nothing.

    Raises
    ------
    AthleteUnknown, RunUnknown
        There is no such athlete, or they have no such run.
    NotYet
        The day has not come.
    TooFast
        The distance and the time do not go together.
    OriginalUnreadable
        Another sport means another reading, and what it was read from is gone.
    """
    while True:
        # Reading a file takes a while: nobody waits for the database meanwhile.
        with runtime.database.read() as session:
            athlete = whose(session, athlete_id)
            row = _there(session, athlete.id, run_id)
        again = _again(runtime, athlete, row, change)
        with runtime.database.write() as session:
            athlete = locked(session, athlete.id)
            row = _there(session, athlete.id, run_id)
            planned = _Change(change, again)
            if again is not None and again.height_cm != athlete.height_cm:
                continue
            if _needs_reading(row, change) != (again is not None):
                continue
            _edit(session, athlete, row, planned, runtime.now())
            return run_detail(session, athlete.id, run_id)


def delete_run(session: Session, athlete_id: UUID | None, run_id: UUID, now: datetime) -> RunBody:
    """Delete a recording; the one that counts takes its duplicates along.

    Raises
    ------
    AthleteUnknown, RunUnknown
        There is no such athlete, or they have no such run.
    """
    athlete = locked(session, athlete_id)
    row = stored_run(session, athlete.id, run_id)
    if row.deleted_at is None:
        group = group_of(session, athlete.id, row)
        gone = {run_id} if row.duplicate_of else group
        days = {row.local_date}
        for one in gone:
            activities.change(session, athlete.id, one, deleted_at=now, updated_at=now)
        _settle(session, athlete.id, group - gone, days)
    return run_body(stored_run(session, athlete.id, run_id))


def restore_run(session: Session, athlete_id: UUID | None, run_id: UUID, now: datetime) -> RunBody:
    """Bring a deleted recording back, with the duplicates that were deleted along with it.

    Raises
    ------
    AthleteUnknown, RunUnknown
        There is no such athlete, or they have no such run.
    """
    athlete = locked(session, athlete_id)
    row = stored_run(session, athlete.id, run_id)
    if row.deleted_at is not None:
        along = activities.alternates(session, athlete.id, run_id, deleted=True)
        back = {run_id, *(one.id for one in along if one.deleted_at == row.deleted_at)}
        for one in back:
            activities.change(session, athlete.id, one, deleted_at=None, updated_at=now)
        _settle(session, athlete.id, back, {row.local_date})
    return run_body(stored_run(session, athlete.id, run_id))


def prefer_run(session: Session, athlete_id: UUID | None, run_id: UUID, now: datetime) -> RunBody:
    """Let a recording count, whatever is told by the others of its run, till another is chosen.

    Raises
    ------
    AthleteUnknown, RunUnknown
        There is no such athlete, or they have no such run.
    """
    athlete = locked(session, athlete_id)
    row = _there(session, athlete.id, run_id)
    group = group_of(session, athlete.id, row)
    chosen_before = [
        one.id
        for one in activities.overlaps(session, athlete.id, group - {run_id})
        if one.preferred_at is not None
    ]
    if row.preferred_at is None or chosen_before:
        for one in chosen_before:
            activities.change(session, athlete.id, one, preferred_at=None, updated_at=now)
        activities.change(session, athlete.id, run_id, preferred_at=now, updated_at=now)
        _settle(session, athlete.id, group, {row.local_date})
    return run_body(_there(session, athlete.id, run_id))


def _there(session: Session, athlete_id: UUID, run_id: UUID) -> Activity:
    row = activities.get(session, athlete_id, run_id)
    if row is None:
        raise RunUnknown("There is no such run. GET /v1/runs lists them.", "path/run_id")
    return row


def _settle(
    session: Session, athlete_id: UUID, changed: Collection[UUID], days: Collection[date | None]
) -> None:
    settled = settle_again(session, athlete_id, changed)
    touched = {day for day in days if day is not None} | settled.touched
    if touched:
        rewrite_days(session, athlete_id, touched)
    else:
        athletes.bump_version(session, athlete_id)


def _edit(
    session: Session, athlete: Athlete, row: Activity, planned: _Change, now: datetime
) -> None:
    edits = _edits(row, athlete, planned.change, now)
    if planned.again is None:
        read = as_read(row, athlete.zone)
    else:
        read = columns_again(row, planned.again, athlete, now)
    columns = laid_over(read, edits)
    if planned.change.takes_choice_back:
        columns["preferred_at"] = None
    if not differs(row, columns, {"updated_at"}):
        return
    if {"distance_m", "timer_s"} & edits.keys():
        _check_speed(columns, planned.change)
    columns["updated_at"] = now
    before = {name: getattr(row, name) for name in columns}
    changed = {name for name, value in columns.items() if before[name] != value}
    ranks = corrected(row.read_values) != corrected(columns.get("read_values", {}))
    group = group_of(session, athlete.id, row)
    activities.change(session, athlete.id, row.id, **columns)
    if changed <= _SAID_ONLY and not ranks:
        athletes.bump_version(session, athlete.id)
        return
    days = {before["local_date"], columns.get("local_date")}
    _settle(session, athlete.id, group, days)


def _check_speed(columns: ActivityChange, change: RunChange) -> None:
    sport = Sport(columns.get("sport", Sport.UNKNOWN))
    distance_m, timer_s = columns.get("distance_m"), columns.get("timer_s")
    if distance_m and timer_s and distance_m > fastest_m_s(sport) * timer_s:
        given = change.model_fields_set
        named = next((one for one in ("distance_m", "timer_s") if one in given), "reset")
        raise TooFast(_TOO_FAST, f"body/{named}")


def _edits(row: Activity, athlete: Athlete, change: RunChange, now: datetime) -> ActivityChange:
    """What the runner says of a run from now on."""
    given = change.model_fields_set
    edits = without(edits_of(row), change.reset_fields)
    if "title" in given:
        edits["title"] = change.title
    if "rpe" in given:
        edits["rpe"] = change.rpe
    if "distance_m" in given:
        edits["distance_m"] = change.distance_m
    if "timer_s" in given:
        edits["timer_s"] = change.timer_s
    if "fast_was_run" in given:
        edits = without(edits, ["fast_was_run"])
        if change.fast_was_run is not None:
            edits["fast_was_run"] = change.fast_was_run
    if {"sport", "sub_sport"} & given:
        sport = change.sport or row.sport
        stays = sport == row.sport and "sub_sport" not in given
        edits["sport"] = sport
        edits["sub_sport"] = row.sub_sport if stays else change.sub_sport
    if {"started_at", "local_date"} & given:
        edits.update(start_columns(_start(row, athlete, change, now)))
    return edits


def _start(row: Activity, athlete: Athlete, change: RunChange, now: datetime) -> LocalDay:
    zone = row.zone or athlete.zone
    clock = None
    timed = row.zone_source is None or ZoneSource(row.zone_source).knows_time
    if row.started_at is not None and timed:
        offset = timedelta(seconds=row.utc_offset_s or 0)
        clock = (row.started_at.astimezone(UTC) + offset).replace(tzinfo=None)
    if change.local_date is None or clock is None:
        return _told_start(change.started_at, change.local_date, zone, now)
    moved = datetime.combine(change.local_date, clock.time())
    if row.zone is None and row.utc_offset_s is not None:
        # Only its offset is known: its clock goes on showing that.
        offset = timezone(timedelta(seconds=row.utc_offset_s))
        day = as_written(moved.replace(tzinfo=offset), ZoneSource.RUNNERS_OFFSET)
        return _come(day, offset, now, "local_date")
    return _come(at_local_time(moved, zone, ZoneSource.RUNNER), ZoneInfo(zone), now, "local_date")


def _told_start(
    started_at: datetime | None, local_date: date | None, zone: str, now: datetime
) -> LocalDay:
    if started_at is None:
        if local_date is None:
            raise ValueError("neither a start nor a day")
        return _come(on_day(local_date, zone), ZoneInfo(zone), now, "local_date")
    if started_at.tzinfo is None:
        day = at_local_time(started_at, zone, ZoneSource.RUNNER)
        return _come(day, ZoneInfo(zone), now, "started_at")
    day = as_written(started_at, ZoneSource.RUNNERS_OFFSET)
    return _come(day, started_at.tzinfo, now, "started_at")


def _come(day: LocalDay, zone: tzinfo, now: datetime, field: str) -> LocalDay:
    today = now.astimezone(zone).date()
    if day.local_date is not None and day.local_date > today:
        raise NotYet("That day has not come yet. Name the day of the run.", f"body/{field}")
    return day


def _needs_reading(row: Activity, change: RunChange) -> bool:
    """Whether the run becomes another sport: its steps are counted otherwise then."""
    if "sport" in change.reset:
        read = row.read_values.get("sport", row.sport)
        return read != row.sport
    return change.sport is not None and change.sport != row.sport


def _again(runtime: Runtime, athlete: Athlete, row: Activity, change: RunChange) -> Again | None:
    if not _needs_reading(row, change):
        return None
    as_sport = None if change.sport is None else Sport(change.sport)
    with OriginalReader(runtime.originals) as originals:
        return one_again(runtime.database, originals, row, athlete, as_sport)


def _entered_values(new: NewRun, athlete: Athlete, now: datetime) -> ActivityValues:
    day = _told_start(new.started_at, new.local_date, athlete.zone, now)
    recording = entered(
        Sport(new.sport), distance_m=new.distance_m, timer_s=new.timer_s, steps=new.steps
    )
    activity = read_activity(recording, 0, athlete.height_cm)
    if new.distance_m is not None and activity.metrics.distance_m is None:
        raise TooFast(_TOO_FAST, "body/distance_m")
    run_id = new_id()
    return {
        **read_values(activity, MANUAL, day, athlete.height_cm, now),
        "id": run_id,
        "content_sha256": hashlib.sha256(run_id.bytes).hexdigest(),
        "session_index": 0,
        "file_sha256": None,
        "member": None,
        "entry": None,
        "source_name": MANUAL,
        "title": new.title,
        "rpe": new.rpe,
        "fast_was_run": None,
        "preferred_at": None,
        "duplicate_of": None,
        "deleted_at": None,
        "read_values": {},
        "created_at": now,
    }
