"""What every table shares: names of constraints, the types of keys, times and JSON, upserts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Final, TypeAlias, TypeVar, cast

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Double,
    Enum,
    Insert,
    MetaData,
    String,
    Table,
    UpdateBase,
    Uuid,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine
from uuid_utils.compat import uuid7

JsonValue: TypeAlias = (
    "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
"""What a JSON column holds."""

NOT_ATHLETE_OWNED: Final = frozenset({"athlete", "job", "stored_file"})
"""Tables that are no athlete's own: the athletes themselves, the queue, the stored originals.

Every other table's primary key begins with ``athlete_id``, and no query on it lacks it: that is
the key a larger installation shards by. The queue and the originals are read across athletes.
"""

Key = TypeVar("Key", str, uuid.UUID)

_CHUNK: Final = 1000  # well below SQLite's 32,766 and PostgreSQL's 65,535 parameters


def new_id() -> uuid.UUID:
    """A new primary key: UUIDv7, so keys made later sort later and indexes grow at their end."""
    return uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, aware UTC coming out, on both databases.

    SQLite has no time zones, so the zone is put back on what it returns. A naive datetime is
    refused: nobody can know which instant it means.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Convert to UTC.

        Raises
        ------
        ValueError
            For a naive datetime (SQLAlchemy wraps it in a ``StatementError``).
        """
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a datetime without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give it back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSON_TYPE: Final = JSON().with_variant(JSONB(), "postgresql")

Sha256 = Annotated[str, mapped_column(CHAR(64))]
"""A SHA-256 in lower-case hexadecimal."""

Count = Annotated[int, mapped_column(BigInteger)]
"""A number that may outgrow 32 bits."""


class Base(DeclarativeBase):
    """All tables of Swingphase."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[type, TypeEngine[Any]]] = {
        date: Date(),
        datetime: UtcDateTime(),
        float: Double(),
        str: String(),
        uuid.UUID: Uuid(),
    }


def table_of(entity: type[Base]) -> Table:
    """The Core table behind an entity, for the statements of hot paths."""
    return cast("Table", entity.__table__)


def vocabulary(words: type[StrEnum], name: str) -> Enum:
    """Text limited to ``words`` by a CHECK, which both databases can alter without a type."""
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=_values,
    )


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


def chunks(values: Iterable[Key]) -> Iterator[Sequence[Key]]:
    """Distinct values in pieces small enough for one ``IN``."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), _CHUNK):
        yield distinct[start : start + _CHUNK]


def affected_rows(
    session: Session,
    statement: UpdateBase,
    values: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None,
) -> int:
    """Execute an UPDATE or DELETE, once or for each of some values; how many rows it touched."""
    # On the connection: of many values at once, the session would make an ORM update by key.
    result = session.connection().execute(statement, values)
    return cast("CursorResult[Any]", result).rowcount


def upsert(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    update: Collection[str] | None = None,
    when_new: Collection[str] = (),
) -> None:
    """Insert rows, or where a primary key exists already overwrite the columns of ``update``.

    Parameters
    ----------
    rows
        All with the same keys; sent as one ``executemany``.
    update
        Columns an existing row takes over; all but the primary key when None, and with none at
        all an existing row stays as it is.
    when_new
        Overwrite only when one of these columns differs; always when there are none.
    """
    if not rows:
        return
    keys = {column.name for column in table.primary_key}
    taken = tuple(sorted(rows[0].keys() - keys if update is None else update))
    dialect = session.get_bind().dialect.name
    session.execute(_upsert(dialect, table, taken, tuple(when_new)), rows)


@cache
def _upsert(
    dialect: str, table: Table, taken: tuple[str, ...], when_new: tuple[str, ...]
) -> Insert:
    """The statement of ``upsert``, made once: making it takes longer than sending it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table)
    differences = [table.c[name].is_distinct_from(statement.excluded[name]) for name in when_new]
    if taken:
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: statement.excluded[name] for name in taken},
            where=or_(*differences) if differences else None,
        )
    return statement.on_conflict_do_nothing(index_elements=list(table.primary_key))
