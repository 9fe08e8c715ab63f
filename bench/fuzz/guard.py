"""Runs one mutant under guard: what it raised, what it took, and whether it ever came back."""

from __future__ import annotations

import faulthandler
import signal
import time
import traceback
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from bench.fuzz.mutant import Mutant

HANG_S: Final = 10.0
"""Thousands of times what a mutant takes."""

KILL_S: Final = 30.0
"""For what the alarm cannot reach: a loop in C that never looks at signals."""

MIB: Final = 1 << 20
MOST_GROWTH_BYTES: Final = 64 * MIB
MOST_GROWTH_RATIO: Final = 400
"""Peak memory above what was there before: a floor for lazily loaded tables, and a multiple of the
file. Small files dominate, so the multiple is generous; large ones have tests of their own."""

_STATUS: Final = Path("/proc/self/status")
_CLEAR_PEAK: Final = Path("/proc/self/clear_refs")


class Hung(BaseException):
    """It took too long. Not an Exception, so that no parser's own handling swallows it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: ``outcome`` in a word, or ``broken``, a traceback."""

    number: int
    group: str
    outcome: str
    seconds: float
    broken: str | None = None


def judge(mutant: Mutant, hang_s: float = HANG_S) -> Verdict:
    """Take a mutant through its door, warnings being errors."""
    began = time.perf_counter()
    broken: str | None = None
    outcome = "broken"
    before = _resident_bytes(reset=True)
    try:
        with warnings.catch_warnings(), _alarm(hang_s):
            warnings.simplefilter("error")
            outcome = mutant.seed.door(mutant.data, mutant.seed.name)
    except (Exception, Hung):  # noqa: BLE001 - whatever it is, it is what we look for
        broken = traceback.format_exc()
    grown = _resident_bytes(peak=True) - before
    if broken is None and grown > MOST_GROWTH_BYTES + MOST_GROWTH_RATIO * len(mutant.data):
        broken = f"memory grew by {grown // MIB} MiB for {len(mutant.data)} bytes\n"
    seconds = time.perf_counter() - began
    return Verdict(mutant.number, mutant.seed.group, outcome, seconds, broken)


def kill_when_stuck() -> None:
    """End this process with a traceback unless called again in time."""
    faulthandler.dump_traceback_later(KILL_S, exit=True)


def stop_watching() -> None:
    """Take back ``kill_when_stuck``."""
    faulthandler.cancel_dump_traceback_later()


@contextmanager
def _alarm(seconds: float) -> Generator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Hung(f"still at it after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _resident_bytes(*, reset: bool = False, peak: bool = False) -> int:
    """Memory in use, or its peak since the last reset; 0 where the system does not tell."""
    if not _CLEAR_PEAK.exists():
        return 0
    if reset:
        _CLEAR_PEAK.write_text("5")
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in _STATUS.read_text().splitlines():
        if line.startswith(wanted):
            return int(line.split()[1]) * 1024
    return 0
