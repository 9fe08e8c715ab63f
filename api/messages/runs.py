"""What is said about single runs: stretches that were held out, and what a change did."""

from __future__ import annotations

from typing import Final

from api.messages import figures
from api.messages.filling import fill

HELD_OUT: Final = (
    "{held_out} of this run were faster than anybody runs, so they do not count. "
    "If you did run them, say so."
)
HELD_OUT_ON: Final = (
    "{held_out} of your run on {day} were faster than anybody runs, so they do not count. "
    "If you did run them, say so."
)
STAYS_OUT: Final = "You said that {held_out} of it were not run, so they do not count."
COUNTS: Final = "You said that all of it was run, so {held_out} that were very fast count too."


def held_out_text(
    held_out_m: float, held_out_s: float, *, fast_was_run: bool | None, day: str | None = None
) -> str | None:
    """What is to be said about a stretch too fast for running, or None when there is none.

    Parameters
    ----------
    held_out_m, held_out_s
        How long it was.
    fast_was_run
        The runner's answer, None while there is none.
    day
        The day of the run, where it is not plain which run is meant.
    """
    if held_out_m <= 0 and held_out_s <= 0:
        return None
    known = {"held_out": _amount(held_out_m, held_out_s), "day": day or ""}
    if fast_was_run is None:
        return fill(HELD_OUT if day is None else HELD_OUT_ON, known)
    return fill(COUNTS if fast_was_run else STAYS_OUT, known)


def _amount(held_out_m: float, held_out_s: float) -> str:
    if held_out_m > 0:
        return figures.km(held_out_m / 1000.0)
    return figures.plural(held_out_s / 60.0, "minute", "minutes")
