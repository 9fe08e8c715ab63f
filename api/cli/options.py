"""What the commands share: opening the product, choosing an athlete, reading a day."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import click
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from api.accounts.service import named
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from models.database import SchemaUnknown

Command = TypeVar("Command", bound=Callable[..., object])

DAY_FORMAT = "%Y-%m-%d"


def settings_of_environment() -> Settings:
    """The settings, or a sentence about those that are wrong."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(
            f"SWINGPHASE_{'_'.join(map(str, one['loc']))}".upper() for one in error.errors()
        )
        raise click.ClickException(f"Check these settings: {names}.") from error


@contextmanager
def product() -> Generator[Runtime]:
    """The product, opened with the settings of the environment."""
    settings = settings_of_environment()
    try:
        runtime = open_runtime(settings)
    except OSError as error:
        raise click.ClickException(
            f"The data folder {settings.data} cannot be used ({error.strerror}). "
            "Set SWINGPHASE_DATA to a folder you can write."
        ) from error
    except SchemaUnknown as error:
        raise click.ClickException(
            "A newer Swingphase has used this database. Update this copy; nothing was changed."
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        raise click.ClickException(
            f"The database cannot be opened ({type(error).__name__}). "
            "`swingphase doctor` says what is wrong with it."
        ) from error
    try:
        yield runtime
    finally:
        runtime.close()


def athlete_named(runtime: Runtime, name_or_id: str | None) -> UUID:
    """The athlete ``--athlete`` means; the owner when it was left out.

    Raises
    ------
    AthleteUnknown
        Nobody is called that.
    NameAmbiguous
        Several are.
    """
    with runtime.database.read() as session:
        return named(session, name_or_id).id


def as_date(ctx: click.Context, param: click.Parameter, value: datetime | None) -> date | None:
    """A click callback: the date of what ``click.DateTime`` has read."""
    del ctx, param
    return value.date() if value else None


def day_option(name: str, explanation: str, parameter: str = "") -> Callable[[Command], Command]:
    """An option that is a day; ``parameter`` where its name is a word of Python."""
    names = (name, parameter) if parameter else (name,)
    return click.option(
        *names,
        type=click.DateTime([DAY_FORMAT]),
        callback=as_date,
        metavar="DATE",
        help=explanation,
    )


def as_of_option(command: Command) -> Command:
    """``--as-of``: stand on another day."""
    return day_option("--as-of", "Stand on this day (YYYY-MM-DD) instead of today.")(command)


def json_option(command: Command) -> Command:
    """``--json``: the data for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def athlete_option(command: Command) -> Command:
    """``--athlete``: somebody else than the owner."""
    return click.option(
        "--athlete", metavar="NAME_OR_ID", help="Whose data; the owner's when left out."
    )(command)


def print_json(value: BaseModel | list[BaseModel]) -> None:
    """Print a body exactly as the API would send it, laid out for reading."""
    if isinstance(value, BaseModel):
        click.echo(value.model_dump_json(indent=2))
    else:
        adapter = TypeAdapter(list[BaseModel])
        click.echo(adapter.dump_json(value, indent=2, serialize_as_any=True).decode())


def interactive() -> bool:
    """Whether somebody is watching stderr."""
    return sys.stderr.isatty()
