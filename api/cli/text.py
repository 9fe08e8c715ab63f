"""How the commands lay text out for a terminal: tables, and names that may hold anything."""

from __future__ import annotations

from collections.abc import Sequence

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
GAP = "  "


def shown(name: str) -> str:
    """A name that came from a file, without what a terminal would take for a command."""
    return "".join(sign if sign.isprintable() else UNPRINTABLE for sign in name)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns under their headings, as wide as they need; the first ``left`` of them flush left."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return "\n".join(
        GAP.join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [headings, *rows]
    )
