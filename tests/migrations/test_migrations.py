import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.exc import IntegrityError

from models import athletes, days
from models.base import Base, new_id
from models.database import (
    SCHEMA_REVISION,
    Database,
    alembic_config,
    database_url_for,
    downgrade,
    migrating,
    schema_is_current,
    upgrade,
)
from models.days import DayTotals

PROJECT = Path(__file__).parents[2]
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def scripts(tmp_path: Path) -> ScriptDirectory:
    with migrating(Database(database_url_for(tmp_path))) as connection:
        return ScriptDirectory.from_config(alembic_config(connection))


def shape(connection: Connection) -> dict[str, Any]:
    """Everything the database says of its tables that a migration may get wrong."""

    def of(inspector: Inspector, table: str) -> dict[str, Any]:
        return {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table),
            "references": sorted(map(str, inspector.get_foreign_keys(table))),
            "unique": sorted(map(str, inspector.get_unique_constraints(table))),
            "checks": sorted(
                (str(check["name"]), "".join(check["sqltext"].split()))
                for check in inspector.get_check_constraints(table)
            ),
            "indexes": sorted(
                (
                    str(index["name"]),
                    index["column_names"],
                    index["unique"],
                    str(index.get("dialect_options", {}).get(f"{connection.dialect.name}_where")),
                )
                for index in inspector.get_indexes(table)
            ),
        }

    inspector = inspect(connection)
    names = set(inspector.get_table_names()) - {"alembic_version"}
    return {table: of(inspector, table) for table in names}


def test_the_migrations_make_the_tables_of_the_models(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    with database.writer.begin() as connection:
        migrated = shape(connection)
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        assert shape(connection) == migrated
    assert migrated.keys() == Base.metadata.tables.keys()
    database.close()


def test_autogenerate_finds_nothing_left_to_do(database: Database) -> None:
    with migrating(database) as connection:
        command.check(alembic_config(connection))


def test_every_revision_goes_up_and_down_and_up_again(
    database_url: str, scripts: ScriptDirectory
) -> None:
    database = Database(database_url)
    shapes: dict[str, Any] = {}
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    for revision in revisions:
        upgrade(database, revision)
        with database.reader.connect() as connection:
            shapes[revision] = shape(connection)
    for revision in revisions[-2::-1]:
        downgrade(database, revision)
        with database.reader.connect() as connection:
            assert shape(connection) == shapes[revision]
    downgrade(database, "base")
    with database.reader.connect() as connection:
        assert shape(connection) == {}
    assert not schema_is_current(database)
    upgrade(database)
    assert schema_is_current(database)
    database.close()


def test_there_is_one_newest_revision_and_the_models_name_it(scripts: ScriptDirectory) -> None:
    assert scripts.get_heads() == [SCHEMA_REVISION]


def test_an_upgrade_that_is_not_needed_keeps_everything(database: Database) -> None:
    with database.write() as session:
        athlete = athletes.add(session, name="Ada", zone="UTC", is_owner=True, now=NOW)
    upgrade(database)
    with database.read() as session:
        found = athletes.owner(session)
        assert found is not None
        assert found.id == athlete.id


def test_two_who_upgrade_at_once_take_turns(database_url: str) -> None:
    failures: list[Exception] = []
    together = threading.Barrier(2)

    def start() -> None:
        # Alembic keeps its environment in module globals, one a process: so processes they are.
        script = (
            "import sys; from models.database import Database, upgrade; "
            "upgrade(Database(sys.argv[1]))"
        )
        together.wait()
        try:
            subprocess.run(
                [sys.executable, "-c", script, database_url],
                cwd=PROJECT,
                check=True,
                capture_output=True,
            )
        except subprocess.CalledProcessError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    database = Database(database_url)
    assert schema_is_current(database)
    database.close()


def test_copying_a_table_takes_nothing_that_refers_to_it(tmp_path: Path) -> None:
    database = Database(database_url_for(tmp_path))
    upgrade(database)
    day = date(2026, 5, 4)
    totals = DayTotals(day, 1, 1.0, 1.0, 1.0, 1.0, 1.0)
    with database.write() as session:
        athlete_id = athletes.add(session, name="Ada", zone="UTC", is_owner=True, now=NOW).id
        days.rewrite(session, athlete_id, {day: totals})
    with migrating(database) as connection:  # as SQLite changes a table
        connection.execute(text("CREATE TABLE copy AS SELECT * FROM athlete"))
        connection.execute(text("DROP TABLE athlete"))
        Base.metadata.tables["athlete"].create(connection)
        connection.execute(text("INSERT INTO athlete SELECT * FROM copy"))
        connection.execute(text("DROP TABLE copy"))
    with database.write() as session:
        assert days.read_range(session, athlete_id, day, day) == [totals]
    with pytest.raises(IntegrityError), database.write() as session:
        days.rewrite(session, new_id(), {day: totals})  # foreign keys are on again
    database.close()


def test_a_migration_that_leaves_orphans_is_undone(tmp_path: Path) -> None:
    database = Database(database_url_for(tmp_path))
    upgrade(database)
    with migrating(database) as connection:  # foreign keys are off in here
        connection.execute(
            text("INSERT INTO job VALUES ('j', 'import', 'nobody', NULL, '2026-05-04 12:00:00')")
        )
    with pytest.raises(Exception, match="job") as failure:
        upgrade(database)
    assert type(failure.value).__name__ == "ForeignKeysBroken"
    database.close()


def test_a_failed_migration_leaves_nothing_behind(database_url: str) -> None:
    database = Database(database_url)

    def fail_halfway() -> None:
        with migrating(database) as connection:
            command.upgrade(alembic_config(connection), "head")
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    with database.reader.connect() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


def test_a_migration_is_written_by_the_developers_command(tmp_path: Path) -> None:
    url = database_url_for(tmp_path)
    alembic = [sys.executable, "-m", "alembic", "-x", f"url={url}"]
    for arguments in (["upgrade", "head"], ["check"], ["downgrade", "base"]):
        done = subprocess.run(
            [*alembic, *arguments], cwd=PROJECT, check=True, capture_output=True, text=True
        )
    assert done.returncode == 0
    with Database(url).reader.connect() as connection:
        assert shape(connection) == {}
