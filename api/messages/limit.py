"""Today's limit in words: a limit, not a target, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.messages import figures
from api.messages.filling import Sentence, fill, fill_passage

BINDS: Final[Mapping[str, Sentence]] = {
    "longest_run": (
        "Past it would be a new jump: your longest run of the last 30 days is {reference_km}.",
        "Past it would be a new jump from your longest run of the last 30 days.",
    ),
    "weekly_ramp": (
        "Past it would be a new jump: your biggest week of the last four is {highest_week_km}.",
        "Past it would be a new jump from your biggest week of the last four.",
    ),
    "ratio": "Past it your week would be far above your last three weeks.",
    "ratio_ewma": "Past it your last days would be far above your last weeks.",
    "flexions_week": "Past it would be a new jump in this week's hip flexions.",
    "flexions_longest_run": "Past it would be a new jump in one run's hip flexions.",
    "comeback": (
        "You had {off_days} without a run, so the way back goes in small steps.",
        "After a break the way back goes in small steps.",
    ),
    "first_runs": "In your first four weeks it grows in small steps.",
}

RESTS: Final[Mapping[str, Sentence]] = {
    "weekly_ramp": "Your last six days hold a full week of running.",
    "ratio": "Your last six days hold a full week of running.",
    "ratio_ewma": "Your last days hold enough running.",
    "flexions_week": "Your last six days hold a full week of hip flexions.",
    "comeback": "Your first days back are full.",
}

LIMIT: Final = "Today's limit: {km}. Not a target."
REST: Final = "Today's limit: rest."
PART_DONE: Final = "You ran {done}, so {remaining} are left."
USED_UP: Final = "Today's limit of {km} is used up: you ran {done}. Rest now."
OVER: Final = "You ran {done} today. Today's limit was {km}. That is enough for today."
REST_OVER: Final = "You ran {done} today. Today's limit was rest. That is enough for today."
NO_RUNS: Final = "No limit yet. Upload your first run."
STALE: Final = (
    "No limit today, as no newer run is here. If you ran, upload it. "
    "If you rested, start with a short run."
)


def binds_text(guardrail: str | None, numbers: Mapping[str, float] | None = None) -> str:
    """Why the limit is where it is: the guardrail that binds, in a sentence."""
    return fill(BINDS.get(guardrail or "", ""), figures.named(numbers or {}))


def limit_text(  # noqa: PLR0913 - the limit and what has been used of it
    km: float | None,
    guardrail: str | None,
    numbers: Mapping[str, float] | None = None,
    *,
    done_km: float = 0.0,
    stale: bool = False,
    has_runs: bool = True,
) -> str:
    """Today's limit in a sentence or two.

    Parameters
    ----------
    km
        The limit, or None when none is given.
    guardrail
        The rule that binds.
    numbers
        What its ceiling was made of; a number that is missing is not spoken of.
    done_km
        What was run today.
    stale
        The data is too old for a limit.
    has_runs
        Whether there is any run at all.
    """
    if not has_runs:
        return NO_RUNS
    if stale or km is None:
        return STALE
    known = {
        "km": figures.limit_km(max(km, 0.0)),
        "done": figures.km(done_km),
        "remaining": figures.limit_km(max(km - done_km, 0.0)),
    }
    resting = is_rest(km)
    if done_km > 0 and resting:
        return fill(REST_OVER, known)
    if done_km > 0 and is_rest(km - done_km):
        return fill(OVER if done_km > km else USED_UP, known)
    if resting:
        reason = fill(RESTS.get(guardrail or "", ""), {})
        return f"{REST} {reason}".strip()
    parts = [LIMIT, PART_DONE] if done_km > 0 else [LIMIT]
    return f"{fill_passage(parts, known)} {binds_text(guardrail, numbers)}".strip()


def is_rest(km: float) -> bool:
    """Whether a limit reads rest: nothing is left of it at the tenth of a kilometre shown."""
    return figures.limit_km(max(km, 0.0)) == figures.limit_km(0.0)
