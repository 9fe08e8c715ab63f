"""Whole imports, from bytes on the disk to committed rows, against fitparse's decoding alone."""

from __future__ import annotations

import io
import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fitparse

from api.accounts.service import whose
from api.imports.commandline import import_paths
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.ratio import Ratio, report, seconds
from bench.writers.fit import modern_run

RUNS = 60
ROUNDS = 3
FITPARSE_RUNS = 5
FIRST_START = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)


def main() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        watch = Path(folder) / "watch"
        watch.mkdir()
        for day in range(RUNS):
            start = FIRST_START + timedelta(days=day)
            (watch / f"run-{day:03}.fit").write_bytes(modern_run(start=start, seed=day))
        first: list[float] = []
        again: list[float] = []
        for turn in range(ROUNDS):
            runtime = open_runtime(Settings(data=Path(folder) / f"data-{turn}"))
            try:
                first.append(seconds(lambda rt=runtime: _import(rt, watch, "imported")))
                again.append(seconds(lambda rt=runtime: _import(rt, watch, "duplicate")))
            finally:
                runtime.close()
        fitparse_s = statistics.median(
            seconds(lambda file=file: _decode_with_fitparse(file))
            for file in sorted(watch.iterdir())[:FITPARSE_RUNS]
        )
    first_s, again_s = statistics.median(first), statistics.median(again)
    print(
        f"one run: fitparse decodes in {fitparse_s * 1000:.0f} ms, "
        f"imported in {first_s / RUNS * 1000:.1f} ms, known again in {again_s / RUNS * 1000:.2f} ms"
    )
    return [
        Ratio(
            "whole import of a run vs fitparse's decode alone",
            fitparse_s / (first_s / RUNS),
            at_least=60,
        ),
        Ratio("re-import of unchanged files vs the first import", first_s / again_s, at_least=10),
    ]


def _import(runtime: Runtime, watch: Path, expected: str) -> None:
    with runtime.database.read() as session:
        athlete_id = whose(session, None).id
    ended = import_paths(runtime, athlete_id, [watch], lambda *_: None)
    if getattr(ended.totals, expected) != RUNS:
        raise AssertionError(f"expected {RUNS} {expected}, got {ended.totals}")


def _decode_with_fitparse(file: Path) -> None:
    for message in fitparse.FitFile(io.BytesIO(file.read_bytes())).get_messages():
        message.get_values()


if __name__ == "__main__":
    report(main())
