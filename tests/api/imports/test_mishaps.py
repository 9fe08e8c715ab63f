"""What goes wrong around an import: a full disk, names met twice, somebody at work beside it."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from api.accounts.service import whose
from api.imports.commandline import import_paths
from api.imports.disk import found_at_all
from api.imports.processing import Work
from api.imports.schemas import ImportReport
from api.imports.service import begin, totals_body, upload
from api.imports.staging import stage
from api.imports.uploads import uploaded
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.writers import gpx
from bench.writers.exports import apple_health, strava
from bench.writers.exports.zips import zipped
from bench.writers.fit import modern_run
from models import imports, leases
from models.imports import Origin

Take = Callable[..., ImportReport]
RunFile = Callable[..., Path]

CRAMPED = """
import io, resource, sys
import lxml.etree
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from api.originals import Originals
originals = Originals(Path(sys.argv[1]))
originals.prepare()
with originals.incoming() as incoming:
    for add in (
        lambda: incoming.add(bytes(200_000), "ab" * 32),
        lambda: incoming.add_file(io.BytesIO(bytes(200_000))),
        lambda: incoming.add_file(Path(lxml.etree.__file__).open("rb")),
    ):
        try:
            add()
        except OSError:
            print("refused")
    incoming.settle()
"""

DEAF = """
import sys
def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise RuntimeError(event)
sys.addaudithook(refuse)
from swingphase.door import main
sys.argv = ["swingphase", "import", *sys.argv[1:]]
main()
"""


def titles(product: Runtime) -> list[tuple[object, ...]]:
    query = "SELECT title, rpe, format FROM activity WHERE duplicate_of IS NULL"
    with product.database.read() as session:
        return [tuple(row) for row in session.execute(text(query))]


def silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def test_a_full_disk_leaves_no_half_file_under_a_whole_one_s_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRAMPED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.split() == ["refused"] * 3
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_import_speaks_to_nobody(tmp_path: Path) -> None:
    route = "/workout-routes/route.gpx"
    health = apple_health.export(apple_health.workout(apple_health.Workout(routes=[route])))
    (tmp_path / "health.zip").write_bytes(
        zipped(
            {
                "apple_health_export/export.xml": health,
                f"apple_health_export{route}": apple_health.route(apple_health.START, 60),
            }
        )
    )
    run = gzip.compress(modern_run(duration_s=60))
    listed = strava.modern(strava.Activity(file="activities/1.fit.gz"))
    (tmp_path / "strava.zip").write_bytes(
        zipped({"activities/1.fit.gz": run, "activities.csv": listed})
    )
    paths = [str(tmp_path / name) for name in ("health.zip", "strava.zip")]
    done = subprocess.run(
        [sys.executable, "-c", DEAF, *paths],
        env={**os.environ, "SWINGPHASE_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stdout.strip()) == (0, "4 files: 4 imported."), done.stderr


def test_two_exports_in_one_command_keep_their_own_lists(
    tmp_path: Path, product: Runtime, take: Take
) -> None:
    folders = [tmp_path / "his", tmp_path / "hers"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        one = strava.Activity(
            number=number, name=folder.name, time=strava.START + timedelta(days=number)
        )
        (folder / "activities.csv").write_bytes(strava.modern(one))
    report = take(product, *folders)
    assert report.totals.imported == 4
    assert sorted(str(row[0]) for row in titles(product)) == ["hers", "his"]


def test_two_files_of_one_name_are_told_apart(
    tmp_path: Path, product: Runtime, take: Take, run_file: RunFile
) -> None:
    (tmp_path / "other").mkdir()
    first = run_file(1, name="run.fit")
    second = shutil.copy(run_file(2), tmp_path / "other" / "run.fit")
    report = take(product, first, second)
    assert [item.name for item in report.items] == ["run.fit", "(2)/run.fit"]


def test_the_same_archive_under_two_names_is_opened_once(
    tmp_path: Path, product: Runtime, take: Take
) -> None:
    packed = zipped({"a.fit": modern_run(duration_s=60)})
    for name in ("one.zip", "two.zip"):
        (tmp_path / name).write_bytes(packed)
    report = take(product, tmp_path / "one.zip", tmp_path / "two.zip")
    assert sorted((item.name, item.status) for item in report.items) == [
        ("one.zip/a.fit", "imported"),
        ("two.zip", "duplicate"),
    ]


@pytest.mark.parametrize("order", [("watch", "export"), ("export", "watch")])
def test_a_list_names_the_recording_that_counts(
    order: tuple[str, str],
    tmp_path: Path,
    product: Runtime,
    take: Take,
) -> None:
    watch = tmp_path / "watch.fit"
    watch.write_bytes(modern_run(start=strava.START, duration_s=600))
    points = gpx.run(600, start=strava.START)
    export = tmp_path / "export.zip"
    listed = strava.Activity(
        file="activities/1.gpx", name="Hills", exertion="7", elapsed_s=600, distance_m=1800
    )
    export.write_bytes(
        zipped(
            {
                "activities/1.gpx": gpx.gpx(gpx.track([points])),
                "activities.csv": strava.modern(listed),
            }
        )
    )
    paths = {"watch": watch, "export": export}
    for name in order:
        take(product, paths[name])
    assert titles(product) == [("Hills", 7.0, "fit")]


def test_stopping_an_import_politely_is_no_try(
    product: Runtime, owner_id: UUID, run_file: RunFile
) -> None:
    staged = stage(product, owner_id, found_at_all([run_file(1)]))
    with product.database.write() as session:
        import_id = begin(session, owner_id, staged, origin=Origin.CLI, now=product.now()).id
    for _ in range(5):
        with product.database.write() as session:
            (item,) = leases.claim(
                session, owner_id, import_id, owner="me", now=product.now(), lease_s=30, limit=9
            )
            assert item.attempts == 1
        with product.database.write() as session:
            leases.hand_back(session, owner_id, import_id, owner="me")
    with Work(product, owner_id, import_id, "me") as work:
        assert work.through() == 1


def test_a_command_whose_import_is_called_off_ends(
    product: Runtime, owner_id: UUID, run_file: RunFile
) -> None:
    files = [run_file(day, minutes=1) for day in range(60)]

    def call_off(done: int, found: int | None, name: str) -> None:
        del found, name
        if done == 1:
            with product.database.write() as session:
                (batch,) = imports.open_batches(session, owner_id)
                imports.cancel(session, owner_id, batch.id, product.now())

    report = import_paths(product, owner_id, files, call_off)
    assert report.totals.files == 50
    with product.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM activity")) == 50


def test_an_uploaded_folder_leaves_out_what_is_no_watch_file(product: Runtime) -> None:
    class File:
        def __init__(self, name: str, content: bytes) -> None:
            self.filename, self.file = name, io.BytesIO(content)

    files = [
        File("export/a.fit", modern_run(duration_s=60)),
        File("export/.DS_Store", b"x"),
        File("export/media/a.jpg", b"\xff\xd8"),
    ]
    with product.database.write() as session:
        body = upload(product, session, None, uploaded(files))
    assert (body.totals.files, body.totals.skipped, body.totals.failed) == (2, 1, 0)


@pytest.fixture
def on_either(tmp_path: Path, database_url: str) -> Generator[Runtime]:
    settings = Settings(data=tmp_path / "data", zone="UTC", database_url=database_url)
    runtime = open_runtime(settings)
    yield runtime
    runtime.close()


def test_two_who_import_the_same_run_at_once_leave_one(on_either: Runtime, tmp_path: Path) -> None:
    with on_either.database.read() as session:
        athlete_id = whose(session, None).id
    points = gpx.run(600, start=strava.START)
    contents = {
        "a.fit": modern_run(start=strava.START, duration_s=600),
        "b.gpx": gpx.gpx(gpx.track([points])),
    }
    both = threading.Barrier(2)

    def import_one(name: str) -> None:
        path = tmp_path / name
        path.write_bytes(contents[name])
        staged = stage(on_either, athlete_id, found_at_all([path]))
        with on_either.database.write() as session:
            now = on_either.now()
            import_id = begin(session, athlete_id, staged, origin=Origin.API, now=now).id
        both.wait()
        with Work(on_either, athlete_id, import_id, name) as work:
            work.through()
        with on_either.database.read() as session:
            assert totals_body(session, athlete_id, import_id).queued == 0

    for _ in range(3):
        threads = [threading.Thread(target=import_one, args=(name,)) for name in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with on_either.database.write() as session:
            counted = session.execute(
                text("SELECT count(*) FROM activity WHERE duplicate_of IS NULL")
            ).scalar()
            assert counted == 1
            assert session.execute(text("SELECT sum(runs) FROM day_total")).scalar() == 1
            for table in ("channel", "activity", "day_total"):
                session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own names
