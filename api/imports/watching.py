"""Watches folders and imports what arrives in them: a mounted watch, a folder that is synced."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import watchfiles
from sqlalchemy.exc import OperationalError

from api.imports.commandline import OnProgress, import_sources
from api.imports.disk import OnDisk
from api.imports.schemas import ImportReport
from api.imports.staging import UNREADABLE
from api.runtime import Runtime
from importers.sources import Refusal, SourceFile, walk

logger = logging.getLogger(__name__)

SETTLED_S: Final = 2.0
"""A file that has not changed for this long is taken to be whole: copies come piece by piece."""

LOOK_ANYWAY_S: Final = 10.0
"""Not every change is announced: network drives say nothing, and a watch that is plugged in
appears as a whole folder."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom to tell what.

    Parameters
    ----------
    ended
        What became of files that arrived together.
    seen
        A folder cannot be seen any more (False), or can be again (True).
    on_progress
        How far an import is.
    """

    ended: Callable[[ImportReport], None]
    seen: Callable[[Path, bool], None]
    on_progress: OnProgress


class _State(NamedTuple):
    """What tells that a file is still the same."""

    size_bytes: int
    changed_ns: int


class Watch:
    """Folders to watch for an athlete."""

    def __init__(
        self, runtime: Runtime, athlete_id: UUID, folders: Sequence[Path], listener: Listener
    ) -> None:
        self._runtime = runtime
        self._athlete_id = athlete_id
        self._folders = folders
        self._listener = listener
        self._looked = False
        self._there = dict.fromkeys(folders, True)
        self._imported: dict[Path, _State] = {}
        self._arriving: dict[Path, tuple[_State, float]] = {}

    def run(self, stop: threading.Event) -> None:
        """Import what is there, then whatever arrives, until ``stop`` is set."""
        while not stop.is_set():
            try:
                self.look()
                self._wait(stop)
            except (OSError, OperationalError):
                # A watch pulled out in the middle, a database held by somebody: look again.
                logger.warning("could not look for new files", exc_info=True)
                stop.wait(SETTLED_S)

    def look(self) -> None:
        """Import every file that is new, or has changed, and that has settled."""
        now_s = time.monotonic()
        found = {file.path: file for file in self._files()}
        states = _states(found)
        self._arriving = {
            path: self._since(path, state, now_s)
            for path, state in states.items()
            if self._imported.get(path) != state
        }
        settled = [
            path
            for path, (_, since_s) in self._arriving.items()
            # What was there before us has most likely been there for long.
            if now_s - since_s >= SETTLED_S or not self._looked
        ]
        self._looked = True
        if not settled:
            return
        # One that changes while it is read has another state next time, and is read again.
        sources = [OnDisk(found[path], explicit=False) for path in settled]
        report = import_sources(
            self._runtime, self._athlete_id, sources, self._listener.on_progress
        )
        unreadable = {item.name for item in report.items if item.code == UNREADABLE}
        for path in settled:
            del self._arriving[path]
            if found[path].name not in unreadable:
                self._imported[path] = states[path]
        self._listener.ended(report)

    def _since(self, path: Path, state: _State, now_s: float) -> tuple[_State, float]:
        before = self._arriving.get(path)
        return before if before is not None and before[0] == state else (state, now_s)

    def _files(self) -> Iterator[SourceFile]:
        for folder in self._folders:
            there = folder.is_dir()
            if there != self._there[folder]:
                self._there[folder] = there
                self._listener.seen(folder, there)
            if there:
                yield from (file for file in walk(folder) if not isinstance(file, Refusal))

    def _wait(self, stop: threading.Event) -> None:
        """Wait until something changes, or for as long as makes sense without a word."""
        longest_s = SETTLED_S if self._arriving else LOOK_ANYWAY_S
        there = [folder for folder, is_there in self._there.items() if is_there]
        if not there:
            stop.wait(SETTLED_S)
            return
        changes = watchfiles.watch(
            *there,
            watch_filter=None,
            stop_event=stop,
            rust_timeout=int(longest_s * 1000),
            yield_on_timeout=True,
        )
        try:
            next(changes, None)
        except FileNotFoundError:
            stop.wait(SETTLED_S)
        finally:
            changes.close()


def _states(found: Mapping[Path, SourceFile]) -> dict[Path, _State]:
    """States of files; one that has gone meanwhile has none."""
    states: dict[Path, _State] = {}
    for path in found:
        try:
            stat = path.stat()
        except OSError:
            continue
        states[path] = _State(stat.st_size, stat.st_mtime_ns)
    return states
