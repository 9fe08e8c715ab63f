"""Cursors: what a list gave out comes back as it was, anything else is refused in words."""

from __future__ import annotations

import base64
import contextlib
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.pages import CursorUnknown, decode_cursor, encode_cursor

RUN = "01890a5d-ac96-774b-bcce-b302099a8057"


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_a_cursor_carries_its_parts(parts: list[str | None]) -> None:
    assert decode_cursor(encode_cursor(parts), len(parts)) == parts


@given(st.text(max_size=40))
def test_any_other_text_is_a_key_or_refused(text: str) -> None:
    parts: list[str | None] = [None, None]
    with contextlib.suppress(CursorUnknown):
        parts = decode_cursor(text, 2)
    assert len(parts) == 2


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


FORGED = [
    "x",
    "äöü",
    forged({}),
    forged([]),
    forged([None]),
    forged([1, RUN]),
    forged(["2026-06-01T00:00:00", RUN]),
    forged(["0001-01-01T00:00:00+14:00", RUN]),
    forged(["9999-12-31T23:59:59-14:00", RUN]),
    forged(["2026-06-01T00:00:00Z\x00", RUN]),
    forged(["\ud800", RUN]),
    forged(["2026-06-01", RUN + "\x00"]),
    forged([None, RUN, None]),
    forged(["-1"]),
    forged(["9" * 30]),
    forged(["\u0664"]),
]


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/alerts", "/v1/imports/{}/items"])
def test_a_forged_cursor_is_refused(client: httpx.Client, path: str) -> None:
    upload = client.post("/v1/imports", files={"files": ("a.fit", b"nothing")})
    address = path.format(upload.json()["id"])
    for cursor in FORGED:
        response = client.get(address, params={"cursor": cursor})
        assert response.status_code == 422, cursor
        assert response.json()["errors"][0]["pointer"] == "query/cursor"


def test_a_long_cursor_is_refused_unread(client: httpx.Client) -> None:
    assert client.get("/v1/runs", params={"cursor": "x" * 513}).status_code == 422
