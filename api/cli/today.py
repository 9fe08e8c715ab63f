"""``swingphase today``: the day's answer in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import click

from api.cli.options import (
    as_of_option,
    athlete_named,
    athlete_option,
    json_option,
    print_json,
    product,
)
from api.messages import figures
from api.messages.levels import level_icon
from api.today.schemas import CardBody, TodayBody
from api.today.service import today

COLUMNS = 88
INDENT = "  "


@click.command("today")
@as_of_option
@athlete_option
@json_option
def command(as_of: date | None, athlete: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Say how far is fine today, and why.

    One sentence, today's limit in km and hip flexions, and at most three cards. The limit is not
    a target, and nothing here is medical advice.
    """
    with product() as runtime:
        body = today(runtime, athlete_named(runtime, athlete), as_of)
    if as_json:
        print_json(body)
    else:
        click.echo("\n".join(_lines(body)))


def _lines(body: TodayBody) -> Iterator[str]:
    yield f"{level_icon(body.level)} {body.headline}"
    yield ""
    yield from _wrapped(body.limit.text)
    if body.limit.flexions is not None:
        yield f"In hip flexions: {figures.count(body.limit.flexions)} (both hips)."
    for card in body.cards:
        yield ""
        yield from _card(card, body.as_of)
    if body.more_alerts:
        yield ""
        yield f"{figures.plural(body.more_alerts, 'more alert', 'more alerts')} on the page."
    for run in body.held_out:
        yield ""
        yield from _wrapped(run.text)
        yield f"{INDENT}swingphase runs edit {run.run_id} --was-run"
    yield ""
    yield from _wrapped(body.footer)


def _card(card: CardBody, read_on: date) -> Iterator[str]:
    day = figures.day(card.day, read_on)
    yield f"{level_icon(card.level)} {card.level_word}: {card.title} ({day})"
    yield from _wrapped(f"Why: {card.why}", INDENT)
    yield from _wrapped(f"What to do: {card.what_to_do}", INDENT)
    yield from _wrapped(f"Evidence ({card.evidence.grade}): {card.evidence.text}", INDENT)
    yield from _wrapped(card.clears, INDENT)


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    wrapped = click.wrap_text(text, COLUMNS, initial_indent=indent, subsequent_indent=indent)
    yield from wrapped.splitlines()
