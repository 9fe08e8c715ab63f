"""Pages of docs/ that repeat what the code says of itself: the commands' help, the settings."""
# ruff: noqa: INP001 -- a script beside the pages it writes, not a package

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click
from pydantic.fields import FieldInfo

from api.cli import COMMANDS, main
from api.settings import Settings

COLUMNS: Final = 88

CLI_INTRODUCTION: Final = """\
Data goes to stdout, messages to stderr, so `swingphase runs --json | jq` works. A progress bar is
drawn only when stderr is a terminal; `NO_COLOR` is minded.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | not possible, nothing could be read, or `doctor` found something wrong |
| 2 | the command was used wrongly: an unknown option, a path that is not there |
| 3 | `import`: some files could not be read, the others are in |

What the commands take and print as JSON is what the REST API sends; [api.md](api.md) says more.
This page is written by `make docs` from the commands themselves; change those."""

SETTINGS_INTRODUCTION: Final = """\
Swingphase is set up by environment variables. Each has a default that works on one machine, so
none is needed. This page is written by `make docs` from `api/settings.py`; change that."""


def cli_page() -> str:
    """Every command's help, as the command prints it."""
    context = click.Context(
        main,
        info_name="swingphase",
        terminal_width=COLUMNS,
        help_option_names=main.context_settings["help_option_names"],
    )
    return _page(
        "# Command line",
        CLI_INTRODUCTION,
        _fenced(main.get_help(context)),
        *_helps(main, context, "swingphase"),
    )


def settings_page() -> str:
    """Every setting: its variable, what it is when unset, what it means."""
    rows = [
        f"| `SWINGPHASE_{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _page(
        "# Settings",
        SETTINGS_INTRODUCTION,
        "\n".join(["| variable | when unset | meaning |", "|---|---|---|", *rows]),
    )


def _helps(group: click.Group, context: click.Context, called: str) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or (group is main and COMMANDS[name].line is None):
            continue
        within = click.Context(command, context, info_name=name, terminal_width=COLUMNS)
        yield f"## `{called} {name}`"
        yield _fenced(command.get_help(within))
        if isinstance(command, click.Group):
            yield from _helps(command, within, f"{called} {name}")


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "found on this machine"
    return "-" if field.default is None else f"`{field.default}`"


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def _page(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
