"""What an import says first of a file that is in, but is not a plain run."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from api.imports.schemas import ImportReport
from api.runtime import Runtime
from bench.writers import gpx, tcx
from bench.writers.fit import modern_run

POINTS = gpx.run(300)
TIMELESS = [replace(point, time=None) for point in POINTS]
FILES = {
    "run.fit": (modern_run(duration_s=300), None),
    "ride.tcx": (
        tcx.tcx(tcx.activity(tcx.lap(POINTS, timer_s=300, distance_m=900), sport="Biking")),
        "other_sport",
    ),
    "way.gpx": (gpx.gpx(gpx.track([TIMELESS])), "no_date"),
    "drive.fit": (modern_run(duration_s=300, speed_m_s=13.0), "held_out"),
    "cut.fit": (modern_run(duration_s=300)[:-2000], "partial"),
}


@pytest.mark.parametrize("name", FILES)
def test_an_imported_file_says_what_its_runner_should_know_first(
    name: str, tmp_path: Path, product: Runtime, take: Callable[..., ImportReport]
) -> None:
    content, code = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    (item,) = take(product, path).items
    assert (item.status, item.code) == ("imported", code)
