"""A product on a folder of the test's own, and runs to import into it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from api.accounts.service import whose
from api.imports.commandline import import_paths
from api.imports.schemas import ImportReport
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.writers.fit import modern_run

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FIRST_DAY = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)


@pytest.fixture
def open_product(tmp_path: Path) -> Generator[Callable[[str], Runtime]]:
    """Opens a product on a named data folder; each is closed after the test."""
    opened: list[Runtime] = []

    def open_named(name: str) -> Runtime:
        settings = Settings(data=tmp_path / name, zone="Europe/Berlin")
        opened.append(open_runtime(settings, lambda: NOW))
        return opened[-1]

    yield open_named
    for runtime in opened:
        runtime.close()


@pytest.fixture
def product(open_product: Callable[[str], Runtime]) -> Runtime:
    return open_product("data")


@pytest.fixture
def owner_id(product: Runtime) -> UUID:
    return owner_of(product)


def silently(done: int, found: int | None, name: str) -> None:
    """Nobody watches."""
    del done, found, name


def owner_of(runtime: Runtime) -> UUID:
    with runtime.database.read() as session:
        return whose(session, None).id


@pytest.fixture
def take() -> Callable[..., ImportReport]:
    """Imports paths for the owner."""

    def take_paths(runtime: Runtime, *paths: Path) -> ImportReport:
        return import_paths(runtime, owner_of(runtime), paths, silently)

    return take_paths


@pytest.fixture
def run_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a generated run of some day: ``run_file(3, minutes=40)``."""
    folder = tmp_path / "watch"
    folder.mkdir()

    def write(day: int, *, minutes: float = 5, name: str | None = None, seed: int = 1) -> Path:
        start = FIRST_DAY + timedelta(days=day)
        path = folder / (name or f"day-{day:03}-{seed}.fit")
        path.write_bytes(modern_run(start=start, seed=seed, duration_s=int(minutes * 60)))
        return path

    return write
