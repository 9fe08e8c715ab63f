"""The ``swingphase`` command: data on stdout, messages on stderr.

A command's module is loaded when that command is called, and not before: the list of commands
needs none of them, and only ``report`` pays for pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click

from api.errors import DomainError
from swingphase import __version__

BUSY = "OperationalError"


class Entry(NamedTuple):
    """Where a command lives, and its line in the list of commands (None: not for people)."""

    module: str
    line: str | None


COMMANDS = {
    "import": Entry("importing", "Import watch files, folders and archives."),
    "today": Entry("today", "Say how far is fine today, and why."),
    "runs": Entry("runs", "List runs, the newest first, or change one."),
    "day": Entry("day", "Say what a day was: a race, sick, a rest."),
    "report": Entry("report", "Print the last weeks, one a row."),
    "profile": Entry("profile", "Show an athlete's profile, or change it."),
    "athletes": Entry("athletes", "List the athletes of this copy, or add one."),
    "serve": Entry("serve", "Serve the pages and the REST API on this machine."),
    "migrate": Entry("migrate", "Bring the database up to date."),
    "reprocess": Entry("reprocess", "Read runs again that an older version has read."),
    "doctor": Entry("doctor", "Check this installation and its data."),
    "worker": Entry("worker", None),
}


class Commands(click.Group):
    """Loads a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a new user needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module loaded."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"api.cli.{COMMANDS[cmd_name].module}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table instead of from ten modules."""
        del ctx
        rows = [(name, entry.line) for name, entry in COMMANDS.items() if entry.line is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the product refuses is a sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(error.detail) from error
        except Exception as error:
            # Named and not imported: SQLAlchemy would slow down every start.
            if type(error).__module__ == "sqlalchemy.exc" and type(error).__name__ == BUSY:
                raise click.ClickException(
                    "The database is busy or cannot be written. Try again in a minute; "
                    "`swingphase doctor` says more."
                ) from error
            raise


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="swingphase")
def main() -> None:
    """Count hip flexions, watch training jumps, know today's limit.

    Your data stays on this machine, in the folder SWINGPHASE_DATA (or the user's data folder).
    """
