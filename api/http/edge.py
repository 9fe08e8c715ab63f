"""The outermost layer: every request gets a name, every answer its headers, strangers a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import HTTPException, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from api.http.errors import MEDIA_TYPE, problem
from api.http.guard import is_ours

HEADERS: Mapping[str, str] = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer carries unless its route says otherwise."""


MOST_PADDING = 1024
"""What may follow a form's closing boundary: a line break, in practice."""


class Edge:
    """Wraps the whole application, its error handling included.

    A HEAD is answered as the GET would be, without the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = str(uuid7())
        answer = _Answer(request, send)
        app = self._app if is_ours(request) else problem(request, HTTPStatus.FORBIDDEN)
        inner = {**scope, "method": "GET"} if request.method == "HEAD" else scope
        try:
            await app(inner, _whole(request, receive), answer.send)
        except Exception:
            # One that was answered has been logged with its request's name. One in the middle of
            # an answer must cut the connection, or half an answer would pass for a whole one.
            if not answer.complete:
                raise


def _whole(request: Request, receive: Receive) -> Receive:
    """Receive a form to its closing boundary, or refuse it.

    A form cut short is read as one of fewer files, and the last one would be lost without a word.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or boundary is None:
        return receive
    closing = b"--" + boundary + b"--"
    tail = b""

    async def receive_whole() -> Message:
        nonlocal tail
        message = await receive()
        if message["type"] == "http.request":
            tail = (tail + message.get("body", b""))[-len(closing) - MOST_PADDING :]
            if not message.get("more_body", False) and closing not in tail:
                raise HTTPException(HTTPStatus.BAD_REQUEST)
        return message

    return receive_whole


class _Answer:
    """What goes out for one request."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self._drop = False
        self.complete = False

    async def send(self, message: Message) -> None:
        """Pass a message on, as far as it still belongs to the answer."""
        if self._drop:
            return
        if message["type"] == "http.response.start" and _is_limiters(message):
            self._drop = True
            refusal = problem(self._request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            await refusal(self._request.scope, self._request.receive, self._pass)
            return
        await self._pass(message)

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request.state.request_id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            await self._send(message)
            if self._request.method == "HEAD":
                self._drop = self.complete = True
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if message["type"] == "http.response.body":
            if self.complete:
                return
            self.complete = not message.get("more_body", False)
        await self._send(message)


def _is_limiters(start: Message) -> bool:
    """Whether Starlette's body limiter answers here: it does so itself, in plain text."""
    return (
        start["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        and Headers(raw=start["headers"]).get("content-type") != MEDIA_TYPE
    )
