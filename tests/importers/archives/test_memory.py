"""Lists of any size are read in the memory of a small one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

READ = """
import sys
from dataclasses import replace
from datetime import timedelta
from importers.archives import apple_health, garmin, strava
from bench.writers.exports import apple_health as apple_writer, garmin as garmin_writer
from bench.writers.exports import strava as strava_writer
from importers.sources import SourceFile
from importers.limits import DEFAULT_LIMITS
from importers.zone import zone_at
from pathlib import Path

def peak_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

def runs(count):
    begin = apple_writer.START - timedelta(days=3650)
    return [apple_writer.Workout(start=begin + timedelta(days=day)) for day in range(count)]

def old_runs(count):
    inside = apple_writer.route_within(apple_writer.START, 3600)
    return [replace(run, inside=inside) for run in runs(count)]

path, pieces, layout = Path(sys.argv[1]), eval(sys.argv[2]), eval(sys.argv[3]).LAYOUT
with path.open("wb") as file:
    file.writelines(pieces)
source = SourceFile(path, "x", 0)
# The zones' polygons are loaded at the first position, whatever the file's size.
zone_at(47.0, 8.0)
entries = layout.entries("x", ["x"], lambda name: source.open(DEFAULT_LIMITS))
before = peak_kib()
count = sum(1 for _ in entries)
print(count, path.stat().st_size >> 20, (peak_kib() - before) >> 10)
"""

STRAVA_ROWS = (
    "(strava_writer.row(one, strava_writer.english_date(one.time)) "
    "for one in strava_writer.history(30_000))"
)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("pieces", "layout", "entries"),
    [
        ("apple_writer.life(60, runs(50))", "apple_health", 50),
        ("apple_writer.life(1, old_runs(200))", "apple_health", 200),
        ("garmin_writer.history(2_000, splits=100)", "garmin", 2_000),
        (f"strava_writer.lines(strava_writer.MODERN, {STRAVA_ROWS})", "strava", 30_000),
    ],
    ids=["apple_health", "routes within", "garmin", "strava"],
)
def test_a_list_is_read_in_a_fraction_of_its_size(
    tmp_path: Path, pieces: str, layout: str, entries: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "list"), pieces, layout],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    count, size_mib, grown_mib = map(int, done.stdout.split())
    assert count == entries
    assert size_mib >= 4
    assert grown_mib < 24
