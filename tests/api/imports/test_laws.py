"""Importing again changes nothing, any order comes to the same, and refresh forgets nothing."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from api.accounts.service import whose
from api.imports.commandline import import_paths
from api.imports.disk import found_at_all
from api.imports.processing import MOST_ATTEMPTS, work_through
from api.imports.schemas import ImportReport
from api.imports.service import begin, totals_body
from api.imports.staging import stage
from api.refresh.service import refresh_athlete
from api.runtime import Runtime
from api.today.service import today
from models import athletes, leases
from models.imports import Origin

Take = Callable[..., ImportReport]
RunFile = Callable[..., Path]
OpenProduct = Callable[[str], Runtime]

MADE_UP = "id, athlete_id, activity_id, created_at, updated_at, first_seen_at"


def silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def everything(runtime: Runtime) -> str:
    """What is stored, without ids and instants of storing, comparable between databases."""
    names = {
        "activity": "content_sha256, session_index",
        "day_total": "day",
        "alert": "opened_on, rule",
        "channel": "stream, data",
    }
    left_out = {*MADE_UP.split(", "), "duplicate_of", "file_sha256", "source_name", "member"}
    stored: dict[str, list[dict[str, str]]] = {}
    with runtime.database.read() as session:
        for table, order in names.items():
            rows = session.execute(text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()  # noqa: S608 - our own names
            stored[table] = [
                {key: str(value) for key, value in row.items() if key not in left_out}
                for row in rows
            ]
        pairs = session.execute(
            text(
                "SELECT a.content_sha256, b.content_sha256 FROM activity a "
                "LEFT JOIN activity b ON a.duplicate_of = b.id AND a.athlete_id = b.athlete_id "
                "ORDER BY 1"
            )
        )
        stored["pairs"] = [{"of": str(one), "is": str(other)} for one, other in pairs]
    return json.dumps(stored, indent=1)


def a_build_up(run_file: RunFile) -> list[Path]:
    """Two months with a jump near the end, and one run recorded twice."""
    files = [run_file(day, minutes=4 + day % 3) for day in range(0, 50, 2)]
    files += [run_file(52, minutes=14), run_file(53, minutes=9)]
    # The same run from a second watch that started a little later.
    files.append(run_file(10, minutes=4.5, seed=9))
    return files


def test_importing_twice_changes_nothing(product: Runtime, take: Take, run_file: RunFile) -> None:
    files = a_build_up(run_file)
    take(product, *files)
    before = everything(product)
    again = take(product, *files)
    assert again.totals.duplicate == again.totals.files == len(files)
    assert everything(product) == before


def test_the_order_of_import_is_irrelevant(
    open_product: OpenProduct, take: Take, run_file: RunFile
) -> None:
    files = a_build_up(run_file)
    results: set[str] = set()
    for turn in range(3):
        runtime = open_product(f"order-{turn}")
        random.Random(turn).shuffle(files)  # noqa: S311 - no secret
        for start in range(0, len(files), 7):
            take(runtime, *files[start : start + 7])
        results.add(everything(runtime))
    assert len(results) == 1
    assert '"longest_run"' in results.pop()


def test_an_incremental_refresh_equals_a_full_one(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    for file in a_build_up(run_file):
        take(product, file)
    before = everything(product)
    with product.database.write() as session:
        athlete = whose(session, None)
        athletes.mark_dirty(session, athlete.id, date(2000, 1, 1))
    refresh_athlete(product, athlete.id)
    assert everything(product) == before
    assert '"longest_run"' in before


def test_a_refresh_keeps_an_alerts_id_and_what_the_runner_said(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    *early, last = a_build_up(run_file)
    take(product, *early)
    with product.database.write() as session:
        ids = session.scalars(text("SELECT id FROM alert")).all()
        session.execute(text("UPDATE alert SET acknowledged_at = '2026-06-01 00:00:00'"))
    take(product, last)
    with product.database.read() as session:
        kept = session.execute(text("SELECT id, acknowledged_at FROM alert")).all()
    assert ids
    assert {one for one, _ in kept} == set(ids)
    assert all(seen is not None for _, seen in kept)


def test_an_alert_that_gets_worse_is_open_again(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    take(product, *(run_file(day, minutes=6) for day in range(0, 40, 2)))
    take(product, run_file(41, minutes=12))
    with product.database.write() as session:
        levels = session.scalars(text("SELECT level FROM alert WHERE rule = 'longest_run'")).all()
        session.execute(text("UPDATE alert SET acknowledged_at = '2026-06-01 00:00:00'"))
    assert levels == ["take_care"]
    take(product, run_file(42, minutes=40))
    with product.database.read() as session:
        worse = session.execute(
            text("SELECT level, acknowledged_at FROM alert WHERE rule = 'longest_run'")
        ).all()
    assert [tuple(row) for row in worse] == [("ease_off", None)]


def test_a_file_from_the_future_does_not_move_today(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    take(product, run_file(59), run_file(59 + 365 * 19, seed=2))
    assert today(product, None, None).as_of == date(2026, 6, 30)


@pytest.mark.parametrize("wrapped", ["gz", "zip"])
def test_the_same_run_in_another_wrapping_is_a_duplicate(
    wrapped: str, product: Runtime, take: Take, run_file: RunFile
) -> None:
    file = run_file(0)
    take(product, file)
    other = file.with_suffix(f".fit.{wrapped}")
    if wrapped == "gz":
        other.write_bytes(gzip.compress(file.read_bytes()))
    else:
        with zipfile.ZipFile(other, "w") as archive:
            archive.write(file, file.name)
    (item,) = take(product, other).items
    assert (item.status, item.code) == ("duplicate", "same_bytes")
    assert len(item.run_ids) == 1


def test_two_athletes_may_hold_the_same_file(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    file = run_file(0)
    take(product, file)
    with product.database.write() as session:
        other = athletes.add(session, name="Other", zone="UTC", is_owner=False, now=product.now())
    report = import_paths(product, other.id, [file], silently)
    assert report.totals.imported == 1


def test_a_file_that_ends_its_reader_takes_no_other_along(
    product: Runtime, owner_id: UUID, run_file: RunFile
) -> None:
    files = [run_file(day) for day in range(3)]
    sources = found_at_all(files)
    with product.database.write() as session:
        import_id = begin(
            session,
            owner_id,
            stage(product, owner_id, sources),
            origin=Origin.API,
            now=product.now(),
        ).id
    for turn in range(MOST_ATTEMPTS):  # claimed, and the reader died on the first
        with product.database.write() as session:
            leases.claim(
                session,
                owner_id,
                import_id,
                owner=f"reader-{turn}",
                now=product.now(),
                lease_s=30,
                limit=25,
            )
            leases.release(session, owner_id, import_id, owner=f"reader-{turn}")
    work_through(product, owner_id, import_id, "last")
    with product.database.read() as session:
        totals = totals_body(session, owner_id, import_id)
    assert (totals.failed, totals.imported) == (1, 2)


def test_the_newest_run_may_be_older_than_the_days_read(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    take(product, run_file(-600))
    body = today(product, None, None)
    assert str(body.data_through) == "2024-09-08"
    assert body.headline.startswith("No runs since Sun 8 Sep 2024.")
