"""Every error as an RFC 9457 problem: the one place that knows which failure has which status."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import Scope

from api.errors import DomainError, NotFound, Unprocessable

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:swingphase:problem:"

RETRY_AFTER_S = "5"
PRIMARY_CODE = 0xFF
"""Of SQLite's extended error codes, the byte that says which error it is."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_READABLE = re.compile(r"application/([\w.-]+\+)?json\b|multipart/form-data\b", re.IGNORECASE)
"""Media types a route may ask for."""

_STATUS: Mapping[type[DomainError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class ProblemError(BaseModel):
    """One thing wrong with a request."""

    pointer: str = Field(description="Where in the request: `query/limit`, `body/height_cm`.")
    detail: str = Field(description="What is wrong there.")


class Problem(BaseModel):
    """An error, RFC 9457."""

    type: str = Field(description="Stable identifier of the kind of error.")
    title: str = Field(description="The kind of error in words.")
    status: int
    detail: str = Field(description="What happened and what to do.")
    request_id: str
    errors: list[ProblemError] = []


@dataclass(frozen=True, slots=True)
class Kind:
    """How errors of one status are called, and what to do when nothing better is known."""

    slug: str
    title: str
    detail: str


KINDS: Mapping[int, Kind] = {
    HTTPStatus.BAD_REQUEST: Kind(
        "bad-request", "The request could not be read", "Check the form of the request."
    ),
    HTTPStatus.FORBIDDEN: Kind(
        "forbidden", "Not from here", "Open Swingphase at the address it printed when it started."
    ),
    HTTPStatus.NOT_FOUND: Kind(
        "not-found", "Nothing here", "Check the address; the list of them is at /docs."
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Kind(
        "method-not-allowed", "Not that way", "This address takes other methods: see /docs."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Kind(
        "too-large",
        "Too large",
        "Send less at a time, or use `swingphase import` for big archives.",
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Kind(
        "unsupported-media-type", "Unknown kind of content", "Send JSON, or a form for uploads."
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: Kind(
        "invalid", "Something in the request is not possible", "Correct the parts named in errors."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Kind(
        "busy",
        "Busy just now",
        "Somebody else holds the database. Nothing was changed; try again in a few seconds.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Kind(
        "internal",
        "Something went wrong here",
        "Nothing was changed. Try again; if it stays, report it with the request id.",
    ),
}


def problem(
    request: Request,
    status: int,
    *,
    detail: str | None = None,
    errors: list[ProblemError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem+json response for ``status``."""
    kind = KINDS.get(status) or Kind(
        f"status-{status}", HTTPStatus(status).phrase, "See /docs for what this address takes."
    )
    body = Problem(
        type=TYPE_PREFIX + kind.slug,
        title=kind.title,
        status=status,
        detail=_writable(detail or kind.detail),
        request_id=request.state.request_id,
        errors=[
            ProblemError(pointer=_writable(one.pointer), detail=_writable(one.detail))
            for one in errors or ()
        ],
    )
    return JSONResponse(
        body.model_dump(), status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def _writable(text: str) -> str:
    """The text without the lone surrogates a request may hold: they are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` as a problem."""

    @app.exception_handler(DomainError)
    def domain(request: Request, error: DomainError) -> JSONResponse:
        errors = [ProblemError(pointer=error.pointer, detail=error.detail)] if error.pointer else []
        status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
        return problem(request, status, detail=error.detail, errors=errors)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] = _allow(app, request, headers["Allow"])
        return problem(request, error.status_code, headers=headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            ProblemError(
                pointer="/".join(str(part) for part in one["loc"]),
                detail=one["msg"].removeprefix("Value error, "),
            )
            for one in error.errors()
        ]
        return problem(request, _status_of(request, error), errors=errors)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    def busy(request: Request, error: SQLAlchemyError) -> JSONResponse:
        if not _is_passing(error):
            return unexpected(request, error)
        logger.warning("request %s found the database busy", request.state.request_id)
        headers = {"Retry-After": RETRY_AFTER_S}
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.error("request %s failed", request.state.request_id, exc_info=error)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR)

    _ = (domain, http, invalid, busy, unexpected)


def _is_passing(error: SQLAlchemyError) -> bool:
    """Whether the database is only busy or away: of SQLite's errors, that it is locked."""
    cause = error.orig if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & PRIMARY_CODE in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return True


def _allow(app: FastAPI, request: Request, first: str) -> str:
    """What an address takes: the framework names only the methods of the first route there."""
    asked: Scope = {"type": "http", "path": request.scope["path"], "root_path": "", "headers": []}
    routes = [route for route in app.routes if not isinstance(route, Mount)]
    found = [
        method
        for method in _METHODS
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in routes)
    ]
    if not found:
        return first  # a file's own answer
    return ", ".join([*found, "HEAD"] if "GET" in found else found)


def _status_of(request: Request, error: RequestValidationError) -> HTTPStatus:
    """What FastAPI calls invalid may be no JSON at all, or another kind of content altogether."""
    of_body = {one["type"] for one in error.errors() if one["loc"][0] == "body"}
    if "json_invalid" in of_body:
        return HTTPStatus.BAD_REQUEST
    if of_body - {"missing"} and not _READABLE.match(request.headers.get("content-type", "")):
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return HTTPStatus.UNPROCESSABLE_ENTITY
