"""Keyset pages: a cursor names the last row seen, so a page never shifts when rows arrive."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, TypeAdapter, ValidationError

from api.errors import Unprocessable

KeyT = TypeVar("KeyT")

PageLimit = Annotated[int, Query(ge=1, le=500, description="Most items on this page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=512, description="`next_cursor` of the page before; first page without."),
]


class CursorUnknown(Unprocessable):
    """The cursor is not one of ours."""


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the calendar") from error


CursorInstant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant in a cursor, always one a database can compare."""


def encode_cursor(parts: Sequence[str | None]) -> str:
    """An opaque cursor for a row's sort key."""
    return base64.urlsafe_b64encode(json.dumps(list(parts)).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> list[str | None]:
    """The sort key in a cursor.

    Raises
    ------
    CursorUnknown
        The cursor is not one of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        key = _PARTS.validate_json(text, strict=True)
    except ValueError:  # of base64, of UTF-8 and of pydantic alike
        key = []
    if len(key) != parts:
        raise _unknown()
    return key


def cursor_key(cursor: str, adapter: TypeAdapter[KeyT], parts: int) -> KeyT:
    """The sort key in a cursor, each part as its type.

    Raises
    ------
    CursorUnknown
        The cursor is not one of ours.
    """
    try:
        return adapter.validate_python(decode_cursor(cursor, parts))
    except ValidationError as error:
        raise _unknown() from error


_PARTS = TypeAdapter(list[str | None])


def _unknown() -> CursorUnknown:
    return CursorUnknown(
        "That cursor is not one this list gave out. Start again without it.", "query/cursor"
    )
