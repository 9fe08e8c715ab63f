"""Imports over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile

from api.errors import Unprocessable
from api.http.pages import Cursor, PageLimit, decode_cursor, encode_cursor
from api.http.sessions import AthleteAsked, Product, ReadSession, WriteSession
from api.imports import service
from api.imports.schemas import ImportBody, ItemPage
from api.imports.uploads import uploaded

router = APIRouter(tags=["imports"])

Files = Annotated[
    list[UploadFile],
    File(
        description="Watch files (FIT, GPX, TCX, Suunto JSON, each also .gz), ZIPs of them, "
        "or account exports of Strava, Garmin and Apple Health."
    ),
]


@router.post("/imports", status_code=HTTPStatus.ACCEPTED)
def create_import(
    files: Files,
    product: Product,
    session: WriteSession,
    response: Response,
    athlete_id: AthleteAsked = None,
) -> ImportBody:
    """Hand files over. They are stored at once and read in the background: poll the import."""
    # The body has been received by now, and the write transaction begins only with begin().
    body = service.upload(product, session, athlete_id, uploaded(files))
    response.headers["Location"] = f"/v1/imports/{body.id}"
    return body


@router.get("/imports/{import_id}")
def get_import(
    import_id: UUID, session: ReadSession, athlete_id: AthleteAsked = None
) -> ImportBody:
    """How far an import is; done when its status says so."""
    return service.import_body(session, athlete_id, import_id)


@router.get("/imports/{import_id}/items")
def list_items(
    import_id: UUID,
    session: ReadSession,
    athlete_id: AthleteAsked = None,
    limit: PageLimit = 100,
    cursor: Cursor = None,
) -> ItemPage:
    """What became of each file, in the order they were handed over."""
    items, position = service.item_page(
        session, athlete_id, import_id, limit=limit, after=_position(cursor)
    )
    next_cursor = None if position is None else encode_cursor([str(position)])
    return ItemPage(items=list(items), next_cursor=next_cursor)


@router.post("/imports/{import_id}/cancel")
def cancel_import(
    import_id: UUID, product: Product, session: WriteSession, athlete_id: AthleteAsked = None
) -> ImportBody:
    """Call off what is still queued; what is imported stays."""
    return service.cancel(session, athlete_id, import_id, product.now())


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    (text,) = decode_cursor(cursor, 1)
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - a position has at most nine digits
        raise Unprocessable(
            "That cursor is not one this list gave out. Start again without it.", "query/cursor"
        )
    return int(text)
