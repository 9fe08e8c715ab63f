"""Memory of the server and its worker at rest, after an import and some reading."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.processes import pss_bytes
from bench.ratio import Ratio, report
from bench.server import serving
from bench.writers.fit import modern_run

REST_S = 8.0
"""Longer than the worker waits for more work before it goes home."""


def main() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        server.get("/readyz")
        fresh = pss_bytes(server.pid)
        state = server.until_done(server.upload("run.fit", modern_run()))
        if state["totals"]["imported"] != 1:
            raise AssertionError(f"the import ended as {state}")
        busy = pss_bytes(server.pid)
        for path in ("/", "/v1/today", "/v1/runs", "/v1/alerts", "/v1/load"):
            server.get(path)
        time.sleep(REST_S)
        rested = pss_bytes(server.pid)
    print(
        f"PSS: {fresh / 1e6:.0f} MB when started, {busy / 1e6:.0f} MB right after an import, "
        f"{rested / 1e6:.0f} MB at rest again"
    )
    return [Ratio("server and worker at rest", rested / 1e6, unit="MB", at_most=160)]


if __name__ == "__main__":
    if not Path("/proc/self/smaps_rollup").exists():
        sys.exit("this benchmark reads Linux's /proc")
    report(main())
