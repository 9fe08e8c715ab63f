"""``swingphase runs``: what is stored, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

import click
from sqlalchemy.orm import Session

from api.activities.schemas import RunBody
from api.activities.service import RunFilter, run_page
from api.cli.options import (
    athlete_named,
    athlete_option,
    day_option,
    json_option,
    print_json,
    product,
)
from api.cli.text import shown, table
from api.messages import figures

PAGE = 500
UNKNOWN = "-"
METRES_PER_KM = 1000.0
SECONDS_PER_MINUTE = 60.0
HEADINGS = ("Day", "Sport", "File", "km", "Minutes", "Hip flexions", "Counted from", "")


@click.command("runs")
@athlete_option
@json_option
@click.option("--all-sports", is_flag=True, help="Other sports too, not only runs.")
@day_option("--from", "First day, YYYY-MM-DD.", "first")
@day_option("--to", "Last day, YYYY-MM-DD.", "last")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    all_sports: bool,  # noqa: FBT001 - as above
    first: date | None,
    last: date | None,
    limit: int | None,
) -> None:
    """List runs, the newest first.

    A recording of a run that another file holds more fully is listed as its duplicate; it does
    not count.
    """
    wanted = RunFilter(all_sports=all_sports, first=first, last=last)
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        with runtime.database.read() as session:
            found = list(islice(_runs(session, athlete_id, wanted), limit))
    if as_json:
        print_json(list(found))
    elif found:
        click.echo(table(HEADINGS, [_cells(run) for run in found], left=3))
    else:
        click.echo("No runs here. `swingphase import PATH` adds some.", err=True)


def _runs(session: Session, athlete_id: UUID, wanted: RunFilter) -> Iterator[RunBody]:
    page, after = run_page(session, athlete_id, wanted, limit=PAGE)
    yield from page
    while after is not None:
        page, after = run_page(session, athlete_id, wanted, limit=PAGE, after=after)
        yield from page


def _cells(run: RunBody) -> Sequence[str]:
    seconds = run.timer_s or run.elapsed_s
    return (
        UNKNOWN if run.local_date is None else run.local_date.isoformat(),
        run.sport,
        shown(run.source_name),
        UNKNOWN if run.distance_m is None else f"{run.distance_m / METRES_PER_KM:.2f}",
        UNKNOWN if seconds is None else f"{seconds / SECONDS_PER_MINUTE:.0f}",
        UNKNOWN if run.hip_flexions is None else figures.count(run.hip_flexions),
        run.hip_flexions_source or UNKNOWN,
        "" if run.duplicate_of is None else "duplicate",
    )
