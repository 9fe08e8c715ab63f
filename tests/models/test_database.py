import sqlite3
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import QueuePool, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from models import alerts, athletes, files
from models.athletes import Athlete
from models.base import new_id
from models.database import Database, database_url_for, schema_is_current, upgrade
from models.files import NewFile, StoredFile

THREADS = 8
INCREMENTS = 25


@pytest.fixture
def embedded(tmp_path: Path) -> Database:
    database = Database(database_url_for(tmp_path))
    upgrade(database)
    return database


def test_concurrent_increments_are_all_kept(database: Database, athlete_id: uuid.UUID) -> None:
    failures: list[Exception] = []

    def increment() -> None:
        own = Database(database.url)  # connections of its own, as another process has
        try:
            for _ in range(INCREMENTS):
                with own.write() as session:
                    athlete = athletes.lock(session, athlete_id)
                    assert athlete is not None
                    session.execute(
                        update(Athlete)
                        .where(Athlete.id == athlete_id)
                        .values(version=athlete.version + 1)
                    )
        except Exception as failure:  # noqa: BLE001 - any failure of a thread is the test's
            failures.append(failure)
        finally:
            own.close()

    threads = [threading.Thread(target=increment) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with database.read() as session:
        athlete = athletes.get(session, athlete_id)
    assert athlete is not None
    assert athlete.version == 1 + THREADS * INCREMENTS


def test_reading_sees_one_moment_however_long_it_lasts(
    database: Database, athlete_id: uuid.UUID
) -> None:
    with database.read() as reading:
        before = athletes.get(reading, athlete_id)
        with database.write() as writing:
            athletes.update_profile(writing, athlete_id, {"name": "Grace"})
        after = athletes.get(reading, athlete_id)
        assert before is not None
        assert after is not None
        assert after.name == "Ada"
    with database.read() as reading:
        afterwards = athletes.get(reading, athlete_id)
        assert afterwards is not None
        assert afterwards.name == "Grace"


def test_a_read_session_refuses_a_statement_that_writes(
    database: Database, athlete_id: uuid.UUID
) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), database.read() as session:
        athletes.bump_version(session, athlete_id)
    with database.write() as session:
        assert athletes.bump_version(session, athlete_id)  # the refusal is not contagious


def test_a_read_session_refuses_an_object_nobody_flushed(
    database: Database, now: datetime, sha: Callable[[str], str]
) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), database.read() as session:
        session.add(StoredFile(sha256=sha("file"), size_bytes=1, stored_at=now))


def test_what_was_written_before_an_exception_is_undone(
    database: Database, athlete_id: uuid.UUID
) -> None:
    def fail_halfway() -> None:
        with database.write() as session:
            athletes.update_profile(session, athlete_id, {"name": "Grace"})
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    with database.read() as session:
        athlete = athletes.get(session, athlete_id)
    assert athlete is not None
    assert athlete.name == "Ada"


def test_what_was_read_stays_readable_after_the_session(
    database: Database, athlete_id: uuid.UUID
) -> None:
    with database.write() as session:
        athlete = athletes.get(session, athlete_id)
    assert athlete is not None
    assert athlete.zone == "Europe/Oslo"


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        alerts.upsert(
            session,
            new_id(),
            new_id(),
            {
                "rule": "longest_run",
                "rule_version": 1,
                "family": "spike",
                "level": "take_care",
                "opened_on": datetime(2026, 5, 4).date(),  # noqa: DTZ001 - a day
                "last_on": datetime(2026, 5, 4).date(),  # noqa: DTZ001 - a day
                "cleared_on": None,
                "findings": [],
            },
            datetime.fromisoformat("2026-05-04T12:00:00+00:00"),
        )


def test_a_session_without_a_statement_holds_nothing(database: Database) -> None:
    with database.write():
        assert cast("QueuePool", database.writer.pool).checkedout() == 0


def test_an_idle_write_session_blocks_nobody(
    database: Database, now: datetime, sha: Callable[[str], str]
) -> None:
    other = Database(database.url)
    with database.write() as idle:
        with other.write() as session:
            files.add_many(session, [NewFile(sha("other"), 1)], now)
        with database.write() as session:
            files.add_many(session, [NewFile(sha("same"), 1)], now)
        files.add_many(idle, [NewFile(sha("idle"), 1)], now)
    other.close()
    with database.read() as session:
        assert files.known(session, [sha("other"), sha("same"), sha("idle")]) == {
            sha("other"),
            sha("same"),
            sha("idle"),
        }


def test_the_first_statement_of_a_write_session_takes_the_write_lock(embedded: Database) -> None:
    rival = sqlite3.connect(str(embedded.url.database), timeout=0, isolation_level=None)
    with embedded.write() as session:
        rival.execute("BEGIN IMMEDIATE")
        rival.execute("ROLLBACK")
        session.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            rival.execute("BEGIN IMMEDIATE")
    rival.execute("BEGIN IMMEDIATE")
    rival.close()
    embedded.close()


def test_a_reader_blocks_no_writer(embedded: Database) -> None:
    rival = sqlite3.connect(str(embedded.url.database), timeout=0, isolation_level=None)
    with embedded.read() as session:
        session.execute(text("SELECT 1"))
        rival.execute("BEGIN IMMEDIATE")
    rival.close()
    embedded.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
def test_sqlite_is_set_for_durability(embedded: Database, pragma: str, value: str | int) -> None:
    for session_of in (embedded.read, embedded.write):
        with session_of() as session:
            assert session.scalar(text(f"PRAGMA {pragma}")) == value
    embedded.close()


def test_a_new_file_waits_for_whoever_is_writing_to_it(tmp_path: Path) -> None:
    database = Database(database_url_for(tmp_path))
    rival = sqlite3.connect(str(database.url.database), isolation_level=None)
    rival.execute("CREATE TABLE first (id)")  # not yet with a write-ahead log
    rival.execute("BEGIN IMMEDIATE")
    done: list[str] = []

    def open_it() -> None:
        with database.write() as session:
            done.append(session.execute(text("PRAGMA journal_mode")).scalar_one())

    thread = threading.Thread(target=open_it)
    thread.start()
    thread.join(timeout=0.2)
    assert not done
    rival.execute("COMMIT")
    thread.join()
    rival.close()
    database.close()
    assert done == ["wal"]


def test_the_driver_begins_no_transaction_of_its_own(embedded: Database) -> None:
    for engine in (embedded.reader, embedded.writer):
        with engine.connect() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            assert driver.isolation_level is None
    embedded.close()


def test_the_database_file_is_its_owners_alone(embedded: Database) -> None:
    folder = Path(str(embedded.url.database)).parent
    with embedded.write() as session:
        session.execute(text("SELECT 1"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {
        "swingphase.db": 0o600,
        "swingphase.db-shm": 0o600,
        "swingphase.db-wal": 0o600,
    }
    embedded.close()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "50 % løp?#&"
    folder.mkdir()
    database = Database(database_url_for(folder))
    upgrade(database)
    assert (folder / "swingphase.db").stat().st_size > 0
    assert schema_is_current(database)
    database.close()


def test_asking_for_the_schema_creates_no_file(tmp_path: Path) -> None:
    database = Database(database_url_for(tmp_path))
    assert not schema_is_current(database)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_not_current(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("SELECT 1"))
    assert not schema_is_current(database)
    upgrade(database)
    assert schema_is_current(database)
    database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a SQLite file or PostgreSQL"):
        Database(url)


def test_a_password_is_not_shown_in_the_refusal() -> None:
    with pytest.raises(ValueError, match="mysql") as refusal:
        Database("mysql://me:secret@host/name")
    assert "secret" not in str(refusal.value)


def test_an_instant_comes_back_aware_and_equal(
    database: Database, sha: Callable[[str], str]
) -> None:
    stored_at = datetime.fromisoformat("2026-10-25T02:30:00.000001+02:00")
    with database.write() as session:
        files.add_many(session, [NewFile(sha("file"), 1)], stored_at)
    with database.read() as session:
        (file,) = session.query(StoredFile).all()
    assert file.stored_at == stored_at
    assert file.stored_at.isoformat() == "2026-10-25T00:30:00.000001+00:00"


def test_a_datetime_without_a_zone_is_refused(
    database: Database, sha: Callable[[str], str]
) -> None:
    naive = datetime(2026, 5, 4, 12, 0)  # noqa: DTZ001 - what is refused
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.execute(
            insert(StoredFile), {"sha256": sha("file"), "size_bytes": 1, "stored_at": naive}
        )


def test_not_a_number_is_no_json(
    athlete_id: uuid.UUID,
    run: Callable[..., object],
    store: Callable[..., object],
) -> None:
    with pytest.raises((StatementError, ValueError), match="JSON"):
        store(athlete_id, run(metrics={"ascent_m": float("nan")}))


def test_another_process_that_comes_and_goes_takes_no_commit_along(tmp_path: Path) -> None:
    # Closing any descriptor of the file would drop SQLite's locks on it: the other process would
    # then take itself for the last one, delete the WAL, and all later commits with it.
    url = database_url_for(tmp_path)
    here = Database(url)
    upgrade(here)
    with here.read() as session:
        assert list(session.scalars(text("SELECT count(*) FROM athlete"))) == [0]
    look = "import sys, sqlite3; c = sqlite3.connect(sys.argv[1]); "
    look += "print(c.execute('SELECT count(*) FROM athlete').fetchone()[0]); c.close()"

    def seen_from_outside() -> str:
        words = [sys.executable, "-c", look, str(here.url.database)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    assert seen_from_outside() == "0"
    with here.write() as session:
        athletes.add(
            session, name="Kept", zone="UTC", is_owner=False, now=datetime(2026, 5, 1, tzinfo=UTC)
        )
    assert seen_from_outside() == "1"
    here.close()
