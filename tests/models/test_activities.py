import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import activities
from models.activities import Activity, ActivityCursor, ActivityValues, Known, Told
from models.base import new_id
from models.database import Database, database_url_for, upgrade

Run = Callable[..., ActivityValues]
Store = Callable[[uuid.UUID, ActivityValues], uuid.UUID]
START = datetime(2026, 5, 4, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = date(2026, 5, 4)


def cursor_of(activity: Activity) -> ActivityCursor:
    return ActivityCursor(activity.started_at, activity.id)


def test_what_is_stored_comes_back(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    values = run(metrics={"split_s": [1.5, None], "name": "Ås"}, warnings=[{"code": "no_start"}])
    store(athlete_id, values)
    with database.read() as session:
        activity = activities.get(session, athlete_id, values["id"])
    assert activity is not None
    stored = {name: getattr(activity, name) for name in ActivityValues.__required_keys__}
    assert stored == values


def test_the_same_session_of_the_same_content_is_refused(
    athlete_id: uuid.UUID, run: Run, store: Store, sha: Callable[[str], str]
) -> None:
    store(athlete_id, run(content_sha256=sha("content"), session_index=0))
    store(athlete_id, run(content_sha256=sha("content"), session_index=1))
    with pytest.raises(IntegrityError):
        store(athlete_id, run(content_sha256=sha("content"), session_index=1))


def test_activities_are_found_by_content_in_the_order_of_their_sessions(
    database: Database,
    athlete_id: uuid.UUID,
    run: Run,
    store: Store,
    sha: Callable[[str], str],
) -> None:
    second = store(athlete_id, run(content_sha256=sha("both"), session_index=1))
    first = store(athlete_id, run(content_sha256=sha("both"), session_index=0))
    store(athlete_id, run())
    many = [sha(str(number)) for number in range(2500)]  # more than one statement may carry
    with database.read() as session:
        found = activities.by_content(session, athlete_id, [sha("both"), *many])
    assert found == {sha("both"): [Known(first, deleted=False), Known(second, deleted=False)]}


@pytest.mark.parametrize(
    ("start", "end", "shares"),
    [
        (START - HOUR, START - timedelta(seconds=1), False),
        (START - HOUR, START, True),
        (START + timedelta(minutes=20), START + timedelta(minutes=30), True),
        (START - HOUR, START + 2 * HOUR, True),
        (START + HOUR, START + 2 * HOUR, True),
        (START + HOUR + timedelta(seconds=1), START + 2 * HOUR, False),
    ],
)
def test_overlapping_activities_share_a_moment(
    *,
    database: Database,
    athlete_id: uuid.UUID,
    run: Run,
    store: Store,
    start: datetime,
    end: datetime,
    shares: bool,
) -> None:
    values = run(started_at=START, ended_at=START + HOUR, sport="cycling")
    store(athlete_id, values)
    store(athlete_id, run(started_at=None, ended_at=None, local_date=None))
    with database.read() as session:
        found = activities.overlapping(session, athlete_id, start, end)
    assert [overlap.id for overlap in found] == ([values["id"]] if shares else [])
    for overlap in found:
        assert overlap._asdict() == {name: values[name] for name in overlap._fields}


def test_a_duplicate_is_marked_and_freed_again(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    winner, loser = store(athlete_id, run()), store(athlete_id, run())
    with database.write() as session:
        activities.set_duplicate_of(session, athlete_id, {loser: winner, winner: None})
        marked = activities.get(session, athlete_id, loser)
        assert marked is not None
        assert marked.duplicate_of == winner
        activities.set_duplicate_of(session, athlete_id, {loser: None})
        freed = activities.get(session, athlete_id, loser)
        assert freed is not None
        assert freed.duplicate_of is None
        activities.set_duplicate_of(session, athlete_id, {})


def test_another_athletes_run_cannot_be_the_winner(
    database: Database,
    add_athlete: Callable[[str], uuid.UUID],
    run: Run,
    store: Store,
) -> None:
    ada, grace = add_athlete("Ada"), add_athlete("Grace")
    mine, theirs = store(ada, run()), store(grace, run())
    with pytest.raises(IntegrityError), database.write() as session:
        activities.set_duplicate_of(session, ada, {mine: theirs})


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_show_each_activity_once_the_latest_first_and_the_undated_last(
    *, database: Database, athlete_id: uuid.UUID, run: Run, store: Store, limit: int
) -> None:
    starts = [START, START + HOUR, START + HOUR, START - HOUR, None, None, None]
    for start in starts:
        store(athlete_id, run(started_at=start))
    seen: list[Activity] = []
    after = None
    with database.read() as session:
        while page := activities.list_page(session, athlete_id, limit=limit, after=after):
            seen.extend(page)
            after = cursor_of(page[-1])
    assert [activity.started_at for activity in seen] == [
        START + HOUR,
        START + HOUR,
        START,
        START - HOUR,
        None,
        None,
        None,
    ]
    assert len({activity.id for activity in seen}) == len(starts)
    assert seen[0].id > seen[1].id


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["later", "walk", "run"]),
        ({"sport": "running"}, ["later", "run"]),
        ({"first": date(2026, 5, 5)}, ["later"]),
        ({"last": date(2026, 5, 4)}, ["walk", "run"]),
        ({"first": DAY, "last": DAY, "sport": "walking"}, ["walk"]),
        ({"duplicates": True}, ["later", "alternate", "walk", "run"]),
    ],
)
def test_a_list_is_filtered(
    *,
    database: Database,
    athlete_id: uuid.UUID,
    run: Run,
    store: Store,
    filters: dict[str, str | date | bool],
    names: list[str],
) -> None:
    winner = store(athlete_id, run(source_name="run"))
    store(athlete_id, run(source_name="walk", sport="walking", started_at=START + HOUR))
    store(
        athlete_id,
        run(source_name="alternate", started_at=START + 2 * HOUR, duplicate_of=winner),
    )
    store(
        athlete_id,
        run(source_name="later", started_at=START + 24 * HOUR, local_date=date(2026, 5, 5)),
    )
    with database.read() as session:
        page = activities.list_page(session, athlete_id, limit=9, **filters)  # pyright: ignore[reportArgumentType] - the filters of each case fit
    assert [activity.source_name for activity in page] == names


def test_only_running_that_stands_for_itself_counts_on_a_day(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    evening = store(athlete_id, run(started_at=START + 8 * HOUR))
    morning = store(athlete_id, run(started_at=START))
    store(athlete_id, run(sport="cycling"))
    store(athlete_id, run(duplicate_of=morning))
    store(athlete_id, run(local_date=date(2026, 5, 6)))
    store(athlete_id, run(local_date=None))
    with database.read() as session:
        runs = activities.runs_of_day(session, athlete_id, [DAY, date(2026, 5, 5)])
    assert [run.id for run in runs] == [morning, evening]
    assert (runs[0].distance_m, runs[0].moving_s, runs[0].hip_flexions) == (1e4, 3550.0, 10_200.0)


def test_first_and_last_run_day_are_those_of_runs_that_count(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    with database.read() as session:
        assert activities.first_run_day(session, athlete_id) is None
        assert activities.last_run_day(session, athlete_id) is None
    counted = store(athlete_id, run(local_date=date(2026, 5, 4)))
    store(athlete_id, run(local_date=date(2026, 5, 8)))
    store(athlete_id, run(local_date=date(2026, 5, 1), sport="walking"))
    store(athlete_id, run(local_date=date(2026, 5, 9), duplicate_of=counted))
    store(athlete_id, run(local_date=None))
    with database.read() as session:
        assert activities.first_run_day(session, athlete_id) == date(2026, 5, 4)
        assert activities.last_run_day(session, athlete_id) == date(2026, 5, 8)


def test_what_was_counted_and_dated_can_change(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    activity_id = store(athlete_id, run())
    with database.write() as session:
        assert activities.change(
            session, athlete_id, activity_id, local_date=date(2026, 5, 5), hip_flexions=None
        )
        assert not activities.change(session, athlete_id, new_id(), local_date=DAY)
        changed = activities.get(session, athlete_id, activity_id)
    assert changed is not None
    assert (changed.local_date, changed.hip_flexions) == (date(2026, 5, 5), None)
    assert changed.steps_total == 10_200.0


def test_runs_that_rest_on_the_profile_are_found(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    modelled = store(
        athlete_id, run(hip_flexions_source="pace_height", metrics={"height_cm": 171.5})
    )
    store(athlete_id, run(hip_flexions_source="cadence"))
    by_profile = store(athlete_id, run(zone_source="athlete", zone="Europe/Oslo"))
    store(athlete_id, run(zone_source="athlete", zone="Asia/Tokyo"))
    with database.read() as session:
        sources = activities.sources(session, athlete_id)
        moved = activities.in_other_zone(session, athlete_id, "Asia/Tokyo", "athlete")
    assert [(one.id, one.height_cm) for one in sources if one.height_cm] == [(modelled, 171.5)]
    assert [activity.id for activity in moved] == [by_profile]


def test_a_name_or_an_effort_is_told_only_where_the_runner_has_said_nothing(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    unnamed = store(athlete_id, run())
    cleared = store(athlete_id, run(read_values={"title": None}))
    lazy = store(athlete_id, run(read_values={"rpe": 4.0, "distance_m": 12.5}))
    odd = store(athlete_id, run(title='"rpe": ', read_values={"sub_sport": 'a "rpe":b'}))
    told = [Told(one, "Woods", 3.0) for one in (unnamed, cleared, lazy, odd)]
    with database.write() as session:
        assert activities.tell(session, athlete_id, told) == 4
        assert activities.tell(session, athlete_id, told) == 0
    with database.read() as session:
        found = [activities.get(session, athlete_id, one.id) for one in told]
    assert [(one.title, one.rpe) for one in found if one is not None] == [
        ("Woods", 3.0),
        (None, 3.0),
        ("Woods", None),
        ('"rpe": ', 3.0),
    ]


def test_recordings_of_one_activity_are_found_from_each_of_them(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    best = store(athlete_id, run())
    others = [store(athlete_id, run(duplicate_of=best)) for _ in range(2)]
    store(athlete_id, run(duplicate_of=best, deleted_at=START))
    store(athlete_id, run())
    with database.read() as session:
        for one in (best, *others):
            known = activities.overlaps(session, athlete_id, [one])
            found = {other.id for other in activities.linked(session, athlete_id, known)}
            assert found | {one} == {best, *others}


def test_recordings_are_found_by_who_dated_them(
    database: Database, athlete_id: uuid.UUID, run: Run, store: Store
) -> None:
    dated = store(athlete_id, run(zone_source="runner"))
    store(athlete_id, run(zone_source="file"))
    store(athlete_id, run(zone_source="runner", file_sha256=None))
    with database.read() as session:
        found = activities.dated_by(session, athlete_id, ["runner", "runners_day"])
    assert [one.id for one in found] == [dated]


HOT: dict[str, tuple[Callable[[Session, uuid.UUID], object], str]] = {
    "page": (
        lambda s, a: activities.list_page(s, a, limit=50, after=ActivityCursor(START, a)),
        "ix_activity_athlete_id_started_at_id",
    ),
    "overlap": (
        lambda s, a: activities.overlapping(s, a, START, START),
        "ix_activity_athlete_id_ended_at_started_at",
    ),
    "day": (
        lambda s, a: activities.runs_of_day(s, a, [DAY, DAY]),
        "ix_activity_athlete_id_local_date",
    ),
    "first day": (activities.first_run_day, "ix_activity_athlete_id_local_date"),
    "content": (
        lambda s, a: activities.by_content(s, a, ["0"]),
        "sqlite_autoindex_activity_2 (athlete_id=? AND content_sha256=?)",
    ),
}


@pytest.mark.parametrize("query", HOT)
def test_hot_queries_walk_an_index(tmp_path: Path, query: str) -> None:
    database = Database(database_url_for(tmp_path))
    upgrade(database)
    plans: list[str] = []

    def explain(connection: Connection, *call: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event
        _cursor, statement, parameters, _context, _many = call
        if statement.startswith("SELECT"):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("; ".join(row.detail for row in plan))

    event.listen(database.reader, "before_cursor_execute", explain)
    call, index = HOT[query]
    with database.read() as session:
        call(session, new_id())
    database.close()
    assert index in plans[0]
    assert not any("SCAN" in plan for plan in plans)
    if query != "day":  # sorts the runs of two days
        assert "TEMP B-TREE" not in plans[0]
