"""Activities of an athlete: pages of them, one in detail, its samples."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.recording import Warn
from api.accounts.local_day import ZoneSource
from api.activities import samples
from api.activities.schemas import (
    CadenceBody,
    DeviceBody,
    FieldName,
    MetricsBody,
    RunBody,
    RunDetail,
    StreamsBody,
    WarningBody,
    ZoneSourceName,
)
from api.errors import DaysReversed, NotFound, Unprocessable
from api.messages.imports import warning_text
from api.messages.runs import duplicate_text, held_out_text
from api.recordings.edits import edited
from models import activities
from models.activities import RUNNING, Activity, ActivityCursor
from models.base import JsonValue

CHUNK = 500


class RunUnknown(NotFound):
    """There is no such activity."""


class FieldUnknown(Unprocessable):
    """There is no stream of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which activities are asked for."""

    all_sports: bool = False
    duplicates: bool = True
    deleted: bool = False
    first: date | None = None
    last: date | None = None


def run_page(
    session: Session,
    athlete_id: UUID,
    wanted: RunFilter,
    *,
    limit: int,
    after: ActivityCursor | None = None,
) -> tuple[list[RunBody], ActivityCursor | None]:
    """Activities, the newest first, and the one to go on after, if there is more.

    Raises
    ------
    DaysReversed
        The first day comes after the last.
    """
    if wanted.first is not None and wanted.last is not None and wanted.first > wanted.last:
        raise DaysReversed("`from` must not be after `to`.", "query/from")
    rows = _rows(session, athlete_id, wanted, limit=limit + 1, after=after)
    shown = rows[:limit]
    more = len(rows) > limit
    return [run_body(row) for row in shown], cursor_of(shown[-1]) if more else None


def iter_runs(
    session: Session, athlete_id: UUID, *, all_sports: bool = False, duplicates: bool = True
) -> Iterator[RunBody]:
    """Every activity, the newest first, in the memory of one page."""
    wanted = RunFilter(all_sports=all_sports, duplicates=duplicates)
    after: ActivityCursor | None = None
    while True:
        page, after = run_page(session, athlete_id, wanted, limit=CHUNK, after=after)
        yield from page
        if after is None:
            return


def run_detail(session: Session, athlete_id: UUID, run_id: UUID) -> RunDetail:
    """One activity with all that is known of it.

    Raises
    ------
    RunUnknown
        This athlete has no such activity.
    """
    run = stored_run(session, athlete_id, run_id)
    cadence = run.metrics.get("cadence")
    return RunDetail(
        **run_body(run).model_dump(),
        format=run.format,
        device=DeviceBody(
            manufacturer=run.device_manufacturer,
            product=run.device_product,
            serial=run.device_serial,
        ),
        cadence=None if cadence is None else CadenceBody.model_validate(cadence),
        streams=samples.fields_of(session, athlete_id, run_id),
        metrics=MetricsBody.model_validate(run.metrics),
    )


def streams_body(
    session: Session,
    athlete_id: UUID,
    run_id: UUID,
    *,
    fields: Collection[str] | None,
    max_points: int,
) -> StreamsBody:
    """The samples of one activity in columns, all columns unless some are named.

    Raises
    ------
    RunUnknown
        This athlete has no such activity.
    FieldUnknown
        There is no column of such a name for any activity.
    """
    wanted = samples.FIELDS if fields is None else fields
    for field in wanted:
        if field not in samples.FIELDS:
            raise FieldUnknown(
                f"There is no stream called {field!r}. Choose from: {', '.join(samples.FIELDS)}.",
                "query/fields",
            )
    run = stored_run(session, athlete_id, run_id)
    found = samples.columns(session, athlete_id, run.id, fields=wanted, max_points=max_points)
    return StreamsBody(
        run_id=run.id,
        samples=found.samples,
        points=len(found.elapsed_s),
        elapsed_s=found.elapsed_s.tolist(),
        fields={name: list(samples.plain(values)) for name, values in found.fields.items()},
    )


def cursor_of(run: Activity) -> ActivityCursor:
    """Where the list goes on after an activity."""
    return ActivityCursor(run.started_at, run.id)


def run_body(run: Activity) -> RunBody:
    """An activity as seen from outside."""
    flexions = run.hip_flexions
    source = run.zone_source
    timed = source is None or ZoneSource(source).knows_time
    return RunBody(
        id=run.id,
        title=run.title,
        source_name=run.source_name,
        sport=run.sport,
        sub_sport=run.sub_sport,
        started_at=run.started_at if timed else None,
        local_date=run.local_date,
        zone=run.zone,
        zone_source=cast("ZoneSourceName | None", source),
        utc_offset_s=run.utc_offset_s,
        distance_m=run.distance_m,
        timer_s=run.timer_s,
        elapsed_s=run.elapsed_s,
        moving_s=run.moving_s,
        records=run.records,
        laps=run.laps,
        cadence_sum_per_leg=run.cadence_sum_per_leg,
        steps_total=_whole(run.steps_total),
        walking_steps=_whole(run.walking_steps),
        hip_flexions=_whole(flexions),
        hip_flexions_per_hip=None if flexions is None else _whole(flexions / 2),
        hip_flexions_source=run.hip_flexions_source,
        hip_flexions_band_fraction=_number(run.metrics.get("band_fraction")),
        held_out_m=run.held_out_m,
        held_out_s=run.held_out_s,
        held_out_flexions=round(run.held_out_flexions),
        fast_was_run=run.fast_was_run,
        held_out_text=held_out_text(run.held_out_m, run.held_out_s, fast_was_run=run.fast_was_run),
        rpe=run.rpe,
        edited=cast("list[FieldName]", edited(run.read_values)),
        preferred=run.preferred_at is not None,
        deleted_at=run.deleted_at,
        parser_version=run.parser_version,
        metrics_version=run.metrics_version,
        duplicate_of=run.duplicate_of,
        duplicate_text=None if run.duplicate_of is None else duplicate_text(knows_time=timed),
        warnings=[_warning(one) for one in run.warnings],
    )


def _rows(
    session: Session,
    athlete_id: UUID,
    wanted: RunFilter,
    *,
    limit: int,
    after: ActivityCursor | None,
) -> Sequence[Activity]:
    return activities.list_page(
        session,
        athlete_id,
        limit=limit,
        after=after,
        sport=None if wanted.all_sports else RUNNING,
        first=wanted.first,
        last=wanted.last,
        duplicates=wanted.duplicates,
        deleted=wanted.deleted,
    )


def stored_run(session: Session, athlete_id: UUID, run_id: UUID) -> Activity:
    """One activity, a deleted one too.

    Raises
    ------
    RunUnknown
        This athlete has no such activity.
    """
    run = activities.get(session, athlete_id, run_id) or activities.get(
        session, athlete_id, run_id, deleted=True
    )
    if run is None:
        raise RunUnknown("There is no such run. GET /v1/runs lists them.", "path/run_id")
    return run


def _whole(count: float | None) -> int | None:
    return None if count is None else round(count)


def _number(stored: JsonValue) -> float | None:
    return float(stored) if isinstance(stored, int | float) else None


def _warning(stored: JsonValue) -> WarningBody:
    if not isinstance(stored, Mapping):
        raise TypeError("a stored warning is an object")
    code, count = Warn(str(stored["code"])), stored["count"]
    if not isinstance(count, int):
        raise TypeError("a warning's count is a whole number")
    return WarningBody(code=code.value, count=count, text=warning_text(code, count))
