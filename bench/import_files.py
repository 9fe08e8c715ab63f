"""Whole imports, from bytes on the disk to committed rows, against fitparse's decoding alone."""

from __future__ import annotations

import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from api.accounts.service import whose
from api.imports.commandline import import_paths
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.fit_decode import fitparse_decode
from bench.ratio import Ratio, report, seconds
from bench.writers.fit import modern_run

ROUNDS = 6
RUNS = 50
FIRST_START = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)


def main() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        runtime = open_runtime(Settings(data=Path(folder) / "data"))
        try:
            rounds = [_round(runtime, _write_runs(Path(folder), turn)) for turn in range(ROUNDS)]
        finally:
            runtime.close()
    # The first round pays for loading modules and is left out on both sides. The two sides take
    # turns, so that a machine that slows down slows both, and the ratio is taken turn by turn.
    warm = rounds[1:]
    fitparse_s = statistics.median(one.fitparse_s for one in warm)
    first_s = statistics.median(one.first_s for one in warm)
    again_s = statistics.median(one.again_s for one in warm)
    print(
        f"one run: fitparse decodes in {fitparse_s * 1000:.0f} ms, "
        f"imported in {first_s / RUNS * 1000:.1f} ms, known again in {again_s / RUNS * 1000:.2f} ms"
    )
    return [
        Ratio(
            "whole import of a run vs fitparse's decode alone",
            statistics.median(one.fitparse_s / (one.first_s / RUNS) for one in warm),
            at_least=60,
        ),
        Ratio(
            "re-import of unchanged files vs the first import",
            statistics.median(one.first_s / one.again_s for one in warm),
            at_least=10,
        ),
    ]


class _Round(NamedTuple):
    """Seconds of one turn: a folder imported, imported again, one of its files decoded."""

    first_s: float
    again_s: float
    fitparse_s: float


def _round(runtime: Runtime, watch: Path) -> _Round:
    return _Round(
        seconds(lambda: _import(runtime, watch, "imported")),
        seconds(lambda: _import(runtime, watch, "duplicate")),
        statistics.median(
            seconds(lambda file=file: fitparse_decode(file.read_bytes())) for file in _some(watch)
        ),
    )


def _some(watch: Path) -> list[Path]:
    return sorted(watch.iterdir())[:3]


def _write_runs(folder: Path, turn: int) -> Path:
    watch = folder / f"watch-{turn}"
    watch.mkdir()
    for run in range(RUNS):
        day = turn * RUNS + run
        start = FIRST_START + timedelta(days=day)
        (watch / f"run-{day:03}.fit").write_bytes(modern_run(start=start, seed=day))
    return watch


def _silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


def _import(runtime: Runtime, watch: Path, expected: str) -> None:
    with runtime.database.read() as session:
        athlete_id = whose(session, None).id
    ended = import_paths(runtime, athlete_id, [watch], _silently)
    if getattr(ended.totals, expected) != RUNS:
        raise AssertionError(f"expected {RUNS} {expected}, got {ended.totals}")


if __name__ == "__main__":
    report(main())
