"""Ten years of running in one archive: from the command to the advice, time and memory.

A generated account export: one-hour runs of one record a second, each a gzipped FIT file, in a ZIP
with the list of activities beside them.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench.fit_decode import fitparse_decode
from bench.processes import swingphase
from bench.ratio import Ratio, report, seconds
from bench.writers.exports.strava import MODERN, Activity, english_date, lines, row
from bench.writers.fit import modern_run

YEARS_OF_RUNS = (365, 1825, 3650)
FIRST_START = datetime(2016, 1, 1, 6, 30, tzinfo=UTC)
HOUR_S = 3600
PIECE = 20


class _Import(NamedTuple):
    runs: int
    seconds: float
    peak_bytes: int


def main(sizes: Sequence[int] = YEARS_OF_RUNS) -> list[Ratio]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archives = write_archives(folder, sizes)
        sample = [modern_run(start=_start(day), seed=day) for day in range(3)]
        # Theirs before and after ours, so that a machine that slows down slows both.
        theirs = [seconds(lambda run=run: fitparse_decode(run)) for run in sample]
        imports = [_import(folder / f"data-{runs}", archives[runs], runs) for runs in sizes]
        theirs += [seconds(lambda run=run: fitparse_decode(run)) for run in sample]
    fitparse_s = statistics.median(theirs)
    first, *_, last = imports
    for one in imports:
        print(
            f"{one.runs} runs, from command to advice: {one.seconds:.1f} s, "
            f"{one.runs / one.seconds:.0f} runs/s, {one.peak_bytes / 1e6:.0f} MB at most"
        )
    print(f"fitparse decodes one of them in {fitparse_s * 1000:.0f} ms")
    slopes = [
        (later.seconds - earlier.seconds) / (later.runs - earlier.runs)
        for earlier, later in pairwise(imports)
    ]
    return [
        Ratio(
            "runs per second, command to advice, vs fitparse's decode alone",
            last.runs / last.seconds * fitparse_s,
            at_least=150,
        ),
        Ratio("most memory, all processes", last.peak_bytes / 1e6, unit="MB", at_most=400),
        Ratio(
            f"most memory of {last.runs} runs vs {first.runs}",
            last.peak_bytes / first.peak_bytes,
            at_most=1.15,
        ),
        Ratio("time per further run, second half vs first", slopes[-1] / slopes[0], at_most=1.15),
    ]


def _import(data: Path, archive: Path, runs: int) -> _Import:
    data.mkdir()
    os.sync()  # what was written before must not be written during
    imported = swingphase(data, "import", str(archive))
    today = swingphase(data, "today", "--as-of", f"{_start(runs):%Y-%m-%d}", "--json")
    advice = json.loads(today.output)
    # Correctness first: every run is there, the list too, and the day has an answer.
    if imported.output != f"{runs + 1:,} files: {runs + 1:,} imported.\n":
        raise AssertionError(f"expected {runs} runs and a list, got {imported.output}")
    if advice["data_through"] != f"{_start(runs - 1):%Y-%m-%d}" or not advice["limit"]["km"]:
        raise AssertionError(f"no advice: {advice}")
    return _Import(
        runs, imported.seconds + today.seconds, max(imported.peak_pss_bytes, today.peak_pss_bytes)
    )


def write_archives(folder: Path, sizes: Sequence[int]) -> dict[int, Path]:
    """An archive of each size; the smaller ones hold the first of the same runs."""
    archives = {runs: folder / f"export-{runs}.zip" for runs in sizes}
    opened = {runs: zipfile.ZipFile(path, "w") for runs, path in archives.items()}
    for day, packed in enumerate(_packed_runs(max(sizes))):
        for runs, archive in opened.items():
            if day < runs:
                archive.writestr(f"activities/{day}.fit.gz", packed, zipfile.ZIP_DEFLATED, 1)
    for runs, archive in opened.items():
        listed = (row(one, english_date(one.time)) for one in map(_listed, range(runs)))
        text = b"".join(lines(MODERN, listed))
        archive.writestr("activities.csv", text, zipfile.ZIP_DEFLATED)
        archive.close()
    return archives


def _packed_runs(runs: int) -> Iterator[bytes]:
    with ProcessPoolExecutor() as pool:
        yield from pool.map(_packed_run, range(runs), chunksize=PIECE)


def _packed_run(day: int) -> bytes:
    return gzip.compress(modern_run(start=_start(day), seed=day, duration_s=HOUR_S), mtime=0)


def _start(day: int) -> datetime:
    return FIRST_START + timedelta(days=day)


def _listed(day: int) -> Activity:
    return Activity(
        number=1_000_000 + day,
        time=_start(day),
        name=f"Run {day}",
        elapsed_s=HOUR_S,
        moving_s=HOUR_S,
        file=f"activities/{day}.fit.gz",
    )


if __name__ == "__main__":
    if not Path("/proc/self/smaps_rollup").exists():
        sys.exit("this benchmark reads Linux's /proc")
    report(main([int(size) for size in sys.argv[1:]] or YEARS_OF_RUNS))
