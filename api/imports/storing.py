"""Puts one read file into the database: activities, samples, duplicates, the days they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.recording import Device, Sport
from analytics.runs.duplicates import Footprint, groups, same_run, winner
from analytics.runs.metrics import METRICS_VERSION
from api.accounts.local_day import LocalDay, believed, local_day
from api.imports.reading import ReadActivity, ReadFile
from api.refresh.days import rewrite_days
from models import activities, channels
from models.activities import ActivityValues, Overlap
from models.athletes import Athlete
from models.base import JsonValue, new_id
from models.imports import ImportItem, ItemStatus
from models.leases import Outcome

PARSER_VERSION = 1

SAME_BYTES = "same_bytes"
SAME_RUN = "same_run"
PARTIAL = "partial"


def store(
    session: Session, athlete: Athlete, item: ImportItem, read: ReadFile, now: datetime
) -> Outcome:
    """Store a file's activities for an athlete; a file whose bytes are known changes nothing."""
    sha = read.content_sha256
    if known := activities.by_content(session, athlete.id, [sha]):
        return Outcome(
            status=ItemStatus.DUPLICATE,
            code=SAME_BYTES,
            run_count=len(known[sha]),
            content_sha256=sha,
        )
    read = replace(
        read,
        activities=[
            replace(each, recording=believed(each.recording, now)) for each in read.activities
        ],
    )
    touched: set[date] = set()
    matched: list[Overlap] = []
    for activity in read.activities:
        day = local_day(activity.recording, athlete.zone)
        activity_id = new_id()
        values = _values(activity_id, activity, day, item, read, now)
        activities.insert(session, athlete.id, values)
        channels.insert(session, athlete.id, activity_id, activity.channels)
        if values["local_date"] is not None:
            touched.add(values["local_date"])
        new = _overlap(values)
        if new is not None:
            settled = _settle_duplicates(session, athlete.id, new)
            touched.update(one.local_date for one in settled if one.local_date is not None)
            if settled[new] is not None:
                matched.append(new)
    rewrite_days(session, athlete.id, touched)
    return _outcome(read, matched)


def _outcome(read: ReadFile, matched: Sequence[Overlap]) -> Outcome:
    detail = None
    if len(matched) == len(read.activities):
        status, code = ItemStatus.DUPLICATE, SAME_RUN
        detail = matched[0].local_date.isoformat() if matched[0].local_date else None
    else:
        partial = any(activity.recording.warnings for activity in read.activities)
        status, code = ItemStatus.IMPORTED, PARTIAL if partial else None
    return Outcome(
        status=status,
        code=code,
        detail=detail,
        run_count=len(read.activities),
        content_sha256=read.content_sha256,
    )


def _values(  # noqa: PLR0913, PLR0917 - a row is made of all of them
    activity_id: UUID,
    activity: ReadActivity,
    day: LocalDay,
    item: ImportItem,
    read: ReadFile,
    now: datetime,
) -> ActivityValues:
    recording, metrics = activity.recording, activity.metrics
    if item.file_sha256 is None:
        raise ValueError("an item without an original cannot be stored")
    elapsed = timedelta(seconds=metrics.elapsed_s or 0.0)
    return {
        "id": activity_id,
        "content_sha256": read.content_sha256,
        "session_index": activity.session_index,
        "file_sha256": item.file_sha256,
        "member": item.member,
        "source_name": item.name,
        "format": read.format,
        "parser_version": PARSER_VERSION,
        "metrics_version": METRICS_VERSION,
        "sport": recording.sport.value,
        "sub_sport": recording.sub_sport,
        "started_at": day.started_at,
        "ended_at": day.started_at + elapsed if day.started_at else None,
        "local_date": day.local_date,
        "utc_offset_s": day.utc_offset_s,
        "zone": day.zone,
        "zone_source": day.source.value if day.source else None,
        "distance_m": metrics.distance_m,
        "timer_s": metrics.timer_s,
        "elapsed_s": metrics.elapsed_s,
        "moving_s": metrics.moving_s,
        "steps_total": metrics.steps_total,
        "walking_steps": metrics.walking_steps,
        "hip_flexions": metrics.hip_flexions,
        "hip_flexions_source": metrics.hip_flexions_source.value,
        "records": recording.counts.records,
        "laps": len(recording.laps),
        "cadence_sum_per_leg": recording.counts.cadence_sum_per_leg,
        "device_manufacturer": recording.device.manufacturer,
        "device_product": recording.device.product,
        "device_serial": recording.device.serial,
        "richness": activity.richness,
        "duplicate_of": None,
        "metrics": metrics_json(activity, read.height_cm),
        "warnings": [
            {"code": warning.code.value, "count": warning.count} for warning in recording.warnings
        ],
        "created_at": now,
        "updated_at": now,
    }


def metrics_json(activity: ReadActivity, height_cm: float | None) -> Mapping[str, JsonValue]:
    """Everything known of a run that is no column, and the height its model was given."""
    cadence = activity.recording.cadence
    return {
        **asdict(activity.metrics),
        "cadence": asdict(cadence) if cadence is not None else None,
        "height_cm": height_cm,
    }


def _overlap(values: ActivityValues) -> Overlap | None:
    """What tells an activity from another, or None when only its bytes can."""
    if values["started_at"] is None:
        return None
    return Overlap._make(values[name] for name in Overlap._fields)  # pyright: ignore[reportUnknownArgumentType, reportGeneralTypeIssues] - the fields are columns


def _settle_duplicates(
    session: Session, athlete_id: UUID, new: Overlap
) -> Mapping[Overlap, UUID | None]:
    """Find everything that is the same activity as ``new``, and let the richest recording count.

    Returns what changed: each activity with the one it is now an alternate of, if any.
    """
    group = {new.id: new}
    unexplored = [new]
    while unexplored:
        one = unexplored.pop()
        for other in activities.overlapping(session, athlete_id, one.started_at, one.ended_at):
            if other.id not in group and same_run(_footprint(one), _footprint(other)):
                group[other.id] = other
                unexplored.append(other)
    duplicates: dict[Overlap, UUID | None] = {}
    # What hangs together may still be several activities: two sessions of one file never are one.
    for same in groups([_footprint(one) for one in group.values()]):
        best = UUID(winner(same).key)
        for one in (group[UUID(footprint.key)] for footprint in same):
            duplicates[one] = None if one.id == best else best
    changed = {one: of for one, of in duplicates.items() if one is new or one.duplicate_of != of}
    activities.set_duplicate_of(session, athlete_id, {one.id: of for one, of in changed.items()})
    return changed


def _footprint(one: Overlap) -> Footprint:
    return Footprint(
        key=str(one.id),
        sport=Sport(one.sport),
        started_s=one.started_at.timestamp(),
        elapsed_s=(one.ended_at - one.started_at).total_seconds(),
        device=Device(one.device_manufacturer, one.device_product, one.device_serial),
        content=one.content_sha256,
        session_index=one.session_index,
        richness=one.richness,
        distance_m=one.distance_m,
    )
