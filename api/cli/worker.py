"""``swingphase worker``: what ``serve`` starts to read imports; not for people."""

from __future__ import annotations

import os

import click

from api.cli.options import product
from api.jobs.worker import work


@click.command("worker", hidden=True)
@click.option("--owner", required=True, help="The name this worker claims items under.")
def command(owner: str) -> None:
    """Read queued imports until there are none."""
    with product() as runtime:
        work(runtime, owner, os.getppid())
