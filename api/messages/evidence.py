"""How sure anyone is about a rule: the grade in a word, and what is known in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GRADES: Final[Mapping[str, str]] = {
    "stronger": "stronger evidence",
    "some": "some evidence",
    "weak": "weak evidence",
    "disputed": "disputed",
    "expert_opinion": "expert opinion",
    "our_choice": "our choice",
}

RULES: Final[Mapping[str, str]] = {
    "longest_run": (
        "In the largest study of runners, new jumps in one run went with about "
        "1.5-2.3 times the rate of injury, and most such runs end well. "
        "It looked at groups. It cannot say what will happen to you."
    ),
    "weekly_ramp": (
        "A trial of the 10 % rule found no gain. "
        "Big jumps in a week went with more injury in some studies, but not in all. "
        "The largest study of runners found no link."
    ),
    "ratio": (
        "The lines come from team sports. "
        "In the largest study of runners a high ratio went with less injury, not more. "
        "So on its own it never says more than take care."
    ),
    "ratio_ewma": (
        "The lines come from team sports, and it is not known how they suit runners. "
        "So it is a note and nothing more."
    ),
    "flexions_week": (
        "No study links this count to hip pain. We use the same steps as for the km of a week."
    ),
    "flexions_longest_run": (
        "No study links this count to hip pain. We use the same steps as for the km of one run."
    ),
    "comeback": (
        "Clinics and coaches come back from a break in steps like these. "
        "No trial has put the numbers to the test."
    ),
    "first_runs": "No trial gives a number for the first weeks. We chose small steps.",
}


def grade_text(grade: str) -> str:
    """A grade in a word or two; a grade is a word itself when it has no others."""
    key = grade.replace(" ", "_")
    return GRADES.get(key, key.replace("_", " "))


def evidence_text(rule: str) -> str:
    """What is known about a rule. Raises ``KeyError`` for a rule without words."""
    return RULES[rule]
