"""``swingphase migrate``: bring the database's schema to this version."""

from __future__ import annotations

import click

from api.cli.options import product


@click.command("migrate")
def command() -> None:
    """Bring the database up to date.

    Other commands do so too when they start.
    """
    with product() as runtime:  # opening the product migrates
        url = runtime.database.url.render_as_string(hide_password=True)
        click.echo(f"The database is up to date: {url}", err=True)
