import uuid
from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from models import athletes, files, imports, jobs
from models.activities import ActivityValues
from models.athletes import Athlete
from models.base import Base, new_id
from models.database import Database
from models.files import NewFile
from models.imports import ItemKind, NewItem, Origin


@pytest.fixture
def read(database: Database) -> Callable[[uuid.UUID], Athlete]:
    def one(athlete_id: uuid.UUID) -> Athlete:
        with database.read() as session:
            athlete = athletes.get(session, athlete_id)
        assert athlete is not None
        return athlete

    return one


def test_there_is_one_owner(database: Database, athlete_id: uuid.UUID, now: datetime) -> None:
    with database.write() as session:
        assert athletes.owner(session) is None
        owner = athletes.add(session, name="Me", zone="UTC", is_owner=True, now=now)
    with database.read() as session:
        found = athletes.owner(session)
        assert found is not None
        assert found.id == owner.id
        assert [athlete.id for athlete in athletes.list_all(session)] == [athlete_id, owner.id]
    with pytest.raises(IntegrityError), database.write() as session:
        athletes.add(session, name="I", zone="UTC", is_owner=True, now=now)


def test_a_profile_changes_where_something_is_said(
    database: Database, athlete_id: uuid.UUID, read: Callable[[uuid.UUID], Athlete]
) -> None:
    with database.write() as session:
        assert athletes.update_profile(session, athlete_id, {"height_cm": 171.5, "sex": "f"})
        assert athletes.update_profile(session, athlete_id, {"sex": None})
        assert not athletes.update_profile(session, new_id(), {"sex": None})
    athlete = read(athlete_id)
    assert (athlete.name, athlete.height_cm, athlete.sex) == ("Ada", 171.5, None)
    assert athlete.version == 3


def test_the_earliest_dirty_day_stays_until_it_is_cleared(
    database: Database, athlete_id: uuid.UUID, read: Callable[[uuid.UUID], Athlete]
) -> None:
    for day, since in [(5, 5), (3, 3), (9, 3)]:
        with database.write() as session:
            athletes.mark_dirty(session, athlete_id, date(2026, 5, day))
        assert read(athlete_id).dirty_since == date(2026, 5, since)
    with database.write() as session:
        athletes.clear_dirty(session, athlete_id)
    assert read(athlete_id).dirty_since is None
    assert read(athlete_id).version == 5


def test_an_object_read_before_a_change_is_read_anew(
    database: Database, athlete_id: uuid.UUID
) -> None:
    with database.write() as session:
        athletes.get(session, athlete_id)
        athletes.mark_dirty(session, athlete_id, date(2026, 5, 4))
        athlete = athletes.lock(session, athlete_id)
        assert athlete is not None
        assert athlete.dirty_since == date(2026, 5, 4)


def test_nobody_is_nobody(database: Database) -> None:
    with database.write() as session:
        assert athletes.get(session, new_id()) is None
        assert athletes.lock(session, new_id()) is None


def test_keys_made_later_sort_later() -> None:
    keys = [new_id() for _ in range(1000)]
    assert sorted(keys) == keys
    assert {key.version for key in keys} == {7}


def test_deleting_an_athlete_takes_everything_of_theirs(
    database: Database,
    athlete_id: uuid.UUID,
    run: Callable[..., ActivityValues],
    store: Callable[[uuid.UUID, ActivityValues], uuid.UUID],
    now: datetime,
) -> None:
    winner = store(athlete_id, run())
    store(athlete_id, run(duplicate_of=winner))
    with database.write() as session:
        import_id = imports.create(
            session,
            athlete_id,
            origin=Origin.API,
            items=[NewItem(name="a", kind=ItemKind.FILE)],
            now=now,
        )
        jobs.add(session, "import", athlete_id, import_id, now)
    with database.write() as session:
        session.execute(delete(Athlete).where(Athlete.id == athlete_id))
    with database.read() as session:
        left = {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }
    assert {name for name, count in left.items() if count} == {"stored_file"}


def test_an_original_is_unreferenced_when_neither_a_run_nor_an_item_needs_it(
    *,
    database: Database,
    add_athlete: Callable[[str], uuid.UUID],
    run: Callable[..., ActivityValues],
    store: Callable[[uuid.UUID, ActivityValues], uuid.UUID],
    sha: Callable[[str], str],
    now: datetime,
) -> None:
    ada, grace = add_athlete("Ada"), add_athlete("Grace")
    with database.write() as session:
        files.add_many(session, [NewFile(sha(word), 1) for word in ("item", "nobody", "old")], now)
        item = NewItem(name="a", kind=ItemKind.FILE, file_sha256=sha("item"))
        imports.create(session, ada, origin=Origin.API, items=[item], now=now)
    store(grace, run(file_sha256=sha("run")))
    with database.write() as session:
        assert files.unreferenced(session) == {sha("nobody"), sha("old"), sha("file")}
        assert files.unreferenced(session, [sha("old"), sha("run")]) == {sha("old")}
        files.remove_many(session, [sha("old")])
        assert files.known(session, [sha("old"), sha("run"), sha("?")]) == {sha("run")}
    with pytest.raises(IntegrityError), database.write() as session:
        files.remove_many(session, [sha("run")])


def test_an_original_recorded_twice_keeps_its_first_record(
    database: Database, sha: Callable[[str], str], now: datetime
) -> None:
    with database.write() as session:
        files.add_many(session, [NewFile(sha("file"), 1)], now)
        files.add_many(session, [NewFile(sha("file"), 2), NewFile(sha("other"), 3)], now)
        files.add_many(session, [], now)
        sizes = session.execute(select(files.StoredFile.sha256, files.StoredFile.size_bytes))
        assert {row.sha256: row.size_bytes for row in sizes} == {sha("file"): 1, sha("other"): 3}
        assert set(files.stored(session)) == {NewFile(sha("file"), 1), NewFile(sha("other"), 3)}


def test_jobs_come_oldest_first_and_leave_once(
    database: Database, athlete_id: uuid.UUID, now: datetime
) -> None:
    with database.write() as session:
        assert jobs.next(session) is None
        first = jobs.add(session, "refresh", athlete_id, None, now)
        second = jobs.add(session, "sweep", athlete_id, None, now)
        assert jobs.exists(session, "refresh", athlete_id, None)
        assert not jobs.exists(session, "import", athlete_id, None)
        oldest, following = jobs.next(session), jobs.next(session, after=first)
        assert oldest is not None
        assert following is not None
        assert (oldest.id, following.id) == (first, second)
        assert jobs.next(session, after=second) is None
        assert jobs.remove(session, first)
        assert not jobs.remove(session, first)
        assert not jobs.exists(session, "refresh", athlete_id, None)
