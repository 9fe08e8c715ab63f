"""``swingphase worker``: what ``serve`` starts to read imports; not for people."""

from __future__ import annotations

import click

from api.cli.options import product
from api.jobs.worker import work


@click.command("worker", hidden=True)
@click.option("--owner", required=True, help="The name this worker claims items under.")
@click.option("--parent", required=True, type=int, help="The server's process id.")
def command(owner: str, parent: int) -> None:
    """Read queued imports until there are none."""
    with product() as runtime:
        work(runtime, owner, parent)
