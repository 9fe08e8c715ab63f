"""Starting the command is quick because it loads little."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from api.cli import COMMANDS, main
from swingphase import __version__

Swingphase = Callable[..., Result]

HEAVY = {"alembic", "fastapi", "lxml", "pandas", "tzfpy", "uvicorn"}

AND_TELL = """
import sys
from api.cli import main
try:
    main(sys.argv[1:], prog_name="swingphase")
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def loaded_by(environment: dict[str, str], *arguments: str) -> set[str]:
    """Top-level packages a command has loaded when it ends."""
    result = subprocess.run(
        [sys.executable, "-c", AND_TELL, *arguments],
        env=environment,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stderr.split())


def test_help_loads_nothing_heavy(environment: dict[str, str]) -> None:
    loaded = loaded_by(environment, "--help")

    assert not loaded & (HEAVY | {"numpy", "pydantic", "rich", "sqlalchemy"})


@pytest.mark.parametrize(
    "arguments", [["today"], ["today", "--json"], ["runs"], ["athletes", "list"]]
)
def test_reading_loads_nothing_heavy(
    environment: dict[str, str],
    swingphase: Swingphase,
    run_file: Callable[..., Path],
    arguments: list[str],
) -> None:
    swingphase("import", run_file(0))

    assert not loaded_by(environment, *arguments) & HEAVY


def test_a_report_is_made_with_pandas(environment: dict[str, str]) -> None:
    assert "pandas" in loaded_by(environment, "report")


def test_the_list_of_commands_says_what_the_commands_say() -> None:
    context = click.Context(main)
    for name, entry in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.hidden == (entry.line is None)
        if entry.line is not None:
            assert (command.help or "").splitlines()[0] == entry.line


def test_the_worker_is_not_for_people(swingphase: Swingphase) -> None:
    assert "worker" not in swingphase("--help").stdout


def test_an_unknown_command_is_a_mistake_of_use(swingphase: Swingphase) -> None:
    assert swingphase("fly").exit_code == 2


def test_the_version_is_said(swingphase: Swingphase) -> None:
    assert swingphase("--version").stdout == f"swingphase, version {__version__}\n"


def test_a_wrong_setting_is_named(
    swingphase_process: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    result = swingphase_process("today", SWINGPHASE_POLL_S="never")

    assert result.returncode == 1
    assert result.stderr == "Error: Check these settings: SWINGPHASE_POLL_S.\n"


def test_a_data_folder_that_cannot_be_is_a_sentence(
    swingphase_process: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()

    result = swingphase_process("today", SWINGPHASE_DATA=str(file / "data"))

    assert result.returncode == 1
    assert "Set SWINGPHASE_DATA to a folder you can write." in result.stderr


@pytest.mark.parametrize(
    "url", ["mysql://runner:secret@localhost/runs", "postgresql://runner:secret@127.0.0.1:1/runs"]
)
def test_a_database_that_cannot_be_keeps_its_password(
    swingphase_process: Callable[..., subprocess.CompletedProcess[str]], url: str
) -> None:
    result = swingphase_process("today", SWINGPHASE_DATABASE_URL=url)

    assert result.returncode == 1
    assert result.stderr.startswith("Error: The database cannot be opened")
    assert "secret" not in result.stderr


def test_only_this_machine_is_served(swingphase: Swingphase) -> None:
    result = swingphase("serve", "--host", "0.0.0.0")  # noqa: S104 - what must be refused

    assert result.exit_code == 2
    assert "no sign-in yet" in result.stderr


def test_migrate_makes_the_database_and_is_a_no_op_then(
    swingphase: Swingphase, data_folder: Path
) -> None:
    for _ in range(2):
        result = swingphase("migrate")
        assert result.exit_code == 0
        assert "The database is up to date" in result.stderr
    assert (data_folder / "swingphase.db").stat().st_mode & 0o077 == 0


def test_a_database_of_a_newer_version_is_left_alone(
    swingphase: Swingphase, data_folder: Path
) -> None:
    swingphase("migrate")
    with sqlite3.connect(data_folder / "swingphase.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    result = swingphase("runs")
    assert result.exit_code == 1
    assert "A newer Swingphase has used this database." in result.stderr
