"""Whole imports of GPX and TCX runs against what other readers need to parse them alone."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gpxpy
from tcxreader.tcxreader import TCXReader  # pyright: ignore[reportMissingTypeStubs] - has no types

from api.accounts.service import whose
from api.imports.commandline import import_paths
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.ratio import Ratio, report, seconds
from bench.writers import gpx as gpx_writer
from bench.writers import tcx as tcx_writer

RUNS = 20
ROUNDS = 4
SECONDS = 3600
FIRST_START = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)


def main() -> list[Ratio]:
    return [
        _compare("GPX", "gpx", _gpx, _parse_gpx, at_least=4),
        _compare("TCX", "tcx", _tcx, _parse_tcx, at_least=1.5),
    ]


def _compare(
    title: str,
    ending: str,
    write: Callable[[datetime], bytes],
    parse: Callable[[Path], object],
    *,
    at_least: float,
) -> Ratio:
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        runtime = open_runtime(Settings(data=Path(name) / "data"))
        try:
            for turn in range(ROUNDS):
                folder = Path(name) / f"watch-{turn}"
                folder.mkdir()
                for run in range(RUNS):
                    start = FIRST_START + timedelta(days=turn * RUNS + run)
                    (folder / f"{run:02}.{ending}").write_bytes(write(start))
                # The two sides take turns, so that a machine that slows down slows both.
                ours_s = seconds(lambda folder=folder: _import(runtime, folder)) / RUNS
                some = sorted(folder.iterdir())[:3]
                theirs_s = statistics.median(seconds(lambda one=one: parse(one)) for one in some)
                ratios.append(theirs_s / ours_s)
                print(
                    f"one {title} run: imported in {ours_s * 1000:.0f} ms, "
                    f"parsed elsewhere in {theirs_s * 1000:.0f} ms"
                )
        finally:
            runtime.close()
    # The first round pays for loading modules and is left out.
    return Ratio(
        f"whole import of a {title} run vs parsing it elsewhere",
        statistics.median(ratios[1:]),
        at_least=at_least,
    )


def _import(runtime: Runtime, folder: Path) -> None:
    with runtime.database.read() as session:
        athlete_id = whose(session, None).id
    ended = import_paths(runtime, athlete_id, [folder], _silently)
    if ended.totals.imported != RUNS:
        raise AssertionError(f"expected {RUNS} imported, got {ended.totals}")


def _silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def _gpx(start: datetime) -> bytes:
    return gpx_writer.gpx(gpx_writer.track([gpx_writer.run(SECONDS, start=start)]))


def _tcx(start: datetime) -> bytes:
    points = gpx_writer.run(SECONDS, start=start)
    lap = tcx_writer.lap(points, timer_s=SECONDS, distance_m=10_000)
    return tcx_writer.tcx(tcx_writer.activity(lap))


def _parse_gpx(path: Path) -> object:
    return gpxpy.parse(path.read_text())


def _parse_tcx(path: Path) -> object:
    return TCXReader().read(str(path))


if __name__ == "__main__":
    report(main())
