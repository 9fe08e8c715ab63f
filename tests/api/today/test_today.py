"""The day's answer over HTTP; what it is made of is tested in the rooms below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import httpx
import pytest

AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]


class Clock(Protocol):
    now: datetime


def today(client: httpx.Client, **params: str) -> dict[str, Any]:
    response = client.get("/v1/today", params=params)
    assert response.status_code == 200
    return response.json()


def test_without_runs_there_is_no_level_and_no_limit(client: httpx.Client, owner_id: UUID) -> None:
    body = today(client)
    assert (body["athlete_id"], body["as_of"]) == (str(owner_id), "2026-06-30")
    assert (body["level"], body["data_through"]) == ("no_data", None)
    assert (body["limit"]["km"], body["limit"]["flexions"]) == (None, None)
    assert body["cards"] == []
    assert body["headline"].startswith("No runs yet.")


def test_a_steady_runner_reads_that_no_jump_was_found(
    client: httpx.Client, add_runs: AddRuns
) -> None:
    add_runs(date(2026, 5, 1), [5.0, 0.0] * 30)
    body = today(client)
    assert body["level"] == "steady"
    assert body["headline"] == "No jump found (runs up to Sun 28 Jun)."
    assert body["limit"]["km"] == 6.0
    assert body["limit"]["km_guardrail"] == "longest_run"
    assert body["cards"] == []


def test_the_card_is_the_alert(client: httpx.Client, spike: date) -> None:
    body = today(client)
    card = next(one for one in body["cards"] if one["rule"] == "longest_run")
    alert = client.get(f"/v1/alerts/{card['alert_id']}").json()
    same = card.keys() & alert.keys() - {"findings"}
    assert same >= {"rule", "level", "level_word", "title", "why", "what_to_do", "clears", "state"}
    assert {name: card[name] for name in same} == {name: alert[name] for name in same}
    (finding,) = alert["findings"]
    assert {name: card[name] for name in finding} == finding
    assert card["day"] == str(spike)
    assert body["level"] in {"take_care", "ease_off"}


@pytest.mark.usefixtures("spike")
def test_an_acknowledged_alert_stays_on_the_page_as_such(client: httpx.Client) -> None:
    card = today(client)["cards"][0]
    client.post(f"/v1/alerts/{card['alert_id']}/acknowledge")
    after = today(client)["cards"][0]
    assert after == {**card, "state": "acknowledged"}


def test_a_day_gone_by_is_read_as_it_was(client: httpx.Client, spike: date) -> None:
    before = today(client, as_of=str(spike - timedelta(days=1)))
    assert (before["level"], before["cards"]) == ("steady", [])
    assert before["limit"]["km"] == 6.0
    assert today(client, as_of=str(spike))["cards"] != []
    assert today(client, as_of=str(spike + timedelta(days=3)))["cards"] != []
    assert today(client, as_of=str(spike + timedelta(days=4)))["cards"] == []


def test_finishing_a_run_does_not_change_the_mornings_limit(
    client: httpx.Client, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(date(2026, 5, 1), [5.0, 0.0] * 30)
    morning = today(client)["limit"]
    add_run(date(2026, 6, 30), km=4.0)
    evening = today(client)["limit"]
    assert (evening["km"], evening["km_guardrail"]) == (morning["km"], morning["km_guardrail"])
    assert (evening["done_km"], evening["remaining_km"]) == (4.0, 2.0)


def test_the_day_turns_with_the_runners_clock(client: httpx.Client, clock: Clock) -> None:
    clock.now = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
    assert today(client)["as_of"] == "2026-06-30"
    clock.now = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert today(client)["as_of"] == "2026-07-01"


@pytest.mark.parametrize("day", ["1969-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "0", "x"])
def test_a_day_out_of_this_world_is_refused(client: httpx.Client, day: str) -> None:
    response = client.get("/v1/today", params={"as_of": day})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/as_of"
