"""Where the real watch files lie, and what they are expected to say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict, cast

import pytest

SHARED = Path(__file__).parents[2].parent / "shared"


class Expected(TypedDict, total=False):
    records: int
    dist: float
    laps: int
    lapdist: float
    laptime: float
    records_with_cadence: int
    records_with_heart_rate: int
    records_with_position: int
    nrun: int
    run_mean_nz: float
    cad_mean_nz: float
    t0: str
    creator: str
    sport: list[str]
    outcome: str


@pytest.fixture(scope="session")
def watch_files() -> Path:
    folder = SHARED / "watch-files"
    if not folder.is_dir():
        pytest.skip("the real watch files are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def expected(watch_files: Path) -> dict[str, Expected]:
    text = (watch_files / "EXPECTED.json").read_text("utf-8")
    return cast("dict[str, Expected]", json.loads(text))
