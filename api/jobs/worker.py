"""The worker process: takes imports from the queue until there have been none for a while."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

from api.jobs import queue
from api.runtime import Runtime
from importers.identify import registry

NICENESS = 10
"""The runner at the page comes first, the import second."""


def work(runtime: Runtime, owner: str, parent_pid: int) -> None:
    """Work through the queue; return when idle for long enough or when the server is gone."""
    os.nice(NICENESS)
    # Asked to stop, leave in good order: the decoders go first.
    signal.signal(signal.SIGTERM, _leave)
    # Before anything is claimed: killed while these are loaded, no file would be to blame.
    registry()
    last_work_s = time.monotonic()
    while os.getppid() == parent_pid:
        if queue.work_once(runtime, owner):
            last_work_s = time.monotonic()
        elif time.monotonic() - last_work_s > runtime.settings.worker_idle_s:
            return
        else:
            time.sleep(runtime.settings.poll_s)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    sys.exit(128 + number)
