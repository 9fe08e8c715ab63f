"""``swingphase serve``: the pages and the API on this machine."""

from __future__ import annotations

import socket

import click
import uvicorn

from api.app import create_app
from api.cli.options import product
from api.http.guard import is_loopback
from api.jobs.supervisor import Supervisor


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to bind.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def command(host: str, port: int) -> None:
    """Serve the pages and the REST API on this machine.

    Until it is interrupted. Only this machine can reach it, as there is no sign-in yet.
    """
    if not is_loopback(host):
        raise click.UsageError(
            f"Swingphase has no sign-in yet, so it only serves this machine: not {host}. "
            "Use --host 127.0.0.1."
        )
    with _listening(host, port) as listener, product() as runtime:
        address, bound_port = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        click.echo(f"Swingphase is at http://{shown}:{bound_port}  (Ctrl+C ends it)", err=True)
        click.echo(f"Your data: {runtime.settings.data}", err=True)
        config = uvicorn.Config(
            create_app(runtime),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        with Supervisor(runtime):
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        # From here on a caller waits instead of being refused: the address may be printed.
        listener.listen()
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"Port {port} of {host} cannot be used ({error.strerror}). "
            "Another Swingphase may be running; choose another with --port."
        ) from error
    return listener
