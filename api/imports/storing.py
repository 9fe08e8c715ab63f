"""Puts read files into the database: activities, samples, duplicates, the days they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.recording import Sport, Warn
from api.accounts.local_day import believed, local_day
from api.recordings.again import Again
from api.recordings.columns import read_values
from api.recordings.reading import ReadActivity, ReadFile
from api.recordings.settling import settle_new
from api.refresh.days import rewrite_days
from models import activities, channels
from models.activities import RUNNING, Activity, ActivityValues, Known, Overlap
from models.athletes import Athlete
from models.base import JsonValue, new_id
from models.channels import PackedChannel
from models.imports import ItemStatus
from models.leases import Outcome

SAME_BYTES = "same_bytes"
SAME_RUN = "same_run"
PARTIAL = "partial"
NO_DATE = "no_date"
HELD_OUT = "held_out"
OTHER_SPORT = "other_sport"
DELETED_BEFORE = "deleted_before"


class Place(NamedTuple):
    """Where a read file came from: a name to show, its original, and where in it."""

    name: str
    file_sha256: str
    member: str | None = None
    entry: str | None = None
    title: str | None = None
    rpe: float | None = None


@dataclass(frozen=True, slots=True)
class ToStore:
    """A read file and where it came from."""

    place: Place
    read: ReadFile


@dataclass(slots=True)
class _New:
    """What one file adds, until the duplicates among all are known."""

    read: ReadFile
    rows: list[ActivityValues]


def store(
    session: Session, athlete: Athlete, files: Sequence[ToStore], now: datetime
) -> Sequence[Outcome]:
    """Store files' activities for an athlete, and say how each file ended, in their order.

    A file whose bytes are known changes nothing. One file or many make the same of it.
    """
    known = dict(
        activities.by_content(session, athlete.id, [one.read.content_sha256 for one in files])
    )
    outcomes: list[Outcome | _New] = []
    packed: dict[UUID, Sequence[PackedChannel]] = {}
    for one in (_believed(one, now) for one in files):
        sha = one.read.content_sha256
        if sha in known:
            outcomes.append(known_outcome(sha, known[sha]))
            continue
        rows = [_values(activity, athlete, one, now) for activity in one.read.activities]
        packed.update(
            (row["id"], activity.channels)
            for row, activity in zip(rows, one.read.activities, strict=True)
        )
        known[sha] = [Known(row["id"], deleted=False) for row in rows]
        outcomes.append(_New(one.read, rows))
    added = [row for one in outcomes if isinstance(one, _New) for row in one.rows]
    activities.insert(session, athlete.id, added)
    channels.insert_many(session, athlete.id, packed)
    alternate_of = _settle(session, athlete.id, added)
    return [_outcome(one, alternate_of) if isinstance(one, _New) else one for one in outcomes]


def known_outcome(sha: str, there: Sequence[Known]) -> Outcome:
    """How a file ends whose content has been stored before."""
    deleted = all(one.deleted for one in there)
    return Outcome(
        status=ItemStatus.SKIPPED if deleted else ItemStatus.DUPLICATE,
        code=DELETED_BEFORE if deleted else SAME_BYTES,
        run_count=len(there),
        content_sha256=sha,
    )


def overlap_of(athlete: Athlete, one: ToStore, now: datetime) -> Overlap | None:
    """What would tell a file's first activity from another, or None when it has no date."""
    row = _values(_believed(one, now).read.activities[0], athlete, one, now)
    return None if row["started_at"] is None else _overlap(row)


def new_activity(beside: Activity, again: Again, athlete: Athlete, now: datetime) -> ActivityValues:
    """An activity of a stored file that was not found in it before, next to one that was."""
    activity = again.activity.of(believed(again.activity.recording, beside.created_at))
    day = local_day(activity.recording, athlete.zone)
    return {
        **read_values(activity, again.format, day, again.height_cm, now),
        "id": new_id(),
        "content_sha256": beside.content_sha256,
        "session_index": activity.session_index,
        "file_sha256": beside.file_sha256,
        "member": beside.member,
        "entry": beside.entry,
        "source_name": beside.source_name,
        "title": None,
        "rpe": None,
        "fast_was_run": None,
        "preferred_at": None,
        "duplicate_of": None,
        "deleted_at": beside.deleted_at,
        "read_values": {},
        "created_at": beside.created_at,
    }


def _believed(one: ToStore, now: datetime) -> ToStore:
    activities_read = [
        replace(each, recording=believed(each.recording, now)) for each in one.read.activities
    ]
    return replace(one, read=replace(one.read, activities=activities_read))


def _values(
    activity: ReadActivity, athlete: Athlete, one: ToStore, now: datetime
) -> ActivityValues:
    day = local_day(activity.recording, athlete.zone)
    return {
        **read_values(activity, one.read.format, day, one.read.height_cm, now),
        "id": new_id(),
        "content_sha256": one.read.content_sha256,
        "session_index": activity.session_index,
        "file_sha256": one.place.file_sha256,
        "member": one.place.member,
        "entry": one.place.entry,
        "source_name": one.place.name,
        "title": one.place.title,
        "rpe": one.place.rpe,
        "fast_was_run": None,
        "preferred_at": None,
        "duplicate_of": None,
        "deleted_at": None,
        "read_values": {},
        "created_at": now,
    }


def _settle(
    session: Session, athlete_id: UUID, added: Sequence[ActivityValues]
) -> Mapping[UUID, UUID | None]:
    touched: set[date] = {row["local_date"] for row in added if row["local_date"] is not None}
    dated = [_overlap(row) for row in added if row["started_at"] is not None]
    alternate_of: Mapping[UUID, UUID | None] = {}
    if dated:
        settled = settle_new(session, athlete_id, dated)
        touched |= settled.touched
        alternate_of = settled.alternate_of
    rewrite_days(session, athlete_id, touched)
    return alternate_of


def _overlap(row: ActivityValues) -> Overlap:
    return Overlap._make(row[name] for name in Overlap._fields)  # pyright: ignore[reportUnknownArgumentType, reportGeneralTypeIssues] - the fields are columns


def _remark(rows: Sequence[ActivityValues]) -> str | None:
    """What its runner should know of an imported file first, or None for a plain run."""
    if all(row["started_at"] is None for row in rows):
        return NO_DATE
    if any(row["held_out_m"] for row in rows):
        return HELD_OUT
    if all(row["sport"] not in {RUNNING, Sport.UNKNOWN.value} for row in rows):
        return OTHER_SPORT
    odd = {_code_of(warning) for row in rows for warning in row["warnings"]}
    if rows[0]["entry"] is not None:
        odd -= {Warn.NO_RECORDS.value}  # a list has never more than sums
    return PARTIAL if odd else None


def _code_of(warning: JsonValue) -> str:
    return str(warning["code"] if isinstance(warning, Mapping) else warning)


def _outcome(new: _New, alternate_of: Mapping[UUID, UUID | None]) -> Outcome:
    detail = None
    alternates = [row for row in new.rows if alternate_of.get(row["id"]) is not None]
    if len(alternates) == len(new.rows):
        status, code = ItemStatus.DUPLICATE, SAME_RUN
        day = alternates[0]["local_date"]
        detail = day.isoformat() if day else None
    else:
        status, code = ItemStatus.IMPORTED, _remark(new.rows)
    return Outcome(
        status=status,
        code=code,
        detail=detail,
        run_count=len(new.rows),
        content_sha256=new.read.content_sha256,
    )
