"""What is said about a stretch that was held out, in a runner's own units."""

from __future__ import annotations

import pytest

from api.messages.runs import held_out_text


@pytest.mark.parametrize(
    ("metres", "seconds", "begins"),
    [
        (4140.0, 340.0, "4.1 km of this run were too fast for running, so they do not count."),
        (40.0, 70.0, "40 metres of this run were too fast"),
        (1.2, 70.0, "1 metre of this run was too fast for running, so it does not count."),
        (0.0, 70.0, "1 minute of this run was too fast for running, so it does not count."),
        (0.0, 150.0, "2 minutes of this run were too fast"),
        (0.0, 12.0, "12 seconds of this run were too fast"),
    ],
)
def test_what_was_held_out_is_told_in_its_own_unit_and_number(
    metres: float, seconds: float, begins: str
) -> None:
    told = held_out_text(metres, seconds, fast_was_run=None)
    assert told is not None
    assert told.startswith(begins)


def test_an_answer_is_told_back() -> None:
    assert held_out_text(0.0, 60.0, fast_was_run=False) == (
        "You said that 1 minute of it was not run, so it does not count."
    )
    assert held_out_text(2000.0, 200.0, fast_was_run=True) == (
        "You said that all of it was run, so 2.0 km that were very fast count too."
    )
    assert held_out_text(0.0, 0.0, fast_was_run=None) is None
