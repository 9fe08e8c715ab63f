"""The database as the rest of the product sees it: sessions to read, sessions to write, a schema.

Nothing here knows a table. Queries live in the subject modules and never commit.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, Connection, Engine, inspect, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from models.engines import make_engines

if TYPE_CHECKING:
    from alembic.config import Config

FILE_NAME: Final = "swingphase.db"
"""The SQLite file in the data folder."""

SCHEMA_REVISION: Final = "0002"
"""The migration these tables belong to; a test holds it equal to the newest one."""

_MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"  # beside models, in a wheel too


def database_url_for(folder: Path) -> str:
    """URL of the SQLite database kept in a data folder, which must exist when it is first used."""
    return URL.create("sqlite", database=str(folder / FILE_NAME)).render_as_string()


class Database:
    """Sessions on one database.

    Parameters
    ----------
    url
        ``sqlite:////path/to/file`` or ``postgresql://...``. Nothing is opened until the first
        statement.

    Raises
    ------
    ValueError
        For any other kind of database, SQLite in memory included.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self._engines = make_engines(self.url)
        self._read = sessionmaker(self._engines.reader, expire_on_commit=False)
        self._write = sessionmaker(self._engines.writer, expire_on_commit=False)

    @contextmanager
    def read(self) -> Generator[Session]:
        """A session on one consistent snapshot, from its first statement on. It refuses writes.

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            When something is written, at the latest on leaving.
        """
        with self._read() as session:
            yield session
            session.flush()  # an object added but never flushed is refused too, not dropped

    @contextmanager
    def write(self) -> Generator[Session]:
        """A session whose transaction begins at its first statement.

        It commits on leaving, and rolls back when an exception leaves. On SQLite it is the only
        writer from its first statement on (``BEGIN IMMEDIATE``), so what it has read cannot change
        before it writes. On PostgreSQL ``athletes.lock`` gives the same promise for one athlete.
        """
        with self._write.begin() as session:
            yield session

    @property
    def writer(self) -> Engine:
        """The engine behind ``write``, for migrations and checks."""
        return self._engines.writer

    @property
    def reader(self) -> Engine:
        """The engine behind ``read``."""
        return self._engines.reader

    def close(self) -> None:
        """Give all connections back."""
        self._engines.dispose()


def schema_is_current(database: Database) -> bool:
    """Whether the database has exactly the schema this version of the product works on."""
    url = database.url
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return False  # asking must not create the file
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    return found == [SCHEMA_REVISION]


class SchemaUnknown(Exception):  # noqa: N818 - it says what is, not that something failed
    """The database has a schema this version does not know: a newer version has changed it."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision in one transaction. Two at once take turns.

    Raises
    ------
    SchemaUnknown
        A newer version has been here.
    """
    from alembic import command  # noqa: PLC0415 - heavy, and needed once per installation
    from alembic.util import CommandError  # noqa: PLC0415 - as above

    with migrating(database) as connection:
        try:
            command.upgrade(alembic_config(connection), revision)
        except CommandError as error:
            raise SchemaUnknown(str(error)) from error


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to a revision (``base``: no tables) in one transaction."""
    from alembic import command  # noqa: PLC0415 - as above

    with migrating(database) as connection:
        command.downgrade(alembic_config(connection), revision)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for the migrations that came with this version."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def migrating(database: Database) -> Generator[Connection]:
    """The connection and the one transaction of a migration.

    SQLite changes a table by copying it and dropping the old one, and dropping one that others
    refer to would cascade. Foreign keys cannot be switched within a transaction: they are off
    before it begins, and ``migrations/env.py`` checks every row before it ends.
    """
    with database.writer.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection
        if sqlite:
            driver.cursor().execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if sqlite:
                driver.cursor().execute("PRAGMA foreign_keys = ON")
