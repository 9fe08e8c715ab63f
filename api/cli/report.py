"""``swingphase report``: the last weeks, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from api.accounts.local_day import current_day
from api.accounts.service import named
from api.cli.options import as_of_option, athlete_option, json_option, print_json, product
from api.cli.text import table
from api.load.weekly import WeekBody, csv_text, rows, weekly
from api.messages import figures
from models import activities

UNKNOWN = "-"
STDOUT = Path("-")
HEADINGS = (
    "Week of", "Runs", "km", "Longest", "Hip flexions", "Minutes",
    "Ramp", "Coupled", "Uncoupled", "EWMA",
)  # fmt: skip


@click.command("report")
@click.option(
    "--weeks", default=8, show_default=True, type=click.IntRange(1, 1000), help="How many weeks."
)
@as_of_option
@athlete_option
@json_option
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write CSV to FILE, or to stdout when it is -.",
)
def command(
    weeks: int,
    as_of: date | None,
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    csv_file: Path | None,
) -> None:
    """Print the last weeks, one a row.

    Weeks begin on Monday; the last is the one of today, as far as it has come. Ramp compares the
    last seven days with the highest seven of the four weeks before; the ratios compare them with
    the weeks before in three ways. All stand as they were at the week's end, "-" where the
    history is too short. They describe your load. They do not foretell an injury.
    """
    if as_json and csv_file is not None:
        raise click.UsageError("Choose one of --json and --csv.")
    with product() as runtime, runtime.database.read() as session:
        whom = named(session, athlete)
        last_run = activities.last_run_day(session, whom.id)
        day = as_of or current_day(whom, runtime.now(), last_run)
        found = weekly(session, whom.id, weeks, day)
    if as_json:
        print_json(list(rows(found)))
    elif csv_file is None:
        click.echo(table(HEADINGS, [_cells(week) for week in rows(found)]))
    elif csv_file == STDOUT:
        click.echo(csv_text(found), nl=False)
    else:
        _write(csv_file, csv_text(found))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written ({error.strerror}).") from error
    click.echo(f"Wrote {file}.", err=True)


def _cells(week: WeekBody) -> Sequence[str]:
    ratios = (week.ratio_coupled, week.ratio_uncoupled, week.ratio_ewma)
    return (
        week.week_start.isoformat(),
        str(week.runs),
        f"{week.distance_km:.1f}",
        f"{week.longest_run_km:.1f}",
        figures.count(week.hip_flexions),
        figures.count(week.minutes),
        UNKNOWN if week.ramp is None else f"{round(week.ramp * 100):+d} %",
        *(UNKNOWN if ratio is None else figures.ratio(ratio) for ratio in ratios),
    )
