"""FastAPI as Swingphase uses it: all behind the edge, problems described as they are."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.http.edge import Edge
from api.http.errors import KINDS, MEDIA_TYPE, Problem

_JSON = "application/json"

_WITH_BODY = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
)
"""What only a request with a body can meet."""

_WITH_PARAMETERS = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})
"""What only a request that names something can meet."""

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": KINDS[status].title}
    for status in sorted(_WITH_BODY | _WITH_PARAMETERS | {HTTPStatus.FORBIDDEN})
}
"""The ``responses`` of the whole application."""


class Application(FastAPI):
    """A web application behind the edge, whose description tells each route's problems."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the edge around everything."""
        # Added as a middleware it would lie inside FastAPI's own answers to failures and to large
        # bodies, which then would lack the request's name and the headers.
        return Edge(super().build_middleware_stack())

    def openapi(self) -> dict[str, Any]:
        """Describe the API; problems are of their own media type, which FastAPI cannot say."""
        if self.openapi_schema is None:
            for operation in _operations(super().openapi()):
                _describe_problems(operation)
        return super().openapi()


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from path.values()


def _describe_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in PROBLEMS:
        has_none_of_it = (status in _WITH_BODY and "requestBody" not in operation) or (
            status in _WITH_PARAMETERS
            and "requestBody" not in operation
            and "parameters" not in operation
        )
        content = responses[str(int(status))]["content"]
        if has_none_of_it:
            del responses[str(int(status))]
        elif _JSON in content:
            content[MEDIA_TYPE] = content.pop(_JSON)
