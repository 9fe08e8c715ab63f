"""A watched folder: what is there is imported, then whatever arrives, once it is whole."""

import shutil
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from uuid import UUID

import pytest

from api.imports.schemas import ImportReport
from api.imports.watching import SETTLED_S, Listener, Watch
from api.runtime import Runtime

RunFile = Callable[..., Path]

LONGEST_S = 60


class Watched:
    """A folder that is being watched, and what was said about it."""

    def __init__(self) -> None:
        self.reports: Queue[ImportReport] = Queue()
        self.seen: Queue[bool] = Queue()

    def next(self) -> list[tuple[str, str]]:
        return [(item.name, item.status) for item in self.reports.get(timeout=LONGEST_S).items]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "synced"
    made.mkdir()
    return made


def _silently(done: int, found: int | None, name: str) -> None:
    del done, found, name


@contextmanager
def watching(product: Runtime, owner_id: UUID, folder: Path) -> Generator[Watched]:
    watched, stop = Watched(), threading.Event()
    listener = Listener(
        watched.reports.put, lambda _folder, there: watched.seen.put(there), _silently
    )
    watch = Watch(product, owner_id, [folder], listener)
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join()


def test_what_is_there_and_what_arrives_is_imported_once(
    product: Runtime, owner_id: UUID, folder: Path, run_file: RunFile
) -> None:
    shutil.copy(run_file(1), folder / "first.fit")
    with watching(product, owner_id, folder) as watched:
        assert watched.next() == [("first.fit", "imported")]
        (folder / "2026").mkdir()
        shutil.copy(run_file(2), folder / "2026" / "second.fit")
        assert watched.next() == [("2026/second.fit", "imported")]
        shutil.copy(run_file(1), folder / "again.fit")
        assert watched.next() == [("again.fit", "duplicate")]
    assert watched.reports.empty()


def test_a_file_that_grows_is_read_once_it_is_whole(
    product: Runtime, owner_id: UUID, folder: Path, run_file: RunFile
) -> None:
    content = run_file(1).read_bytes()
    with watching(product, owner_id, folder) as watched:
        growing = threading.Event()
        with (folder / "slow.fit").open("wb") as file:
            for piece in range(4):
                file.write(content[piece * len(content) // 4 : (piece + 1) * len(content) // 4])
                file.flush()
                growing.wait(SETTLED_S / 2)
        assert watched.next() == [("slow.fit", "imported")]
    assert watched.reports.empty()


def test_a_watch_that_is_unplugged_and_plugged_in_again_is_met_again(
    product: Runtime, owner_id: UUID, folder: Path, run_file: RunFile
) -> None:
    shutil.copy(run_file(1), folder / "first.fit")
    with watching(product, owner_id, folder) as watched:
        assert watched.next() == [("first.fit", "imported")]
        folder.rename(folder.with_name("elsewhere"))
        assert watched.seen.get(timeout=LONGEST_S) is False
        folder.with_name("elsewhere").rename(folder)
        assert watched.seen.get(timeout=LONGEST_S) is True
        shutil.copy(run_file(2), folder / "second.fit")
        assert watched.next() == [("second.fit", "imported")]
