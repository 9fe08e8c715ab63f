"""Activities over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from api.activities import service
from api.activities.samples import FIELDS
from api.activities.schemas import RunDetail, RunPage, StreamsBody
from api.http.days import FromDay, ToDay
from api.http.fresh import Fresh
from api.http.pages import Cursor, CursorInstant, PageLimit, cursor_key, encode_cursor
from models.activities import ActivityCursor

router = APIRouter(tags=["runs"])

_KEY = TypeAdapter(tuple[CursorInstant | None, UUID])

_FIELD = "|".join(FIELDS)

AllSports = Annotated[bool, Query(description="Other sports too, not only runs.")]
Duplicates = Annotated[bool, Query(description="Second recordings of the same run too.")]
Fields = Annotated[
    str | None,
    Query(
        max_length=500,
        json_schema_extra={"pattern": rf"^(({_FIELD})(,({_FIELD}))*)?$"},
        description="Columns, separated by commas; all when left out. `elapsed_s` always comes.",
    ),
]
MaxPoints = Annotated[
    int, Query(ge=2, le=20_000, description="Most samples; evenly picked when there are more.")
]


@router.get("/runs")
def list_runs(  # noqa: PLR0913, PLR0917 - a query has as many parameters as it has filters
    fresh: Fresh,
    limit: PageLimit = 100,
    cursor: Cursor = None,
    first: FromDay = None,
    last: ToDay = None,
    all_sports: AllSports = False,  # noqa: FBT002 - as FastAPI reads a query's default
    duplicates: Duplicates = True,  # noqa: FBT002 - as above
) -> RunPage:
    """Runs, the newest first; second recordings of one among them, marked by `duplicate_of`."""
    wanted = service.RunFilter(all_sports=all_sports, duplicates=duplicates, first=first, last=last)
    items, last_run = service.run_page(
        fresh.session, fresh.athlete.id, wanted, limit=limit, after=_after(cursor)
    )
    return RunPage(items=items, next_cursor=None if last_run is None else _cursor(last_run))


@router.get("/runs/{run_id}")
def get_run(run_id: UUID, fresh: Fresh) -> RunDetail:
    """One run, or an activity of another sport, with all that is known of it."""
    return service.run_detail(fresh.session, fresh.athlete.id, run_id)


@router.get("/runs/{run_id}/streams")
def get_streams(
    run_id: UUID, fresh: Fresh, fields: Fields = None, max_points: MaxPoints = 2_000
) -> StreamsBody:
    """Its samples in columns, for a chart."""
    return service.streams_body(
        fresh.session,
        fresh.athlete.id,
        run_id,
        fields=None if fields is None else [one for one in fields.split(",") if one],
        max_points=max_points,
    )


def _after(cursor: str | None) -> ActivityCursor | None:
    return None if cursor is None else ActivityCursor._make(cursor_key(cursor, _KEY, 2))


def _cursor(run: ActivityCursor) -> str:
    started_at = run.started_at
    return encode_cursor([None if started_at is None else started_at.isoformat(), str(run.id)])
