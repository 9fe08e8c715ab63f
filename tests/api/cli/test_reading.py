"""`today`, `runs`, `profile` and `athletes`: the same answers as the API's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest
from click.testing import Result

from api.activities.schemas import RunBody

Swingphase = Callable[..., Result]
RunFile = Callable[..., Path]


@pytest.fixture
def api(environment: dict[str, str]) -> Generator[httpx.Client]:
    """The API on the same data, served as its user would."""
    with subprocess.Popen(
        [sys.executable, "-m", "swingphase", "serve", "--port", "0"],
        env=environment,
        cwd=Path(__file__).parents[3],
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        address = re.search(r"http://\S+", server.stderr.readline())
        assert address is not None
        with httpx.Client(base_url=address[0], timeout=60) as client:
            yield client
        server.terminate()


def test_today_in_json_is_the_apis_today(
    swingphase: Swingphase, run_file: RunFile, api: httpx.Client
) -> None:
    swingphase("import", run_file(0, minutes=5), run_file(2, minutes=30))

    ours = json.loads(swingphase("today", "--json", "--as-of", "2026-05-06").stdout)

    assert ours == api.get("/v1/today", params={"as_of": "2026-05-06"}).json()
    assert ours["level"] == "take_care"


def test_today_reads_headline_limit_and_cards(swingphase: Swingphase, run_file: RunFile) -> None:
    swingphase("import", run_file(0, minutes=5), run_file(2, minutes=30))
    body = json.loads(swingphase("today", "--json", "--as-of", "2026-05-06").stdout)

    said = " ".join(swingphase("today", "--as-of", "2026-05-06").stdout.split())

    (card,) = body["cards"]
    expected = [
        f"▲ {body['headline']}",
        body["limit"]["text"],
        f"In hip flexions: {body['limit']['flexions']:,} (both hips).",
        f"▲ Take care: {card['title']} (Wed 6 May)",
        f"Why: {card['why']}",
        f"What to do: {card['what_to_do']}",
        f"Evidence ({card['evidence']['grade']}): {card['evidence']['text']}",
        card["clears"],
        body["footer"],
    ]
    at = [said.index(sentence) for sentence in expected]
    assert at == sorted(at)


def test_without_runs_today_says_what_to_do(swingphase: Swingphase) -> None:
    result = swingphase("today")

    assert result.exit_code == 0
    assert "No runs yet." in result.stdout


def test_a_day_that_is_none_is_a_mistake_of_use(swingphase: Swingphase) -> None:
    assert swingphase("today", "--as-of", "2026-02-30").exit_code == 2


def test_runs_in_json_are_the_apis_runs(
    swingphase: Swingphase, run_file: RunFile, api: httpx.Client
) -> None:
    swingphase("import", run_file(0), run_file(1), run_file(2))

    ours = json.loads(swingphase("runs", "--json").stdout)

    assert ours == api.get("/v1/runs").json()["items"]
    assert [run["local_date"] for run in ours] == ["2026-05-06", "2026-05-05", "2026-05-04"]


def test_runs_of_some_days_and_at_most_so_many(swingphase: Swingphase, run_file: RunFile) -> None:
    swingphase("import", *(run_file(day, minutes=1) for day in range(5)))

    some = json.loads(
        swingphase("runs", "--json", "--from", "2026-05-05", "--to", "2026-05-07").stdout
    )
    last_two = json.loads(swingphase("runs", "--json", "--limit", "2").stdout)

    assert [run["local_date"] for run in some] == ["2026-05-07", "2026-05-06", "2026-05-05"]
    assert [run["local_date"] for run in last_two] == ["2026-05-08", "2026-05-07"]


def test_days_the_wrong_way_round_are_refused(swingphase: Swingphase) -> None:
    result = swingphase("runs", "--from", "2026-05-07", "--to", "2026-05-05")

    assert result.exit_code == 1
    assert result.stdout == ""


def test_runs_stand_in_a_table(swingphase: Swingphase, run_file: RunFile) -> None:
    swingphase("import", run_file(0, minutes=10))
    (run,) = json.loads(swingphase("runs", "--json").stdout)
    body = RunBody.model_validate(run)
    assert body.distance_m is not None

    heading, line = swingphase("runs").stdout.splitlines()

    assert heading.split() == [
        "Day",
        "Sport",
        "File",
        "km",
        "Minutes",
        "Hip",
        "flexions",
        "Counted",
        "from",
    ]
    assert line.split() == [
        "2026-05-04",
        "running",
        "day-000.fit",
        f"{body.distance_m / 1000:.2f}",
        "10",
        f"{body.hip_flexions:,}",
        body.hip_flexions_source,
    ]


def test_no_runs_is_a_message_and_no_data(swingphase: Swingphase) -> None:
    result = swingphase("runs")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "swingphase import" in result.stderr


def test_a_profile_is_changed_value_by_value(swingphase: Swingphase, api: httpx.Client) -> None:
    swingphase("profile", "--height-cm", "174", "--sex", "female", "--birth-date", "1990-02-03")

    result = swingphase("profile", "--clear", "sex", "--max-heart-rate", "188", "--json")

    profile = json.loads(result.stdout)
    assert profile == api.get("/v1/athlete").json()
    assert (profile["height_cm"], profile["sex"]) == (174.0, None)
    assert (profile["birth_date"], profile["max_heart_rate_bpm"]) == ("1990-02-03", 188)


def test_a_profile_is_shown(swingphase: Swingphase) -> None:
    swingphase("profile", "--name", "Ada Runner")

    lines = swingphase("profile").stdout.splitlines()

    assert lines[0].split(maxsplit=1) == ["Name", "Ada Runner"]
    assert lines[1].split(maxsplit=2) == ["Height", "(cm)", "-"]


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (["--height-cm", "17"], "Height (cm)"),
        (["--zone", "Nowhere/Land"], "Time zone"),
        (["--max-heart-rate", "20"], "Highest heart rate"),
    ],
)
def test_a_value_that_cannot_be_is_a_mistake_of_use(
    swingphase: Swingphase, arguments: list[str], about: str
) -> None:
    result = swingphase("profile", *arguments)

    assert result.exit_code == 2
    assert about in result.stderr


def test_heart_rates_that_contradict_each_other_are_refused(swingphase: Swingphase) -> None:
    result = swingphase("profile", "--resting-heart-rate", "110", "--max-heart-rate", "105")

    assert result.exit_code == 1
    assert "must be below" in result.stderr


def test_another_zone_moves_runs_whose_day_came_from_it(
    swingphase: Swingphase, run_file: RunFile
) -> None:
    # A run on a treadmill at 23:30 in Berlin knows no place: its day is the athlete's own.
    swingphase("import", _treadmill(run_file(0).parent))
    before = _days(swingphase)

    swingphase("profile", "--zone", "Asia/Tokyo")

    assert before == ["2026-05-04"]
    assert _days(swingphase) == ["2026-05-05"]


def test_athletes_are_added_and_listed(swingphase: Swingphase, api: httpx.Client) -> None:
    added = json.loads(
        swingphase("athletes", "add", "Ada", "--zone", "Asia/Tokyo", "--json").stdout
    )

    listed = json.loads(swingphase("athletes", "list", "--json").stdout)

    assert listed == api.get("/v1/athletes").json()["items"]
    assert [one["name"] for one in listed] == ["Me", "Ada"]
    assert added == listed[1]
    assert added["zone"] == "Asia/Tokyo"
    assert added["id"] in swingphase("athletes", "list").stdout


def test_two_of_one_name_are_told_apart_by_id(swingphase: Swingphase) -> None:
    for _ in range(2):
        swingphase("athletes", "add", "Ada")

    result = swingphase("today", "--athlete", "Ada")

    assert result.exit_code == 1
    assert "use the id" in result.stderr


def _days(swingphase: Swingphase) -> list[str]:
    return [run["local_date"] for run in json.loads(swingphase("runs", "--json").stdout)]


def _treadmill(folder: Path) -> Path:
    trackpoints = "".join(
        f"<Trackpoint><Time>2026-05-04T21:{minute:02}:00Z</Time>"
        f"<DistanceMeters>{minute * 180}</DistanceMeters></Trackpoint>"
        for minute in range(30, 36)
    )
    path = folder / "treadmill.tcx"
    path.write_text(
        '<?xml version="1.0"?>'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        '<Activities><Activity Sport="Running"><Id>2026-05-04T21:30:00Z</Id>'
        '<Lap StartTime="2026-05-04T21:30:00Z"><TotalTimeSeconds>300</TotalTimeSeconds>'
        f"<DistanceMeters>900</DistanceMeters><Track>{trackpoints}</Track></Lap>"
        "</Activity></Activities></TrainingCenterDatabase>"
    )
    return path
