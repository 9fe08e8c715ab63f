"""Activities over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from api.activities import editing, service
from api.activities.editing_schemas import NewRun, RunChange
from api.activities.samples import FIELDS
from api.activities.schemas import RunBody, RunDetail, RunPage, StreamsBody
from api.http.days import FromDay, ToDay
from api.http.fresh import Fresh
from api.http.pages import Cursor, CursorInstant, PageLimit, cursor_key, encode_cursor
from api.http.sessions import AthleteAsked, Product, WriteSession
from models.activities import ActivityCursor

router = APIRouter(tags=["runs"])

_KEY = TypeAdapter(tuple[CursorInstant | None, UUID])

_FIELD = "|".join(FIELDS)

AllSports = Annotated[bool, Query(description="Other sports too, not only runs.")]
Duplicates = Annotated[bool, Query(description="Second recordings of the same run too.")]
Deleted = Annotated[bool, Query(description="Those that were deleted, instead of the others.")]
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
    deleted: Deleted = False,  # noqa: FBT002 - as above
) -> RunPage:
    """Runs, the newest first; second recordings of one among them, marked by `duplicate_of`."""
    wanted = service.RunFilter(
        all_sports=all_sports, duplicates=duplicates, deleted=deleted, first=first, last=last
    )
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


@router.post("/runs", status_code=HTTPStatus.CREATED)
def add_run(new: NewRun, product: Product, athlete_id: AthleteAsked = None) -> RunDetail:
    """Enter a run by hand. A watch file of it that is imported later counts in its place."""
    return editing.add_run(product, athlete_id, new)


@router.patch("/runs/{run_id}")
def edit_run(
    run_id: UUID, change: RunChange, product: Product, athlete_id: AthleteAsked = None
) -> RunDetail:
    """Change what a run says; what is left out stays, `reset` gives back what its file said."""
    return editing.edit_run(product, athlete_id, run_id, change)


@router.delete("/runs/{run_id}")
def delete_run(
    run_id: UUID, product: Product, session: WriteSession, athlete_id: AthleteAsked = None
) -> RunBody:
    """Delete a run, with its second recordings. It can be restored; deleting again is the same."""
    return editing.delete_run(session, athlete_id, run_id, product.now())


@router.post("/runs/{run_id}/restore")
def restore_run(
    run_id: UUID, product: Product, session: WriteSession, athlete_id: AthleteAsked = None
) -> RunBody:
    """Bring a deleted run back, with the recordings that were deleted along with it."""
    return editing.restore_run(session, athlete_id, run_id, product.now())


@router.post("/runs/{run_id}/prefer")
def prefer_run(
    run_id: UUID, product: Product, session: WriteSession, athlete_id: AthleteAsked = None
) -> RunBody:
    """Let this recording of a run count, and the others of it be its duplicates."""
    return editing.prefer_run(session, athlete_id, run_id, product.now())


def _after(cursor: str | None) -> ActivityCursor | None:
    return None if cursor is None else ActivityCursor._make(cursor_key(cursor, _KEY, 2))


def _cursor(run: ActivityCursor) -> str:
    started_at = run.started_at
    return encode_cursor([None if started_at is None else started_at.isoformat(), str(run.id)])
