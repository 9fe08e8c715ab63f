"""No query reads or writes an athlete's own tables without naming the athlete.

Every public query of every module is called here, on both databases; a new one without a call
fails the first test.
"""

import hashlib
import importlib
import inspect
import pkgutil
import re
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, cast

import numpy as np
import pytest
from sqlalchemy import Table, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import models
from models import (
    activities,
    alerts,
    athletes,
    channels,
    day_marks,
    days,
    files,
    imports,
    jobs,
    leases,
)
from models.activities import ActivityValues, Told
from models.alerts import AlertValues
from models.base import NOT_ATHLETE_OWNED, Base, new_id
from models.database import Database
from models.day_marks import DayKind
from models.days import DayTotals
from models.files import NewFile
from models.imports import ImportItem, ItemKind, ItemStatus, NewItem, Origin
from models.leases import Outcome

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = date(2026, 5, 4)
SHA = hashlib.sha256(b"file").hexdigest()
OWNED = [table for name, table in Base.metadata.tables.items() if name not in NOT_ATHLETE_OWNED]
TOOLS = {"base.affected_rows", "base.upsert"}  # execute what a query has made
ALERT: AlertValues = {
    "rule": "longest_run",
    "rule_version": 1,
    "family": "spike",
    "level": "take_care",
    "opened_on": DAY,
    "last_on": DAY,
    "cleared_on": None,
    "findings": [{"day": "2026-05-04"}],
}


@dataclass(frozen=True)
class World:
    """One athlete with one of everything, and a run nobody has stored yet."""

    athlete_id: uuid.UUID
    run: ActivityValues
    next_run: ActivityValues
    import_id: uuid.UUID
    job_id: uuid.UUID
    alert_id: uuid.UUID


ITEM = NewItem(name="run.fit", kind=ItemKind.FILE, file_sha256=SHA)
ENDED = NewItem(
    name="list: run", kind=ItemKind.FILE, content_sha256=SHA, status=ItemStatus.IMPORTED
)
OUTCOME = Outcome(status=ItemStatus.IMPORTED, run_count=1, content_sha256=SHA)

CALLS: Mapping[str, Callable[[Session, World], object]] = {
    "activities.alternates": lambda s, w: activities.alternates(s, w.athlete_id, w.run["id"]),
    "activities.by_content": lambda s, w: activities.by_content(
        s, w.athlete_id, [w.run["content_sha256"]]
    ),
    "activities.change": lambda s, w: activities.change(
        s, w.athlete_id, w.run["id"], local_date=DAY
    ),
    "activities.dated_by": lambda s, w: activities.dated_by(s, w.athlete_id, ["position"]),
    "activities.first_run_day": lambda s, w: activities.first_run_day(s, w.athlete_id),
    "activities.get": lambda s, w: activities.get(s, w.athlete_id, w.run["id"]),
    "activities.held_out": lambda s, w: activities.held_out(s, w.athlete_id, DAY, DAY),
    "activities.in_other_zone": lambda s, w: activities.in_other_zone(
        s, w.athlete_id, "UTC", "position"
    ),
    "activities.insert": lambda s, w: activities.insert(s, w.athlete_id, [w.next_run]),
    "activities.last_run_day": lambda s, w: activities.last_run_day(s, w.athlete_id),
    "activities.linked": lambda s, w: activities.linked(
        s, w.athlete_id, activities.overlaps(s, w.athlete_id)
    ),
    "activities.list_page": lambda s, w: activities.list_page(
        s, w.athlete_id, limit=9, sport="running", first=DAY, last=DAY
    ),
    "activities.made_of": lambda s, w: activities.made_of(s, w.athlete_id, w.run["content_sha256"]),
    "activities.outdated": lambda s, w: activities.outdated(
        s, w.athlete_id, parser_version=9, metrics_version=9
    ),
    "activities.overlapping": lambda s, w: activities.overlapping(s, w.athlete_id, NOW, NOW),
    "activities.overlaps": lambda s, w: activities.overlaps(s, w.athlete_id),
    "activities.remove": lambda s, w: activities.remove(s, w.athlete_id, [w.run["id"]]),
    "activities.run_days_stored": lambda s, w: activities.run_days_stored(
        s, w.athlete_id, DAY, NOW
    ),
    "activities.runs_of_day": lambda s, w: activities.runs_of_day(s, w.athlete_id, [DAY]),
    "activities.set_duplicate_of": lambda s, w: activities.set_duplicate_of(
        s, w.athlete_id, {w.run["id"]: w.run["id"]}
    ),
    "activities.sources": lambda s, w: activities.sources(s, w.athlete_id),
    "activities.tell": lambda s, w: activities.tell(
        s, w.athlete_id, [Told(w.run["id"], "Easy", 3.0)]
    ),
    "activities.with_ids_between": lambda s, w: activities.with_ids_between(
        s, w.athlete_id, w.run["id"], w.run["id"]
    ),
    "alerts.acknowledge": lambda s, w: alerts.acknowledge(s, w.athlete_id, w.alert_id, NOW),
    "alerts.delete": lambda s, w: alerts.delete(s, w.athlete_id, w.alert_id),
    "alerts.for_range": lambda s, w: alerts.for_range(s, w.athlete_id, DAY, DAY),
    "alerts.get": lambda s, w: alerts.get(s, w.athlete_id, w.alert_id),
    "alerts.list_page": lambda s, w: alerts.list_page(s, w.athlete_id, limit=9, updated_since=NOW),
    "alerts.reopen": lambda s, w: alerts.reopen(s, w.athlete_id, w.alert_id, NOW),
    "alerts.snooze": lambda s, w: alerts.snooze(s, w.athlete_id, w.alert_id, NOW, NOW),
    "alerts.upsert": lambda s, w: alerts.upsert(
        s, w.athlete_id, w.alert_id, {**ALERT, "level": "ease_off"}, NOW
    ),
    "athletes.add": lambda s, _: athletes.add(s, name="C", zone="UTC", is_owner=False, now=NOW).id,
    "athletes.bump_version": lambda s, w: athletes.bump_version(s, w.athlete_id),
    "athletes.clear_dirty": lambda s, w: athletes.clear_dirty(s, w.athlete_id),
    "athletes.get": lambda s, w: athletes.get(s, w.athlete_id),
    "athletes.list_all": lambda s, _: athletes.list_all(s),
    "athletes.lock": lambda s, w: athletes.lock(s, w.athlete_id),
    "athletes.mark_dirty": lambda s, w: athletes.mark_dirty(s, w.athlete_id, DAY),
    "athletes.owner": lambda s, _: athletes.owner(s),
    "athletes.update_profile": lambda s, w: athletes.update_profile(s, w.athlete_id, {"sex": "f"}),
    "channels.insert_many": lambda s, w: channels.insert_many(
        s, w.athlete_id, {w.run["id"]: [channels.pack("power_w", np.ones(3, np.float32))]}
    ),
    "channels.names": lambda s, w: channels.names(s, w.athlete_id, w.run["id"]),
    "channels.packed": lambda s, w: channels.packed(s, w.athlete_id, w.run["id"]),
    "channels.read_many": lambda s, w: channels.read_many(s, w.athlete_id, w.run["id"]),
    "channels.read_one": lambda s, w: channels.read_one(s, w.athlete_id, w.run["id"], "speed_m_s"),
    "channels.remove": lambda s, w: channels.remove(s, w.athlete_id, w.run["id"]),
    "day_marks.in_range": lambda s, w: day_marks.in_range(s, w.athlete_id, DAY, DAY),
    "day_marks.put": lambda s, w: day_marks.put(s, w.athlete_id, DAY, DayKind.RACE, None, NOW),
    "day_marks.remove": lambda s, w: day_marks.remove(s, w.athlete_id, DAY, DayKind.SICK),
    "days.read_range": lambda s, w: days.read_range(s, w.athlete_id, DAY, DAY),
    "days.rewrite": lambda s, w: days.rewrite(
        s, w.athlete_id, {DAY: None, date(2026, 5, 5): DayTotals(DAY, 1, 1.0, 1.0, 1.0, 1.0, 1.0)}
    ),
    "files.add_many": lambda s, _: files.add_many(s, [NewFile(SHA, 1)], NOW),
    "files.known": lambda s, _: files.known(s, [SHA]),
    "files.remove_many": lambda s, _: files.remove_many(s, [hashlib.sha256(b"no").hexdigest()]),
    "files.stored": lambda s, _: files.stored(s),
    "files.unreferenced": lambda s, _: files.unreferenced(s),
    "imports.add_ended": lambda s, w: imports.add_ended(s, w.athlete_id, w.import_id, [ENDED], NOW),
    "imports.add_items": lambda s, w: imports.add_items(s, w.athlete_id, w.import_id, [ITEM], NOW),
    "imports.by_key": lambda s, w: imports.by_key(s, w.athlete_id, "key"),
    "imports.cancel": lambda s, w: imports.cancel(s, w.athlete_id, w.import_id, NOW),
    "imports.create": lambda s, w: imports.create(
        s, w.athlete_id, origin=Origin.API, items=[ITEM], now=NOW
    ),
    "imports.finish_batch_if_done": lambda s, w: imports.finish_batch_if_done(
        s, w.athlete_id, w.import_id, NOW
    ),
    "imports.get": lambda s, w: imports.get(s, w.athlete_id, w.import_id),
    "imports.handed_over_in": lambda s, w: imports.handed_over_in(s, w.athlete_id, SHA),
    "imports.items": lambda s, w: imports.items(
        s, w.athlete_id, w.import_id, limit=9, after=-1, statuses=list(ItemStatus)
    ),
    "imports.known_members": lambda s, w: imports.known_members(s, w.athlete_id, SHA),
    "imports.lock_batch": lambda s, w: imports.lock_batch(s, w.athlete_id, w.import_id),
    "imports.names_of": lambda s, w: imports.names_of(s, w.athlete_id, w.import_id, [SHA]),
    "imports.open_batches": lambda s, w: imports.open_batches(s, w.athlete_id),
    "imports.opened_before": lambda s, w: imports.opened_before(
        s, w.athlete_id, w.import_id, ImportItem(file_sha256=SHA, position=9)
    ),
    "imports.siblings": lambda s, w: imports.siblings(s, w.athlete_id, w.import_id, SHA),
    "imports.totals": lambda s, w: imports.totals(s, w.athlete_id, w.import_id),
    "jobs.add": lambda s, w: jobs.add(s, "import", w.athlete_id, w.import_id, NOW),
    "jobs.exists": lambda s, w: jobs.exists(s, "import", w.athlete_id, w.import_id),
    "jobs.next": lambda s, _: jobs.next(s),
    "jobs.remove": lambda s, w: jobs.remove(s, w.job_id),
    "leases.claim": lambda s, w: leases.claim(
        s, w.athlete_id, w.import_id, owner="me", now=NOW, lease_s=60, limit=9
    ),
    "leases.end_unclaimed": lambda s, w: leases.end_unclaimed(
        s, w.athlete_id, w.import_id, {1: OUTCOME}, NOW
    ),
    "leases.finish_items": lambda s, w: leases.finish_items(
        s, w.athlete_id, w.import_id, {0: OUTCOME}, owner="before", now=NOW
    ),
    "leases.hand_back": lambda s, w: leases.hand_back(s, w.athlete_id, w.import_id, owner="before"),
    "leases.holds": lambda s, w: leases.holds(s, w.athlete_id, w.import_id, 0, owner="before"),
    "leases.release": lambda s, w: leases.release(s, w.athlete_id, w.import_id, owner="before"),
    "leases.renew": lambda s, w: leases.renew(
        s, w.athlete_id, w.import_id, owner="before", now=NOW, lease_s=60
    ),
}

NOT_OF_ONE_ATHLETE = {name for name in CALLS if name.partition(".")[0] in {"athletes", "files"}}
CREATES = {"imports.create", "jobs.add", "jobs.next", "jobs.remove"}  # jobs belong to the queue


@pytest.fixture
def world(database: Database, run: Callable[..., ActivityValues]) -> World:
    with database.write() as session:
        athlete_id = athletes.add(session, name="A", zone="UTC", is_owner=False, now=NOW).id
        files.add_many(session, [NewFile(SHA, 1)], NOW)
        first, second = run(started_at=NOW, ended_at=NOW), run(started_at=NOW, ended_at=NOW)
        activities.insert(session, athlete_id, [first])
        speed = channels.pack("speed_m_s", np.ones(3, np.float32))
        channels.insert_many(session, athlete_id, {first["id"]: [speed]})
        days.rewrite(session, athlete_id, {DAY: DayTotals(DAY, 1, 1.0, 1.0, 1.0, 1.0, 1.0)})
        alert_id = new_id()
        alerts.upsert(session, athlete_id, alert_id, ALERT, NOW)
        import_id = imports.create(
            session,
            athlete_id,
            origin=Origin.API,
            items=[ITEM, ITEM],
            now=NOW,
            idempotency_key="key",
        )
        leases.claim(session, athlete_id, import_id, owner="before", now=NOW, lease_s=60, limit=1)
        job_id = jobs.add(session, "import", athlete_id, import_id, NOW)
    return World(athlete_id, first, second, import_id, job_id, alert_id)


def public_queries() -> set[str]:
    found: set[str] = set()
    for module_info in pkgutil.iter_modules(models.__path__):
        module = importlib.import_module(f"models.{module_info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and "session" in inspect.signature(function).parameters:
                found.add(f"{module_info.name}.{name}")
    return found


def unguarded(statement: str) -> set[str]:
    """Athletes' own tables that a statement reads or writes without ``athlete_id =`` on them."""
    missing: set[str] = set()
    for table in OWNED:
        inserted = re.search(rf"\bINSERT INTO {table.name} \(([^)]*)\)", statement)
        if inserted and "athlete_id" not in inserted[1].split(", "):
            missing.add(table.name)
        uses = re.findall(rf"(?:\bFROM|\bJOIN|\bUPDATE|,)\s+{table.name}\b(?!\.)", statement)
        guards = re.findall(rf"\b{table.name}\.athlete_id = ", statement)
        if len(guards) < len(uses):
            missing.add(table.name)
    return missing


@contextmanager
def recorded(database: Database) -> Generator[list[tuple[str, str]]]:
    """What is executed meanwhile: statements and, as text, their parameters."""
    statements: list[tuple[str, str]] = []

    def record(*call: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event
        _connection, _cursor, statement, parameters, _context, _many = call
        if not statement.startswith("BEGIN"):
            statements.append((" ".join(statement.split()), str(parameters)))

    event.listen(database.writer, "before_cursor_execute", record)
    yield statements
    event.remove(database.writer, "before_cursor_execute", record)


def nothing(seen: object) -> bool:
    """Whether an answer is empty: no row, no count, no truth."""
    answer = cast("Mapping[object, object]", seen) if isinstance(seen, Mapping) else None
    return not any(answer.values()) if answer is not None else not seen


def rows_of(database: Database, athlete_id: uuid.UUID) -> dict[str, list[Any]]:
    def rows(session: Session, table: Table) -> list[Any]:
        statement = select(table).where(table.c.athlete_id == athlete_id)
        return list(session.execute(statement.order_by(*table.primary_key)))

    with database.read() as session:
        return {table.name: rows(session, table) for table in OWNED}


def test_every_query_is_called_here() -> None:
    assert public_queries() - TOOLS == CALLS.keys()


@pytest.mark.parametrize("query", CALLS)
def test_no_statement_lacks_the_athlete(database: Database, world: World, query: str) -> None:
    with recorded(database) as statements, database.write() as session:
        CALLS[query](session, world)
    assert statements
    ids = {str(world.athlete_id), world.athlete_id.hex}
    for statement, parameters in statements:
        assert unguarded(statement) == set(), statement
        if any(re.search(rf"\b{table.name}\b", statement) for table in OWNED):
            assert any(text in parameters for text in ids), parameters


@pytest.mark.parametrize("query", sorted(CALLS.keys() - NOT_OF_ONE_ATHLETE))
def test_another_athletes_rows_are_neither_seen_nor_changed(
    database: Database, world: World, query: str
) -> None:
    with database.write() as session:
        other = athletes.add(session, name="B", zone="UTC", is_owner=False, now=NOW).id
    before = rows_of(database, world.athlete_id)
    try:
        with database.write() as session:
            seen = CALLS[query](session, replace(world, athlete_id=other))
    except IntegrityError:
        seen = None  # its own row cannot hang on another athlete's
    assert rows_of(database, world.athlete_id) == before
    if query not in CREATES:
        assert nothing(seen)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT activity.id FROM activity WHERE activity.id = ?", {"activity"}),
        ("SELECT activity.id FROM activity WHERE activity.athlete_id = ?", set[str]()),
        ("UPDATE alert SET level=? WHERE alert.id = ?", {"alert"}),
        ("DELETE FROM day_total WHERE day_total.day = ?", {"day_total"}),
        ("INSERT INTO channel (stream, data) VALUES (?, ?)", {"channel"}),
        (
            "SELECT 1 FROM activity WHERE activity.athlete_id = ? AND (SELECT 1 FROM channel)",
            {"channel"},
        ),
        (
            "SELECT alert.id FROM activity, alert WHERE activity.athlete_id = ?",
            {"alert"},
        ),
    ],
)
def test_a_statement_without_the_athlete_would_be_found(statement: str, tables: set[str]) -> None:
    assert unguarded(statement) == tables
