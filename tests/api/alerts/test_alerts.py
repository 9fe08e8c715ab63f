"""Alerts over HTTP: what they say, how they stand, and that the runner has seen them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import httpx
import pytest

from api.runtime import Runtime
from models import alerts, athletes

NOBODY = "00000000-0000-7000-8000-000000000000"

AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]


class Clock(Protocol):
    now: datetime


def listed(client: httpx.Client, **params: str) -> list[dict[str, Any]]:
    response = client.get("/v1/alerts", params=params)
    assert response.status_code == 200
    return response.json()["items"]


def longest_run(client: httpx.Client) -> dict[str, Any]:
    (found,) = [one for one in listed(client) if one["rule"] == "longest_run"]
    return found


def test_without_runs_there_are_no_alerts(client: httpx.Client) -> None:
    assert client.get("/v1/alerts").json() == {"items": [], "next_cursor": None}


def test_a_jump_is_told_with_its_numbers_why_what_and_until_when(
    client: httpx.Client, spike: date
) -> None:
    alert = longest_run(client)
    assert alert["level"] == "take_care"
    assert alert["level_word"] == "Take care"
    assert alert["family"] == "spike"
    assert alert["state"] == "open"
    assert alert["acknowledged_at"] is None
    assert (alert["opened_on"], alert["last_on"]) == (str(spike), str(spike))
    assert alert["clears_on"] == str(spike + timedelta(days=4))
    assert "10.0 km" in alert["why"]
    assert "5.0 km" in alert["why"]
    assert "Sun 28 Jun" in alert["why"]
    assert "Thu 2 Jul" in alert["clears"]
    assert alert["what_to_do"]
    assert alert["evidence"]["grade"] == "some evidence"
    assert alert["evidence"]["sources"][0] == (
        "Schuster Brandt Frandsen et al. 2025, Br J Sports Med 59:1203, "
        "doi:10.1136/bjsports-2024-109380"
    )
    (finding,) = alert["findings"]
    assert (finding["day"], finding["channel"]) == (str(spike), "longest_run_km")
    assert (finding["amount"], finding["ceiling"]) == (10.0, 6.0)
    assert finding["numbers"]["reference_km"] == 5.0
    assert client.get(f"/v1/alerts/{alert['id']}").json() == alert


def test_a_run_at_the_ceiling_raises_nothing_and_a_metre_more_does(
    client: httpx.Client, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(date(2026, 5, 1), [5.0, 0.0] * 20)
    run_day = date(2026, 6, 10)
    add_run(run_day, km=6.0, hip_flexions=5000)
    assert [one for one in listed(client) if one["rule"] == "longest_run"] == []
    add_run(run_day, km=6.001, hip_flexions=5000, started_at=datetime(2026, 6, 10, 16, tzinfo=UTC))
    assert longest_run(client)["opened_on"] == str(run_day)


@pytest.mark.usefixtures("spike")
def test_an_alert_clears_on_its_day_by_the_runners_clock(
    client: httpx.Client, clock: Clock
) -> None:
    clock.now = datetime(2026, 7, 1, 21, 59, tzinfo=UTC)  # a minute to midnight in Berlin
    assert longest_run(client)["state"] == "open"
    clock.now = datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    assert longest_run(client)["state"] == "cleared"


@pytest.mark.usefixtures("spike")
def test_acknowledging_twice_is_acknowledging_once(
    client: httpx.Client, clock: Clock, runtime: Runtime, owner_id: UUID
) -> None:
    path = f"/v1/alerts/{longest_run(client)['id']}/acknowledge"
    first = client.post(path)
    assert first.status_code == 200
    assert first.json()["state"] == "acknowledged"
    assert first.json()["acknowledged_at"] == "2026-06-30T12:00:00Z"
    version = version_of(runtime, owner_id)
    clock.now += timedelta(hours=1)
    assert client.post(path).json() == first.json()
    assert longest_run(client) == first.json()
    assert version_of(runtime, owner_id) == version


@pytest.mark.usefixtures("spike")
def test_a_cleared_alert_stays_cleared_whatever_is_said_of_it(
    client: httpx.Client, clock: Clock
) -> None:
    alert_id = longest_run(client)["id"]
    clock.now = datetime(2026, 7, 2, tzinfo=UTC)
    assert client.post(f"/v1/alerts/{alert_id}/acknowledge").json()["state"] == "cleared"


def test_an_acknowledgement_outlasts_late_imports(
    client: httpx.Client, add_run: AddRun, spike: date
) -> None:
    alert_id = longest_run(client)["id"]
    client.post(f"/v1/alerts/{alert_id}/acknowledge")
    add_run(spike - timedelta(days=3), km=5.5)
    alert = longest_run(client)
    assert (alert["id"], alert["state"]) == (alert_id, "acknowledged")
    assert alert["findings"][0]["numbers"]["reference_km"] == 5.5


def test_an_alert_goes_when_its_reason_does(
    client: httpx.Client, add_run: AddRun, spike: date
) -> None:
    alert_id = longest_run(client)["id"]
    add_run(spike - timedelta(days=20), km=9.5)
    later = [one for one in listed(client) if one["opened_on"] == str(spike)]
    assert "longest_run" not in {one["rule"] for one in later}
    assert client.get(f"/v1/alerts/{alert_id}").status_code == 404


@pytest.mark.usefixtures("spike")
def test_a_snooze_lasts_until_its_end(
    client: httpx.Client, clock: Clock, runtime: Runtime, owner_id: UUID
) -> None:
    alert_id = UUID(longest_run(client)["id"])
    until = clock.now + timedelta(hours=2)
    with runtime.database.write() as session:
        alerts.snooze(session, owner_id, alert_id, until, clock.now)
    assert longest_run(client)["state"] == "snoozed"
    clock.now = until
    assert longest_run(client)["state"] == "open"


def test_the_list_can_be_asked_for_one_state(
    client: httpx.Client, clock: Clock, add_runs: AddRuns, spike: date
) -> None:
    add_runs(spike - timedelta(days=400), [*[5.0, 0.0] * 28, 10.0])  # long ago, and over
    everything = listed(client)
    states = {one["id"]: one["state"] for one in everything}
    assert set(states.values()) == {"open", "cleared"}
    clock.now += timedelta(minutes=1)
    seen = longest_of(everything, "open")
    client.post(f"/v1/alerts/{seen}/acknowledge")
    states[seen] = "acknowledged"
    for state in ("open", "acknowledged", "snoozed", "cleared"):
        expected = {one for one, its in states.items() if its == state}
        assert {one["id"] for one in listed(client, state=state)} == expected, state
    assert client.get("/v1/alerts", params={"state": "closed"}).status_code == 422


@pytest.mark.parametrize("state", [None, "cleared"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_are_the_whole_list(
    client: httpx.Client, add_runs: AddRuns, limit: int, state: str | None
) -> None:
    for back in (1000, 700, 400):
        add_runs(date(2026, 6, 20) - timedelta(days=back), [*[5.0, 0.0] * 28, 10.0])
    query = {"state": state} if state else {}
    whole = [one["id"] for one in listed(client, **query)]
    assert len(whole) >= 3
    found: list[str] = []
    params = {**query, "limit": str(limit)}
    while True:
        page = client.get("/v1/alerts", params=params).json()
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert found == whole
    opened = [one["opened_on"] for one in listed(client, **query)]
    assert opened == sorted(opened, reverse=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/alerts/{}"), ("POST", "/v1/alerts/{}/acknowledge")],
)
def test_an_alert_there_is_not_is_not_found(client: httpx.Client, method: str, path: str) -> None:
    assert client.request(method, path.format(NOBODY)).status_code == 404
    assert client.request(method, path.format("7")).status_code == 422


def longest_of(items: Sequence[dict[str, Any]], state: str) -> str:
    (found,) = [one for one in items if one["rule"] == "longest_run" and one["state"] == state]
    return found["id"]


def version_of(runtime: Runtime, athlete_id: UUID) -> int:
    with runtime.database.read() as session:
        athlete = athletes.get(session, athlete_id)
    assert athlete is not None
    return athlete.version
