"""``swingphase runs``: what is stored, the newest first, and every change to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from uuid import UUID

import click
from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.activities.editing import add_run, delete_run, edit_run, prefer_run, restore_run
from api.activities.editing_schemas import NewRun, RunChange
from api.activities.schemas import RunBody
from api.activities.service import RunFilter, run_page
from api.cli.naming import run_named
from api.cli.options import (
    athlete_named,
    athlete_option,
    day_option,
    json_option,
    print_json,
    product,
)
from api.cli.refusals import refusal
from api.cli.text import shown, table
from api.messages import figures
from api.runtime import Runtime

PAGE = 500
UNKNOWN = "-"
METRES_PER_KM = 1000.0
SECONDS_PER_MINUTE = 60.0
HEADINGS = ("Day", "Sport", "File", "km", "Minutes", "Hip flexions", "Counted from", "")
SPORTS = ("running", "walking", "hiking", "cycling", "swimming", "transition", "other")
RESETS = {
    "date": "started_at",
    "km": "distance_m",
    "minutes": "timer_s",
    "preferred": "preferred",
    "rpe": "rpe",
    "sport": "sport",
    "title": "title",
    "was-run": "fast_was_run",
}
"""What ``--reset`` gives back, by the name of its option."""

run_argument = click.argument("run", metavar="RUN")


@click.group("runs", invoke_without_command=True)
@athlete_option
@json_option
@click.option("--all-sports", is_flag=True, help="Other sports too, not only runs.")
@day_option("--from", "First day, YYYY-MM-DD.", "first")
@day_option("--to", "Last day, YYYY-MM-DD.", "last")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    ctx: click.Context,
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    all_sports: bool,  # noqa: FBT001 - as above
    first: date | None,
    last: date | None,
    limit: int | None,
) -> None:
    """List runs, the newest first, or change one.

    A recording of a run that another file holds more fully is listed as its duplicate; it does
    not count.

    The commands take a RUN: its id, the beginning of its id, or its day where only one was run.
    """
    if ctx.invoked_subcommand is not None:
        if athlete or as_json or all_sports or first or last or limit:
            raise click.UsageError(f"Write the options behind {ctx.invoked_subcommand}.")
        return
    wanted = RunFilter(all_sports=all_sports, first=first, last=last)
    _list(athlete, wanted, limit, as_json=as_json)


@command.command("list")
@athlete_option
@json_option
@click.option("--all-sports", is_flag=True, help="Other sports too, not only runs.")
@click.option("--deleted", is_flag=True, help="Those that were deleted, instead of the others.")
@day_option("--from", "First day, YYYY-MM-DD.", "first")
@day_option("--to", "Last day, YYYY-MM-DD.", "last")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
def list_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    all_sports: bool,  # noqa: FBT001 - as above
    deleted: bool,  # noqa: FBT001 - as above
    first: date | None,
    last: date | None,
    limit: int | None,
) -> None:
    """List runs with their ids; those that were deleted, too."""
    wanted = RunFilter(all_sports=all_sports, deleted=deleted, first=first, last=last)
    _list(athlete, wanted, limit, as_json=as_json, ids=True)


@command.command("add")
@day_option("--date", "The day it was run, YYYY-MM-DD.", "day")
@click.option("--time", "clock", metavar="HH:MM", help="When it began; unknown when left out.")
@click.option("--km", type=float, help="How far.")
@click.option("--minutes", type=float, help="How long, without pauses.")
@click.option("--steps", type=int, help="Steps of both feet, where something counted them.")
@click.option("--sport", type=click.Choice(SPORTS), default="running", show_default=True)
@click.option("--title", help="What to call it.")
@click.option("--rpe", type=float, help="Perceived exertion, 0 to 10.")
@athlete_option
@json_option
def add_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    day: date | None,
    clock: str | None,
    km: float | None,
    minutes: float | None,
    steps: int | None,
    sport: str,
    title: str | None,
    rpe: float | None,
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Enter a run by hand.

    Give --date, and --km or --minutes. When the watch file of the same run is imported later, the
    file counts, and keeps the title and the effort given here.
    """
    if day is None:
        raise click.UsageError("Say on which day: --date 2026-11-03.")
    values: dict[str, object] = {
        **_told(km=km, minutes=minutes),
        **_when(day, clock),
        "title": title or None,
        "rpe": rpe,
        "sport": sport,
        "steps": steps,
    }
    new = _new_run(values)
    with product() as runtime:
        body = add_run(runtime, athlete_named(runtime, athlete), new)
    _tell(body, "Added", as_json=as_json)


@command.command("edit")
@run_argument
@day_option("--date", "It was on this day, YYYY-MM-DD.", "day")
@click.option("--time", "clock", metavar="HH:MM", help="It began then; give --date as well.")
@click.option("--km", type=float, help="It was so far.")
@click.option("--minutes", type=float, help="It took so long, without pauses.")
@click.option("--sport", type=click.Choice(SPORTS), help="It was this sport.")
@click.option("--title", help="What to call it; '' for no title.")
@click.option("--rpe", metavar="FLOAT", help="Perceived exertion, 0 to 10; '' for none.")
@click.option(
    "--was-run/--was-not-run",
    default=None,
    help="Whether what was too fast for running was run nevertheless.",
)
@click.option(
    "--reset",
    multiple=True,
    type=click.Choice(list(RESETS)),
    help="Take a change back: as the file had it, or no longer preferred; repeatable.",
)
@athlete_option
@json_option
def edit_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    run: str,
    day: date | None,
    clock: str | None,
    km: float | None,
    minutes: float | None,
    sport: str | None,
    title: str | None,
    rpe: str | None,
    was_run: bool | None,  # noqa: FBT001 - click passes options by name
    reset: tuple[str, ...],
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - as above
) -> None:
    """Change what a run says, and all that follows from it.

    The file stays as it is: --reset gives back what it says, and a change outlives a newer reading
    of the file.
    """
    if clock is not None and day is None:
        raise click.UsageError("Give --date along with --time.")
    values = _told(km=km, minutes=minutes)
    values |= {} if title is None else {"title": title.strip() or None}
    values |= {} if rpe is None else {"rpe": rpe.strip() or None}
    values |= {} if day is None else _when(day, clock)
    values |= {} if sport is None else {"sport": sport}
    values |= {} if was_run is None else {"fast_was_run": was_run}
    if reset:
        values["reset"] = [RESETS[name] for name in reset]
    if not values:
        raise click.UsageError("Say what to change; --help lists what can be.")
    change = _run_change(values)
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        body = edit_run(runtime, athlete_id, _named(runtime, athlete_id, run), change)
    _tell(body, "Changed", as_json=as_json)


@command.command("delete")
@run_argument
@athlete_option
@json_option
def delete_command(run: str, athlete: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Delete a run. It can be restored, and importing its file again does not bring it back."""
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        run_id = _named(runtime, athlete_id, run)
        with runtime.database.write() as session:
            body = delete_run(session, athlete_id, run_id, runtime.now())
    _tell(body, "Deleted", as_json=as_json)


@command.command("restore")
@run_argument
@athlete_option
@json_option
def restore_command(run: str, athlete: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Bring a deleted run back."""
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        run_id = _named(runtime, athlete_id, run, deleted=True)
        with runtime.database.write() as session:
            body = restore_run(session, athlete_id, run_id, runtime.now())
    _tell(body, "Restored", as_json=as_json)


@command.command("prefer")
@run_argument
@athlete_option
@json_option
def prefer_command(run: str, athlete: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Let this recording count, of a run that several files hold."""
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        run_id = _named(runtime, athlete_id, run)
        with runtime.database.write() as session:
            body = prefer_run(session, athlete_id, run_id, runtime.now())
    _tell(body, "Counts now", as_json=as_json)


def _list(
    athlete: str | None, wanted: RunFilter, limit: int | None, *, as_json: bool, ids: bool = False
) -> None:
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        with runtime.database.read() as session:
            found = list(islice(_runs(session, athlete_id, wanted), limit))
    if as_json:
        print_json(list(found))
    elif found:
        more = ("Id", "Title") if ids else ()
        rows = [(*_ids(run, ids=ids), *_cells(run)) for run in found]
        click.echo(table((*more, *HEADINGS), rows, left=3 + len(more)))
        _note_held_out(found)
    elif wanted.deleted:
        click.echo("No run was deleted.", err=True)
    else:
        click.echo("No runs here. `swingphase import PATH` adds some.", err=True)


def _ids(run: RunBody, *, ids: bool) -> Sequence[str]:
    return (str(run.id), shown(run.title or UNKNOWN)) if ids else ()


def _note_held_out(found: Sequence[RunBody]) -> None:
    for run in found:
        if run.held_out_text is not None and run.fast_was_run is None:
            day = UNKNOWN if run.local_date is None else run.local_date.isoformat()
            click.echo(
                f"{day}: {run.held_out_text} swingphase runs edit {run.id} --was-run", err=True
            )


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
        ", ".join(_marks(run)),
    )


def _marks(run: RunBody) -> Iterator[str]:
    if run.duplicate_of is not None:
        yield "duplicate"
    if run.edited:
        yield "edited"
    if run.held_out_text is not None and run.fast_was_run is not True:
        yield "held out"


def _tell(run: RunBody, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(run)
        return
    day, sport, _, km, minutes, flexions, _, _ = _cells(run)
    title = f" {shown(run.title)!r}" if run.title else ""
    click.echo(
        f"{what}: {sport}{title} of {day}, {km} km, {minutes} min, {flexions} hip flexions. "
        f"{run.id}"
    )
    if run.held_out_text is not None:
        click.echo(run.held_out_text, err=True)
    if run.duplicate_of is not None and run.deleted_at is None:
        click.echo(
            f"{run.duplicate_text} The other one is {run.duplicate_of}; "
            f"`swingphase runs prefer {run.id}` lets this one count.",
            err=True,
        )


def _named(runtime: Runtime, athlete_id: UUID, run: str, *, deleted: bool = False) -> UUID:
    with runtime.database.read() as session:
        return run_named(session, athlete_id, run, deleted=deleted)


def _told(*, km: float | None, minutes: float | None) -> dict[str, object]:
    given: dict[str, object] = {
        "distance_m": None if km is None else km * METRES_PER_KM,
        "timer_s": None if minutes is None else minutes * SECONDS_PER_MINUTE,
    }
    return {name: value for name, value in given.items() if value is not None}


def _when(day: date, clock: str | None) -> dict[str, object]:
    if clock is None:
        return {"local_date": day.isoformat()}
    try:
        began = time.fromisoformat(clock)
    except ValueError:
        raise click.UsageError("A time is written like 07:30, or 07:30+02:00.") from None
    return {"started_at": datetime.combine(day, began).isoformat()}


def _new_run(values: dict[str, object]) -> NewRun:
    try:
        return NewRun.model_validate(values)
    except ValidationError as error:
        raise click.UsageError(refusal(error)) from error


def _run_change(values: dict[str, object]) -> RunChange:
    try:
        return RunChange.model_validate(values)
    except ValidationError as error:
        raise click.UsageError(refusal(error)) from error
