import pytest

from analytics.recording import Warn
from api.messages.imports import FAILED, OUTCOMES, item_words, status_word, warning_text
from importers.contract import FailureCode

TO_DO = ("copy", "upload", "unpack", "export", "download", "split", "check", "report", "retry")


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_has_a_sentence_of_its_own(code: FailureCode) -> None:
    assert code in FAILED
    assert item_words("failed", code) != item_words("failed", "no such code")


@pytest.mark.parametrize("code", sorted(FAILED))
def test_every_failure_says_what_to_do(code: str) -> None:
    assert any(word in item_words("failed", code).hint.lower() for word in TO_DO)


@pytest.mark.parametrize("code", Warn)
def test_every_warning_has_words(code: Warn) -> None:
    assert warning_text(code).endswith(".")
    assert warning_text(code, 1) == warning_text(code)
    assert warning_text(code, 1200).endswith("(1,200 times).")


@pytest.mark.parametrize("status", OUTCOMES)
def test_every_status_is_called_something_and_ends_in_a_sentence(status: str) -> None:
    assert status_word(status)
    assert item_words(status, None).sentence.endswith(".")
    assert item_words(status, "a code of a later version").sentence.endswith(".")


def test_a_duplicate_names_the_day_of_the_run_it_matches() -> None:
    assert item_words("duplicate", "same_run", "2026-11-03").sentence.startswith(
        "This is the run of Tue 3 Nov again."
    )
    assert item_words("duplicate", "same_run").sentence.startswith("You have this run already.")


def test_a_failure_tells_the_fact_its_importer_found() -> None:
    assert item_words("failed", "damaged", "byte 1204").sentence.startswith(
        "The file is broken and nothing in it can be read (byte 1204)."
    )


def test_a_limit_is_told_in_units_a_runner_reads() -> None:
    assert (
        "(the most is 256 MB)" in item_words("failed", "too_large", str(256 * 1024 * 1024)).sentence
    )
    assert "(the most is 100,000)" in item_words("failed", "too_many_files", "100000").sentence
    assert "(the most is 200 : 1)" in item_words("failed", "ratio_too_high", "200").sentence
    assert "(the most is 3)" in item_words("failed", "nested_too_deep", "3").sentence


def test_what_is_no_watch_file_is_a_failure_by_hand_and_left_out_in_an_archive() -> None:
    assert "Upload FIT" in item_words("failed", "not_a_watch_file").hint
    assert "nothing you need to do" in item_words("skipped", "not_a_watch_file").hint


def test_an_index_says_how_much_it_brought() -> None:
    words = item_words("imported", "index", "3 120 1")
    assert words.sentence == (
        "This list was read: 3 added, 120 given a name or effort, 1 not read."
    )
    assert item_words("imported", "index").sentence == "This list was read."


def test_what_was_deleted_before_says_how_to_have_it_back() -> None:
    assert "restore" in item_words("skipped", "deleted_before").hint
