"""Keeps one worker process at hand while there is work, and none while there is not.

The worker reads files of any size and quality. In a process of its own it can neither hold up a
request nor take the server down, and when it goes home its memory goes with it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

from api.jobs import queue
from api.runtime import Runtime
from models.base import new_id

logger = logging.getLogger(__name__)

STOP_WAIT_S = 5.0


class Supervisor:
    """Watches the queue; a context manager that ends its worker on leaving."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._worker: subprocess.Popen[bytes] | None = None
        self._owner = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()
        if self._worker is not None:
            self._worker.terminate()
            try:
                self._worker.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                self._worker.kill()
                self._worker.wait()
            queue.hand_back(self._runtime, self._owner)

    def _watch(self) -> None:
        while not self._stopping.wait(self._runtime.settings.poll_s):
            try:
                self._look()
            except Exception:
                # A database that is busy or away for a moment must not end the watch.
                logger.exception("could not look at the queue of imports")

    def _look(self) -> None:
        if self._worker is not None and self._worker.poll() is not None:
            if self._worker.returncode != 0:
                logger.warning("the import worker ended with %s", self._worker.returncode)
            # What the dead worker had claimed is free at once, not when its lease runs out.
            queue.release(self._runtime, self._owner)
            self._worker = None
        if self._worker is None and queue.has_work(self._runtime):
            self._owner = f"worker-{new_id()}"
            self._worker = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [
                    *(sys.executable, "-m", "swingphase", "worker"),
                    *("--owner", self._owner),
                    *("--parent", str(os.getpid())),
                ],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **_environment(self._runtime)},
            )


def _environment(runtime: Runtime) -> dict[str, str]:
    settings = runtime.settings
    given = {
        f"SWINGPHASE_{name.upper()}": str(value)
        for name, value in settings.model_dump().items()
        if value is not None
    }
    # The worker runs the same code from wherever this process found it.
    return {**given, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
