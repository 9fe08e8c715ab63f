"""Why a number is missing, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.messages.figures import named
from api.messages.filling import Passage, fill_passage

REASONS: Final[Mapping[str, Passage]] = {
    "no_base": ("You had no runs in the three weeks before, so there is nothing to go by.",),
    "low_base": ("You ran too little in the three weeks before for a fair ratio.",),
    "no_reference": ("You had no run in the 30 days before, so there is nothing to go by.",),
    "no_prior": ("You had no runs in the four weeks before, so there is nothing to go by.",),
    "insufficient_history": (
        ("It needs {needed_days} of runs. You have {history_days}.", "It needs more days of runs."),
    ),
    "partial": ("It rests on less than 30 days so far.",),
    "unobserved": ("Too many of the last 28 days are not known.",),
    "comeback": ("You are coming back from a break, and that limit holds.",),
    "no_lay_off": ("You had no break of seven days or more.",),
    "enough_history": ("Your first four weeks are over.",),
    "not_applicable": ("It does not apply today.",),
    "no_runs": ("You have no runs yet. Upload your first one.",),
    "stale": ("Your newest run is not here yet. Upload it.",),
    "no_rate": ("None of your last runs has a count of hip flexions.",),
}


def reason_text(code: str, numbers: Mapping[str, float] | None = None) -> str:
    """Why there is no number; a code without words of its own reads like ``not_applicable``."""
    passage = REASONS.get(code) or REASONS["not_applicable"]
    return fill_passage(passage, named(numbers or {}))


def learning_text(history_days: int, needed_days: int) -> str:
    """How far the first weeks are: 9 of 28 days."""
    return f"{min(history_days, needed_days)} of {needed_days} days"
