"""`swingphase doctor`: it sees what is wrong, and changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from click.testing import Result

Swingphase = Callable[..., Result]
RunFile = Callable[..., Path]


def statuses(result: Result) -> dict[str, str]:
    return {check["name"]: check["status"] for check in json.loads(result.stdout)["checks"]}


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(
    swingphase: Swingphase, data_folder: Path
) -> None:
    result = swingphase("doctor", "--json")

    assert result.exit_code == 0
    assert statuses(result)["database"] == "note"
    assert not data_folder.exists()


def test_a_healthy_copy_passes_every_check(swingphase: Swingphase, run_file: RunFile) -> None:
    swingphase("import", run_file(0), run_file(1))

    result = swingphase("doctor", "--json")

    assert result.exit_code == 0
    assert set(statuses(result).values()) == {"ok"}
    assert "all 2 there" in swingphase("doctor").stdout


def test_a_missing_and_a_cut_original_are_counted(
    swingphase: Swingphase, run_file: RunFile, data_folder: Path
) -> None:
    swingphase("import", run_file(0), run_file(1), run_file(2))
    gone, cut, _ = sorted(
        path for path in (data_folder / "originals").glob("*/*") if path.is_file()
    )
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])

    result = swingphase("doctor", "--json")

    assert result.exit_code == 1
    assert statuses(result)["originals"] == "wrong"
    assert "2 of 3 missing" in result.stdout


def test_another_schema_is_named_and_left_as_it_is(
    swingphase: Swingphase, data_folder: Path
) -> None:
    swingphase("migrate")
    _execute(data_folder, "UPDATE alembic_version SET version_num = '9999'")

    result = swingphase("doctor", "--json")

    assert result.exit_code == 1
    assert statuses(result)["schema"] == "wrong"


def test_a_damaged_database_is_no_traceback(swingphase: Swingphase, data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / "swingphase.db").write_bytes(b"this was a database once" * 100)

    result = swingphase("doctor", "--json")

    assert result.exit_code == 1
    assert statuses(result)["database"] == "wrong"


def test_rows_that_refer_to_nothing_are_seen(
    swingphase: Swingphase, run_file: RunFile, data_folder: Path
) -> None:
    swingphase("import", run_file(0))
    _execute(data_folder, "DELETE FROM stored_file")

    assert statuses(swingphase("doctor", "--json"))["database"] == "wrong"


def test_findings_that_wait_are_a_note(
    swingphase: Swingphase, run_file: RunFile, data_folder: Path
) -> None:
    swingphase("import", run_file(0))
    _execute(data_folder, "UPDATE athlete SET dirty_since = '2026-05-04'")

    result = swingphase("doctor", "--json")

    assert result.exit_code == 0
    assert statuses(result)["findings"] == "note"


def test_a_generated_run_is_read_as_fitparse_reads_it(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    result = swingphase("doctor", "--verify-fit", run_file(0), "--json")

    assert json.loads(result.stdout) == {"ok": True, "differences": []}
    assert result.exit_code == 0


def test_a_file_cut_short_is_where_the_decoders_part(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    cut = run_file(0)
    cut.write_bytes(cut.read_bytes()[:-40])

    result = swingphase("doctor", "--verify-fit", cut)

    assert result.exit_code == 1
    assert "fitparse" in result.stdout.splitlines()[0]


def _execute(data_folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(data_folder / "swingphase.db")) as connection, connection:
        connection.execute(statement)
