"""``swingphase day``: what a runner says about days."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

import click
from pydantic import ValidationError

from api.cli.options import (
    DAY_FORMAT,
    athlete_named,
    athlete_option,
    day_option,
    json_option,
    print_json,
    product,
)
from api.cli.refusals import refusal
from api.cli.text import shown, table
from api.marks.schemas import MarkKind, NewMark
from api.marks.service import MarkUnknown, list_marks, put_mark, remove_mark

KINDS = ("race", "sick", "holiday", "travel", "rested", "unobserved")

day_argument = click.argument("day", type=click.DateTime([DAY_FORMAT]), metavar="DATE")
kind_argument = click.argument("kind", type=click.Choice(KINDS), metavar="KIND")


@click.group("day")
def command() -> None:
    """Say what a day was: a race, sick, a rest.

    Days without a file count as rest. `rested` says that you know it was one; `unobserved` that you
    ran and there is no file.
    """


@command.command("mark")
@day_argument
@kind_argument
@click.option("--note", help="Anything to remember about it.")
@athlete_option
@json_option
def mark_command(
    day: datetime,
    kind: str,
    note: str | None,
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Mark a day.

    KIND is race, sick, holiday, travel, rested or unobserved.
    """
    try:
        said = NewMark(note=note)
    except ValidationError as error:
        raise click.UsageError(refusal(error)) from error
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        with runtime.database.write() as session:
            body = put_mark(
                session,
                athlete_id,
                day.date(),
                cast("MarkKind", kind),
                said.note,
                runtime.now(),
            )
    if as_json:
        print_json(body)
    else:
        click.echo(f"{body.day}: {body.kind}")


@command.command("unmark")
@day_argument
@kind_argument
@athlete_option
@json_option
def unmark_command(
    day: datetime,
    kind: str,
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - as above
) -> None:
    """Take a mark away."""
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        try:
            with runtime.database.write() as session:
                body = remove_mark(session, athlete_id, day.date(), cast("MarkKind", kind))
        except MarkUnknown as error:
            raise click.ClickException(
                f"{day.date()} is not marked as {kind}. `swingphase day list` lists the marks."
            ) from error
    if as_json:
        print_json(body)
    else:
        click.echo(f"{body.day}: no longer {body.kind}")


@command.command("list")
@day_option("--from", "First day, YYYY-MM-DD.", "first")
@day_option("--to", "Last day, YYYY-MM-DD.", "last")
@athlete_option
@json_option
def list_command(
    first: date | None,
    last: date | None,
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - as above
) -> None:
    """List the marks."""
    with product() as runtime:
        athlete_id = athlete_named(runtime, athlete)
        with runtime.database.read() as session:
            found = list_marks(session, athlete_id, first, last)
    if as_json:
        print_json(found)
    elif found.items:
        rows = [(one.day.isoformat(), one.kind, shown(one.note or "")) for one in found.items]
        click.echo(table(("Day", "Mark", "Note"), rows, left=3))
    else:
        click.echo("No day is marked. `swingphase day mark DATE KIND` marks one.", err=True)
