"""The real files of real watches, through the command line, end as independent decoders say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

WATCH_FILES = Path(__file__).parents[1].parent / "shared" / "watch-files"

pytestmark = pytest.mark.skipif(
    not WATCH_FILES.is_dir(), reason="the shared folder of real watch files is not here"
)

Run = Mapping[str, Any]


@pytest.fixture(scope="module")
def swingphase(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - a callable on JSON
    data = tmp_path_factory.mktemp("data")

    def call(*words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        done = subprocess.run(
            [sys.executable, "-m", "swingphase", *words, "--json"],
            env={**os.environ, "SWINGPHASE_DATA": str(data)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


@pytest.fixture(scope="module")
def imported(swingphase: Any) -> Any:  # noqa: ANN401 - as above
    return swingphase("import", *(str(path) for path in sorted(WATCH_FILES.glob("*.*"))[1:]))


@pytest.fixture(scope="module")
def runs(swingphase: Any, imported: Any) -> Mapping[str, Sequence[Run]]:  # noqa: ANN401 - as above
    assert imported["totals"]["failed"] == 0
    by_file: dict[str, list[Run]] = defaultdict(list)
    for run in sorted(swingphase("runs", "--all-sports"), key=lambda one: one["started_at"] or ""):
        by_file[run["source_name"]].append(run)
    return by_file


def expected() -> Mapping[str, Run]:
    if not WATCH_FILES.is_dir():
        return {}
    return json.loads((WATCH_FILES / "EXPECTED.json").read_text())


EXPECTED = expected()
FIT = [name for name, one in EXPECTED.items() if "timer_s" in one]
XML = [name for name, one in EXPECTED.items() if "dist" in one]
PAIRS = [
    {"sports-alliance__sports-lib__6860622783.fit", "sports-alliance__sports-lib__6860622783.tcx"},
    {
        "sports-alliance__sports-lib__6909950168.fit",
        "sports-alliance__sports-lib__6909950168-no-pause-records.fit",
    },
    {"aaron-schroeder__activereader__testdata.gpx", "aaron-schroeder__activereader__testdata.tcx"},
    {
        "jimmykane__fit-parser__triathlon_summary_first.fit",
        "jimmykane__fit-parser__triathlon_summary_last.fit",
    },
]
RECOVERED = {
    "dtcooper__python-fitparse__nick.fit": 14391,
    "sports-alliance__sports-lib__empty-activities.fit": 2319,
    "andrewcooke__choochoo__event_timestamp.fit": 4376,
}


@pytest.mark.parametrize("name", FIT)
def test_a_fit_file_ends_as_the_decoders_agree(
    name: str, runs: Mapping[str, Sequence[Run]]
) -> None:
    want, got = EXPECTED[name], runs[name]
    first = got[0]
    assert sum(run["records"] for run in got) == want["records"]
    assert len(got) == want["sessions"]
    assert [run["sport"] for run in got] == want["sports"]
    for field in ("distance_m", "timer_s", "elapsed_s"):
        assert first[field] == pytest.approx(want[field], abs=0.01)
    sums = [run["cadence_sum_per_leg"] for run in got if run["cadence_sum_per_leg"] is not None]
    assert (sum(sums) if sums else None) == want.get("sum_cadence_per_leg")
    assert sum(run["laps"] for run in got) == want["laps"]
    if "total_strides" in want:
        assert first["steps_total"] == pytest.approx(2 * want["total_strides"], rel=0.13)
    if "outcome" not in want:
        assert first["started_at"] == want["start_utc"]


@pytest.mark.parametrize("name", XML)
def test_an_xml_file_ends_as_the_readers_agree(
    name: str, runs: Mapping[str, Sequence[Run]]
) -> None:
    want, got = EXPECTED[name], runs[name]
    assert sum(run["records"] for run in got) == want["records"]
    # EXPECTED rounds to 0.1 m, and of several activities in a file it gives the last.
    assert got[-1]["distance_m"] == pytest.approx(want["dist"], rel=0.01, abs=0.06)
    assert sum(run["laps"] for run in got) == want.get("laps", 0)
    assert got[0]["started_at"] == want["t0"].replace(".000", "")


@pytest.mark.parametrize("name", RECOVERED)
def test_what_is_left_of_a_damaged_file_is_kept_with_warnings(
    name: str, runs: Mapping[str, Sequence[Run]]
) -> None:
    (run,) = runs[name]
    assert run["records"] == RECOVERED[name]
    assert run["warnings"]


def test_the_file_with_a_wrong_crc_is_imported_with_a_warning(
    runs: Mapping[str, Sequence[Run]],
) -> None:
    (run,) = runs["meistermeier__fitfile4j__raw_run.fit"]
    assert "bad_crc" in [warning["code"] for warning in run["warnings"]]


def test_a_watch_without_a_date_is_dated_by_its_local_clock(
    runs: Mapping[str, Sequence[Run]],
) -> None:
    (run,) = runs["andrewcooke__choochoo__compressed-speed-distance.fit"]
    assert run["local_date"] == "2012-02-13"


def test_an_undeclared_prefix_is_no_obstacle(runs: Mapping[str, Sequence[Run]]) -> None:
    (run,) = runs["sports-alliance__sports-lib__6037744996.gpx"]
    assert run["warnings"]
    assert run["records"] > 4000


def test_the_same_activity_twice_counts_once(runs: Mapping[str, Sequence[Run]]) -> None:
    names = {run["id"]: name for name, of_file in runs.items() for run in of_file}
    pairs = {
        frozenset({name, names[run["duplicate_of"]]})
        for name, of_file in runs.items()
        for run in of_file
        if run["duplicate_of"]
    }
    assert pairs == {frozenset(pair) for pair in PAIRS}


def test_other_sports_are_kept_but_are_no_runs(
    swingphase: Any,  # noqa: ANN401 - as above
    runs: Mapping[str, Sequence[Run]],
) -> None:
    only_runs = swingphase("runs")
    assert {run["sport"] for run in only_runs} == {"running"}
    everything = [run for of_file in runs.values() for run in of_file]
    assert len(only_runs) == sum(run["sport"] == "running" for run in everything)
    (ride,) = runs["dtcooper__python-fitparse__coros-pace-2-cycling-misaligned-fields.fit"]
    assert ride["sport"] == "cycling"


def test_importing_all_of_it_again_adds_nothing(
    swingphase: Any,  # noqa: ANN401 - as above
    runs: Mapping[str, Sequence[Run]],
) -> None:
    again = swingphase("import", *(str(path) for path in sorted(WATCH_FILES.glob("*.*"))[1:]))
    assert again["totals"]["duplicate"] == again["totals"]["files"] == len(EXPECTED)
    assert len(swingphase("runs", "--all-sports")) == sum(len(of_file) for of_file in runs.values())


def test_the_real_samples_of_account_exports_are_read_by_what_they_are(swingphase: Any) -> None:  # noqa: ANN401 - as above
    report = swingphase("import", str(WATCH_FILES / "exports"))
    assert report["totals"]["failed"] == 0
    ends = {item["name"].partition("__")[2]: item for item in report["items"]}
    lists = {name: item for name, item in ends.items() if item["code"] == "index"}
    assert {name.rpartition("__")[2] for name in lists} == {
        "export.xml",
        "activities.csv",
        "activities-list.json",
    }
    added = [item for name, item in ends.items() if ": " in name]
    assert len(added) == 12
    # One ride of the real list is in it twice, under two numbers.
    assert sorted(item["status"] for item in added) == ["duplicate", *["imported"] * 11]
    by_list: dict[str, int] = defaultdict(int)
    for item in added:
        by_list[item["name"].partition(": ")[0].rpartition("__")[2]] += 1
    assert by_list == {"export.xml": 1, "activities.csv": 8, "activities-list.json": 3}
    again = swingphase("import", str(WATCH_FILES / "exports"))
    assert again["totals"]["imported"] == 0
