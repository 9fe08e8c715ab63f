"""One engine for reading and one for writing, made so that both databases keep the same promises.

Reads see one consistent snapshot and cannot write. Writes are durable when the commit returns,
and begin at the first statement, never earlier.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event

READERS: Final = 40
"""Connections kept for reading: as many as FastAPI's thread pool has threads."""

SPARE_READERS: Final = 10
"""Connections beyond those, opened for a moment by other threads of the process."""

WAIT_S: Final = 30
"""How long a statement waits for another process's write, and a thread for a connection."""

_PAUSE_S: Final = 0.01

# NaN is no JSON: PostgreSQL refuses it, so SQLite must not let it in either.
_to_json: Final = partial(json.dumps, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


class Engines(NamedTuple):
    """Where sessions take their connections from."""

    reader: Engine
    writer: Engine

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.reader.dispose()
        self.writer.dispose()


def make_engines(url: URL) -> Engines:
    """Engines for a database; nothing is opened yet.

    Raises
    ------
    ValueError
        For a database that is neither a SQLite file nor PostgreSQL.
    """
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database not in {None, "", ":memory:"}:
        return _sqlite(url)
    if backend == "postgresql":
        return _postgresql(url.set(drivername="postgresql+psycopg"))
    raise ValueError(f"not a SQLite file or PostgreSQL: {url.render_as_string()}")


def _sqlite(url: URL) -> Engines:
    """Two pools on one file.

    All writers of this process share one connection: they queue for it in turn, while SQLite's own
    busy handler sleeps and polls, and lets a newcomer overtake. The busy timeout then only waits
    for other processes (the worker, the command line).
    """
    connect = {"timeout": WAIT_S}
    reader = create_engine(
        url,
        connect_args=connect,
        json_serializer=_to_json,
        pool_size=READERS,
        max_overflow=SPARE_READERS,
        pool_timeout=WAIT_S,
        pool_use_lifo=True,
    )
    writer = create_engine(
        url,
        connect_args=connect,
        json_serializer=_to_json,
        pool_size=1,
        max_overflow=0,
        pool_timeout=WAIT_S,
    )
    for engine in (reader, writer):
        event.listen(engine, "do_connect", _create_private_file)
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(reader, "connect", _refuse_writes)
    event.listen(reader, "begin", _begin_snapshot)
    event.listen(writer, "begin", _begin_immediate)
    return Engines(reader, writer)


def _create_private_file(
    _dialect: object, _record: object, arguments: Sequence[str], _options: Mapping[str, object]
) -> None:
    """Make a new database readable by its owner alone; its WAL files inherit the mode.

    An existing file is never opened here: closing any descriptor of it would drop the locks SQLite
    holds on it for this whole process, and another process would then delete our WAL. So a new one
    is made beside its place and appears there closed.
    """
    path = Path(arguments[0])
    if path.exists():
        return
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    os.close(handle)
    try:
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        Path(made).unlink()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes only before INSERT, UPDATE and DELETE, so that a read and the
    # write built on it are two transactions. None switches it off on Python 3.11 to 3.13 alike.
    connection.isolation_level = None
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Of two processes that switch a new file at once SQLite fails one, without its usual wait."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as failure:
            busy = failure.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _refuse_writes(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_snapshot(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engines:
    """One pool; what differs goes into the BEGIN of each transaction."""
    writer = create_engine(
        url,
        json_serializer=_to_json,
        pool_size=READERS,
        max_overflow=SPARE_READERS,
        pool_timeout=WAIT_S,
        pool_use_lifo=True,
        pool_pre_ping=True,
    )
    reader = cast(
        "Engine",
        writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
    )
    return Engines(reader, writer)
