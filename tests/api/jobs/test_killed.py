"""However often and wherever an import is killed, every run is there once in the end."""

from __future__ import annotations

import gzip
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from bench.writers.exports import strava
from bench.writers.exports.zips import zipped
from bench.writers.fit import modern_run

RUNS = 240
BY_HAND = 3
KILLS = 10
PATIENCE_S = 120.0

Rows = list[tuple[object, ...]]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of 240 short runs and a list with three more."""
    files: dict[str, bytes] = {}
    listed: list[strava.Activity] = []
    for day in range(RUNS + BY_HAND):
        start = strava.START - timedelta(days=day)
        name = f"activities/{day}.fit.gz" if day < RUNS else ""
        listed.append(
            strava.Activity(
                number=1000 + day, time=start, file=name, name=f"Run {day}", elapsed_s=300.0
            )
        )
        if name:
            run = modern_run(start=start, duration_s=300, seed=day)
            files[name] = gzip.compress(run, 1, mtime=0)
    files["activities.csv"] = strava.modern(*listed)
    path = tmp_path_factory.mktemp("export") / "export.zip"
    path.write_bytes(zipped(files))
    return path


@contextmanager
def running(data: Path, *arguments: str) -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "swingphase", *arguments],
        env={**os.environ, "SWINGPHASE_DATA": str(data), "SWINGPHASE_POLL_S": "0.05"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def imported(data: Path, archive: Path) -> None:
    with running(data, "import", str(archive)) as process:
        assert process.wait(PATIENCE_S) == 0


def query(data: Path, statement: str) -> Rows:
    with sqlite3.connect(data / "swingphase.db") as database:
        return database.execute(statement).fetchall()


def what_counts(data: Path) -> dict[str, Rows]:
    """Everything stored but ids, names of the tries, and times of day it was stored at."""
    return {
        "runs": query(
            data,
            "SELECT content_sha256, session_index, title, sport, started_at, local_date,"
            " distance_m, hip_flexions, duplicate_of IS NULL FROM activity ORDER BY 1, 2",
        ),
        "samples": query(
            data,
            "SELECT content_sha256, stream, channel.data FROM channel JOIN activity"
            " ON activity.id = channel.activity_id ORDER BY 1, 2",
        ),
        "days": query(
            data, "SELECT day, runs, distance_km, hip_flexions FROM day_total ORDER BY 1"
        ),
        "alerts": query(data, "SELECT rule, opened_on, level FROM alert ORDER BY 1, 2"),
    }


@pytest.fixture(scope="session")
def undisturbed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """What an import in peace makes of the archive."""
    data = tmp_path_factory.mktemp("peace")
    imported(data, archive)
    stored = what_counts(data)
    assert len(stored["runs"]) == RUNS + BY_HAND
    return stored


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until_gone(processes: Sequence[psutil.Process]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while any(is_alive(one) for one in processes):
        assert time.monotonic() < deadline, "a decoder outlived its import"
        time.sleep(0.05)


def test_an_import_killed_at_random_moments_ends_as_one_in_peace(
    archive: Path, undisturbed: dict[str, Rows], tmp_path: Path
) -> None:
    moments = random.Random(20261127)  # noqa: S311 - the same moments each time
    for _ in range(KILLS):
        with running(tmp_path, "import", str(archive)) as process:
            time.sleep(moments.uniform(0.2, 3.0))
            if process.poll() is None:
                family = psutil.Process(process.pid).children(recursive=True)
                process.kill()
                until_gone(family)
        if (tmp_path / "swingphase.db").exists():
            assert query(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    imported(tmp_path, archive)
    assert what_counts(tmp_path) == undisturbed


def test_a_decoder_that_is_killed_takes_nothing_along(
    archive: Path, undisturbed: dict[str, Rows], tmp_path: Path
) -> None:
    with running(tmp_path, "import", str(archive)) as process:
        killed = 0
        while process.poll() is None and killed < 3:
            decoders = [
                one
                for one in psutil.Process(process.pid).children()
                if "spawn_main" in " ".join(one.cmdline())
            ]
            if decoders:
                decoders[killed % len(decoders)].kill()
                killed += 1
            time.sleep(0.1)
        assert process.wait(PATIENCE_S) == 0
    assert killed, "the import ended before a decoder could be killed"
    assert what_counts(tmp_path) == undisturbed


def test_a_server_and_a_command_line_killed_over_and_over_share_one_archive(
    archive: Path, undisturbed: dict[str, Rows], tmp_path: Path
) -> None:
    moments = random.Random(11)  # noqa: S311 - as above
    with running(tmp_path, "serve", "--port", "0") as server:
        assert server.stderr is not None
        address = re.search(r"http://[\d.:]+", server.stderr.readline())
        assert address is not None
        with httpx.Client(base_url=address[0], timeout=PATIENCE_S) as client:
            answer = client.post(
                "/v1/imports", files={"files": ("export.zip", archive.read_bytes())}
            )
            location = answer.headers["Location"]
            for _ in range(KILLS // 2):
                with running(tmp_path, "import", str(archive)):
                    time.sleep(moments.uniform(0.3, 1.5))
                    workers = psutil.Process(server.pid).children()
                    for worker in workers:
                        worker.kill()
            deadline = time.monotonic() + PATIENCE_S
            while (state := client.get(location).json())["status"] != "done":
                assert time.monotonic() < deadline, state
                time.sleep(0.2)
    totals = state["totals"]
    assert totals["files"] == sum(totals[end] for end in ("imported", "duplicate"))
    imported(tmp_path, archive)
    assert what_counts(tmp_path) == undisturbed
