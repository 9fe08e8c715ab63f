"""The main job on SQLite and on PostgreSQL: files in, advice out, by command and by worker."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path

import pytest

from api.accounts.schemas import ProfileChange
from api.accounts.service import change_profile, whose
from api.imports.commandline import import_paths
from api.imports.disk import found_at_all
from api.imports.service import import_body, upload
from api.jobs import queue
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from api.today.service import today

RunFile = Callable[..., Path]


@pytest.fixture
def on_either(database_url: str, tmp_path: Path) -> Generator[Runtime]:
    runtime = open_runtime(
        Settings(data=tmp_path / "data", database_url=database_url, zone="Europe/Berlin")
    )
    yield runtime
    runtime.close()


def silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def test_files_in_advice_out(on_either: Runtime, run_file: RunFile) -> None:
    with on_either.database.read() as session:
        owner_id = whose(session, None).id
    files = [run_file(day, minutes=5) for day in range(0, 40, 2)]
    report = import_paths(on_either, owner_id, files, silently)
    assert report.totals.imported == len(files)
    jump = run_file(41, minutes=15)
    with on_either.database.write() as session:
        change_profile(session, None, ProfileChange(height_cm=181, zone="UTC"), on_either.now())
        body = upload(on_either, session, None, found_at_all([jump]))
    assert queue.has_work(on_either)
    queue.work_once(on_either, "test")
    assert not queue.has_work(on_either)
    with on_either.database.read() as session:
        done = import_body(session, None, body.id)
    assert (done.status, done.totals.imported) == ("done", 1)
    advice = today(on_either, None, date(2026, 6, 11))
    assert advice.level == "ease_off"
    assert advice.cards[0].rule == "longest_run"
    assert advice.cards[0].alert_id is not None
