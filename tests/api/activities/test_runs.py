"""The list of runs and one run in detail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from api.activities.service import iter_runs
from api.runtime import Runtime

NOBODY = "00000000-0000-7000-8000-000000000000"
FIRST = date(2026, 3, 1)

AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]


def ids(response: httpx.Response) -> list[str]:
    assert response.status_code == 200
    return [item["id"] for item in response.json()["items"]]


def walk(client: httpx.Client, **params: object) -> list[str]:
    """Every id of a list, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {**params, **({"cursor": cursor} if cursor else {})}
        response = client.get("/v1/runs", params={name: str(one) for name, one in query.items()})
        found += ids(response)
        cursor = response.json()["next_cursor"]
        if cursor is None:
            return found


def test_without_runs_the_list_is_empty(client: httpx.Client) -> None:
    assert client.get("/v1/runs").json() == {"items": [], "next_cursor": None}


def test_a_run_is_listed_with_all_its_fields(client: httpx.Client, add_run: AddRun) -> None:
    run_id = add_run(date(2026, 6, 1), km=10.0, hip_flexions=10_000.6)
    (item,) = client.get("/v1/runs").json()["items"]
    assert item == {
        "id": str(run_id),
        "title": None,
        "source_name": f"{run_id}.fit",
        "sport": "running",
        "sub_sport": "trail",
        "started_at": "2026-06-01T06:00:00Z",
        "local_date": "2026-06-01",
        "zone": "Europe/Berlin",
        "zone_source": "athlete",
        "utc_offset_s": 7200,
        "distance_m": 10_000.0,
        "timer_s": 3600.0,
        "elapsed_s": 3600.0,
        "moving_s": 3600.0,
        "records": 3600,
        "laps": 5,
        "cadence_sum_per_leg": 300_600.0,
        "steps_total": 10_040,
        "walking_steps": 40,
        "hip_flexions": 10_001,
        "hip_flexions_per_hip": 5000,
        "hip_flexions_source": "cadence",
        "hip_flexions_band_fraction": 0.01,
        "held_out_m": 0.0,
        "held_out_s": 0.0,
        "held_out_flexions": 0,
        "fast_was_run": None,
        "held_out_text": None,
        "rpe": None,
        "edited": [],
        "preferred": False,
        "deleted_at": None,
        "parser_version": 1,
        "metrics_version": 1,
        "duplicate_of": None,
        "duplicate_text": None,
        "warnings": [
            {
                "code": "repeated_times",
                "count": 3,
                "text": "Some records had the same time; they were put together (3 times).",
            }
        ],
    }


def test_what_is_unknown_is_null(client: httpx.Client, add_run: AddRun) -> None:
    unknown = ["sub_sport", "distance_m", "timer_s", "elapsed_s", "moving_s", "steps_total"]
    unknown += ["walking_steps", "hip_flexions", "hip_flexions_source", "cadence_sum_per_leg"]
    add_run(None, metrics={}, warnings=[], **dict.fromkeys(unknown))
    (item,) = client.get("/v1/runs").json()["items"]
    empty = [*unknown, "started_at", "local_date", "zone", "zone_source", "utc_offset_s"]
    empty += ["hip_flexions_per_hip", "hip_flexions_band_fraction"]
    empty += ["duplicate_of", "duplicate_text"]
    empty += ["title", "rpe", "fast_was_run", "held_out_text", "deleted_at"]
    assert {name for name, value in item.items() if value is None} == set(empty)
    assert item["warnings"] == []


def test_the_newest_comes_first_and_the_undated_last(client: httpx.Client, add_run: AddRun) -> None:
    undated = add_run(None)
    old, new = add_run(FIRST), add_run(FIRST + timedelta(days=1))
    assert ids(client.get("/v1/runs")) == [str(new), str(old), str(undated)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_together_are_the_whole_list(
    client: httpx.Client, add_run: AddRun, add_runs: AddRuns, limit: int
) -> None:
    add_runs(FIRST, [5.0] * 4)
    at_once = datetime(2026, 3, 20, 6, tzinfo=UTC)  # two watches, started at the same instant
    for _ in range(2):
        add_run(date(2026, 3, 20), started_at=at_once)
    for _ in range(2):
        add_run(None)
    whole = ids(client.get("/v1/runs"))
    assert len(whole) == 8
    assert walk(client, limit=limit) == whole


def test_a_page_never_shifts_while_runs_arrive(
    client: httpx.Client, add_run: AddRun, add_runs: AddRuns
) -> None:
    before = [str(one) for one in reversed(add_runs(FIRST, [5.0] * 6))]
    first = client.get("/v1/runs", params={"limit": 3})
    add_run(FIRST + timedelta(days=30))  # newer than everything seen
    add_run(FIRST - timedelta(days=30))  # older than everything to come
    rest = client.get("/v1/runs", params={"limit": 3, "cursor": first.json()["next_cursor"]})
    assert ids(first) + ids(rest) == before


def test_the_days_asked_for_are_both_included(client: httpx.Client, add_runs: AddRuns) -> None:
    runs = add_runs(FIRST, [5.0] * 5)
    asked = client.get("/v1/runs", params={"from": "2026-03-02", "to": "2026-03-04"})
    assert ids(asked) == [str(runs[3]), str(runs[2]), str(runs[1])]
    assert walk(client, limit=1, **{"from": "2026-03-04"}) == [str(runs[4]), str(runs[3])]


@pytest.mark.parametrize(
    "day", ["20260301", "2026-3-1", "0", "1e3", "2026-02-30", "2026-03-01T00:00:00", "٢٠٢٦-03-01"]
)
def test_a_day_is_only_what_reads_as_one(client: httpx.Client, day: str) -> None:
    response = client.get("/v1/runs", params={"from": day})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/from"


def test_days_in_the_wrong_order_are_refused(client: httpx.Client) -> None:
    response = client.get("/v1/runs", params={"from": "2026-03-02", "to": "2026-03-01"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/from"


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1.5", "9" * 50])
def test_a_limit_out_of_bounds_is_refused(client: httpx.Client, limit: str) -> None:
    assert client.get("/v1/runs", params={"limit": limit}).status_code == 422


def test_other_sports_are_listed_when_asked_for(client: httpx.Client, add_run: AddRun) -> None:
    run, ride = add_run(FIRST), add_run(FIRST + timedelta(days=1), sport="cycling")
    assert ids(client.get("/v1/runs")) == [str(run)]
    assert ids(client.get("/v1/runs", params={"all_sports": "true"})) == [str(ride), str(run)]


def test_alternates_name_the_recording_that_counts(client: httpx.Client, add_run: AddRun) -> None:
    run = add_run(FIRST)
    add_run(FIRST, duplicate_of=run)
    listed = client.get("/v1/runs").json()["items"]
    assert {item["duplicate_of"] for item in listed} == {None, str(run)}
    assert ids(client.get("/v1/runs", params={"duplicates": "false"})) == [str(run)]


def test_the_command_line_reads_the_same_list(
    client: httpx.Client, runtime: Runtime, owner_id: UUID, add_run: AddRun, add_runs: AddRuns
) -> None:
    add_runs(FIRST, [5.0] * 5)
    add_run(None, sport="walking")
    with runtime.database.read() as session:
        runs = [run.model_dump(mode="json") for run in iter_runs(session, owner_id)]
        everything = list(iter_runs(session, owner_id, all_sports=True))
    assert runs == client.get("/v1/runs").json()["items"]
    assert len(everything) == 6


def test_a_run_in_detail_adds_what_the_list_leaves_out(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(FIRST)
    detail = client.get(f"/v1/runs/{run_id}").json()
    (listed,) = client.get("/v1/runs").json()["items"]
    assert listed.items() <= detail.items()
    assert {name: detail[name] for name in detail.keys() - listed.keys()} == {
        "format": "fit",
        "device": {"manufacturer": "garmin", "product": "fr965", "serial": "1234"},
        "cadence": {"raw_median": 83.0, "factor": 2.0, "rule": "per_leg_by_median"},
        "streams": [],
        "metrics": {
            "distance_source": "device",
            "ascent_m": 40.0,
            "cadence_spm": 166.0,
            "step_length_m": None,
            "mean_speed_m_s": None,
            "cycling_flexions": None,
            "heart_rate_mean_bpm": None,
            "heart_rate_max": None,
        },
    }


def test_a_run_without_cadence_has_no_cadence_rule(client: httpx.Client, add_run: AddRun) -> None:
    run_id = add_run(FIRST, metrics={"cadence": None})
    assert client.get(f"/v1/runs/{run_id}").json()["cadence"] is None


@pytest.mark.parametrize("path", ["/v1/runs/{}", "/v1/runs/{}/streams"])
def test_a_run_there_is_not_is_not_found(client: httpx.Client, path: str) -> None:
    response = client.get(path.format(NOBODY))
    assert response.status_code == 404
    assert response.json()["detail"] == "There is no such run. GET /v1/runs lists them."
    assert client.get(path.format("7")).status_code == 422
