"""``swingphase doctor``: is everything in order here, and was a file read rightly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click
from pydantic import BaseModel

from api.cli.checks import all_checks
from api.cli.options import json_option, print_json, settings_of_environment
from api.cli.text import shown, table
from importers.contract import ImportFailure
from importers.fit.verify import Difference, verify
from importers.identify import payload
from importers.limits import Limits

MARKS = {"ok": "ok", "note": "note", "wrong": "WRONG"}
SOMETHING_WRONG = 1
COLUMNS = 88


class CheckBody(BaseModel):
    """One thing looked at."""

    name: str
    status: Literal["ok", "note", "wrong"]
    detail: str


class DoctorBody(BaseModel):
    """What `swingphase doctor --json` prints."""

    ok: bool
    checks: list[CheckBody]


class DifferenceBody(BaseModel):
    """A value that fitparse reads otherwise."""

    message: str
    field: str
    index: int
    ours: str
    theirs: str


class VerifyBody(BaseModel):
    """What `swingphase doctor --json --verify-fit FILE` prints."""

    ok: bool
    differences: list[DifferenceBody]


@click.command("doctor")
@json_option
@click.option(
    "--verify-fit",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Instead compare how FILE is read with fitparse, value by value.",
)
@click.pass_context
def command(ctx: click.Context, as_json: bool, verify_fit: Path | None) -> None:  # noqa: FBT001 - click passes options by name
    """Check this installation and its data.

    Looks at Python, the libraries, the data folder, the database, the originals of imported files
    and what is left to do. It changes nothing. Exit code 1 says that something is wrong.
    """
    body = _checked() if verify_fit is None else _verified(verify_fit)
    if as_json:
        print_json(body)
    else:
        click.echo(_text(body))
    ctx.exit(0 if body.ok else SOMETHING_WRONG)


def _checked() -> DoctorBody:
    checks = [
        CheckBody(name=check.name, status=check.status, detail=check.detail)
        for check in all_checks(settings_of_environment())
    ]
    return DoctorBody(ok=all(check.status != "wrong" for check in checks), checks=checks)


def _verified(file: Path) -> VerifyBody:
    try:
        differences: Sequence[Difference] = verify(payload(file.read_bytes(), file.name, Limits()))
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read ({error.strerror}).") from error
    except ImportFailure as failure:
        raise click.ClickException(f"{file} cannot be read ({failure.code}).") from failure
    bodies = [
        DifferenceBody(
            message=one.message, field=one.field, index=one.index, ours=one.ours, theirs=one.theirs
        )
        for one in differences
    ]
    return VerifyBody(ok=not bodies, differences=bodies)


def _line(check: CheckBody) -> str:
    begun = f"{MARKS[check.status]:<5}  {check.name:<11}  "
    return click.wrap_text(
        check.detail, COLUMNS, initial_indent=begun, subsequent_indent=" " * len(begun)
    )


def _text(body: DoctorBody | VerifyBody) -> str:
    if isinstance(body, DoctorBody):
        return "\n".join(map(_line, body.checks))
    if body.ok:
        return "Both decoders read the same."
    rows = [
        (one.message, one.field, str(one.index), shown(one.ours), shown(one.theirs))
        for one in body.differences
    ]
    return table(("Message", "Field", "Which", "Ours", "fitparse"), rows, left=2)
