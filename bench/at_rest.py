"""Memory of the server and its worker at rest, after an import and some reading."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from bench.ratio import Ratio, report
from bench.writers.fit import modern_run

REST_S = 8.0
"""Longer than the worker waits for more work before it goes home."""

BOUNDARY = "swingphase-bench"


def main() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = subprocess.Popen(
            [sys.executable, "-m", "swingphase", "serve", "--port", str(port)],
            env={**os.environ, "SWINGPHASE_DATA": folder},
            stderr=subprocess.DEVNULL,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base)
            fresh = _pss_bytes(server.pid)
            _upload(base)
            busy = _pss_bytes(server.pid)
            for path in ("/", "/v1/today", "/v1/runs", "/v1/alerts", "/v1/load"):
                _get(base + path)
            time.sleep(REST_S)
            rested = _pss_bytes(server.pid)
        finally:
            server.terminate()
            server.wait()
    print(
        f"PSS: {fresh / 1e6:.0f} MB when started, {busy / 1e6:.0f} MB right after an import, "
        f"{rested / 1e6:.0f} MB at rest again"
    )
    return [Ratio("server and worker at rest", rested / 1e6, unit="MB", at_most=160)]


def _wait_for(base: str) -> None:
    for _ in range(200):
        try:
            _get(base + "/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - always loopback http
        return answer.read()


def _upload(base: str) -> None:
    body = (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="run.fit"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        + modern_run()
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    request = urllib.request.Request(  # noqa: S310 - always loopback http
        f"{base}/v1/imports",
        data=body,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        location = answer.headers["Location"]
    for _ in range(300):
        state = json.loads(_get(base + location))
        if state["status"] == "done":
            if state["totals"]["imported"] != 1:
                raise AssertionError(f"the import ended as {state}")
            return
        time.sleep(0.1)
    raise AssertionError("the import did not end")


def _pss_bytes(pid: int) -> int:
    server = psutil.Process(pid)
    return sum(one.memory_full_info().pss for one in [server, *server.children(recursive=True)])


if __name__ == "__main__":
    if not Path("/proc/self/smaps").exists():
        sys.exit("this benchmark reads Linux's /proc")
    report(main())
