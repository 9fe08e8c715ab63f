"""Reads files in processes beside this one, as many at once as there are processors for.

Reading a file is nearly all of an import's work and needs no database. A process of its own can be
ended by a file that is too much for it without taking the import along.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self, TypeVar

from analytics.recording import Sport
from api.imports.staging import UNREADABLE
from api.originals import Originals
from api.recordings.originals import LIMITS, OriginalReader
from api.recordings.reading import NO_SPORTS, ReadFile, read_file
from importers.contract import FailureCode, ImportFailure
from models.imports import ImportItem, ItemStatus
from models.leases import Outcome

logger = logging.getLogger(__name__)

MOST_DECODERS: Final = 3
"""One writer keeps up with no more."""

WORTH_STARTING_ITEMS: Final = 100
"""Starting the processes takes about as long as reading this many runs; so many come first."""

TASK_ITEMS: Final = 10
"""Files handed over at once: each exchange between processes costs a tenth of a file's reading."""

INTERNAL_ERROR: Final = "internal_error"
LEAVING_ALONE: Final = frozenset({FailureCode.NO_ACTIVITY, FailureCode.NOT_A_WATCH_FILE})
"""A sleep or settings file is no failure: there is no run in it to lose."""

Read = ReadFile | Outcome
_T = TypeVar("_T")


class ReadTask(NamedTuple):
    """A file to read: its name, its original, where in it, and its content's hash if known.

    ``sports`` has what the runner says that some of its activities were.
    """

    name: str
    file_sha256: str
    member: str | None
    content_sha256: str | None
    sports: Mapping[int, Sport] = NO_SPORTS


class DecoderDied(Exception):  # noqa: N818 - it says what happened
    """A decoder was ended from outside, most likely by the file it was reading."""


def task_of(item: ImportItem) -> ReadTask:
    """What is to be read for an item."""
    if item.file_sha256 is None:
        raise ValueError("a queued item has an original")
    return ReadTask(item.name, item.file_sha256, item.member, item.content_sha256)


def read_task(originals: OriginalReader, task: ReadTask, height_cm: float | None) -> Read:
    """Read one file, or say why it cannot be read; never raises."""
    try:
        data = originals.content(task.file_sha256, task.member)
        return read_file(data, task.name, LIMITS, height_cm, task.content_sha256, task.sports)
    except (ImportFailure, OSError) as failure:
        return failed(failure)
    except Exception:
        # One bad file must not stop the batch, not even one that shows a fault of ours.
        logger.exception("reading %s failed", task.name)
        return Outcome(status=ItemStatus.FAILED, code=INTERNAL_ERROR)


def failed(failure: ImportFailure | OSError) -> Outcome:
    """How an item ends whose file could not be read."""
    if isinstance(failure, OSError):
        return Outcome(status=ItemStatus.FAILED, code=UNREADABLE, detail=failure.strerror)
    passing = failure.code in LEAVING_ALONE
    return Outcome(
        status=ItemStatus.SKIPPED if passing else ItemStatus.FAILED,
        code=failure.code.value,
        detail=failure.detail or None,
    )


class Decoders:
    """Reads files, a few here and many in processes beside; a context manager that ends them."""

    def __init__(self, originals: Originals) -> None:
        self._folder = originals.folder
        self._here = OriginalReader(originals)
        self._pool: ProcessPoolExecutor | None = None
        self._warm: Future[list[Read]] | None = None
        self._can_start = processors() > 1
        self._begun = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end_pool()
        self._here.close()

    @property
    def here(self) -> OriginalReader:
        """The originals as this process reads them."""
        return self._here

    def prepare(self) -> None:
        """Start the processes now: there will be much to read, and something to do before."""
        if self._can_start and self._pool is None:
            self._start_pool()

    def begin(self, tasks: Sequence[ReadTask], height_cm: float | None) -> Callable[[], list[Read]]:
        """Begin to read; what is returned waits for the results, in order of the tasks.

        Waiting raises ``DecoderDied`` when a decoder was ended meanwhile: then nothing of these
        tasks is known, and each should be tried alone.
        """
        self._begun += len(tasks)
        if self._pool is None:
            if self._can_start and self._begun >= WORTH_STARTING_ITEMS:
                self._start_pool()
            # While the processes start, this one reads.
            return lambda: [read_task(self._here, task, height_cm) for task in tasks]
        pool = self._pool
        try:
            pending = [pool.submit(_read_there, some, height_cm) for some in _pieces(tasks)]
        except BrokenProcessPool:
            pending = None
        return lambda: self._collect(pool, pending)

    def _collect(
        self, pool: ProcessPoolExecutor, pending: Sequence[Future[list[Read]]] | None
    ) -> list[Read]:
        if pending is not None:
            with suppress(BrokenProcessPool):
                return [read for future in pending for read in future.result()]
        if self._pool is pool:
            # Decoders that never read anything cannot run here at all: this process does it alone.
            self._can_start = self._worked()
            self._end_pool()
            if self._can_start:
                self._start_pool()
        raise DecoderDied

    def _worked(self) -> bool:
        return self._warm is not None and self._warm.done() and self._warm.exception() is None

    def _start_pool(self) -> None:
        # Spawned, not forked: a fork would share the database's connections.
        workers = min(MOST_DECODERS, processors())
        self._pool = ProcessPoolExecutor(
            workers,
            multiprocessing.get_context("spawn"),
            _begin_there,
            (self._folder,),
        )
        # All at once, for an interrupt is held back meanwhile: it is this process that minds it.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            warm = [self._pool.submit(_read_there, (), None) for _ in range(workers)]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        self._warm = warm[0]

    def _end_pool(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _There(threading.local):
    """What a decoder keeps from one task to the next."""

    originals: OriginalReader


_there: Final = _There()


def _begin_there(folder: Path) -> None:
    """Prepare a decoder: it ends as soon as the process that started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _there.originals = OriginalReader(Originals(folder))
    gc.freeze()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _read_there(tasks: Sequence[ReadTask], height_cm: float | None) -> list[Read]:
    return [read_task(_there.originals, task, height_cm) for task in tasks]


def _pieces(tasks: Sequence[_T]) -> Iterator[Sequence[_T]]:
    rest = iter(tasks)
    while piece := list(islice(rest, TASK_ITEMS)):
        yield piece
