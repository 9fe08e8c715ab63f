"""``swingphase import``: watch files, folders and archives of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from api.cli.options import athlete_named, athlete_option, json_option, print_json, product
from api.cli.progress import progress_bar
from api.cli.text import shown
from api.imports.commandline import import_paths
from api.imports.schemas import ImportReport, TotalsBody

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
@athlete_option
@json_option
@click.pass_context
def command(ctx: click.Context, paths: Sequence[Path], athlete: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Import watch files, folders and archives.

    PATH is a FIT, GPX or TCX file, the same as .gz, a folder, or a ZIP of any of these. Importing
    the same again changes nothing; an import that was stopped goes on when it is called again.

    Exit code 3 says that some files could not be read and the others are in.
    """
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
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


def _tell(report: ImportReport) -> None:
    for status in PROBLEMS:
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
