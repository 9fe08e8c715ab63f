"""``swingphase profile``: what is known of an athlete, and how to change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import click
from pydantic import ValidationError

from api.accounts.schemas import AthleteBody, ProfileChange
from api.accounts.service import athlete_body, change_profile, named
from api.cli.options import athlete_option, day_option, json_option, print_json, product
from api.jobs import queue
from models.base import new_id

UNKNOWN = "-"

FIELDS: Mapping[str, str] = {
    "name": "Name",
    "height_cm": "Height (cm)",
    "birth_date": "Birth date",
    "sex": "Sex",
    "zone": "Time zone",
    "resting_heart_rate_bpm": "Resting heart rate",
    "max_heart_rate_bpm": "Highest heart rate",
}
"""What a profile shows, in this order."""

REMOVABLE: Mapping[str, str] = {
    "birth-date": "birth_date",
    "height-cm": "height_cm",
    "max-heart-rate": "max_heart_rate_bpm",
    "resting-heart-rate": "resting_heart_rate_bpm",
    "sex": "sex",
}
"""What ``--clear`` takes away, by the name of its option."""


@click.command("profile")
@athlete_option
@json_option
@click.option("--name", help="What to be called.")
@click.option("--height-cm", type=float, help="Body height; steps are estimated with it.")
@day_option("--birth-date", "YYYY-MM-DD.")
@click.option("--sex", type=click.Choice(["female", "male"]))
@click.option("--zone", help="Time zone, an IANA name like Europe/Berlin.")
@click.option("--resting-heart-rate", type=int, metavar="BPM")
@click.option("--max-heart-rate", type=int, metavar="BPM")
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(list(REMOVABLE)),
    help="Take a value away; repeatable.",
)
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    athlete: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    name: str | None,
    height_cm: float | None,
    birth_date: date | None,
    sex: str | None,
    zone: str | None,
    resting_heart_rate: int | None,
    max_heart_rate: int | None,
    clear: tuple[str, ...],
) -> None:
    """Show an athlete's profile, or change it.

    With an option it changes that value and shows the profile as it is then. Runs whose steps were
    estimated from the height, or whose day came from the time zone, are done again.
    """
    given: dict[str, object] = {
        "name": name,
        "height_cm": height_cm,
        "birth_date": birth_date,
        "sex": sex,
        "zone": zone,
        "resting_heart_rate_bpm": resting_heart_rate,
        "max_heart_rate_bpm": max_heart_rate,
    }
    values = {key: value for key, value in given.items() if value is not None}
    values |= {REMOVABLE[option]: None for option in clear}
    change = _checked(values)
    with product() as runtime:
        if values:
            with runtime.database.write() as session:
                whom = named(session, athlete)
                body = change_profile(session, whom.id, change, runtime.now())
            # What the change asks of stored runs is done at once, server or not.
            queue.work_once(runtime, f"cli-{new_id()}")
        else:
            with runtime.database.read() as session:
                body = athlete_body(named(session, athlete))
    if as_json:
        print_json(body)
    else:
        click.echo("\n".join(_lines(body)))


def _checked(values: dict[str, object]) -> ProfileChange:
    try:
        return ProfileChange.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = FIELDS.get(str(first["loc"][0]), "profile") if first["loc"] else "profile"
        raise click.UsageError(f"{field}: {first['msg'].removeprefix('Value error, ')}.") from error


def _lines(body: AthleteBody) -> Iterator[str]:
    width = max(map(len, FIELDS.values()))
    for field, label in FIELDS.items():
        value = getattr(body, field)
        yield f"{label:<{width}}  {UNKNOWN if value is None else value}"
