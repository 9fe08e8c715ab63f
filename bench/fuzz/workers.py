"""Fuzzing on several processes; one that dies is replaced, and what killed it is a finding."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Final, cast

from bench.fuzz.guard import MIB, Verdict, judge, kill_when_stuck, stop_watching
from bench.fuzz.kinds import all_seeds
from bench.fuzz.mutant import Breeder

MOST_VIRTUAL_BYTES: Final = 4096 * MIB
"""Of one worker's address space: what asks for gigabytes gets an error and not the machine's."""

SLOWEST: Final = 5
TOLD_EVERY: Final = 20_000


@dataclass(frozen=True, slots=True)
class Share:
    """The numbers one worker judges: ``first``, ``first + step``, ... below ``end``."""

    first: int
    end: int
    step: int
    random_seed: int


@dataclass(slots=True)
class Tally:
    """What came of the mutants so far."""

    mutants: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    findings: list[Verdict] = field(default_factory=list[Verdict])
    slowest: list[Verdict] = field(default_factory=list[Verdict])

    def add(self, verdict: Verdict) -> None:
        """Count one mutant."""
        self.mutants += 1
        self.outcomes[verdict.group, verdict.outcome] += 1
        if verdict.broken is not None:
            self.findings.append(verdict)
        self.slowest = sorted([*self.slowest, verdict], key=lambda each: -each.seconds)[:SLOWEST]


class _Worker:
    """A process at work on a share, and what it has told."""

    def __init__(self, share: Share) -> None:
        self.share = share
        # Spawned: a fork would inherit locks and memory of whoever runs this.
        context = multiprocessing.get_context("spawn")
        self.results, told = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(share, told), daemon=True)
        self.process.start()
        told.close()

    def next_verdict(self) -> Verdict | None:
        """The verdict that is ready; None when the process has ended."""
        try:
            verdict = cast("Verdict", self.results.recv())
        except EOFError:
            self.process.join()
            return None
        self.share = replace(self.share, first=verdict.number + self.share.step)
        return verdict

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.join()


def fuzz(
    numbers: range,
    random_seed: int,
    processes: int,
    minutes: float | None,
    on_finding: Callable[[Verdict], None],
) -> Tally:
    """Judge the mutants of these numbers, or as many as the minutes allow."""
    tally = Tally()

    def take(verdict: Verdict) -> None:
        tally.add(verdict)
        if tally.mutants % TOLD_EVERY == 0:
            print(f"{tally.mutants:,} of {len(numbers):,} ...", file=sys.stderr)
        if verdict.broken is not None:
            on_finding(verdict)

    deadline = None if minutes is None else time.monotonic() + minutes * 60
    shares = (
        Share(numbers.start + each, numbers.stop, processes, random_seed)
        for each in range(processes)
    )
    workers = {worker.results: worker for worker in map(_Worker, shares)}
    while workers and (deadline is None or time.monotonic() < deadline):
        for ready in cast("list[Connection]", wait(list(workers), timeout=1.0)):
            worker = workers[ready]
            verdict = worker.next_verdict()
            if verdict is not None:
                take(verdict)
                continue
            del workers[ready]
            if worker.process.exitcode and worker.share.first < worker.share.end:
                share = worker.share
                take(_killed(share, f"the process died of {worker.process.exitcode}\n"))
                another = _Worker(replace(share, first=share.first + share.step))
                workers[another.results] = another
    for worker in workers.values():
        worker.stop()
    return tally


def _killed(share: Share, how: str) -> Verdict:
    mutant = Breeder(all_seeds(), share.random_seed).mutant(share.first)
    return Verdict(mutant.number, mutant.seed.group, "broken", 0.0, how)


def _work(share: Share, results: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_VIRTUAL_BYTES, MOST_VIRTUAL_BYTES))
    breeder = Breeder(all_seeds(), share.random_seed)
    for number in range(share.first, share.end, share.step):
        kill_when_stuck()
        results.send(judge(breeder.mutant(number)))
    stop_watching()
