"""`swingphase import`: what it says, where it says it, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from api.imports.schemas import ImportReport

Swingphase = Callable[..., Result]
RunFile = Callable[..., Path]

ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9]")


def test_a_folder_ends_with_totals_on_stdout_and_nothing_else(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    run_file(0)
    folder = run_file(1).parent

    result = swingphase("import", folder)

    assert result.exit_code == 0
    assert result.stdout == "2 files: 2 imported.\n"
    assert result.stderr == ""


def test_the_same_again_changes_nothing(swingphase: Swingphase, run_file: RunFile) -> None:
    file = run_file(0)
    swingphase("import", file)

    result = swingphase("import", file)

    assert result.stdout == "1 file: 1 here already.\n"
    assert result.exit_code == 0
    assert len(json.loads(swingphase("runs", "--json").stdout)) == 1


def test_one_bad_file_does_not_stop_the_others_and_ends_with_3(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    folder = run_file(0).parent
    (folder / "a-blank.fit").write_bytes(b"")
    (folder / "notes.txt").write_text("tired")

    result = swingphase("import", folder)

    assert result.exit_code == 3
    assert result.stdout == "3 files: 1 imported, 1 left out, 1 not read.\n"
    left_out, failed = result.stderr.splitlines()  # the failure last, though it was met first
    assert left_out.startswith("notes.txt: Left out")
    assert failed.startswith("a-blank.fit: The file is empty.")


def test_when_nothing_could_be_read_it_ends_with_1(swingphase: Swingphase, tmp_path: Path) -> None:
    blank = tmp_path / "blank.fit"
    blank.write_bytes(b"")

    result = swingphase("import", blank)

    assert result.exit_code == 1
    assert result.stdout == "1 file: 1 not read.\n"


def test_a_path_that_is_not_there_is_a_mistake_of_use(
    swingphase: Swingphase, run_file: RunFile, tmp_path: Path
) -> None:
    result = swingphase("import", run_file(0), tmp_path / "gone.fit")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "does not exist" in result.stderr
    assert json.loads(swingphase("runs", "--json").stdout) == []


def test_no_path_is_a_mistake_of_use(swingphase: Swingphase) -> None:
    assert swingphase("import").exit_code == 2


def test_an_empty_folder_is_no_failure(swingphase: Swingphase, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    result = swingphase("import", empty)

    assert (result.exit_code, result.stdout) == (0, "No files found.\n")


def test_json_is_the_report_and_the_exit_code_stays(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    good = run_file(0)
    bad = good.with_name("broken.fit")
    bad.write_bytes(b"no watch wrote this")

    result = swingphase("import", "--json", good, bad)

    report = ImportReport.model_validate_json(result.stdout)
    assert [(item.name, item.status) for item in report.items] == [
        ("day-000.fit", "imported"),
        ("broken.fit", "failed"),
    ]
    assert (report.totals.files, report.totals.imported, report.totals.failed) == (2, 1, 1)
    assert result.exit_code == 3
    assert result.stderr == ""


def test_a_run_of_another_athlete_is_theirs_alone(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    swingphase("athletes", "add", "Ada")

    swingphase("import", "--athlete", "ada", run_file(0))

    assert json.loads(swingphase("runs", "--json").stdout) == []
    assert len(json.loads(swingphase("runs", "--json", "--athlete", "Ada").stdout)) == 1


def test_an_unknown_athlete_gets_nothing_imported(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    result = swingphase("import", "--athlete", "Nobody", run_file(0))

    assert result.exit_code == 1
    assert "athletes list" in result.stderr


def test_a_name_cannot_command_the_terminal(swingphase: Swingphase, run_file: RunFile) -> None:
    evil = run_file(0).with_name("\x1b[2Jcleared.fit")
    evil.write_bytes(b"")

    result = swingphase("import", evil)

    assert ESCAPE not in result.stderr
    assert "\N{REPLACEMENT CHARACTER}[2Jcleared.fit" in result.stderr


def test_away_from_a_terminal_there_is_no_progress(
    swingphase_process: Callable[..., subprocess.CompletedProcess[str]], run_file: RunFile
) -> None:
    result = swingphase_process("import", run_file(0))

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "1 file: 1 imported.\n"


def test_at_a_terminal_progress_goes_to_stderr_alone(
    environment: dict[str, str], run_file: RunFile
) -> None:
    run_file(0)
    folder = run_file(1).parent

    stdout, screen = _at_a_terminal(environment, folder)

    assert stdout == "2 files: 2 imported.\n"
    assert "2/2" in screen
    assert COLOUR.search(screen)


def test_no_color_is_minded(environment: dict[str, str], run_file: RunFile) -> None:
    _, screen = _at_a_terminal(environment | {"NO_COLOR": "1"}, run_file(0))

    assert "1/1" in screen
    assert not COLOUR.search(screen)


def _at_a_terminal(environment: dict[str, str], path: Path) -> tuple[str, str]:
    """What an import prints to stdout, and what somebody at a terminal sees of its stderr."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "swingphase", "import", str(path)],
        env=environment | {"TERM": "xterm-256color"},
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        seen = bytearray()
        while chunk := _read(ours):
            seen += chunk
        os.close(ours)
        stdout, _ = process.communicate()
    return stdout, seen.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other side has closed
        return b""
