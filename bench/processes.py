"""Commands of the product as processes: started, waited for, and their memory watched."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK_S = 1.0
"""Looking costs the processes looked at some hundredths of a second each time."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended well.

    Parameters
    ----------
    seconds
        From its start to its end.
    peak_pss_bytes
        The most it and its children used together, shared pages divided among their users.
    output
        What it printed.
    """

    seconds: float
    peak_pss_bytes: int
    output: str


def swingphase(folder: Path, *arguments: str) -> Finished:
    """Run a command of the product on a data folder to its end."""
    peak = 0
    begin = time.perf_counter()
    with start(folder, *arguments) as process:
        output: list[str] = []
        reader = threading.Thread(target=lambda: output.append(_all_of(process)))
        reader.start()
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_S)
                break
            peak = max(peak, pss_bytes(process.pid))
        taken = time.perf_counter() - begin
        reader.join()
    if process.returncode != 0:
        raise AssertionError(f"{arguments} ended with {process.returncode}")
    return Finished(taken, peak, "".join(output))


@contextmanager
def start(folder: Path, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """A running command; ended by its own process id on leaving."""
    process = subprocess.Popen(
        [sys.executable, "-m", "swingphase", *arguments],
        env={**os.environ, "SWINGPHASE_DATA": str(folder), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()


def pss_bytes(pid: int) -> int:
    """Memory of a process and all its children; 0 once it is gone."""
    try:
        first = psutil.Process(pid)
        family: Sequence[psutil.Process] = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_pss_bytes(one.pid) for one in family)


def _pss_bytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024


def _all_of(process: subprocess.Popen[str]) -> str:
    return process.stdout.read() if process.stdout is not None else ""
