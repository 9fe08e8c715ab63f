import pytest

from analytics.recording import Warn
from api.messages.imports import FAILED, OUTCOMES, item_sentence, status_word, warning_text
from importers.contract import FailureCode

TO_DO = ("copy", "upload", "unpack", "export", "download", "split", "check", "report", "retry")


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_has_a_sentence_of_its_own(code: FailureCode) -> None:
    assert code in FAILED
    assert item_sentence("failed", code) != item_sentence("failed", "no such code")


@pytest.mark.parametrize("code", sorted(FAILED))
def test_every_failure_says_what_to_do(code: str) -> None:
    last_sentence = item_sentence("failed", code).split(". ")[-1].lower()
    assert any(word in last_sentence for word in TO_DO)


@pytest.mark.parametrize("code", Warn)
def test_every_warning_has_words(code: Warn) -> None:
    assert warning_text(code).endswith(".")
    assert warning_text(code, 1) == warning_text(code)
    assert warning_text(code, 1200).endswith("(1,200 times).")


@pytest.mark.parametrize("status", OUTCOMES)
def test_every_status_is_called_something_and_ends_in_a_sentence(status: str) -> None:
    assert status_word(status)
    assert item_sentence(status, None).endswith(".")
    assert item_sentence(status, "a code of a later version").endswith(".")


def test_a_duplicate_names_the_day_of_the_run_it_matches() -> None:
    assert item_sentence("duplicate", "same_run", "2026-11-03").startswith(
        "This is the run of Tue 3 Nov again."
    )
    assert item_sentence("duplicate", "same_run").startswith("You have this run already.")


def test_a_failure_tells_the_fact_its_importer_found() -> None:
    assert item_sentence("failed", "damaged", "byte 1204").startswith(
        "The file is broken and nothing in it can be read (byte 1204)."
    )


def test_a_limit_is_told_in_units_a_runner_reads() -> None:
    assert "(the most is 256 MB)" in item_sentence("failed", "too_large", str(256 * 1024 * 1024))
    assert "(the most is 100,000)" in item_sentence("failed", "too_many_files", "100000")
    assert "(the most is 200 : 1)" in item_sentence("failed", "ratio_too_high", "200")
    assert "(the most is 3)" in item_sentence("failed", "nested_too_deep", "3")


def test_what_is_no_watch_file_is_a_failure_by_hand_and_left_out_in_an_archive() -> None:
    assert "Upload FIT" in item_sentence("failed", "not_a_watch_file")
    assert "nothing you need to do" in item_sentence("skipped", "not_a_watch_file")


def test_the_name_comes_first_when_asked_for() -> None:
    assert item_sentence("imported", None, name="a.fit") == "a.fit: It was added to your runs."
