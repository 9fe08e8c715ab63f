"""What is said about single runs: stretches that were held out, and what a change did."""

from __future__ import annotations

from typing import Final

from api.messages import figures
from api.messages.filling import fill

HELD_OUT: Final = (
    "{held_out} of this run {was} too fast for running, so {it_does} not count. "
    "If you did run {it}, say so."
)
HELD_OUT_ON: Final = (
    "{held_out} of your run on {day} {was} too fast for running, so {it_does} not count. "
    "If you did run {it}, say so."
)
STAYS_OUT: Final = "You said that {held_out} of it {was} not run, so {it_does} not count."
COUNTS: Final = "You said that all of it was run, so {held_out} that {was} very fast {counts} too."

SWALLOWED: Final = "Another file of this run counts."
SWALLOWED_BY_DAY: Final = (
    "A run of that day is about as long, so the two count as one. "
    "If it was another run, give its time."
)

ONE: Final = {"was": "was", "it_does": "it does", "it": "it", "counts": "counts"}
MANY: Final = {"was": "were", "it_does": "they do", "it": "them", "counts": "count"}


def duplicate_text(*, knows_time: bool) -> str:
    """What is to be said of a recording that does not count, as another one of its run does.

    Where only its day was told, that and its length alone say that it is the same run.
    """
    return SWALLOWED if knows_time else SWALLOWED_BY_DAY


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
    held_out = figures.metres(held_out_m) if held_out_m > 0 else figures.duration(held_out_s)
    forms = ONE if held_out.startswith("1 ") else MANY
    known = {"held_out": held_out, "day": day or "", **forms}
    if fast_was_run is None:
        return fill(HELD_OUT if day is None else HELD_OUT_ON, known)
    return fill(COUNTS if fast_was_run else STAYS_OUT, known)
