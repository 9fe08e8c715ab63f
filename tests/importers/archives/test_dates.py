"""Moments in words, in the languages exports come in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.archives.dates import utc_moment

MOMENT = datetime(2023, 5, 4, 16, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-04 16:05:07",
        "2023-05-04 16:05:07 UTC",
        "2023-05-04T16:05:07Z",
        "2023-05-04T18:05:07+02:00",
        "May 4, 2023, 4:05:07 PM",
        "May 04, 2023, 04:05:07\u202fPM",
        "4 May 2023, 16:05:07",
        "04.05.2023, 16:05:07",
        "4. 5. 2023 16:05:07",
        "04/05/2023 16:05:07",
        "4. Mai 2023, 16:05:07",
        "4 mai 2023 à 16:05:07",
        "4 may. 2023, 4:05:07 p. m.",
        "4 mag 2023, 16:05:07",
        "4 mei 2023, 16:05:07",
        "4 de mai. de 2023, 16:05:07",
        "4 maj 2023 kl. 16:05:07",
        "4. maj 2023 16.05.07",
        "2023年5月4日 16:05:07",
        "2023/05/04 16:05:07",
    ],
)
def test_every_language_s_words_are_one_moment(text: str) -> None:
    assert utc_moment(text) == MOMENT


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (1, "Jan Januar janvier enero gennaio stycznia"),
        (2, "Feb. févr. febrero febbraio fevereiro luty"),
        (3, "Mar March März mars marzo mrt maart março marzec"),
        (4, "Apr avr. abr. aprile kwi"),
        (5, "May Mai mag maj mei maio"),
        (6, "Jun June juin giu junio juni cze"),
        (7, "Jul July juil. lug julio juli lip"),
        (8, "Aug août ago agosto augustus sierpnia"),
        (9, "Sep Sept. settembre set wrz"),
        (10, "Oct Okt ottobre out paź"),
        (11, "Nov novembre lis"),
        (12, "Dec Dez déc. dic des gru"),
    ],
)
def test_months_have_names_in_the_main_languages(month: int, words: str) -> None:
    for word in words.split():
        assert utc_moment(f"12 {word} 2023, 10:00:00") == datetime(2023, month, 12, 10, tzinfo=UTC)


def test_noon_and_midnight_are_told_apart() -> None:
    assert utc_moment("May 4, 2023, 12:00:01 AM") == datetime(2023, 5, 4, 0, 0, 1, tzinfo=UTC)
    assert utc_moment("May 4, 2023, 12:00:01 PM") == datetime(2023, 5, 4, 12, 0, 1, tzinfo=UTC)


def test_the_day_comes_first_unless_it_cannot() -> None:
    assert utc_moment("05/04/2023 10:00:00") == datetime(2023, 4, 5, 10, tzinfo=UTC)
    assert utc_moment("05/23/2023 10:00:00") == datetime(2023, 5, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#error#",
        "yesterday",
        "32.05.2023, 10:00:00",
        "May 2023",
        "4.5.23",
        "9" * 79,
        "May" * 40,
        "0001-01-01T00:00:00+14:00",
        "٤ May ٢٠٢٣",
        "2023-02-30 10:00:00",
        "4 May 2023, 25:00:00",
    ],
)
def test_what_names_no_moment_is_none(text: str) -> None:
    assert utc_moment(text) is None


@given(st.text(max_size=60))
def test_no_text_does_harm(text: str) -> None:
    moment = utc_moment(text)
    assert moment is None or moment.utcoffset() is not None


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants bare bounds
def test_every_second_of_a_history_is_read_back(time: datetime) -> None:
    time = time.replace(microsecond=0)
    assert utc_moment(f"{time:%b} {time.day}, {time.year}, {time:%I:%M:%S %p}") == time
    assert utc_moment(f"{time:%d.%m.%Y, %H:%M:%S}") == time
