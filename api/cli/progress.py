"""A progress bar on stderr while somebody watches, and silence when nobody does."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.options import interactive
from api.cli.text import shown

NAME_COLUMNS = 32
OnProgress = Callable[[int, int | None, str], None]


@contextmanager
def progress_bar() -> Generator[OnProgress]:
    """Something to call with how many are done, of how many if known, and the last one's name.

    Rich itself minds NO_COLOR and terminals that cannot move the cursor.
    """
    if not interactive():
        yield _say_nothing
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        # a file called "[red]" is a name, not a style
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def on_progress(done: int, total: int | None, name: str) -> None:
            short = shown(name)[-NAME_COLUMNS:]
            progress.update(task, completed=done, total=total, description=short)

        yield on_progress


def _say_nothing(done: int, total: int | None, name: str) -> None:
    del done, total, name
