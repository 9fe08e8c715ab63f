"""How long the day's answer takes while an archive is imported, against a server at rest."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.archive import write_archives
from bench.processes import swingphase
from bench.ratio import Ratio, report
from bench.server import Server, serving

KNOWN_RUNS = 120
RUNS = 720
IDLE_REQUESTS = 3000
TODAY = "/v1/today?as_of=2016-06-01"


def main() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        data.mkdir()
        archives = write_archives(folder, [KNOWN_RUNS, RUNS])
        swingphase(data, "import", str(archives[KNOWN_RUNS]))
        with serving(data) as server:
            for _ in range(100):
                server.get(TODAY)
            idle_s = [_answer_s(server) for _ in range(IDLE_REQUESTS)]
            location = server.upload("export.zip", archives[RUNS].read_bytes())
            busy_s: list[float] = []
            while json.loads(server.get(location))["status"] != "done":
                busy_s += [_answer_s(server) for _ in range(20)]
            totals = json.loads(server.get(location))["totals"]
    if totals["imported"] != RUNS - KNOWN_RUNS + 1:
        raise AssertionError(f"the import ended as {totals}")
    idle_ms, busy_ms = (float(np.percentile(one, 99)) * 1000 for one in (idle_s, busy_s))
    print(
        f"GET /v1/today, 99th percentile: {idle_ms:.1f} ms at rest, "
        f"{busy_ms:.1f} ms in {len(busy_s)} requests during an import of {RUNS} runs"
    )
    return [Ratio("today's p99 during an archive import vs at rest", busy_ms / idle_ms, at_most=5)]


def _answer_s(server: Server) -> float:
    begin = time.perf_counter()
    server.get(TODAY)
    return time.perf_counter() - begin


if __name__ == "__main__":
    report(main())
