"""``swingphase reprocess``: read what is stored again with today's parsers and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import click
from pydantic import BaseModel, Field

from api.accounts.service import list_athletes, whose
from api.cli.options import athlete_named, json_option, print_json, product
from api.cli.progress import progress_bar
from api.cli.text import shown
from api.imports.reprocess import Reprocessed, everything, outdated, reprocess, to_do
from api.messages import figures
from api.runtime import Runtime

SOME_UNREADABLE = 3


class ReprocessBody(BaseModel):
    """What became of one athlete's activities."""

    athlete_id: UUID
    name: str
    waiting: int = Field(description="How many are to be read again; with --dry-run, would be.")
    read_again: int
    changed: int
    unchanged: int
    added: int = Field(description="Activities found in a file that were not before.")
    removed: int = Field(description="Activities no longer found in their file.")
    kept: list[str] = Field(
        description="No longer in their file, and edited: deleted, so that they can be restored."
    )
    unreadable: list[str] = Field(description="Not read again: they stay as they were.")


class _Whose(NamedTuple):
    id: UUID
    name: str


@click.command("reprocess")
@click.option("--athlete", metavar="NAME_OR_ID", help="Whose data; everybody's when left out.")
@click.option("--all", "all_of_them", is_flag=True, help="Those read by this version, too.")
@click.option("--dry-run", is_flag=True, help="Only say how many would be read again.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    athlete: str | None,
    all_of_them: bool,  # noqa: FBT001 - click passes options by name
    dry_run: bool,  # noqa: FBT001 - as above
    as_json: bool,  # noqa: FBT001 - as above
) -> None:
    """Read runs again that an older version has read.

    The originals are read with today's parsers and metrics, and all of an athlete's runs change at
    once: stopped half-way, nothing has changed. What you edited stays edited, deleted stays
    deleted, ids stay. What cannot be read any more stays as it is, with exit code 3.

    A file that failed made no run, so it is not among them: import it again to have it read anew.
    """
    wanted = everything if all_of_them else outdated
    bodies: list[ReprocessBody] = []
    with product() as runtime:
        for one in _everybody(runtime, athlete):
            with runtime.database.read() as session:
                waiting = to_do(session, one.id, wanted)
            done = Reprocessed()
            if not dry_run and waiting:
                with progress_bar() as on_progress:
                    done = reprocess(runtime, one.id, wanted, on_progress)
            bodies.append(_body(one, waiting, done))
    if as_json:
        print_json(list(bodies))
    else:
        for body in bodies:
            _tell(body, dry_run=dry_run)
    ctx.exit(SOME_UNREADABLE if any(body.unreadable for body in bodies) else 0)


def _everybody(runtime: Runtime, athlete: str | None) -> Iterator[_Whose]:
    if athlete is not None:
        whom = athlete_named(runtime, athlete)
        with runtime.database.read() as session:
            found = [_Whose(whom, whose(session, whom).name)]
    else:
        with runtime.database.read() as session:
            found = [_Whose(one.id, one.name) for one in list_athletes(session).items]
    yield from found


def _body(one: _Whose, waiting: int, done: Reprocessed) -> ReprocessBody:
    return ReprocessBody(
        athlete_id=one.id,
        name=one.name,
        waiting=waiting,
        read_again=done.read_again,
        changed=done.changed,
        unchanged=done.unchanged,
        added=done.added,
        removed=done.removed,
        kept=done.kept,
        unreadable=done.unreadable,
    )


def _tell(body: ReprocessBody, *, dry_run: bool) -> None:
    for name in body.unreadable:
        click.echo(f"{shown(name)}: cannot be read any more, so it stays as it was.", err=True)
    for name in body.kept:
        click.echo(
            f"{shown(name)}: no longer in its file. You had edited it, so it is deleted "
            "and not gone: `swingphase runs list --deleted` has it.",
            err=True,
        )
    if dry_run:
        would = figures.plural(body.waiting, "activity", "activities")
        click.echo(f"{shown(body.name)}: {would} would be read again.")
        return
    counts = {
        "changed": body.changed,
        "unchanged": body.unchanged,
        "new": body.added,
        "gone": body.removed,
        "not read": len(body.unreadable),
    }
    told = ", ".join(f"{figures.count(number)} {what}" for what, number in counts.items() if number)
    again = figures.count(body.read_again)
    click.echo(f"{shown(body.name)}: {again} read again{f': {told}' if told else ''}.")
