from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.messages import figures
from api.messages.headline import headline
from api.messages.limit import binds_text, is_rest, limit_text

DAY = date(2026, 11, 3)


def test_the_limit_is_no_target_and_says_what_binds_it() -> None:
    assert limit_text(12.43, "longest_run", {"reference_km": 11.3}) == (
        "Today's limit: 12.4 km. Not a target. Past it would be a new jump: "
        "your longest run of the last 30 days is 11.3 km."
    )


def test_a_limit_without_its_number_still_says_what_binds_it() -> None:
    assert limit_text(12.43, "longest_run").endswith(
        "Past it would be a new jump from your longest run of the last 30 days."
    )
    assert limit_text(12.43, None) == "Today's limit: 12.4 km. Not a target."


def test_no_limit_left_reads_rest() -> None:
    assert limit_text(0.0, "weekly_ramp") == (
        "Today's limit: rest. Your last six days hold a full week of running."
    )
    assert limit_text(0.04, None) == "Today's limit: rest."


def test_what_is_done_leaves_the_rest_of_the_limit() -> None:
    text = limit_text(12.43, "longest_run", done_km=5.0)
    assert "You ran 5.0 km, so 7.4 km are left." in text


@pytest.mark.parametrize(
    ("done_km", "start"),
    [
        (12.43, "Today's limit of 12.4 km is used up: you ran 12.4 km."),
        (13.0, "You ran 13.0 km today. Today's limit was 12.4 km."),
    ],
)
def test_a_day_that_is_done(done_km: float, start: str) -> None:
    assert limit_text(12.43, "longest_run", done_km=done_km).startswith(start)


def test_old_data_gives_no_km() -> None:
    assert "km" not in limit_text(12.43, "longest_run", stale=True)
    assert limit_text(3.0, "first_runs", has_runs=False) == "No limit yet. Upload your first run."


def test_an_unknown_guardrail_is_not_spoken_of() -> None:
    assert binds_text("a rule of a later version") == ""


@given(st.floats(0.0, 500.0))
def test_a_shown_limit_never_lies_above_the_limit(km: float) -> None:
    shown = float(figures.limit_km(km).removesuffix(" km"))
    assert km - 0.1 < shown <= km + 1e-6
    assert is_rest(km) == (shown == 0.0)


@pytest.mark.parametrize("tenths", range(1, 400))
def test_a_limit_of_whole_tenths_loses_none(tenths: int) -> None:
    assert figures.limit_km(tenths / 10) == f"{tenths / 10:.1f} km"


def test_headlines_by_level() -> None:
    assert headline("steady", data_through=DAY) == "No jump found (runs up to Tue 3 Nov)."
    assert headline("note", data_through=DAY) == "No jump found (runs up to Tue 3 Nov)."
    assert headline("no_data", data_through=None).startswith("No runs yet.")
    assert headline("no_data", data_through=DAY) == (
        "No runs since Tue 3 Nov. If you ran since then, upload it to see today's limit."
    )
    assert headline("stop", data_through=DAY) == "Stop running. Get medical help."


def test_a_headline_names_what_was_found_and_when() -> None:
    assert headline(
        "take_care", data_through=DAY, rule="longest_run", rule_level="take_care", day=DAY
    ) == ("Take care: your run was a new jump (Tue 3 Nov).")


def test_two_families_raise_the_day_above_each_of_them() -> None:
    assert headline(
        "ease_off", data_through=DAY, rule="longest_run", rule_level="take_care", day=DAY
    ) == ("Ease off: two kinds of jump in seven days (last on Tue 3 Nov).")
    assert headline(
        "ease_off", data_through=DAY, rule="longest_run", rule_level="ease_off", day=DAY
    ) == ("Ease off: your run was a very big jump (Tue 3 Nov).")


def test_numbers_as_a_runner_reads_them() -> None:
    assert figures.km(1234.56) == "1,234.6 km"
    assert figures.km(-0.01) == "0.0 km"
    assert figures.flexions(14_200.4) == "14,200 hip flexions"
    assert figures.flexions(1.0) == "1 hip flexion"
    assert figures.change(0.084) == "+8 %"
    assert figures.change(-0.3) == "-30 %"
    assert figures.change(0.001) == "no change"
    assert figures.limit_amount(-3.0, "distance_km") == "0.0 km"
    assert figures.limit_amount(15_234.9, "hip_flexions") == "15,234 hip flexions"


def test_a_date_far_away_carries_its_year() -> None:
    assert figures.day(DAY) == "Tue 3 Nov"
    assert figures.day(DAY, date(2026, 11, 20)) == "Tue 3 Nov"
    assert figures.day(DAY, date(2027, 11, 3)) == "Tue 3 Nov 2026"
