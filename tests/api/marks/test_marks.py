"""What a runner says about days, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

import httpx
import pytest


class Clock(Protocol):
    """What `clock` gives: set it and the product's time moves."""

    now: datetime


AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]

TODAY = date(2026, 6, 30)


def mark(client: httpx.Client, day: str, kind: str, **body: str) -> httpx.Response:
    return client.put(f"/v1/days/{day}/marks/{kind}", json=body or None)


def marks(client: httpx.Client, **span: str) -> list[tuple[str, str, str | None]]:
    items = client.get("/v1/days/marks", params=span).json()["items"]
    return [(one["day"], one["kind"], one["note"]) for one in items]


def test_days_are_marked_listed_and_unmarked(client: httpx.Client) -> None:
    assert mark(client, "2026-06-07", "race", note="Half").status_code == 200
    mark(client, "2026-06-08", "sick")
    mark(client, "2026-06-07", "travel")
    assert marks(client) == [
        ("2026-06-07", "race", "Half"),
        ("2026-06-07", "travel", None),
        ("2026-06-08", "sick", None),
    ]
    assert marks(client, **{"from": "2026-06-08"}) == [("2026-06-08", "sick", None)]
    assert client.delete("/v1/days/2026-06-08/marks/sick").status_code == 200
    assert client.delete("/v1/days/2026-06-08/marks/sick").status_code == 404
    assert marks(client, to="2026-06-07")[0][2] == "Half"
    assert len(marks(client)) == 2


def test_the_last_note_counts_and_nothing_is_there_twice(client: httpx.Client) -> None:
    mark(client, "2026-06-07", "race", note="Half")
    mark(client, "2026-06-07", "race", note="Marathon")
    assert marks(client) == [("2026-06-07", "race", "Marathon")]


def test_a_race_opens_no_finding(client: httpx.Client, spike: date) -> None:
    assert client.get("/v1/alerts").json()["items"]
    mark(client, str(spike), "race")
    raced = {one["rule"] for one in client.get("/v1/alerts").json()["items"]}
    client.delete(f"/v1/days/{spike}/marks/race")
    assert {one["rule"] for one in client.get("/v1/alerts").json()["items"]} > raced


def test_todays_marks_are_told(client: httpx.Client) -> None:
    mark(client, str(TODAY), "travel", note="Oslo")
    assert client.get("/v1/today").json()["marks"] == [
        {"day": str(TODAY), "kind": "travel", "note": "Oslo"}
    ]


def test_rested_days_carry_the_data_forward(client: httpx.Client, add_runs: AddRuns) -> None:
    add_runs(TODAY - timedelta(days=50), [5.0, 0.0] * 18)
    before = client.get("/v1/today").json()
    assert (before["stale"], before["limit"]["km"]) == (True, None)
    for ago in range(1, 16):
        mark(client, str(TODAY - timedelta(days=ago)), "rested")
    after = client.get("/v1/today").json()
    assert (after["stale"], after["data_through"]) == (False, "2026-06-29")
    assert after["limit"]["km"] is not None


def test_days_of_which_nothing_is_known_take_the_ratios_away(
    client: httpx.Client, add_runs: AddRuns
) -> None:
    add_runs(TODAY - timedelta(days=50), [5.0, 0.0] * 25)
    assert client.get("/v1/today").json()["week"]["ratio_coupled"] is not None
    mark(client, str(TODAY - timedelta(days=1)), "unobserved")
    week = client.get("/v1/today").json()["week"]
    assert (week["ratio_coupled"], week["ratio_reason"]) == (None, "unobserved")


def test_what_contradicts_itself_is_refused_or_replaced(
    client: httpx.Client, add_runs: AddRuns
) -> None:
    add_runs(date(2026, 6, 1), [5.0])
    assert mark(client, "2026-06-01", "rested").status_code == 422
    assert mark(client, "2026-07-01", "unobserved").status_code == 422
    assert mark(client, "2026-07-01", "race").status_code == 200
    mark(client, "2026-06-02", "rested")
    mark(client, "2026-06-02", "unobserved")
    assert [kind for day, kind, _ in marks(client) if day == "2026-06-02"] == ["unobserved"]


@pytest.mark.parametrize("day", ["1969-12-31", "2026-6-1", "yesterday"])
def test_only_a_day_can_be_marked(client: httpx.Client, day: str) -> None:
    assert mark(client, day, "race").status_code == 422


def test_the_buttons_of_the_page_mark_the_days_since_the_last_run(
    client: httpx.Client, add_runs: AddRuns
) -> None:
    add_runs(TODAY - timedelta(days=50), [5.0, 0.0] * 18)
    page = client.get("/").text
    assert 'action="/days/rested"' in page
    assert "I ran, not uploaded" in page
    last = TODAY - timedelta(days=50) + timedelta(days=34)
    mark(client, str(TODAY - timedelta(days=3)), "unobserved")
    answer = client.post("/days/rested")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    said = {day: kind for day, kind, _ in marks(client)}
    assert len(said) == (TODAY - last).days - 1
    assert said[str(TODAY - timedelta(days=3))] == "unobserved"
    assert said[str(TODAY - timedelta(days=1))] == "rested"
    assert str(TODAY) not in said
    assert 'action="/days/rested"' not in client.get("/").text
    assert client.get("/v1/today").json()["limit"]["km"] is not None


def test_nobody_elses_page_may_press_them(client: httpx.Client, add_runs: AddRuns) -> None:
    add_runs(TODAY - timedelta(days=50), [5.0, 0.0] * 18)
    answer = client.post("/days/rested", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert marks(client) == []
    assert client.post("/days/nonsense").status_code == 404


def test_a_fast_stretch_is_asked_about_on_the_page(client: httpx.Client, add_runs: AddRuns) -> None:
    (run_id,) = add_runs(TODAY, [30.0], held_out_m=20_000.0, held_out_s=1200.0)
    assert "20.0 km of your run on Tue 30 Jun" in client.get("/").text
    answer = client.post(f"/runs/{run_id}/fast/was-run")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "too fast for running" not in client.get("/").text
    assert client.get("/v1/today").json()["limit"]["done_km"] == 30.0


def test_what_was_run_and_not_uploaded_is_known_once_it_is_uploaded(
    client: httpx.Client, clock: Clock, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(date(2026, 5, 12), [5.0, 0.0] * 21)  # up to 22 June, with 23 to 29 unknown
    add_run(date(2026, 6, 22))
    assert client.post("/days/unobserved").status_code == 303
    before = client.get("/v1/today").json()
    assert (before["stale"], before["data_through"]) == (True, "2026-06-22")
    assert len(marks(client)) == 7
    clock.now += timedelta(minutes=5)
    for day in (26, 28):
        add_run(date(2026, 6, day), km=5.0, created_at=clock.now)
    still = client.get("/v1/today").json()
    assert (still["stale"], still["data_through"]) == (True, "2026-06-28")  # what of the 29th?
    values = {"local_date": "2026-06-29", "distance_m": 5000, "timer_s": 1800}
    assert client.post("/v1/runs", json=values).status_code == 201
    after = client.get("/v1/today").json()
    assert (after["stale"], after["data_through"]) == (False, "2026-06-29")
    assert after["limit"]["km"] is not None
    assert after["week"]["ratio_coupled"] is not None


def test_a_day_marked_by_itself_waits_for_a_run_of_its_own(
    client: httpx.Client, clock: Clock, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(TODAY - timedelta(days=50), [5.0, 0.0] * 24)
    mark(client, "2026-06-25", "unobserved")
    mark(client, "2026-06-27", "unobserved")
    clock.now += timedelta(minutes=5)
    add_run(date(2026, 6, 27), km=5.0, created_at=clock.now)
    add_run(date(2026, 6, 29), km=5.0, created_at=clock.now)
    assert client.get("/v1/today").json()["week"]["ratio_reason"] == "unobserved"
    add_run(date(2026, 6, 25), km=5.0, created_at=clock.now)
    assert client.get("/v1/today").json()["week"]["ratio_coupled"] is not None
    clock.now += timedelta(minutes=5)
    mark(client, "2026-06-25", "unobserved")  # another one of that day is missing
    assert client.get("/v1/today").json()["week"]["ratio_reason"] == "unobserved"


def test_an_upload_that_answers_earlier_days_judges_them_again(
    client: httpx.Client, clock: Clock, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(TODAY - timedelta(days=60), [5.0, 0.0] * 25)
    client.post("/days/unobserved")
    add_run(date(2026, 6, 25), km=30.0)  # stored in the instant of the mark: it answers nothing
    client.get("/v1/today")
    clock.now += timedelta(minutes=5)
    add_run(date(2026, 6, 29), km=5.0, created_at=clock.now)
    alerts = client.get("/v1/alerts").json()["items"]
    mark(client, "2026-01-01", "travel")  # everything is judged anew
    assert client.get("/v1/alerts").json()["items"] == alerts


def test_a_day_of_rest_on_which_a_run_arrives_has_that_run(
    client: httpx.Client, clock: Clock, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(TODAY - timedelta(days=50), [5.0, 0.0] * 20)
    client.post("/days/rested")
    clock.now += timedelta(minutes=5)
    add_run(date(2026, 6, 29), km=5.0, created_at=clock.now)
    body = client.get("/v1/today").json()
    assert (body["stale"], body["data_through"]) == (False, "2026-06-29")
    assert body["week"]["seven_day_km"] == 5.0
