"""The command line on a data folder of the test's own, and watch files to hand to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from bench.writers.fit import modern_run

FIRST_DAY = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
"""A Monday."""


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def environment(data_folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return kept | {"SWINGPHASE_DATA": str(data_folder), "SWINGPHASE_ZONE": "Europe/Berlin"}


@pytest.fixture
def swingphase(environment: dict[str, str]) -> Callable[..., Result]:
    """Runs a command within this process: ``swingphase("runs", "--json")``."""
    runner = CliRunner(env=environment)

    def run(*arguments: str | Path) -> Result:
        result = runner.invoke(main, [str(one) for one in arguments], prog_name="swingphase")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def swingphase_process(
    environment: dict[str, str],
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command as its user would, in a process of its own."""

    def run(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "swingphase", *map(str, arguments)],
            env=environment | more,
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def run_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a generated run: ``run_file(3, minutes=40)`` of the fourth day, a Thursday."""
    folder = tmp_path / "watch"
    folder.mkdir()

    def write(day: int, *, minutes: float = 5, name: str | None = None) -> Path:
        start = FIRST_DAY + timedelta(days=day)
        path = folder / (name or f"day-{day:03}.fit")
        path.write_bytes(modern_run(start=start, seed=day + 1, duration_s=int(minutes * 60)))
        return path

    return write
