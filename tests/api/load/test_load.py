"""The load of every day over HTTP: columns of one length, every null with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import httpx
import pytest

from api.errors import DaysReversed
from api.load.service import Span, SpanTooLong, span

TODAY = date(2026, 6, 30)

AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]


class Clock(Protocol):
    now: datetime


def load(client: httpx.Client, **params: str) -> dict[str, Any]:
    response = client.get("/v1/load", params=params)
    assert response.status_code == 200
    body = response.json()
    columns = {name: column for name, column in body.items() if name != "athlete_id"}
    assert {len(column) for column in columns.values()} == {len(body["days"])}
    return body


def test_without_runs_there_are_no_days(client: httpx.Client, owner_id: UUID) -> None:
    body = load(client)
    assert body["days"] == []
    assert body["athlete_id"] == str(owner_id)


def test_a_day_holds_the_sums_of_its_runs(client: httpx.Client, add_run: AddRun) -> None:
    add_run(TODAY, km=5.0)
    add_run(TODAY, km=7.5, started_at=datetime(2026, 6, 30, 16, tzinfo=UTC))
    body = load(client)
    assert body["days"] == ["2026-06-30"]
    assert body["runs"] == [2]
    assert body["distance_km"] == [12.5]
    assert body["hip_flexions"] == [12_500]
    assert body["minutes"] == [75.0]
    assert body["longest_run_km"] == [7.5]
    assert body["seven_day_km"] == [12.5]
    assert body["seven_day_flexions"] == [12_500]


def test_days_are_gapless_from_the_first_run_to_today(
    client: httpx.Client, add_run: AddRun
) -> None:
    add_run(TODAY - timedelta(days=9), km=4.0)
    body = load(client)
    assert body["days"] == [str(TODAY - timedelta(days=back)) for back in range(9, -1, -1)]
    assert body["distance_km"] == [4.0, *[0.0] * 9]
    assert body["seven_day_km"] == [*[4.0] * 7, *[0.0] * 3]


def test_every_null_has_its_reason(client: httpx.Client, spike: date) -> None:
    body = load(client, **{"from": "2026-01-01"})
    for name, reason in (
        ("ramp", "ramp_reason"),
        ("ratio_coupled", "ratio_reason"),
        ("ratio_uncoupled", "ratio_reason"),
        ("ratio_ewma", "ratio_reason"),
    ):
        missing = [value is None for value in body[name]]
        assert missing == [code is not None for code in body[reason]], name
        assert True in missing
        assert False in missing
    on_run_days = [
        code for code, runs in zip(body["spike_reason"], body["runs"], strict=True) if runs
    ]
    assert on_run_days[0] == "no_reference"
    assert set(on_run_days) == {"no_reference", "partial", None}
    assert body["days"][-3] == str(spike)
    assert body["spike"][-3] == 1.0  # 10 km after 5 km
    assert body["longest_run_30d_km"][-3] == 5.0


def test_a_span_shows_the_same_numbers_as_the_whole(client: httpx.Client, spike: date) -> None:
    whole = load(client, **{"from": "2026-01-01"})
    part = load(client, **{"from": "2026-06-20", "to": str(spike)})
    start = whole["days"].index("2026-06-20")
    assert part["days"][-1] == str(spike)
    for name, column in part.items():
        if name != "athlete_id":
            assert column == whole[name][start : start + len(column)], name


def test_the_last_ninety_days_come_unasked(client: httpx.Client, add_run: AddRun) -> None:
    add_run(TODAY - timedelta(days=200))
    days = load(client)["days"]
    assert (len(days), days[-1]) == (90, str(TODAY))
    assert load(client, to="2026-03-01")["days"][-1] == "2026-03-01"


def test_days_to_come_are_not_shown(client: httpx.Client, add_run: AddRun, clock: Clock) -> None:
    add_run(TODAY - timedelta(days=1))
    assert load(client, to="2026-12-31")["days"][-1] == str(TODAY)
    assert load(client, **{"from": "2026-12-30", "to": "2026-12-31"})["days"] == []
    clock.now = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # past midnight in Berlin
    assert load(client)["days"][-1] == "2026-07-01"


def test_a_run_dated_ahead_moves_today(client: httpx.Client, add_run: AddRun) -> None:
    add_run(TODAY + timedelta(days=1))
    assert load(client)["days"] == [str(TODAY + timedelta(days=1))]


def test_a_run_of_a_wrong_clock_does_not(client: httpx.Client, add_run: AddRun) -> None:
    add_run(TODAY)
    add_run(TODAY + timedelta(days=2))
    assert load(client)["days"] == [str(TODAY)]


def test_days_before_the_first_run_are_left_out(client: httpx.Client, add_run: AddRun) -> None:
    add_run(TODAY)
    assert load(client, **{"from": "2020-01-01"})["days"] == [str(TODAY)]
    assert load(client, **{"from": "2020-01-01", "to": "2020-02-01"})["days"] == []


@pytest.mark.parametrize(
    ("first", "last"), [("2026-06-02", "2026-06-01"), ("2010-01-01", "2026-06-01"), ("x", "y")]
)
def test_a_span_that_cannot_be_is_refused(client: httpx.Client, first: str, last: str) -> None:
    response = client.get("/v1/load", params={"from": first, "to": last})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/from"


def test_the_longest_span_is_four_thousand_days() -> None:
    first = TODAY - timedelta(days=3999)
    assert span(first, None, TODAY) == Span(first, TODAY)
    with pytest.raises(SpanTooLong):
        span(first - timedelta(days=1), None, TODAY)
    with pytest.raises(DaysReversed):
        span(TODAY, TODAY - timedelta(days=1), TODAY)


@pytest.mark.parametrize("to", ["0001-01-01", "0001-03-01", "9999-12-31"])
def test_the_ends_of_the_calendar_break_nothing(
    client: httpx.Client, add_run: AddRun, to: str
) -> None:
    add_run(TODAY)
    assert client.get("/v1/load", params={"to": to}).status_code == 200
