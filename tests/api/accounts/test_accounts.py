"""Athletes and their profiles over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import httpx
import pytest

from api.accounts.local_day import current_day
from api.runtime import Runtime
from models import athletes

AddRun = Callable[..., UUID]
NOBODY = "00000000-0000-7000-8000-000000000000"


def test_the_first_start_has_made_the_owner(client: httpx.Client, owner_id: UUID) -> None:
    (owner,) = client.get("/v1/athletes").json()["items"]
    assert owner == client.get("/v1/athlete").json()
    assert owner["id"] == str(owner_id)
    assert (owner["is_owner"], owner["zone"], owner["height_cm"]) == (True, "Europe/Berlin", None)


def test_another_athlete_is_added_and_listed_behind_the_owner(client: httpx.Client) -> None:
    added = client.post("/v1/athletes", json={"name": " Ada ", "zone": "Asia/Tokyo"})
    assert added.status_code == 201
    assert added.json()["name"] == "Ada"
    assert client.get("/v1/athletes").json()["items"][1] == added.json()
    asked = client.get("/v1/athlete", params={"athlete_id": added.json()["id"]})
    assert asked.json() == added.json()


def test_a_profile_changes_only_where_it_is_told_to(client: httpx.Client) -> None:
    change = {"height_cm": 181.5, "birth_date": "1990-02-28", "sex": "female"}
    changed = client.patch("/v1/athlete", json=change).json()
    assert changed.items() >= change.items()
    assert client.patch("/v1/athlete", json={"sex": None}).json()["sex"] is None
    assert client.get("/v1/athlete").json() == {**changed, "sex": None}
    assert client.patch("/v1/athlete", json={}).json()["height_cm"] == 181.5


@pytest.mark.parametrize(
    "change",
    [
        {"height_cm": 99},
        {"height_cm": 251},
        {"birth_date": "1899-12-31"},
        {"birth_date": "2999-01-01"},
        {"birth_date": "yesterday"},
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"zone": None},
        {"name": ""},
        {"name": None},
        {"name": "a\x00b"},
        {"sex": "x"},
        {"resting_heart_rate_bpm": 24},
        {"resting_heart_rate_bpm": 120, "max_heart_rate_bpm": 110},
        {"age": 30},
        [],
        None,
    ],
)
def test_a_profile_that_cannot_be_changes_nothing(client: httpx.Client, change: object) -> None:
    before = client.get("/v1/athlete").json()
    response = client.patch("/v1/athlete", json=change)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"].startswith("body")
    assert client.get("/v1/athlete").json() == before


def test_the_heart_rates_are_held_against_the_stored_ones(client: httpx.Client) -> None:
    client.patch("/v1/athlete", json={"max_heart_rate_bpm": 110})
    response = client.patch("/v1/athlete", json={"resting_heart_rate_bpm": 115})
    assert response.status_code == 422


@pytest.mark.parametrize("zone", ["Etc/UTC", "America/Argentina/Buenos_Aires"])
def test_any_zone_of_this_machine_will_do(client: httpx.Client, zone: str) -> None:
    assert client.patch("/v1/athlete", json={"zone": zone}).json()["zone"] == zone


def test_an_athlete_there_is_not_is_not_found(client: httpx.Client) -> None:
    params = {"athlete_id": NOBODY}
    assert client.get("/v1/athlete", params=params).status_code == 404
    assert client.patch("/v1/athlete", params=params, json={}).status_code == 404


@pytest.mark.parametrize(
    ("last_run", "expected"),
    [
        (None, date(2026, 7, 1)),
        (date(2026, 6, 1), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 7, 2), date(2026, 7, 2)),
    ],
)
def test_today_is_the_zones_date_or_the_last_runs(
    runtime: Runtime, owner_id: UUID, last_run: date | None, expected: date
) -> None:
    with runtime.database.read() as session:
        owner = athletes.get(session, owner_id)
    assert owner is not None
    late = datetime(2026, 6, 30, 22, tzinfo=UTC)  # midnight in Berlin
    assert current_day(owner, late, last_run) == expected
