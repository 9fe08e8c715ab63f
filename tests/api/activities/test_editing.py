"""Runs entered by hand, edits, deletion, and which recording counts: what each does to the days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from analytics.runs.gait import running_cadence_spm
from api.imports.commandline import import_paths
from api.recordings.settling import settle_all
from api.refresh.days import rewrite_days
from api.runtime import Runtime
from bench.writers.exports import strava
from bench.writers.fit import modern_run
from bench.writers.gpx import gpx, run, track
from models import athletes
from models.base import Base

AddRun = Callable[..., UUID]
AddRuns = Callable[..., Sequence[UUID]]
Json = dict[str, Any]

MONDAY = datetime(2026, 6, 1, 6, 30, tzinfo=UTC)
MADE_BY_STORING = {"updated_at", "version", "preferred_at"}


@pytest.fixture
def take(runtime: Runtime, owner_id: UUID, tmp_path: Path) -> Callable[..., Json]:
    """Imports bytes as a file and gives back how it ended."""

    def one(name: str, content: bytes) -> Json:
        path = tmp_path / name
        path.write_bytes(content)
        report = import_paths(runtime, owner_id, [path], silently)
        return report.items[0].model_dump(mode="json")

    return one


def silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def stored(runtime: Runtime) -> Mapping[str, list[Json]]:
    """All there is, but for instants of storing."""
    with runtime.database.read() as session:
        return {
            table: sorted(
                (
                    {key: value for key, value in row.items() if key not in MADE_BY_STORING}
                    for row in session.execute(text(f"SELECT * FROM {table}")).mappings()  # noqa: S608 - our own names
                ),
                key=str,
            )
            for table in Base.metadata.tables
            if not table.startswith("import_")
        }


def days(client: httpx.Client) -> dict[str, float]:
    body = client.get("/v1/load", params={"from": "2026-05-01"}).json()
    km = dict(zip(body["days"], body["distance_km"], strict=True))
    return {day: value for day, value in km.items() if value}


def patch(client: httpx.Client, run_id: object, **change: object) -> Json:
    answer = client.patch(f"/v1/runs/{run_id}", json=change)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def enter(client: httpx.Client, **values: object) -> Json:
    answer = client.post("/v1/runs", json=values)
    assert answer.status_code == 201, answer.text
    body: Json = answer.json()
    return body


def test_a_run_entered_by_hand_counts_on_its_day(client: httpx.Client) -> None:
    body = enter(
        client, local_date="2026-06-01", distance_m=8200, timer_s=2820, title="Woods", rpe=4
    )
    assert (body["title"], body["rpe"], body["format"]) == ("Woods", 4, "manual")
    assert (body["started_at"], body["local_date"]) == (None, "2026-06-01")
    assert body["hip_flexions_source"] == "pace"
    expected = float(running_cadence_spm(8200 / 2820, None)) * 47
    assert body["hip_flexions"] == round(expected)
    assert days(client) == {"2026-06-01": 8.2}


def test_steps_that_were_counted_are_the_flexions(client: httpx.Client) -> None:
    body = enter(client, local_date="2026-06-01", distance_m=8000, timer_s=2880, steps=8100)
    assert (body["hip_flexions"], body["hip_flexions_source"]) == (8100, "device_steps")


def test_a_start_with_its_offset_is_an_instant_and_one_without_is_local(
    client: httpx.Client,
) -> None:
    there = enter(client, started_at="2026-06-01T23:30:00-05:00", distance_m=5000)
    here = enter(client, started_at="2026-06-01T07:30:00", distance_m=5000)
    assert (there["started_at"], there["local_date"]) == ("2026-06-02T04:30:00Z", "2026-06-01")
    assert (here["started_at"], here["local_date"]) == ("2026-06-01T05:30:00Z", "2026-06-01")
    assert (here["zone_source"], there["zone_source"]) == ("runner", "runners_offset")
    moved = patch(client, there["id"], local_date="2026-06-03")
    assert (moved["started_at"], moved["local_date"]) == ("2026-06-04T04:30:00Z", "2026-06-03")
    assert (moved["utc_offset_s"], moved["zone_source"]) == (-18_000, "runners_offset")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"distance_m": 5000}, "body"),
        ({"local_date": "2026-06-01"}, "body"),
        ({"local_date": "2026-07-01", "distance_m": 5000}, "body/local_date"),
        ({"started_at": "2026-07-01T00:30:00+02:00", "distance_m": 1}, "body/started_at"),
        ({"started_at": 1780000000, "distance_m": 5000}, "body/started_at"),
        ({"local_date": "2026-06-01", "distance_m": 5000, "rpe": 11}, "body/rpe"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_where(
    client: httpx.Client, values: Json, pointer: str
) -> None:
    answer = client.post("/v1/runs", json=values)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert days(client) == {}


@pytest.mark.parametrize("when", [{"local_date": "2026-06-01"}, {"started_at": "2026-06-01T08:31"}])
@pytest.mark.parametrize("file_first", [False, True])
def test_the_watch_file_of_a_run_entered_by_hand_counts_in_its_place(
    client: httpx.Client, take: Callable[..., Json], when: Json, *, file_first: bool
) -> None:
    watch = modern_run(start=MONDAY, duration_s=1800)
    if file_first:
        take("watch.fit", watch)
    by_hand = enter(client, distance_m=5300, timer_s=1820, title="Woods", rpe=6, **when)
    if not file_first:
        assert take("watch.fit", watch)["status"] == "imported"
    counts, other = sorted(
        client.get("/v1/runs").json()["items"], key=lambda run: run["duplicate_of"] is not None
    )
    assert (other["id"], other["duplicate_of"]) == (by_hand["id"], counts["id"])
    assert (counts["title"], counts["rpe"]) == ("Woods", 6)
    assert days(client) == {"2026-06-01": pytest.approx(counts["distance_m"] / 1000, abs=1e-4)}


def test_another_run_of_that_day_does_not_swallow_the_one_entered_by_hand(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    enter(client, local_date="2026-06-01", distance_m=12_000, timer_s=4000)
    enter(client, local_date="2026-06-01", distance_m=5300, timer_s=1800)
    enter(client, local_date="2026-06-01", distance_m=5300, timer_s=1800)
    take("watch.fit", modern_run(start=MONDAY, duration_s=1800))
    alone = client.get("/v1/runs", params={"duplicates": False}).json()["items"]
    assert len(alone) == 3  # the file takes one of the two that are like it


def test_an_export_that_lists_a_run_of_that_noon_brings_it_beside_the_one_entered_by_hand(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    enter(client, local_date="2026-06-01", distance_m=5000, timer_s=1800)
    noon = datetime(2026, 6, 1, 10, tzinfo=UTC)
    listed = strava.Activity(time=noon, distance_m=12_000, elapsed_s=3900, moving_s=3900)
    take("activities.csv", strava.modern(listed))
    assert days(client) == {"2026-06-01": 17.0}


def test_an_edited_distance_counts_and_its_steps_follow_from_pace_only(
    client: httpx.Client, add_run: AddRun, take: Callable[..., Json]
) -> None:
    counted = add_run(date(2026, 6, 1), km=8.0)
    points = [replace(one, cadence=None) for one in run(1200, start=MONDAY + timedelta(days=2))]
    (modelled,) = take("phone.gpx", gpx(track([points])))["run_ids"]
    before = client.get(f"/v1/runs/{modelled}").json()
    patch(client, counted, distance_m=9000)
    after = patch(client, modelled, distance_m=before["distance_m"] * 1.1)
    assert client.get(f"/v1/runs/{counted}").json()["hip_flexions"] == 8000
    speed = before["distance_m"] / before["moving_s"]
    ratio = float(running_cadence_spm(speed * 1.1, None) / running_cadence_spm(speed, None))
    assert after["hip_flexions"] / before["hip_flexions"] == pytest.approx(ratio, rel=1e-3)
    assert after["edited"] == ["distance_m"]
    assert after["metrics"]["distance_source"] == "runner"
    assert days(client) == {
        "2026-06-01": 9.0,
        "2026-06-03": pytest.approx(before["distance_m"] * 1.1 / 1000, abs=1e-4),
    }


def test_a_run_moved_to_another_day_keeps_its_time_of_day_and_leaves_the_old_one(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(date(2026, 6, 1), km=8.0)
    body = patch(client, run_id, local_date="2026-06-04")
    assert (body["started_at"], body["local_date"]) == ("2026-06-04T06:00:00Z", "2026-06-04")
    assert days(client) == {"2026-06-04": 8.0}
    patch(client, run_id, reset=["started_at"])
    assert days(client) == {"2026-06-01": 8.0}


def test_a_run_without_a_date_counts_once_the_runner_dates_it(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(None, km=7.0)
    assert days(client) == {}
    patch(client, run_id, local_date="2026-06-02")
    assert days(client) == {"2026-06-02": 7.0}
    body = patch(client, run_id, reset=["started_at"])
    assert (body["local_date"], body["edited"]) == (None, [])
    assert days(client) == {}


def test_another_sport_is_read_again_as_that_sport(
    client: httpx.Client, runtime: Runtime, take: Callable[..., Json]
) -> None:
    (run_id,) = take("run.fit", modern_run(start=MONDAY, duration_s=1800))["run_ids"]
    before = stored(runtime)
    assert days(client)
    body = patch(client, run_id, sport="cycling")
    assert (body["sport"], body["sub_sport"], body["hip_flexions"]) == ("cycling", None, 0)
    assert body["metrics"]["cycling_flexions"] > 0
    assert days(client) == {}
    patch(client, run_id, reset=["sport"])
    client.get("/v1/today")
    assert stored(runtime) == before


def test_another_sport_is_refused_when_the_original_is_gone(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(date(2026, 6, 1))
    answer = client.patch(f"/v1/runs/{run_id}", json={"sport": "hiking"})
    assert answer.status_code == 422
    assert "backup" in answer.json()["detail"]
    assert client.patch(f"/v1/runs/{run_id}", json={"distance_m": 5}).status_code == 200


def test_a_run_entered_by_hand_can_become_another_sport_and_come_back(
    client: httpx.Client,
) -> None:
    run_id = enter(client, local_date="2026-06-01", distance_m=6000, timer_s=3600)["id"]
    before = client.get(f"/v1/runs/{run_id}").json()
    walk = patch(client, run_id, sport="walking")
    assert (walk["hip_flexions"], walk["walking_steps"]) == (0, walk["steps_total"])
    assert patch(client, run_id, reset=["sport"]) == before


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Hills", None]),
        "rpe": st.sampled_from([0, 7.5, None]),
        "distance_m": st.sampled_from([1, 4000, 11_000.5]),
        "timer_s": st.sampled_from([60, 2400, 5000]),
        "sport": st.sampled_from(["running", "walking", "cycling"]),
        "local_date": st.sampled_from(["2026-05-30", "2026-06-01", "2026-06-02"]),
        "fast_was_run": st.booleans(),
    },
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(CHANGES, min_size=1, max_size=3), manual=st.booleans())
def test_edits_taken_back_leave_all_as_it_was(
    client: httpx.Client,
    runtime: Runtime,
    take: Callable[..., Json],
    changes: list[Json],
    *,
    manual: bool,
) -> None:
    (read,) = take("run.fit", modern_run(start=MONDAY, duration_s=600))["run_ids"] or [
        one["id"] for one in client.get("/v1/runs").json()["items"] if one["format"] == "fit"
    ]
    entered = [
        one["id"]
        for one in client.get("/v1/runs").json()["items"]
        if one["source_name"] == "manual"
    ] or [enter(client, started_at="2026-06-03T07:00", distance_m=9000, timer_s=3000)["id"]]
    run_id = entered[0] if manual else read
    client.get("/v1/today")
    before = stored(runtime)
    for change in changes:
        # Too far for the time it is refused, and changes nothing.
        assert client.patch(f"/v1/runs/{run_id}", json=change).status_code in {200, 422}
    names = ["title", "rpe", "distance_m", "timer_s", "sport", "started_at", "fast_was_run"]
    body = patch(client, run_id, reset=names)
    client.get("/v1/today")
    assert body["edited"] == []
    assert stored(runtime) == before


@pytest.fixture
def five_runs(client: httpx.Client, take: Callable[..., Json]) -> list[str]:
    """Of one day: two recordings of one run, one of another, and two entered by hand."""
    files = {
        "watch.fit": modern_run(start=MONDAY, duration_s=900),
        "phone.gpx": gpx(track([run(850, start=MONDAY)])),
        "other.gpx": gpx(track([run(600, start=MONDAY + timedelta(hours=3))])),
    }
    runs = [one for name, content in files.items() for one in take(name, content)["run_ids"]]
    by_hand = (
        {"local_date": "2026-06-01", "distance_m": 2600, "timer_s": 900},
        {"started_at": "2026-06-01T09:00", "distance_m": 3000, "timer_s": 1000},
    )
    return runs + [enter(client, **values)["id"] for values in by_hand]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(
            ["import", "delete", "restore", "prefer", "move", "lengthen", "walk", "reset"]
        ),
    ),
    max_size=8,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_what_is_settled_step_by_step_is_as_if_settled_at_once(  # noqa: PLR0917 - fixtures
    client: httpx.Client,
    runtime: Runtime,
    owner_id: UUID,
    take: Callable[..., Json],
    five_runs: list[str],
    steps: list[tuple[int, str]],
) -> None:
    for index, step in steps:
        run_id = five_runs[index]
        match step:
            case "import":
                started = MONDAY + timedelta(seconds=7 * index)
                take(f"{index}.gpx", gpx(track([run(700 + 40 * index, start=started)])))
            case "delete":
                client.delete(f"/v1/runs/{run_id}")
            case "restore" | "prefer":
                client.post(f"/v1/runs/{run_id}/{step}")
            case "move":
                client.patch(f"/v1/runs/{run_id}", json={"local_date": "2026-06-02"})
            case "lengthen":
                client.patch(f"/v1/runs/{run_id}", json={"distance_m": 4000})
            case "walk":
                client.patch(f"/v1/runs/{run_id}", json={"sport": "walking"})
            case _:
                reset = ["started_at", "distance_m", "sport", "preferred"]
                client.patch(f"/v1/runs/{run_id}", json={"reset": reset})
    client.get("/v1/today")
    before = stored(runtime)
    with runtime.database.write() as session:
        settle_all(session, owner_id)
        rewrite_days(session, owner_id, [date(2026, 6, 1), date(2026, 6, 2)])
        athletes.mark_dirty(session, owner_id, date(2000, 1, 1))
    client.get("/v1/today")
    assert stored(runtime) == before


def test_the_same_edit_again_changes_nothing(
    client: httpx.Client, runtime: Runtime, add_run: AddRun
) -> None:
    run_id = add_run(date(2026, 6, 1))
    first = patch(client, run_id, distance_m=9000, local_date="2026-06-02", title="Lake")
    before = stored(runtime)
    assert patch(client, run_id, distance_m=9000, local_date="2026-06-02", title="Lake") == first
    assert stored(runtime) == before


def test_an_old_run_corrected_changes_what_follows_it(client: httpx.Client, spike: date) -> None:
    def jumps() -> set[str]:
        items = client.get("/v1/alerts").json()["items"]
        return {one["rule"] for one in items if one["opened_on"] == str(spike)}

    assert "longest_run" in jumps()
    old = next(
        one["id"]
        for one in client.get("/v1/runs").json()["items"]
        if one["local_date"] == str(spike - timedelta(days=4))
    )
    patch(client, old, distance_m=10_000)
    assert "longest_run" not in jumps()
    assert "flexions_longest_run" in jumps()  # the steps of that day were counted
    assert client.get("/v1/today").json()["week"]["longest_run_30d_km"] == 10.0
    patch(client, old, reset=["distance_m"])
    assert "longest_run" in jumps()


def test_deleted_is_as_never_there_and_restored_as_never_gone(
    client: httpx.Client, runtime: Runtime, spike: date, add_run: AddRun
) -> None:
    client.get("/v1/today")
    before = stored(runtime)
    extra = add_run(spike - timedelta(days=1), km=30.0)
    client.get("/v1/today")
    with_it = stored(runtime)
    assert with_it["day_total"] != before["day_total"]
    assert client.delete(f"/v1/runs/{extra}").json()["deleted_at"] is not None
    client.get("/v1/today")
    for table in ("day_total",):
        assert stored(runtime)[table] == before[table]
    alerts = [
        {key: value for key, value in one.items() if key not in {"id", "first_seen_at"}}
        for one in stored(runtime)["alert"]
    ]
    assert alerts == [
        {key: value for key, value in one.items() if key not in {"id", "first_seen_at"}}
        for one in before["alert"]
    ]
    assert str(extra) not in client.get("/v1/runs").text
    assert [one["id"] for one in client.get("/v1/runs?deleted=true").json()["items"]] == [
        str(extra)
    ]
    assert client.post(f"/v1/runs/{extra}/restore").json()["deleted_at"] is None
    client.get("/v1/today")
    assert stored(runtime)["activity"] == with_it["activity"]
    assert stored(runtime)["day_total"] == with_it["day_total"]
    assert [one["findings"] for one in stored(runtime)["alert"]] == [
        one["findings"] for one in with_it["alert"]
    ]


def two_recordings(take: Callable[..., Json]) -> tuple[str, str]:
    """The fuller one that counts, and the other."""
    (full,) = take("watch.fit", modern_run(start=MONDAY, duration_s=1800))["run_ids"]
    points = [replace(one, cadence=None) for one in run(1700, start=MONDAY)]
    (phone,) = take("phone.gpx", gpx(track([points])))["run_ids"]
    return full, phone


def test_a_deleted_run_takes_its_second_recordings_along_and_they_come_back_with_it(
    client: httpx.Client, runtime: Runtime, take: Callable[..., Json]
) -> None:
    full, phone = two_recordings(take)
    before = stored(runtime)
    client.delete(f"/v1/runs/{full}")
    assert client.get("/v1/runs").json()["items"] == []
    assert days(client) == {}
    client.post(f"/v1/runs/{full}/restore")
    client.get("/v1/today")
    assert stored(runtime) == before
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full


def test_a_second_recording_goes_alone_and_stays_away_when_imported_again(
    client: httpx.Client, take: Callable[..., Json], tmp_path: Path
) -> None:
    full, phone = two_recordings(take)
    counted = days(client)
    client.delete(f"/v1/runs/{phone}")
    assert [one["id"] for one in client.get("/v1/runs").json()["items"]] == [full]
    again = take("again.gpx", (tmp_path / "phone.gpx").read_bytes())
    assert (again["status"], again["code"]) == ("skipped", "deleted_before")
    assert days(client) == counted


def test_the_runner_may_choose_which_recording_counts(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    full, phone = two_recordings(take)
    chosen = client.post(f"/v1/runs/{phone}/prefer").json()
    assert (chosen["preferred"], chosen["duplicate_of"]) == (True, None)
    assert client.get(f"/v1/runs/{full}").json()["duplicate_of"] == phone
    assert days(client) == {"2026-06-01": pytest.approx(chosen["distance_m"] / 1000, abs=1e-4)}
    client.post(f"/v1/runs/{full}/prefer")  # the later choice counts, in the same instant too
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full


def test_a_recording_dated_elsewhere_takes_the_others_of_its_run_along(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    full, phone = two_recordings(take)
    by_hand = enter(client, local_date="2026-06-01", distance_m=5000, timer_s=1800)
    km = days(client)["2026-06-01"]
    patch(client, full, local_date="2026-06-02")
    for other in (phone, by_hand["id"]):
        assert client.get(f"/v1/runs/{other}").json()["duplicate_of"] == full
    assert days(client) == {"2026-06-02": km}
    again = take("cloud.gpx", gpx(track([run(1650, start=MONDAY)])))
    assert (again["status"], again["code"]) == ("duplicate", "same_run")
    patch(client, full, reset=["started_at"])
    assert days(client) == {"2026-06-01": km}


def test_another_sport_is_that_of_the_activity_and_leaves_no_other_recording_behind(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    full, phone = two_recordings(take)
    patch(client, full, sport="cycling")
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full
    assert days(client) == {}
    patch(client, full, reset=["sport"])
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full
    assert set(days(client)) == {"2026-06-01"}


@pytest.mark.parametrize(
    ("change", "km"),
    [({"distance_m": 4000}, 4.0), ({"fast_was_run": True}, None), ({"timer_s": 1750}, None)],
)
def test_what_the_runner_has_corrected_counts_when_a_fuller_recording_comes(
    client: httpx.Client, take: Callable[..., Json], change: Json, km: float | None
) -> None:
    points = [replace(one, cadence=None) for one in run(1700, start=MONDAY)]
    (phone,) = take("phone.gpx", gpx(track([points])))["run_ids"]
    patch(client, phone, **change)
    before = days(client)
    (full,) = take("watch.fit", modern_run(start=MONDAY, duration_s=1800))["run_ids"]
    assert client.get(f"/v1/runs/{full}").json()["duplicate_of"] == phone
    assert days(client) == before
    assert km is None or before == {"2026-06-01": km}
    client.post(f"/v1/runs/{full}/prefer")  # a choice goes before a correction
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full
    chosen = patch(client, full, reset=["preferred"])
    assert (chosen["preferred"], chosen["duplicate_of"]) == (False, phone)
    patch(client, phone, reset=list(change))
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full


def test_what_was_like_a_recording_that_no_longer_counts_is_looked_at_again(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    points = [replace(one, cadence=None) for one in run(1800, start=MONDAY, speed_m_s=3.2)]
    (phone,) = take("phone.gpx", gpx(track([points])))["run_ids"]
    km = days(client)["2026-06-01"]
    by_hand = enter(client, local_date="2026-06-01", distance_m=km * 1080, timer_s=1800)
    assert by_hand["duplicate_of"] == phone
    (full,) = take("watch.fit", modern_run(start=MONDAY, duration_s=1800))["run_ids"]
    body = client.get(f"/v1/runs/{full}").json()
    assert km * 1080 > body["distance_m"] / 0.9  # too long to be told of this one
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full
    assert client.get(f"/v1/runs/{by_hand['id']}").json()["duplicate_of"] is None


def test_a_choice_takes_the_one_before_it_back(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    full, phone = two_recordings(take)
    for one in (phone, full):
        client.post(f"/v1/runs/{one}/prefer")
    assert client.get(f"/v1/runs/{phone}").json()["preferred"] is False
    assert patch(client, full, reset=["preferred"])["preferred"] is False


@pytest.mark.parametrize("seconds", [30, 3000])
def test_a_distance_nobody_covers_is_refused_of_an_edit_too(
    client: httpx.Client, add_run: AddRun, seconds: int
) -> None:
    run_id = add_run(date(2026, 6, 1), km=8.0)
    change = {"distance_m": 500_000, "timer_s": seconds}
    answer = client.patch(f"/v1/runs/{run_id}", json=change)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["body/distance_m"]
    assert days(client) == {"2026-06-01": 8.0}


def test_another_time_alone_leaves_a_drive_held_out(client: httpx.Client, add_run: AddRun) -> None:
    run_id = add_run(
        date(2026, 6, 28),
        km=30.0,
        held_out_m=20_000.0,
        held_out_s=1800.0,
        held_out_flexions=6000.0,
    )
    body = patch(client, run_id, timer_s=5400)  # half of it
    held_out = body["held_out_m"], body["held_out_s"], body["held_out_flexions"]
    assert held_out == (20_000, 900, 6000)
    assert days(client) == {"2026-06-28": 10.0}
    assert patch(client, run_id, distance_m=10_000)["held_out_m"] == 0
    assert days(client) == {"2026-06-28": 10.0}


def test_a_name_and_an_effort_taken_away_do_not_come_back(
    client: httpx.Client, take: Callable[..., Json]
) -> None:
    full, phone = two_recordings(take)
    for one in (phone, full):
        patch(client, one, title="Woods", rpe=6)
    patch(client, full, title=None, rpe=None)
    take("cloud.gpx", gpx(track([run(1650, start=MONDAY)])))
    body = client.get(f"/v1/runs/{full}").json()
    assert (body["title"], body["rpe"]) == (None, None)
    assert client.get(f"/v1/runs/{phone}").json()["duplicate_of"] == full


def test_a_stretch_too_fast_for_running_counts_once_it_is_confirmed(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(
        date(2026, 6, 28), km=30.0, held_out_m=20_000.0, held_out_s=1200.0, held_out_flexions=50.0
    )
    earlier = add_run(date(2026, 6, 1), km=3.0, held_out_m=1000.0, held_out_s=70.0)
    assert str(earlier) in client.get("/v1/today").text  # within the month of the longest run
    client.delete(f"/v1/runs/{earlier}")
    assert days(client) == {"2026-06-28": 10.0}
    told = client.get(f"/v1/runs/{run_id}").json()["held_out_text"]
    assert told.startswith("20.0 km of this run were too fast for running, so they do not")
    (asked,) = client.get("/v1/today").json()["held_out"]
    assert asked["run_id"] == str(run_id)
    assert "Sun 28 Jun" in asked["text"]
    patch(client, run_id, fast_was_run=False)
    assert days(client) == {"2026-06-28": 10.0}
    assert client.get("/v1/today").json()["held_out"] == []
    patch(client, run_id, fast_was_run=True)
    assert days(client) == {"2026-06-28": 30.0}
    patch(client, run_id, fast_was_run=None)
    assert days(client) == {"2026-06-28": 10.0}


def test_a_typed_distance_nobody_can_run_is_held_out_too(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(date(2026, 6, 28), km=8.0)
    assert patch(client, run_id, distance_m=30_000)["held_out_m"] == 30_000
    assert days(client) == {}
    assert patch(client, run_id, distance_m=8500)["held_out_m"] == 0
    assert days(client) == {"2026-06-28": 8.5}
