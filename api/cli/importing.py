"""``swingphase import``: watch files, folders and archives of this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import click

from api.cli.options import athlete_named, athlete_option, json_option, print_json, product
from api.cli.progress import progress_bar
from api.cli.text import shown
from api.imports.commandline import import_paths
from api.imports.schemas import ImportReport, TotalsBody
from api.runtime import Runtime

ALL_FAILED = 1
SOME_FAILED = 3

PROBLEMS = ("skipped", "failed")
"""What gets a line of its own, in this order: what failed is read last and stays in sight."""


@click.command("import")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--watch", is_flag=True, help="Go on importing what arrives in these folders; Ctrl-C ends it."
)
@athlete_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: Sequence[Path],
    watch: bool,  # noqa: FBT001 - click passes options by name
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - as above
) -> None:
    """Import watch files, folders and archives.

    PATH is a FIT, GPX, TCX or Suunto JSON file, the same as .gz, a folder, a ZIP of any of these,
    or an account export of Strava, Garmin or Apple Health as it came. Importing the same again
    changes nothing; an import that was stopped goes on when it is called again.

    With --watch it stays and imports what a mounted watch or a synced folder delivers.

    Exit code 3 says that some files could not be read and the others are in.
    """
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        if watch:
            _watch(runtime, athlete_id, paths, as_json=as_json)
            return
        try:
            with progress_bar() as on_progress:
                report = import_paths(runtime, athlete_id, paths, on_progress)
        except KeyboardInterrupt:
            raise click.ClickException(
                "Stopped. What was imported stays; the same command goes on where it was."
            ) from None
    if as_json:
        print_json(report)
    else:
        _tell(report)
    ctx.exit(_exit_code(report.totals))


def _watch(runtime: Runtime, athlete_id: UUID, folders: Sequence[Path], *, as_json: bool) -> None:
    from api.imports.watching import Listener, Watch  # noqa: PLC0415 - needed by this option alone

    if any(not folder.is_dir() for folder in folders):
        raise click.UsageError("--watch takes folders, and one of these is a file.")

    def tell(report: ImportReport) -> None:
        if as_json:
            click.echo(report.model_dump_json())
        else:
            _tell(report, ("failed",))

    def seen(folder: Path, there: bool) -> None:  # noqa: FBT001 - a callback's argument
        state = "is back" if there else "is gone; waiting for it"
        click.echo(f"{shown(str(folder))} {state}.", err=True)

    click.echo("Watching. Ctrl-C ends it.", err=True)
    with progress_bar() as on_progress, suppress(KeyboardInterrupt):
        listener = Listener(tell, seen, on_progress)
        Watch(runtime, athlete_id, folders, listener).run(threading.Event())


def _tell(report: ImportReport, problems: Sequence[str] = PROBLEMS) -> None:
    for status in problems:
        for item in report.items:
            if item.status == status:
                click.echo(f"{shown(item.name)}: {item.detail} {item.hint}".rstrip(), err=True)
    click.echo(_totals(report.totals))


def _totals(totals: TotalsBody) -> str:
    if totals.files == 0:
        return "No files found."
    files = "1 file" if totals.files == 1 else f"{totals.files:,} files"
    ends = {
        "imported": totals.imported,
        "here already": totals.duplicate,
        "left out": totals.skipped,
        "not read": totals.failed,
    }
    counted = [f"{number:,} {how}" for how, number in ends.items() if number]
    return f"{files}: {', '.join(counted)}."


def _exit_code(totals: TotalsBody) -> int:
    if totals.failed == 0:
        return 0
    return ALL_FAILED if totals.failed == totals.files else SOME_FAILED
