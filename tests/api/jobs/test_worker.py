"""Imports run in a process of their own: killed at any moment they go on, and nobody waits."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest

from bench.writers.fit import modern_run

PATIENCE_S = 60.0
T = TypeVar("T")


@dataclass(frozen=True)
class Server:
    """A running server, its address, and a client for it."""

    process: subprocess.Popen[str]
    client: httpx.Client
    port: int

    def workers(self) -> Sequence[psutil.Process]:
        return [
            one
            for one in psutil.Process(self.process.pid).children()
            if one.status() != psutil.STATUS_ZOMBIE
        ]

    def upload(self, files: dict[str, bytes]) -> str:
        answer = self.client.post(
            "/v1/imports", files=[("files", (name, content)) for name, content in files.items()]
        )
        assert answer.status_code == 202, answer.text
        return answer.headers["Location"]

    def until_done(self, location: str) -> dict[str, Any]:
        return until(lambda: self.client.get(location).json(), lambda one: one["status"] == "done")


def until(look: Callable[[], T], good: Callable[[T], object]) -> T:
    """Look again and again until it is good; give up after a minute."""
    seen = look()
    for _ in range(int(PATIENCE_S / 0.05)):
        if good(seen):
            return seen
        time.sleep(0.05)
        seen = look()
    raise AssertionError(f"still not so after {PATIENCE_S:.0f} s: {seen}")


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-m", "swingphase", "serve", "--port", "0"],
        env={**os.environ, "SWINGPHASE_DATA": str(tmp_path / "data"), "SWINGPHASE_POLL_S": "0.05"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line
        port = int(found[1])
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            yield Server(process, client, port)
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="session")
def watch_files() -> dict[str, bytes]:
    """Forty short runs of forty days."""
    start = datetime(2026, 1, 1, 7, tzinfo=UTC)
    return {
        f"run-{day:02}.fit": modern_run(start=start + timedelta(days=day), duration_s=300, seed=day)
        for day in range(40)
    }


def counts(data: Path) -> dict[str, int]:
    with sqlite3.connect(data / "swingphase.db") as database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
            for table in ("activity", "day_total", "job", "import_item")
        }


@pytest.mark.parametrize("after", [1, 9, 30])
def test_a_worker_killed_half_way_loses_nothing_and_does_nothing_twice(
    after: int, server: Server, watch_files: dict[str, bytes], tmp_path: Path
) -> None:
    location = server.upload(watch_files)
    state = until(
        lambda: server.client.get(location).json(),
        lambda one: one["totals"]["imported"] >= after,
    )
    if state["status"] != "done":  # else it was quicker than we
        for worker in server.workers():
            worker.kill()
    done = server.until_done(location)
    assert done["totals"] == {
        "files": 40,
        "queued": 0,
        "imported": 40,
        "duplicate": 0,
        "skipped": 0,
        "failed": 0,
    }
    # The job goes right after the import is done.
    stored = until(lambda: counts(tmp_path / "data"), lambda one: one["job"] == 0)
    assert stored == {"activity": 40, "day_total": 40, "job": 0, "import_item": 40}
    again = server.until_done(server.upload(watch_files))
    assert again["totals"]["duplicate"] == 40


def test_the_server_answers_while_an_import_runs(
    server: Server, watch_files: dict[str, bytes]
) -> None:
    location = server.upload(watch_files)
    seen: set[str] = set()
    answered = 0
    while (state := server.client.get(location).json())["status"] != "done":
        seen.add(state["status"])
        answer = server.client.get("/v1/today", params={"as_of": "2026-02-09"})
        assert answer.status_code == 200
        answered += 1
    assert answered > 0
    assert server.client.get("/v1/today", params={"as_of": "2026-02-09"}).json()["limit"]["km"] > 0


def half_an_upload(server: Server) -> bytes:
    return (
        f"POST /v1/imports HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a.fit"\r\n\r\nhalf'
    ).encode()


def test_a_slow_upload_does_not_hold_up_another_write(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(half_an_upload(server))
        for height_cm in (170, 171, 172):
            answer = server.client.patch("/v1/athlete", json={"height_cm": height_cm})
            assert answer.status_code == 200
    assert server.client.get("/v1/athlete").json()["height_cm"] == 172


def test_a_broken_off_upload_leaves_no_import(server: Server, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(half_an_upload(server))
    assert server.client.get("/v1/runs").json()["items"] == []
    assert counts(tmp_path / "data")["import_item"] == 0


def test_the_worker_goes_with_its_server(server: Server, watch_files: dict[str, bytes]) -> None:
    server.upload(watch_files)
    (worker,) = until(server.workers, bool)
    server.process.kill()
    server.process.wait()
    until(lambda: worker.is_running() and worker.status() != "zombie", lambda alive: not alive)
