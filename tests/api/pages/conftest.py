"""The whole product served on this machine, on a folder of the test's own, five weeks into May."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.jobs.queue import work_once
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.writers.fit import modern_run

FIRST_DAY = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
NOW = datetime(2026, 6, 5, 18, tzinfo=UTC)


@pytest.fixture
def product(tmp_path: Path) -> Generator[Runtime]:
    runtime = open_runtime(Settings(data=tmp_path / "data", zone="Europe/Berlin"), lambda: NOW)
    yield runtime
    runtime.close()


@pytest.fixture
def address(product: Runtime) -> Generator[str]:
    """Where the product answers."""
    config = uvicorn.Config(create_app(product), port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    (port,) = {socket.getsockname()[1] for one in server.servers for socket in one.sockets}
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(address: str) -> Generator[httpx.Client]:
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as browser:
        yield browser


@pytest.fixture
def run_of() -> Callable[..., bytes]:
    """A run's FIT file: ``run_of(3, minutes=40)`` of the fourth day."""

    def run(day: int, *, minutes: float = 30) -> bytes:
        start = FIRST_DAY + timedelta(days=day)
        return modern_run(start=start, seed=day + 1, duration_s=int(minutes * 60))

    return run


@pytest.fixture
def work(product: Runtime) -> Callable[[], None]:
    """Does what the worker would, until nothing is left to do."""

    def until_done() -> None:
        while work_once(product, "test"):
            pass

    return until_done


@pytest.fixture
def upload(client: httpx.Client, work: Callable[[], None]) -> Callable[..., str]:
    """Uploads files by the form and has them read; the address of the import's page."""

    def send(*files: tuple[str, bytes]) -> str:
        answer = client.post("/upload", files=[("files", file) for file in files])
        assert answer.status_code == 200, answer.text
        assert [step.status_code for step in answer.history] == [303]
        work()
        return str(answer.url)

    return send
