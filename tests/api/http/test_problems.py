"""Every error is a problem: the same form, its own status, nothing of what is inside."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine

from api.runtime import Runtime

PROBLEM = "application/problem+json"
NOBODY = "00000000-0000-7000-8000-000000000000"


def slug_of(response: httpx.Response) -> str:
    body = response.json()
    assert response.headers["content-type"] == PROBLEM
    assert body["status"] == response.status_code
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    return body["type"].removeprefix("urn:swingphase:problem:")


def test_an_unknown_address_is_a_problem(client: httpx.Client) -> None:
    response = client.get("/v1/nowhere")
    assert (response.status_code, slug_of(response)) == (404, "not-found")


def test_an_unknown_static_file_is_a_problem(client: httpx.Client) -> None:
    response = client.get("/static/../../settings.py")
    assert (response.status_code, slug_of(response)) == (404, "not-found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "OPTIONS", "TRACE", "BREW"])
def test_a_method_an_address_does_not_take_is_a_problem(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/v1/load")
    assert (response.status_code, slug_of(response)) == (405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PUT", "/v1/athlete", "GET, PATCH, HEAD"),
        ("DELETE", "/v1/athletes", "GET, POST, HEAD"),
        ("GET", "/v1/imports", "POST"),
        ("HEAD", "/v1/imports", "POST"),
        ("POST", "/static/icon.svg", "GET, HEAD"),
    ],
)
def test_an_address_names_all_the_methods_it_takes(
    client: httpx.Client, method: str, path: str, methods: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == methods


def test_a_database_somebody_else_holds_is_busy_and_says_when_to_come_back(
    app: FastAPI, client: httpx.Client, runtime: Runtime
) -> None:
    impatient = create_engine(
        f"sqlite:///{runtime.database.url.database}", connect_args={"timeout": 0}
    )

    @app.get("/of-the-test/{statement}")
    def run(statement: str) -> None:
        with impatient.begin() as connection:
            connection.exec_driver_sql(statement)

    with runtime.database.writer.begin():  # BEGIN IMMEDIATE: this one is the writer
        response = client.get("/of-the-test/DELETE FROM job")
    assert (response.status_code, slug_of(response)) == (503, "busy")
    assert response.headers["retry-after"] == "5"
    response = client.get("/of-the-test/DELETE FROM nothing")
    assert (response.status_code, slug_of(response)) == (500, "internal")
    impatient.dispose()


def test_an_athlete_there_is_not_is_named(client: httpx.Client) -> None:
    response = client.get("/v1/athlete", params={"athlete_id": NOBODY})
    assert (response.status_code, slug_of(response)) == (404, "not-found")
    assert response.json()["errors"][0]["pointer"] == "query/athlete_id"


def test_what_is_invalid_is_pointed_at(client: httpx.Client) -> None:
    response = client.get("/v1/runs", params={"limit": 0})
    assert (response.status_code, slug_of(response)) == (422, "invalid")
    assert response.json()["errors"] == [
        {"pointer": "query/limit", "detail": "Input should be greater than or equal to 1"}
    ]


@pytest.mark.parametrize(
    "body", [b"{", b'{"height_cm": }', b"nonsense", b"\xff\xfe", b"[" * 60_000]
)
def test_a_body_that_is_no_json_is_a_bad_request(client: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.patch("/v1/athlete", content=body, headers=headers)
    assert (response.status_code, slug_of(response)) == (400, "bad-request")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "image/png", "", "json"])
def test_a_body_of_another_kind_is_refused_by_kind(client: httpx.Client, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    response = client.patch("/v1/athlete", content=b'{"height_cm": 180}', headers=headers)
    assert (response.status_code, slug_of(response)) == (415, "unsupported-media-type")


def test_json_of_any_name_is_json(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    response = client.patch("/v1/athlete", content=b'{"height_cm": 180}', headers=headers)
    assert response.json()["height_cm"] == 180


def test_a_missing_body_is_invalid(client: httpx.Client) -> None:
    assert client.patch("/v1/athlete").status_code == 422


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("method", "path"), [("PATCH", "/v1/athlete"), ("POST", "/v1/athletes")])
def test_a_large_body_is_refused_as_a_problem(
    client: httpx.Client, method: str, path: str, *, stream: bool
) -> None:
    body = b'{"name": "' + b"x" * 70_000 + b'"}'
    content = iter([body[:40_000], body[40_000:]]) if stream else body
    response = client.request(
        method, path, content=content, headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, slug_of(response)) == (413, "too-large")
    assert response.headers["x-frame-options"] == "DENY"
    assert client.get("/v1/athletes").json()["items"][1:] == []


@pytest.mark.parametrize(
    "text",
    ["\x00", "a\x00b", "\ud800", "\udfff x", "\x1b[31m", "\u202e", "\U0001f3c3", "%00", "\x7f"],
)
@pytest.mark.parametrize("field", ["name", "zone", "sex", "birth_date", "unknown"])
def test_no_text_breaks_the_profile(client: httpx.Client, field: str, text: str) -> None:
    escaped = text.encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
    value = "".join(f"\\u{unit}" for unit in escaped)
    response = client.patch(
        "/v1/athlete",
        content=f'{{"{field}": "{value}"}}'.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code in {200, 422}
    assert client.get("/v1/athlete").status_code == 200


@pytest.mark.parametrize("key", ["\\ud800", "\\u0000", "\\udc00 x"])
def test_no_name_of_a_field_breaks_the_answer(client: httpx.Client, key: str) -> None:
    response = client.patch(
        "/v1/athlete",
        content=f'{{"{key}": 1}}'.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert (response.status_code, slug_of(response)) == (422, "invalid")


def test_no_query_breaks_a_route(app: FastAPI, client: httpx.Client) -> None:
    """Every query parameter of every GET, each with texts a database or an encoder refuses."""
    hostile = ["%00", "%ED%A0%80", "%FF", "a%00b", "1e999", "-1", "9" * 400, "NaN", "%F0%9F%8F%83"]
    asked = 0
    for path, operations in app.openapi()["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if parameter["in"] != "query":
                continue
            address = path.replace("{", "").replace("}", "")
            for path_id in ("x", NOBODY):
                for text in hostile:
                    query = f"{parameter['name']}={text}"
                    address = path
                    for name in ("run_id", "alert_id", "import_id"):
                        address = address.replace(f"{{{name}}}", path_id)
                    response = client.get(f"{address}?{query}")
                    assert response.status_code < 500, f"{address}?{query}"
                    asked += 1
    assert asked > 100


@pytest.mark.parametrize("path_id", ["%00", "%ED%A0%80", "%FF", "a%00", "..", "%2e%2e%2f"])
def test_no_id_breaks_a_route(client: httpx.Client, path_id: str) -> None:
    for path in ("/v1/runs/{}", "/v1/alerts/{}", "/v1/imports/{}", "/v1/runs/{}/streams"):
        assert client.get(path.format(path_id)).status_code in {200, 307, 404, 422}


def test_problems_are_described_as_they_come(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    change = paths["/v1/athlete"]["patch"]["responses"]
    assert set(change) == {"200", "400", "403", "404", "413", "415", "422"}
    assert set(paths["/v1/runs"]["get"]["responses"]) == {"200", "403", "404", "422"}
    assert set(paths["/healthz"]["get"]["responses"]) == {"200", "403"}
    for status, response in change.items():
        expected = "application/json" if status == "200" else PROBLEM
        assert list(response["content"]) == [expected]
    assert "HTTPValidationError" not in app.openapi()["components"]["schemas"]
