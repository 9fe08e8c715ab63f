"""Who may speak to the server, and what every answer carries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from api.http.guard import is_loopback

ADDRESS = "http://127.0.0.1:8000"
PROBLEM = "application/problem+json"
HEADERS = {
    "cache-control": "private, no-cache",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def form(end: str) -> bytes:
    file = (
        '--b\r\nContent-Disposition: form-data; name="files"; filename="{}"\r\n\r\nwatch file\r\n'
    )
    return (file.format("a.fit") + file.format("b.fit") + end).encode()


@pytest.mark.parametrize(("end", "status"), [("--b--\r\n", 202), ("", 400), ("--b", 400)])
def test_a_form_cut_before_its_end_is_refused_whole(
    client: httpx.Client, end: str, status: int
) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    response = client.post("/v1/imports", content=form(end), headers=kind)
    assert response.status_code == status


def carries_all(response: httpx.Response) -> bool:
    named = UUID(response.headers["x-request-id"]).version == 7
    policy = "default-src 'none'" in response.headers["content-security-policy"]
    return named and policy and HEADERS.items() <= dict(response.headers).items()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "127.0.0.1",
        "127.8.8.8:1",
        "localhost:8000",
        "LocalHost",
        "localhost.:8000",
        "[::1]:8000",
        "[::1]",
    ],
)
def test_this_machine_is_served_by_any_of_its_own_names(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example@127.0.0.1:8000",
        "127.0.0.1:8000/evil.example",
        "127.0.0.1:8000?",
        "127.0.0.1:8000,evil.example",
        "127.0.0.1:80000000",
        "192.168.1.5:8000",
        "0.0.0.0:8000",
        "[::]:8000",
        "[::1",
        "::1",
        "2130706433",
        "0x7f.1",
        "localhost..",
        "",
    ],
)
def test_a_name_that_is_not_this_machine_is_refused(client: httpx.Client, host: str) -> None:
    response = client.get("/v1/runs", headers={"Host": host})
    assert response.status_code == 403
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["type"] == "urn:swingphase:problem:forbidden"
    assert carries_all(response)


def test_two_hosts_are_none(client: httpx.Client) -> None:
    headers = [("Host", "127.0.0.1:8000"), ("Host", "127.0.0.1:8000")]
    assert client.get("/healthz", headers=headers).status_code == 403


@pytest.mark.parametrize("origin", [ADDRESS, "HTTP://127.0.0.1:8000"])
def test_our_own_pages_may_change_things(client: httpx.Client, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    response = client.patch("/v1/athlete", json={"height_cm": 180}, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://127.0.0.1:8001",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:8000.evil.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_page_of_another_origin_is_refused(
    client: httpx.Client, origin: str, method: str
) -> None:
    response = client.request(method, "/v1/athlete", json={}, headers={"Origin": origin})
    assert response.status_code == 403


def test_two_origins_are_refused(client: httpx.Client) -> None:
    headers = [("Origin", ADDRESS), ("Origin", ADDRESS)]
    assert client.get("/v1/athlete", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_link_to_us_but_not_post(client: httpx.Client, site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    assert client.get("/v1/athlete", headers=headers).status_code == 200
    assert client.post("/v1/athletes", json={"name": "X"}, headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.1.2.3"])
def test_loopback_addresses_may_be_bound(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", "", "[]"])  # noqa: S104 - refused is what they are
def test_no_other_address_may_be_bound(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/athlete", "/nowhere", "/", "/docs"])
def test_every_answer_is_named_and_guarded(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert UUID(response.headers["x-request-id"]).version == 7
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert dict(response.headers).items() >= HEADERS.items()


@pytest.mark.parametrize("path", ["/v1/athlete", "/v1/runs", "/readyz", "/nowhere", "/"])
def test_head_answers_as_get_does_without_the_body(client: httpx.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers["content-type"] == get.headers["content-type"]
    if get.status_code == 200:
        assert head.headers["content-length"] == str(len(get.content))


def test_a_failure_is_a_named_problem_and_tells_nothing(
    app: FastAPI, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("secret of /srv/somebody")

    with caplog.at_level(logging.ERROR):
        response = client.get("/fails")
    assert response.status_code == 500
    assert response.headers["content-type"] == PROBLEM
    assert carries_all(response)
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert "secret" not in response.text
    assert "somebody" not in response.text
    (record,) = [one for one in caplog.records if one.exc_info]
    assert response.headers["x-request-id"] in record.getMessage()
    assert fails


def test_a_failure_in_the_middle_of_an_answer_cuts_it(app: FastAPI) -> None:
    def half() -> Iterator[bytes]:
        yield b"half of it"
        raise RuntimeError("the other half")

    @app.get("/half")
    def answers_half() -> StreamingResponse:
        return StreamingResponse(half())

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            await client.get("/half")

    with pytest.raises(RuntimeError, match="the other half"):
        asyncio.run(ask())
    assert answers_half


def test_head_of_an_endless_answer_ends(app: FastAPI, client: httpx.Client) -> None:
    @app.get("/long")
    def long() -> StreamingResponse:
        return StreamingResponse(b"x" for _ in range(1000))

    response = client.head("/long")
    assert (response.status_code, response.content) == (200, b"")
    assert long
