"""Reading again with newer parsers and metrics: right numbers, nothing lost, all at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import text

from analytics.runs.metrics import METRICS_VERSION
from api.accounts.schemas import ProfileChange
from api.accounts.service import change_profile, whose
from api.activities.editing import add_run, delete_run, edit_run
from api.activities.editing_schemas import NewRun, RunChange
from api.imports.commandline import import_paths
from api.imports.reprocess import Reprocessed, everything, outdated, reprocess
from api.imports.schemas import ImportReport
from api.jobs import queue
from api.recordings.columns import PARSER_VERSION
from api.refresh.service import refresh_athlete
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.writers.exports import strava
from bench.writers.exports.zips import zipped
from bench.writers.gpx import gpx, run, track
from bench.writers.tcx import activity, lap, tcx
from models.base import Base

Take = Callable[..., ImportReport]
RunFile = Callable[..., Path]
Rows = Mapping[str, list[dict[str, Any]]]

ROOT = Path(__file__).parents[3]
SECONDS_OF_STORING = {"updated_at", "version"}


@pytest.fixture
def on_either(database_url: str, tmp_path: Path) -> Generator[Runtime]:
    runtime = open_runtime(
        Settings(data=tmp_path / "data", database_url=database_url, zone="Europe/Berlin")
    )
    yield runtime
    runtime.close()


def silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def everything_stored(runtime: Runtime, but_for: set[str] = SECONDS_OF_STORING) -> Rows:
    with runtime.database.read() as session:
        return {
            name: sorted(
                (
                    {key: value for key, value in row.items() if key not in but_for}
                    for row in session.execute(table.select()).mappings()
                ),
                key=str,
            )
            for name, table in Base.metadata.tables.items()
            if not name.startswith(("import_", "job"))
        }


def owner(runtime: Runtime) -> UUID:
    with runtime.database.read() as session:
        return whose(session, None).id


def again(runtime: Runtime, *, every: bool = True) -> Reprocessed:
    return reprocess(runtime, owner(runtime), everything if every else outdated)


def ids(runtime: Runtime, where: str) -> list[UUID]:
    with runtime.database.read() as session:
        found = session.scalars(text(f"SELECT id FROM activity WHERE {where} ORDER BY started_at"))  # noqa: S608 - our own words
        return [UUID(str(one)) for one in found]


def a_history(runtime: Runtime, folder: Path, run_file: RunFile, *, as_zip: bool = True) -> None:
    """Files, an export and a run by hand; edited, deleted, modelled and double ones among them."""
    files = [run_file(day, minutes=5) for day in range(0, 30, 3)]
    files += [run_file(31, minutes=16), run_file(9, minutes=4.5, seed=7)]
    points = [replace(one, cadence=None) for one in run(900, start=strava.START)]
    (folder / "phone.gpx").write_bytes(gpx(track([points])))
    listed = {
        "activities.csv": strava.modern(
            strava.Activity(number=1, time=strava.START + timedelta(days=20), name="Listed"),
            strava.Activity(number=2, time=strava.START + timedelta(days=21), steps="3000"),
        ),
        "media/photo.jpg": b"\xff\xd8\xff",
    }
    if as_zip:
        export = folder / "export.zip"
        export.write_bytes(zipped(listed))
    else:
        export = folder / "export"
        for name, content in listed.items():
            (export / name).parent.mkdir(parents=True, exist_ok=True)
            (export / name).write_bytes(content)
    whom = owner(runtime)
    import_paths(runtime, whom, [*files, folder / "phone.gpx", export], silently)
    day = date(2026, 5, 30)
    add_run(runtime, None, NewRun(local_date=day, distance_m=7000, timer_s=2500, title="By hand"))
    by_file = ids(runtime, "format = 'fit' AND duplicate_of IS NULL")
    edit_run(
        runtime,
        None,
        by_file[0],
        RunChange(distance_m=1500, title="Short", rpe=3, local_date=date(2026, 5, 2)),
    )
    edit_run(runtime, None, by_file[1], RunChange(sport="cycling"))
    (gpx_run,) = ids(runtime, "format = 'gpx'")
    edit_run(runtime, None, gpx_run, RunChange(timer_s=1000))
    with runtime.database.write() as session:
        delete_run(session, None, by_file[2], runtime.now())
    refresh_athlete(runtime, whom)
    with runtime.database.write() as session:
        session.execute(text("UPDATE alert SET acknowledged_at = first_seen_at"))


OLDER = (
    "UPDATE activity SET parser_version = 0, metrics_version = 0",
    "UPDATE activity SET hip_flexions = 1, moving_s = 1, richness = 0, signature = NULL",
    "UPDATE activity SET distance_m = distance_m * 1.5 WHERE format != 'manual' AND rpe IS NULL",
    "UPDATE channel SET samples = 0, data = ''",
)
"""What an older, worse version might have left."""


def make_older(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        for statement in OLDER:
            session.execute(text(statement))


def is_older(runtime: Runtime) -> int:
    return len(
        ids(
            runtime,
            f"parser_version < {PARSER_VERSION} OR metrics_version < {METRICS_VERSION}",
        )
    )


@pytest.mark.parametrize("as_zip", [True, False])
def test_reading_again_with_the_same_version_changes_nothing(
    product: Runtime, tmp_path: Path, run_file: RunFile, *, as_zip: bool
) -> None:
    a_history(product, tmp_path, run_file, as_zip=as_zip)
    before = everything_stored(product, set())
    done = again(product)
    assert everything_stored(product, set()) == before
    assert (done.read_again, done.changed, done.unreadable) == (len(before["activity"]), 0, [])
    assert again(product, every=False) == Reprocessed()


def test_numbers_of_an_older_version_are_put_right(
    on_either: Runtime, tmp_path: Path, run_file: RunFile
) -> None:
    a_history(on_either, tmp_path, run_file)
    before = everything_stored(on_either)
    make_older(on_either)
    assert everything_stored(on_either)["activity"] != before["activity"]
    done = again(on_either, every=False)
    after = everything_stored(on_either)
    for table in ("activity", "channel", "day_total", "alert"):
        assert after[table] == before[table], table
    assert any(row["acknowledged_at"] for row in after["alert"])
    assert done.changed == done.read_again == len(before["activity"])
    assert is_older(on_either) == 0


def test_edits_titles_and_ids_outlive_another_reading(
    product: Runtime, tmp_path: Path, run_file: RunFile
) -> None:
    a_history(product, tmp_path, run_file)
    make_older(product)
    again(product)
    (edited,) = ids(product, "title = 'Short'")
    with product.database.read() as session:
        row = session.execute(
            text("SELECT distance_m, rpe, local_date FROM activity WHERE title = 'Short'")
        ).one()
    assert (row[0], row[1], str(row[2])) == (1500, 3, "2026-05-02")
    body = edit_run(product, None, edited, RunChange(reset=["distance_m", "started_at"]))
    assert (body.distance_m, str(body.local_date)) != (1500, "2026-05-02")
    assert body.distance_m == pytest.approx(900, rel=0.1)
    assert len(ids(product, "title = 'By hand'")) == len(ids(product, "title = 'Listed'")) == 1


def test_what_cannot_be_read_any_more_stays_and_is_told(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    take(product, run_file(0), run_file(3))
    with product.database.read() as session:
        sha = session.scalar(text("SELECT file_sha256 FROM activity ORDER BY started_at LIMIT 1"))
    product.originals.path(str(sha)).unlink()
    make_older(product)
    before = everything_stored(product)["activity"]
    done = again(product, every=False)
    assert (done.changed, len(done.unreadable)) == (1, 1)
    assert done.unreadable[0].endswith(".fit")
    assert is_older(product) == 1
    (stays,) = [row for row in everything_stored(product)["activity"] if row in before]
    assert stays["file_sha256"] == sha


def test_a_session_with_another_place_in_its_file_is_still_the_same_run(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    take(product, run_file(0), run_file(3))
    edited = ids(product, "local_date = '2026-05-04'")[0]
    edit_run(product, None, edited, RunChange(title="Mine", distance_m=900))
    refresh_athlete(product, owner(product))
    before = everything_stored(product)
    with product.database.write() as session:  # an older parser took the session for the third
        session.execute(text("UPDATE activity SET session_index = 2, parser_version = 0"))
    done = again(product, every=False)
    assert (done.changed, done.added, done.removed, done.kept) == (2, 0, 0, [])
    assert everything_stored(product) == before


def test_sessions_found_only_now_are_added_and_none_counts_beside_them(
    product: Runtime, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / "two.tcx"
    starts = [strava.START, strava.START + timedelta(days=1)]
    both = [activity(lap(run(600, start=one), timer_s=600)) for one in starts]
    path.write_bytes(tcx(*both))
    take(product, path)
    before = everything_stored(product, SECONDS_OF_STORING | {"id", "activity_id"})
    with product.database.write() as session:
        session.execute(
            text("UPDATE activity SET session_index = session_index + 2, parser_version = 0")
        )
    kept = ids(product, "session_index = 2")[0]
    edit_run(product, None, kept, RunChange(title="Mine"))
    done = again(product, every=False)
    assert (done.added, done.removed, done.kept) == (2, 1, ["two.tcx"])
    assert ids(product, "title = 'Mine' AND deleted_at IS NOT NULL") == [kept]
    after = everything_stored(product, SECONDS_OF_STORING | {"id", "activity_id"})
    assert after["day_total"] == before["day_total"]
    assert len(ids(product, "deleted_at IS NULL")) == 2
    assert again(product, every=False).kept == []


def modelled(runtime: Runtime) -> dict[str, float]:
    """Flexions of the runs whose steps are modelled, by file."""
    return {
        row["source_name"]: row["hip_flexions"]
        for row in everything_stored(runtime)["activity"]
        if str(row["hip_flexions_source"]).startswith("pace")
    }


def test_a_new_height_counts_entries_and_runs_by_hand_again(
    product: Runtime, tmp_path: Path, run_file: RunFile
) -> None:
    a_history(product, tmp_path, run_file)
    before = modelled(product)
    assert len(before) == 4
    with product.database.write() as session:
        change_profile(session, None, ProfileChange(height_cm=195), product.now())
    assert queue.work_once(product, "test")
    after = modelled(product)
    assert after.keys() == before.keys()
    assert all(after[name] < before[name] for name in before)


def test_a_decoder_that_is_ended_costs_no_run(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    take(product, *(run_file(day, minutes=0.5) for day in range(200)))
    before = everything_stored(product, set())
    ended: list[int] = []

    def end_the_decoders(read: int, total: int | None, name: str) -> None:
        del total, name
        if read == 120:
            for child in psutil.Process().children(recursive=True):
                if "spawn_main" in " ".join(child.cmdline()):
                    ended.append(child.pid)
                    child.kill()

    done = reprocess(product, owner(product), everything, end_the_decoders)
    assert (done.read_again, done.changed, done.unreadable) == (200, 0, [])
    assert ended or (os.cpu_count() or 1) == 1
    assert everything_stored(product, set()) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from api.accounts.service import whose
from api.imports.reprocess import everything, reprocess
from api.runtime import open_runtime
from api.settings import Settings

runtime = open_runtime(Settings(data=Path(sys.argv[1]), zone="Europe/Berlin"))
files, updates, seen = int(sys.argv[2]), int(sys.argv[3]), 0

def on_file(read, total, name):
    if read == files:
        os.kill(os.getpid(), signal.SIGKILL)

def on_statement(connection, cursor, statement, *more):
    global seen
    seen += not statement.startswith(("SELECT", "BEGIN", "PRAGMA"))
    if seen == updates:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(runtime.database.writer, "before_cursor_execute", on_statement)
with runtime.database.read() as session:
    whom = whose(session, None).id
reprocess(runtime, whom, everything, on_file)
"""


@pytest.mark.parametrize(("files", "statements"), [(5, 0), (0, 1), (0, 20), (0, 45)])
def test_killed_at_any_point_nothing_has_changed(
    product: Runtime, tmp_path: Path, run_file: RunFile, files: int, statements: int
) -> None:
    a_history(product, tmp_path, run_file)
    right = everything_stored(product)
    make_older(product)
    before = everything_stored(product, set())
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "data", str(files), str(statements)],
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert everything_stored(product, set()) == before
    assert not [path for path in (tmp_path / "data").iterdir() if path.name.startswith("tmp")]
    again(product)
    assert everything_stored(product)["activity"] == right["activity"]
