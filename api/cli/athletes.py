"""``swingphase athletes``: everybody this copy keeps runs for."""

from __future__ import annotations

import click
from pydantic import ValidationError

from api.accounts.schemas import NewAthlete
from api.accounts.service import add_athlete, list_athletes
from api.cli.options import json_option, print_json, product
from api.cli.text import table


@click.group("athletes")
def command() -> None:
    """List the athletes of this copy, or add one."""


@command.command("list")
@json_option
def list_command(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """List everybody, the owner first."""
    with product() as runtime, runtime.database.read() as session:
        found = list_athletes(session)
    if as_json:
        print_json(list(found.items))
        return
    rows = [
        (one.name, one.zone, "owner" if one.is_owner else "", str(one.id)) for one in found.items
    ]
    click.echo(table(("Name", "Time zone", "", "Id"), rows, left=4))


@command.command("add")
@click.argument("name")
@click.option("--zone", help="Time zone, an IANA name; this machine's when left out.")
@json_option
def add_command(name: str, zone: str | None, as_json: bool) -> None:  # noqa: FBT001 - as above
    """Add another athlete."""
    try:
        new = NewAthlete(name=name, zone=zone)
    except ValidationError as error:
        first = error.errors()[0]
        raise click.UsageError(
            f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}."
        ) from error
    with product() as runtime, runtime.database.write() as session:
        body = add_athlete(session, new, runtime.settings, runtime.now())
    if as_json:
        print_json(body)
    else:
        click.echo(f"Added {body.name}: {body.id}")
