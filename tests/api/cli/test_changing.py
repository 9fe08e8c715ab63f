"""Runs added, edited, deleted and restored, days marked, all read again: on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import text

from models.database import Database, database_url_for

Swingphase = Callable[..., Result]
RunFile = Callable[..., Path]


def out(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def listed(swingphase: Swingphase, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(out(swingphase("runs", "list", "--json", *more)))
    return found


def execute(folder: Path, statement: str) -> None:
    database = Database(database_url_for(folder))
    with database.write() as session:
        session.execute(text(statement))
    database.close()


def test_a_run_is_added_edited_deleted_and_restored(swingphase: Swingphase) -> None:
    told = out(
        swingphase(
            *("runs", "add", "--date", "2026-05-04", "--km", "8.2", "--minutes", "47"),
            *("--title", "Woods", "--rpe", "4", "--time", "07:30"),
        )
    )
    assert told.startswith("Added: running 'Woods' of 2026-05-04, 8.20 km, 47 min,")
    (run,) = listed(swingphase)
    assert (run["distance_m"], run["started_at"]) == (8200, "2026-05-04T05:30:00Z")
    assert run["id"] in told
    out(swingphase("runs", "edit", "2026-05-04", "--km", "8.5", "--date", "2026-05-05"))
    out(swingphase("runs", "edit", run["id"][:13], "--title", "Forest"))
    (edited,) = listed(swingphase)
    assert (edited["local_date"], edited["title"]) == ("2026-05-05", "Forest")
    assert "edited" in out(swingphase("runs"))
    out(swingphase("runs", "edit", "2026-05-05", "--reset", "km", "--reset", "date"))
    assert listed(swingphase)[0]["edited"] == ["title"]
    assert "Deleted" in out(swingphase("runs", "delete", "2026-05-04"))
    assert listed(swingphase) == []
    assert [one["id"] for one in listed(swingphase, "--deleted")] == [run["id"]]
    assert swingphase("runs", "edit", "2026-05-04", "--km", "3").exit_code == 1
    assert "Restored" in out(swingphase("runs", "restore", "2026-05-04"))
    assert [one["id"] for one in listed(swingphase)] == [run["id"]]


def test_the_watch_file_counts_and_may_be_passed_over(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    out(swingphase("runs", "add", "--date", "2026-05-04", "--km", "0.9", "--title", "Track"))
    by_hand = listed(swingphase)[0]["id"]
    out(swingphase("import", run_file(0)))
    runs = {one["id"]: one for one in listed(swingphase)}
    assert runs[by_hand]["duplicate_of"] is not None
    assert {one["title"] for one in runs.values()} == {"Track"}
    assert "duplicate" in out(swingphase("runs"))
    out(swingphase("runs", "delete", "2026-05-04"))  # both, and by that day both come back
    assert listed(swingphase) == []
    out(swingphase("runs", "restore", "2026-05-04"))
    assert len(listed(swingphase)) == 2
    out(swingphase("runs", "prefer", by_hand))
    assert {one["id"]: one["duplicate_of"] for one in listed(swingphase)}[by_hand] is None


@pytest.mark.parametrize(
    ("words", "exit_code", "sentence"),
    [
        (("add", "--km", "5"), 2, "Say on which day"),
        (("add", "--date", "2026-05-04"), 2, "give --km or --minutes"),
        (("add", "--date", "2026-05-04", "--km", "-1"), 2, "--km"),
        (("add", "--date", "2026-05-04", "--km", "5", "--time", "noon"), 2, "like 07:30"),
        (("add", "--date", "2026-05-04", "--km", "300", "--minutes", "47"), 1, "so short a time"),
        (("add", "--date", "2199-01-01", "--km", "5"), 1, "has not come yet"),
        (("add", "--date", "2026-05-04", "--km", "2000"), 2, "--km: give at most 1,000."),
        (("add", "--date", "2026-05-04", "--km", "1", "--rpe", "11"), 2, "--rpe: give at most 10."),
        (("add", "--date", "1901-05-04", "--km", "1"), 2, "--date: name a day since 1970."),
        (
            ("add", "--date", "2026-05-04", "--km", "1", "--title", "a\nb"),
            2,
            "--title: write it in one line, without control characters.",
        ),
        (
            ("edit", "2026-05-04", "--was-run", "--reset", "was-run"),
            2,
            "--was-run cannot be changed and reset at once.",
        ),
        (("edit", "2026-05-04"), 2, "Say what to change"),
        (("edit", "2026-05-04", "--time", "07:30"), 2, "--date"),
        (("edit", "2026-05-04", "--km", "5"), 1, "There is no run of 2026-05-04"),
        (("delete", "abcd"), 1, "There is no such run"),
        (("delete", "monday"), 1, "neither the beginning of an id nor a day"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    swingphase: Swingphase, words: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    result = swingphase("runs", *words)
    assert (result.exit_code, sentence in result.stderr) == (exit_code, True), result.stderr


def test_a_time_may_have_its_offset_and_a_name_and_an_effort_can_be_cleared(
    swingphase: Swingphase,
) -> None:
    when = ("--date", "2026-05-04", "--time", "23:30-05:00")
    out(swingphase("runs", "add", *when, "--km", "5", "--title", "Woods", "--rpe", "4"))
    (run,) = listed(swingphase)
    assert (run["started_at"], run["local_date"]) == ("2026-05-05T04:30:00Z", "2026-05-04")
    out(swingphase("runs", "edit", "2026-05-04", "--title", "", "--rpe", ""))
    (run,) = listed(swingphase)
    assert (run["title"], run["rpe"]) == (None, None)
    out(swingphase("runs", "edit", "2026-05-04", "--reset", "title", "--reset", "rpe"))
    (run,) = listed(swingphase)
    assert (run["title"], run["rpe"]) == ("Woods", 4)
    refused = swingphase("runs", "edit", "2026-05-04", "--rpe", "hard")
    assert (refused.exit_code, "--rpe" in refused.stderr) == (2, True)


def test_a_run_of_which_only_the_day_is_known_says_which_run_it_counts_as(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    out(swingphase("import", run_file(0)))
    (run,) = listed(swingphase)
    km = str(run["distance_m"] / 1000)
    added = swingphase("runs", "add", "--date", "2026-05-04", "--km", km)
    assert "If it was another run, give its time." in added.stderr
    second = next(one["id"] for one in listed(swingphase) if one["id"] != run["id"])
    out(swingphase("runs", "prefer", second))
    out(swingphase("runs", "edit", second, "--reset", "preferred"))
    counts = {one["id"]: one["duplicate_of"] for one in listed(swingphase)}
    assert counts == {run["id"]: None, second: run["id"]}


def test_a_name_that_means_several_runs_is_refused(swingphase: Swingphase) -> None:
    for km in ("5", "3"):
        out(swingphase("runs", "add", "--date", "2026-05-04", "--km", km))
    first, second = (one["id"] for one in listed(swingphase))
    common = next(n for n in range(36) if first[n] != second[n])
    for named in ("2026-05-04", first[:common]):
        result = swingphase("runs", "delete", named)
        assert result.exit_code == 1
        assert "Several" in result.stderr
    out(swingphase("runs", "delete", first[: max(common + 1, 4)]))
    assert [one["id"] for one in listed(swingphase)] == [second]


def test_options_before_a_command_are_not_passed_over_in_silence(swingphase: Swingphase) -> None:
    result = swingphase("runs", "--athlete", "Ada", "add", "--date", "2026-05-04", "--km", "5")
    assert result.exit_code == 2
    assert "Write the options behind add" in result.stderr


def test_a_stretch_too_fast_for_running_is_told_and_confirmed(swingphase: Swingphase) -> None:
    today = datetime.now(UTC).date()
    day = (today - timedelta(days=2)).isoformat()
    added = swingphase("runs", "add", "--date", day, "--km", "30", "--minutes", "47")
    assert "30.0 km of this run were too fast for running" in added.stderr
    table = swingphase("runs")
    assert "held out" in table.stdout
    assert "--was-run" in table.stderr
    assert "too fast for running" in out(swingphase("today"))
    out(swingphase("runs", "edit", day, "--was-not-run"))
    assert "too fast for running" not in out(swingphase("today"))
    out(swingphase("runs", "edit", day, "--was-run"))
    assert "held out" not in swingphase("runs").stdout


def test_days_are_marked_and_listed(swingphase: Swingphase) -> None:
    out(swingphase("day", "mark", "2026-05-10", "race", "--note", "Half"))
    out(swingphase("day", "mark", "2026-05-11", "sick"))
    table = out(swingphase("day", "list")).splitlines()
    assert [line.split() for line in table[1:]] == [
        ["2026-05-10", "race", "Half"],
        ["2026-05-11", "sick"],
    ]
    out(swingphase("day", "unmark", "2026-05-11", "sick"))
    assert json.loads(out(swingphase("day", "list", "--json"))) == {
        "items": [{"day": "2026-05-10", "kind": "race", "note": "Half"}]
    }
    gone = swingphase("day", "unmark", "2026-05-11", "sick")
    assert (gone.exit_code, "swingphase day list" in gone.stderr) == (1, True)
    assert swingphase("day", "mark", "2199-01-01", "rested").exit_code == 1


def test_doctor_says_what_is_old_and_reprocess_mends_it(
    swingphase: Swingphase, run_file: RunFile, data_folder: Path
) -> None:
    out(swingphase("import", run_file(0), run_file(2)))
    before = listed(swingphase)
    assert "all read by this version" in out(swingphase("doctor"))
    execute(data_folder, "UPDATE activity SET parser_version = 0, hip_flexions = 7")
    assert "2 activities were read by an older version" in out(swingphase("doctor"))
    assert out(swingphase("reprocess", "--dry-run")) == "Me: 2 activities would be read again.\n"
    assert listed(swingphase) != before
    assert out(swingphase("reprocess")) == "Me: 2 read again: 2 changed.\n"
    assert listed(swingphase) == before
    assert out(swingphase("reprocess")) == "Me: 0 read again.\n"
    (body,) = json.loads(out(swingphase("reprocess", "--all", "--json", "--athlete", "Me")))
    assert (body["read_again"], body["unchanged"], body["changed"]) == (2, 2, 0)


def test_what_reprocess_cannot_read_is_told_with_its_own_exit_code(
    swingphase: Swingphase, run_file: RunFile, data_folder: Path
) -> None:
    out(swingphase("import", run_file(0), run_file(2)))
    for path in list((data_folder / "originals").rglob("*"))[::-1]:
        if path.is_file():
            path.unlink()
            break
    result = swingphase("reprocess", "--all")
    assert result.exit_code == 3
    assert "cannot be read any more" in result.stderr
    assert result.stdout == "Me: 1 read again: 1 unchanged, 1 not read.\n"
    assert len(listed(swingphase)) == 2
