"""Where Alembic enters: one migration run on one connection, in one transaction.

``models.database.upgrade`` hands over the connection; the developer's command line names a
database with ``-x url=...`` instead. docs/migrations.md tells how to write a migration.
"""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, text

from models.base import Base, UtcDateTime
from models.database import Database, migrating

MIGRATION_LOCK = 5_174_623_905
"""PostgreSQL's advisory lock that lets one process migrate at a time; any number of our own."""


class ForeignKeysBroken(Exception):  # noqa: N818 - says what is so
    """A migration has left rows that refer to nothing; nothing of it is kept."""


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    # A migration keeps its meaning when the type in models changes: it names what is stored.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=True,  # SQLite alters a table by copying it
    )
    context.run_migrations()
    if sqlite:
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise ForeignKeysBroken(broken)


def run_for_developer(url: str) -> None:
    database = Database(url)
    with migrating(database) as connection:
        run(connection)
    database.close()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    run_for_developer(context.get_x_argument(as_dictionary=True)["url"])
