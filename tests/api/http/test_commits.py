"""A change that does not commit is never answered as done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager

import httpx
import pytest
from fastapi import FastAPI

from api.runtime import Runtime
from bench.writers.fit import modern_run
from models.base import Base
from models.database import FILE_NAME

Request = Callable[[httpx.Client], httpx.Response]


def acknowledge(client: httpx.Client) -> httpx.Response:
    alert = client.get("/v1/alerts").json()["items"][0]
    return client.post(f"/v1/alerts/{alert['id']}/acknowledge")


def upload(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/imports", files={"files": ("run.fit", modern_run(duration_s=60))})


def cancel(client: httpx.Client) -> httpx.Response:
    return client.post(f"/v1/imports/{client.headers['import-id']}/cancel")


def newest(client: httpx.Client, **params: bool) -> str:
    run: str = client.get("/v1/runs", params=params).json()["items"][0]["id"]
    return run


def restore(client: httpx.Client) -> httpx.Response:
    deleted = newest(client, deleted=True)
    return client.post(f"/v1/runs/{deleted}/restore")


WRITES: dict[tuple[str, str], Request] = {
    ("post", "/v1/athletes"): lambda client: client.post("/v1/athletes", json={"name": "Ada"}),
    ("patch", "/v1/athlete"): lambda client: client.patch("/v1/athlete", json={"height_cm": 180}),
    ("post", "/v1/alerts/{alert_id}/acknowledge"): acknowledge,
    ("post", "/v1/runs"): lambda client: client.post(
        "/v1/runs", json={"local_date": "2026-06-01", "distance_m": 5000}
    ),
    ("patch", "/v1/runs/{run_id}"): lambda client: client.patch(
        f"/v1/runs/{newest(client)}", json={"distance_m": 12_000}
    ),
    ("delete", "/v1/runs/{run_id}"): lambda client: client.delete(f"/v1/runs/{newest(client)}"),
    ("post", "/v1/runs/{run_id}/restore"): restore,
    ("post", "/v1/runs/{run_id}/prefer"): lambda client: client.post(
        f"/v1/runs/{newest(client)}/prefer"
    ),
    ("put", "/v1/days/{day}/marks/{kind}"): lambda client: client.put(
        "/v1/days/2026-06-01/marks/race"
    ),
    ("delete", "/v1/days/{day}/marks/{kind}"): lambda client: client.delete(
        "/v1/days/2026-05-02/marks/sick"
    ),
    ("post", "/v1/imports"): upload,
    ("post", "/v1/imports/{import_id}/cancel"): cancel,
    ("post", "/upload"): lambda client: client.post(
        "/upload", files={"files": ("run.fit", modern_run(duration_s=60))}
    ),
    ("post", "/days/{answer}"): lambda client: client.post("/days/rested"),
    ("post", "/runs/{run_id}/fast/{answer}"): lambda client: client.post(
        f"/runs/{newest(client)}/fast/was-run"
    ),
}
"""For every route that writes, a request that it takes."""

PAGES = {
    ("post", "/upload"),
    ("post", "/days/{answer}"),
    ("post", "/runs/{run_id}/fast/{answer}"),
}


@pytest.fixture
def seeded(client: httpx.Client, spike: object) -> httpx.Client:
    """A client of a product with an alert, and an import that has not begun."""
    assert spike
    assert client.get("/v1/alerts").json()["items"]
    client.headers["import-id"] = upload(client).json()["id"]
    deleted = client.post("/v1/runs", json={"local_date": "2026-05-02", "distance_m": 1}).json()
    client.delete(f"/v1/runs/{deleted['id']}")
    client.put("/v1/days/2026-05-02/marks/sick")
    assert client.get("/v1/today").status_code == 200
    return client


@contextmanager
def refusing_commits(runtime: Runtime) -> Generator[None]:
    """Every transaction that writes breaks a constraint that is checked only at its commit."""
    with closing(
        sqlite3.connect(runtime.settings.data / FILE_NAME, isolation_level=None)
    ) as database:
        database.execute("CREATE TABLE nowhere (id INTEGER PRIMARY KEY)")
        database.execute(
            "CREATE TABLE promise (id INTEGER REFERENCES nowhere DEFERRABLE INITIALLY DEFERRED)"
        )
        triggers: list[str] = []
        for table in Base.metadata.tables:
            for event in ("INSERT", "UPDATE", "DELETE"):
                triggers.append(f"break_{table}_{event}")
                broken = f"AFTER {event} ON {table} BEGIN INSERT INTO promise VALUES (1); END"  # noqa: S608 - as below
                database.execute(f"CREATE TRIGGER {triggers[-1]} {broken}")
        yield
        for trigger in triggers:
            database.execute(f"DROP TRIGGER {trigger}")


def stored(runtime: Runtime) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(runtime.settings.data / FILE_NAME)) as database:
        return {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - our own table names
            for table in Base.metadata.tables
        }


def test_every_route_that_writes_is_tried_here(app: FastAPI) -> None:
    described = {
        (method, path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if method != "get"
    }
    assert WRITES.keys() - PAGES == described


@pytest.mark.parametrize("route", WRITES, ids=" ".join)
def test_a_failing_commit_is_a_failure_and_changes_nothing(
    runtime: Runtime, seeded: httpx.Client, route: tuple[str, str]
) -> None:
    before = stored(runtime)
    with refusing_commits(runtime):
        refused = WRITES[route](seeded)
    assert refused.status_code == 500
    assert refused.headers["content-type"] == "application/problem+json"
    assert "FOREIGN KEY" not in refused.text
    assert stored(runtime) == before
    done = WRITES[route](seeded)
    assert done.status_code in {200, 201, 202, 303}
    assert stored(runtime) != before


def test_a_refresh_that_fails_leaves_the_findings_to_be_made(
    runtime: Runtime, client: httpx.Client, spike: object
) -> None:
    with refusing_commits(runtime):
        assert client.get("/v1/alerts").status_code == 500
        assert client.get("/v1/today").status_code == 500
    assert client.get("/v1/alerts").json()["items"]
    assert spike


def test_reading_writes_nothing_once_findings_are_made(
    runtime: Runtime, seeded: httpx.Client, app: FastAPI
) -> None:
    """With commits refused, every GET still answers."""
    run = seeded.get("/v1/runs").json()["items"][0]["id"]
    alert = seeded.get("/v1/alerts").json()["items"][0]["id"]
    ids = {"run_id": run, "alert_id": alert, "import_id": seeded.headers["import-id"]}
    with refusing_commits(runtime):
        for path, operations in app.openapi()["paths"].items():
            if "get" in operations:
                assert seeded.get(path.format(**ids)).status_code == 200, path
