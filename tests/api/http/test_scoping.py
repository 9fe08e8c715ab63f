"""What one athlete owns, another cannot reach: for every route that names an athlete or an id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from bench.writers.fit import modern_run

AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]

NOBODY = "00000000-0000-7000-8000-000000000000"

OF_NOBODY = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/v1/athletes"),  # lists everybody on this copy, by design while it has no accounts
    ("post", "/v1/athletes"),
}
"""Routes that are no athlete's own."""

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("patch", "/v1/athlete"): {"json": {"height_cm": 180}},
    ("post", "/v1/runs"): {"json": {"local_date": "2026-06-01", "distance_m": 5000}},
    ("patch", "/v1/runs/{run_id}"): {"json": {"title": "Evening"}},
    ("post", "/v1/imports"): {"files": {"files": ("run.fit", modern_run(duration_s=60))}},
}
"""What a route must be sent to do anything."""

LISTS = ("/v1/runs", "/v1/alerts", "/v1/load", "/v1/today", "/v1/days/marks")


WORDS = {"day": "2026-06-01", "kind": "race"}
"""What stands in a path and is nobody's."""


class Route(NamedTuple):
    method: str
    path: str
    ids: tuple[str, ...]
    takes_athlete: bool


def routes(app: FastAPI) -> Iterator[Route]:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            yield Route(
                method,
                path,
                tuple(
                    one["name"]
                    for one in parameters
                    if one["in"] == "path" and one["name"] not in WORDS
                ),
                any(one["name"] == "athlete_id" for one in parameters),
            )


@pytest.fixture
def theirs(
    client: httpx.Client, other_id: UUID, add_run: AddRun, add_runs: AddRuns
) -> dict[str, str]:
    """Ids of everything the other athlete has, by the name of the parameter they go into."""
    params = {"athlete_id": str(other_id)}
    add_runs(date(2026, 5, 1), [5.0, 0.0] * 28, athlete_id=other_id)
    run_id = add_run(date(2026, 6, 28), km=10.0, athlete_id=other_id)
    alert = client.get("/v1/alerts", params=params).json()["items"][0]
    client.put("/v1/days/2026-06-28/marks/travel", params=params, json={"note": str(other_id)})
    batch = client.post(
        "/v1/imports", params=params, files={"files": ("run.fit", modern_run(duration_s=60))}
    )
    return {"run_id": str(run_id), "alert_id": alert["id"], "import_id": batch.json()["id"]}


def ask(client: httpx.Client, route: Route, ids: dict[str, str], **params: str) -> httpx.Response:
    return client.request(
        route.method.upper(),
        route.path.format(**WORDS, **{name: ids[name] for name in route.ids}),
        params=params,
        **BODIES.get((route.method, route.path), {}),
    )


def test_every_route_is_an_athletes_or_known_not_to_be(app: FastAPI) -> None:
    for route in routes(app):
        is_nobodys = (route.method, route.path) in OF_NOBODY
        assert is_nobodys != route.takes_athlete, f"{route.method} {route.path}"
        assert not (is_nobodys and route.ids), f"{route.method} {route.path}"


def test_what_is_anothers_is_not_found(
    app: FastAPI, client: httpx.Client, owner_id: UUID, other_id: UUID, theirs: dict[str, str]
) -> None:
    # What takes something away comes last: alerts go with their run, and it has to be there.
    named = sorted(
        (route for route in routes(app) if route.ids), key=lambda route: route.method == "delete"
    )
    assert len(named) >= 7
    for route in named:
        missing = ask(client, route, dict.fromkeys(route.ids, NOBODY))
        for params in ({}, {"athlete_id": str(owner_id)}):
            response = ask(client, route, theirs, **params)
            assert response.status_code == 404, f"{route.method} {route.path}"
            # nor does the answer tell that there is such a thing at all
            assert response.json() | {"request_id": ""} == missing.json() | {"request_id": ""}
    for route in named:  # and the ids were right: their owner reaches every one
        response = ask(client, route, theirs, athlete_id=str(other_id))
        assert response.status_code == 200, f"{route.method} {route.path}"


def test_an_athlete_there_is_not_is_not_found(
    app: FastAPI, client: httpx.Client, theirs: dict[str, str]
) -> None:
    for route in routes(app):
        if route.takes_athlete:
            response = ask(client, route, theirs, athlete_id=NOBODY)
            assert response.status_code == 404, f"{route.method} {route.path}"
            assert response.json()["errors"][0]["pointer"] == "query/athlete_id"


def test_lists_hold_ones_own_and_nothing_else(
    client: httpx.Client, owner_id: UUID, other_id: UUID, theirs: dict[str, str], add_run: AddRun
) -> None:
    own = add_run(date(2026, 6, 29), km=3.0)
    for path in LISTS:
        mine = client.get(path)
        assert mine.text == client.get(path, params={"athlete_id": str(owner_id)}).text
        assert str(other_id) not in mine.text
        assert not any(one in mine.text for one in theirs.values())
    (run,) = client.get("/v1/runs").json()["items"]
    assert run["id"] == str(own)
    assert client.get("/v1/load").json()["distance_km"] == [3.0, 0.0]


def test_a_cursor_of_ones_own_list_opens_nobody_elses(
    client: httpx.Client, other_id: UUID, theirs: dict[str, str], add_run: AddRun
) -> None:
    assert theirs
    add_run(date(2026, 6, 29))
    page = client.get("/v1/runs", params={"athlete_id": str(other_id), "limit": 1})
    cursor = page.json()["next_cursor"]
    rest = client.get("/v1/runs", params={"cursor": cursor}).json()["items"]
    assert rest == []
