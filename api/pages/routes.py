"""The pages over HTTP. They work without JavaScript: forms post, and answers lead to pages."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, File, Query, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from api.activities.editing import edit_run
from api.activities.editing_schemas import RunChange
from api.errors import NotFound, Unprocessable
from api.http.days import Day
from api.http.sessions import Product, ReadSession, WriteSession
from api.imports import service as imports
from api.imports.uploads import uploaded
from api.marks.service import mark_since_last_run
from api.messages.pages import say
from api.pages.import_rows import problems_first
from api.pages.rendering import render_docs, render_home, render_import, render_problem
from api.today.service import today
from models.day_marks import DayKind

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

REFRESH_S: Final = 2
"""How long a running import's page waits before it looks again."""

DOCS_POLICY: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI styles its elements inline and draws its icons from data URLs; no more than that."""

Asked = Annotated[str | None, Query(alias="athlete_id")]
Files = Annotated[list[UploadFile] | None, File()]

_ANSWERS: Final[Mapping[str, DayKind]] = {
    "rested": DayKind.RESTED,
    "unobserved": DayKind.UNOBSERVED,
}
_YES_OR_NO: Final[Mapping[str, bool]] = {"was-run": True, "was-not-run": False}
"""What the buttons of the page of today say."""

_DAY: Final[TypeAdapter[Day]] = TypeAdapter(Day)


@router.get("/")
def home(product: Product, athlete_id: Asked = None, as_of: str | None = None) -> Response:
    """Today, or another day to look back at, and the way to upload."""
    try:
        day = _DAY.validate_python(as_of) if as_of else None
    except ValidationError:
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, say("problem.day"))
    try:
        body = today(product, _athlete(athlete_id), day)
    except (NotFound, Unprocessable) as error:
        return _refused(error)
    page = render_home(
        body, looking_back=day is not None, athlete_query=_query(athlete_id), problem=None
    )
    return HTMLResponse(page)


@router.post("/upload")
def upload(
    product: Product, session: WriteSession, files: Files = None, athlete_id: Asked = None
) -> Response:
    """Take files and lead on to the page of their import."""
    # A form without a chosen file sends one nameless, empty one.
    chosen = uploaded([file for file in files or () if file.filename])
    try:
        athlete = _athlete(athlete_id)
        if not chosen:
            page = render_home(
                today(product, athlete, None),
                looking_back=False,
                athlete_query=_query(athlete_id),
                problem=say("upload.no_file"),
            )
            return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        body = imports.upload(product, session, athlete, chosen)
    except (NotFound, Unprocessable) as error:
        return _refused(error)
    return RedirectResponse(
        f"/imports/{body.id}{_query(athlete_id)}", status_code=HTTPStatus.SEE_OTHER
    )


@router.post("/days/{answer}")
def say_of_days(
    answer: str, product: Product, session: WriteSession, athlete_id: Asked = None
) -> Response:
    """Take the runner's word on the days since the last run: rest, or runs that are not here."""
    kind = _ANSWERS.get(answer)
    if kind is None:
        return _problem(HTTPStatus.NOT_FOUND, say("problem.not_found"))
    try:
        mark_since_last_run(session, _athlete(athlete_id), kind, product.now())
    except (NotFound, Unprocessable) as error:
        return _refused(error)
    return RedirectResponse(f"/{_query(athlete_id)}", status_code=HTTPStatus.SEE_OTHER)


@router.post("/runs/{run_id}/fast/{answer}")
def say_of_fast_stretch(
    run_id: str, answer: str, product: Product, athlete_id: Asked = None
) -> Response:
    """Take the runner's answer whether a stretch too fast for running was run."""
    was_run = _YES_OR_NO.get(answer)
    if was_run is None:
        return _problem(HTTPStatus.NOT_FOUND, say("problem.not_found"))
    try:
        edit_run(product, _athlete(athlete_id), _id(run_id), RunChange(fast_was_run=was_run))
    except (NotFound, Unprocessable) as error:
        return _refused(error)
    return RedirectResponse(f"/{_query(athlete_id)}", status_code=HTTPStatus.SEE_OTHER)


@router.get("/imports/{import_id}")
def import_page(import_id: str, session: ReadSession, athlete_id: Asked = None) -> Response:
    """What became of each file, problems first; looks again while there is more to come."""
    try:
        body = imports.import_body(session, _athlete(athlete_id), _id(import_id))
    except (NotFound, Unprocessable) as error:
        return _refused(error)
    page = render_import(
        body,
        problems_first(session, body.athlete_id, body.id),
        refresh_s=REFRESH_S if body.status in {"queued", "running"} else None,
        athlete_query=_query(athlete_id),
    )
    return HTMLResponse(page)


@router.get("/docs")
def docs() -> Response:
    """The API, described by itself."""
    return HTMLResponse(render_docs(), headers={"Content-Security-Policy": DOCS_POLICY})


def _athlete(athlete_id: str | None) -> UUID | None:
    return _id(athlete_id) if athlete_id else None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(say("problem.not_found")) from None


def _query(athlete_id: str | None) -> str:
    return f"?athlete_id={UUID(athlete_id)}" if athlete_id else ""


def _refused(error: NotFound | Unprocessable) -> HTMLResponse:
    if isinstance(error, NotFound):
        return _problem(HTTPStatus.NOT_FOUND, say("problem.not_found"))
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.detail)


def _problem(status: HTTPStatus, detail: str) -> HTMLResponse:
    return HTMLResponse(render_problem(detail), status)
