"""A server of the product to speak to, on loopback and ended by its own process id."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

BOUNDARY: Final = "swingphase-bench"
PATIENCE_S: Final = 600.0
OK: Final = 200


class Server:
    """One running server and one connection to it."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str) -> bytes:
        """Body of an answer. Raises AssertionError unless it is 200."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != OK:
            raise AssertionError(f"GET {path} said {answer.status}: {body[:200]!r}")
        return body

    def upload(self, name: str, content: bytes) -> str:
        """Hand a file over; where to look for its import."""
        disposition = f'form-data; name="files"; filename="{name}"'
        body = (
            f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n"
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        body += content + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        self._connection.request("POST", "/v1/imports", body, kind)
        answer = self._connection.getresponse()
        answer.read()
        location = answer.headers["Location"]
        if location is None:
            raise AssertionError(f"the upload was answered with {answer.status}")
        return location

    def until_done(self, location: str) -> Any:  # noqa: ANN401 - an import as JSON
        """Wait for an import to end; its body."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            state = json.loads(self.get(location))
            if state["status"] == "done":
                return state
            time.sleep(0.1)
        raise AssertionError("the import did not end")


@contextmanager
def serving(data: Path) -> Generator[Server]:
    """A server on a data folder and a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "swingphase", "serve", "--port", "0"],
        env={**os.environ, "SWINGPHASE_DATA": str(data)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stderr.readline() if process.stderr is not None else ""
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found is None:
            raise AssertionError(f"the server said {line!r}")
        yield Server(process.pid, int(found[1]))
    finally:
        process.terminate()
        process.communicate()
