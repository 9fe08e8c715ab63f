"""Strava's ``activities.csv``: three forms, any language, nothing stops the rest."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Sport, Warn
from bench.writers.exports import strava as writer
from bench.writers.exports.strava import START, Activity
from bench.writers.exports.zips import Files
from importers.archives import csv_stream
from importers.archives.contract import Listed, Unread
from importers.archives.strava import LAYOUT
from importers.contract import FailureCode, ImportFailure

INDEX = "activities.csv"
Read = Callable[..., list[Listed | Unread]]
AllListed = Callable[..., list[Listed]]


def failure_of(data: bytes) -> FailureCode:
    files = Files({INDEX: data})
    with pytest.raises(ImportFailure) as failure:
        list(LAYOUT.entries(INDEX, files.names, files.open))
    return failure.value.code


@pytest.mark.parametrize("write", [writer.modern, writer.german, writer.before_2019])
def test_a_run_is_the_same_in_every_form(
    listed: AllListed, write: Callable[[Activity], bytes]
) -> None:
    (run,) = listed({INDEX: write(Activity())})
    assert (run.identity, run.title) == ("strava:9125662739", "Evening Run")
    assert run.label == "Evening Run, 2026-05-04 16:40"
    assert (run.recording.sport, run.recording.started_at) == (Sport.RUNNING, START)
    assert run.recording.totals.distance_m == 10050.5
    assert run.recording.totals.elapsed_s == 3000
    assert (run.recording.samples, run.rpe, run.file) == (0, None, None)
    assert [one.code for one in run.recording.warnings] == [Warn.NO_RECORDS]


@pytest.mark.parametrize("write", [writer.modern, writer.german])
def test_what_the_watch_does_not_know_is_told(
    listed: AllListed, write: Callable[[Activity], bytes]
) -> None:
    (run,) = listed({INDEX: write(Activity(exertion="7", steps="8400.0"))})
    assert run.rpe == 7
    totals = run.recording.totals
    assert (totals.timer_s, totals.ascent_m, totals.steps) == (2900, 84, 8400)


def test_kilometres_stand_in_where_no_metres_are(listed: AllListed) -> None:
    """Exports of 2019 have ten columns; their distance is in kilometres."""
    cells = ["7", writer.english_date(START), "Jog", "Run", "", "3000", "10.05", "false", "", ""]
    (run,) = listed({INDEX: writer.table(writer.OF_2019, [cells])})
    assert run.recording.totals.distance_m == pytest.approx(10050)


def test_a_swim_s_shown_distance_has_no_certain_unit(listed: AllListed) -> None:
    cells = ["7", writer.english_date(START), "Pool", "Swim", "", "3000", "1500", "false", "", ""]
    (swim,) = listed({INDEX: writer.table(writer.OF_2019, [cells])})
    assert (swim.recording.sport, swim.recording.totals.distance_m) == (Sport.SWIMMING, None)


def test_the_header_without_private_notes_has_its_columns_one_to_the_left(
    listed: AllListed,
) -> None:
    at = writer.MODERN.index("Activity Private Note")
    run = writer.row(Activity(exertion="5", file="activities/1.gpx"), writer.german_date(START))
    header = [title for number, title in enumerate(writer.GERMAN) if number != at]
    cells = [cell for number, cell in enumerate(run) if number != at]
    files = {INDEX: writer.table(header, [cells]), "activities/1.gpx": b""}
    (one,) = listed(files)
    assert (one.rpe, one.file) == (5, "activities/1.gpx")
    assert one.recording.totals.distance_m == 10050.5


def test_headers_without_translation_are_read_by_what_they_hold(listed: AllListed) -> None:
    header = [writer.untranslated(title) for title in writer.MODERN]
    run = writer.row(Activity(exertion="4"), writer.english_date(START))
    (one,) = listed({INDEX: writer.table(header, [run])})
    assert (one.rpe, one.recording.totals.distance_m) == (4, 10050.5)


@pytest.mark.parametrize("name", ["activities/1.FIT.gz", "Activities/1.fit.gz"])
@pytest.mark.parametrize("prefix", ["", "export/", "a/export.zip!/"])
def test_a_row_names_its_file_wherever_the_export_lies(
    listed: AllListed, prefix: str, name: str
) -> None:
    data = writer.modern(Activity(file="activities/1.fit.gz"))
    (run,) = listed({prefix + INDEX: data, prefix + name: b"", "activities/2.fit.gz": b""})
    assert run.file == prefix + name


def test_a_file_that_was_unpacked_meanwhile_is_found(listed: AllListed) -> None:
    data = writer.modern(Activity(file="activities/1.gpx.gz"))
    (run,) = listed({INDEX: data, "activities/1.gpx": b""})
    assert run.file == "activities/1.gpx"


@pytest.mark.parametrize("file", ["activities/9.fit", "../1.fit", "/etc/passwd", "activities.csv/"])
def test_a_file_that_is_not_there_is_none(listed: AllListed, file: str) -> None:
    (run,) = listed({INDEX: writer.modern(Activity(file=file)), "1.fit": b""})
    assert run.file is None


@pytest.mark.parametrize(
    ("kind", "sport", "sub_sport"),
    [
        ("Run", Sport.RUNNING, None),
        ("Trail Run", Sport.RUNNING, "trail"),
        ("Virtual Run", Sport.RUNNING, "virtual_activity"),
        ("Lauf", Sport.RUNNING, None),
        ("Traillauf", Sport.RUNNING, "trail"),
        ("Course à pied", Sport.RUNNING, None),
        ("Carrera", Sport.RUNNING, None),
        ("Corsa", Sport.RUNNING, None),
        ("Corrida", Sport.RUNNING, None),
        ("Hardloopsessie", Sport.RUNNING, None),
        ("Trail", Sport.RUNNING, "trail"),
        ("Ride", Sport.CYCLING, None),
        ("Radfahrt", Sport.CYCLING, None),
        ("Fietsrit", Sport.CYCLING, None),
        ("Walk", Sport.WALKING, None),
        ("Spaziergang", Sport.WALKING, None),
        ("Wanderung", Sport.HIKING, None),
        ("Natation", Sport.SWIMMING, None),
        ("Wheelchair", Sport.OTHER, None),
        ("Handcycle", Sport.OTHER, None),
        ("Weight Training", Sport.OTHER, None),
        ("", Sport.UNKNOWN, None),
    ],
)
def test_sports_are_known_by_their_words(
    listed: AllListed, kind: str, sport: Sport, sub_sport: str | None
) -> None:
    (one,) = listed({INDEX: writer.modern(Activity(kind=kind))})
    assert (one.recording.sport, one.recording.sub_sport) == (sport, sub_sport)


def test_cells_that_are_errors_cost_only_themselves(listed: AllListed) -> None:
    broken = dict.fromkeys(["Elapsed Time", "Distance", "Activity Name", "Filename"], "#error#")
    broken |= {"Moving Time": "#error#", "Perceived Exertion": "#error#"}
    one, two = listed({INDEX: writer.modern(Activity(cells=broken), Activity(number=2))})
    assert (one.title, one.rpe, one.label) == (None, None, "running, 2026-05-04 16:40")
    assert one.recording.totals.timer_s is None
    # The measured columns behind stay.
    assert one.recording.totals.distance_m == 10050.5
    assert two.title == "Evening Run"


@pytest.mark.parametrize("exertion", ["0", "11", "-3", "NaN", "inf", "1e5", "seven", "7" * 50])
def test_an_effort_that_is_none_is_left_out(listed: AllListed, exertion: str) -> None:
    (run,) = listed({INDEX: writer.modern(Activity(exertion=exertion))})
    assert run.rpe is None


@pytest.mark.parametrize(("steps", "expected"), [("8400", 8400), ("90", None), ("500000", None)])
def test_steps_must_go_with_the_distance(
    listed: AllListed, steps: str, expected: int | None
) -> None:
    (run,) = listed({INDEX: writer.modern(Activity(steps=steps))})
    assert run.recording.totals.steps == expected


@pytest.mark.parametrize(
    ("cell", "metres"),
    [
        ("10,05", 10050),
        ("10.05", 10050),
        ("1.010,5", 1010500),
        ("1,010.5", 1010500),
        ("1\u202f010,5", 1010500),
        ("-3", None),
        ("0", None),
        ("9e9", None),
    ],
)
def test_numbers_have_any_language_s_signs(
    listed: AllListed, cell: str, metres: float | None
) -> None:
    cells = ["7", writer.english_date(START), "Jog", "Run", "", "3000", cell, "false", "", ""]
    (run,) = listed({INDEX: writer.table(writer.OF_2019, [cells])})
    assert run.recording.totals.distance_m == (metres and pytest.approx(metres))


def test_a_date_nobody_can_read_leaves_the_run_dateless(listed: AllListed) -> None:
    cells = writer.row(Activity(), "the day before yesterday")
    (run,) = listed({INDEX: writer.table(writer.MODERN, [cells])})
    assert run.recording.started_at is None
    assert Warn.NO_START in [one.code for one in run.recording.warnings]


def test_rows_that_say_nothing_are_told_and_the_others_go_on(read: Read) -> None:
    good = writer.row(Activity(), writer.english_date(START))
    nothing = ["8", *[""] * 98]
    no_number = ["x", *good[1:]]
    entries = read({INDEX: writer.table(writer.MODERN, [good, no_number, nothing, good[:3], good])})
    assert [isinstance(entry, Unread) for entry in entries] == [False, True, True, False, False]
    unread = [entry for entry in entries if isinstance(entry, Unread)]
    assert [(one.label, one.code) for one in unread] == [
        ("row 3", FailureCode.DAMAGED),
        ("unknown", FailureCode.DAMAGED),
    ]


def test_blank_rows_marks_and_line_breaks_do_no_harm(listed: AllListed) -> None:
    note = 'Two\nlines, "quoted"\r\n, and a third'
    data = writer.modern(Activity(description=note), Activity(number=2, name="a\nb\0c"))
    blank = data.replace(b"\n9125662739", b"\n\n,,,\n9125662739")
    first, second = listed({INDEX: b"\xef\xbb\xbf" + blank.replace(b"\r\n", b"\n")})
    assert (first.title, second.title) == ("Evening Run", "a b c")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_may_have_saved_it_again(listed: AllListed, separator: str) -> None:
    rows = [writer.row(Activity(), writer.german_date(START), decimal=",")]
    data = writer.table(writer.GERMAN, rows, separator=separator)
    (run,) = listed({INDEX: data.decode().encode("utf-16")})
    assert run.recording.totals.distance_m == 10050.5


def test_names_in_another_encoding_lose_only_their_letters(listed: AllListed) -> None:
    data = writer.modern(Activity(name="Läufe")).decode().encode("latin-1")
    (run,) = listed({INDEX: data})
    assert run.title == "L\ufffdufe"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY_FILE),
        (b"\n\n \n", FailureCode.EMPTY_FILE),
        (b"Date,Distance\n1,2\n", FailureCode.NOT_RECOGNISED),
        (b"Activity name,Activity type,Start time\na,b,c\n", FailureCode.NOT_RECOGNISED),
        (b"a,b,c,d,e,f,g,h,i,j\nx,y,z,1,2,3,4,5,6,7\n", FailureCode.NOT_RECOGNISED),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), FailureCode.NOT_RECOGNISED),
        (b"," * 500_000 + b"x\n", FailureCode.NOT_RECOGNISED),
        (b"x" * (csv_stream.LONGEST_LINE + 1), FailureCode.TOO_LARGE),
        (b'"' + b"x" * csv_stream.LONGEST_FIELD + b'x"\n1\n', FailureCode.NOT_RECOGNISED),
    ],
)
def test_another_service_s_file_of_that_name_is_not_recognised(
    data: bytes, code: FailureCode
) -> None:
    assert failure_of(data) is code


def test_a_giant_field_costs_only_its_row(read: Read) -> None:
    giant = Activity(number=5, description="x" * (csv_stream.LONGEST_FIELD + 1))
    first, second, third = read({INDEX: writer.modern(Activity(), giant, Activity(number=6))})
    assert isinstance(second, Unread)
    assert isinstance(first, Listed)
    assert isinstance(third, Listed)


def test_a_quote_nobody_closed_does_not_swallow_the_file(read: Read) -> None:
    data = writer.modern(*writer.history(2000))
    entries = read({INDEX: data.replace(b"Run 10,", b'"Run 10,')})
    good = [entry for entry in entries if isinstance(entry, Listed)]
    assert len(good) > 1500
    assert any(isinstance(entry, Unread) for entry in entries)


def test_a_row_of_ever_more_quoted_cells_is_too_large() -> None:
    piece = b'"a\n",' * 200_000
    with pytest.raises(ImportFailure) as failure:
        list(csv_stream.rows(io.BytesIO(piece * 3)))
    assert (failure.value.code, failure.value.detail) == (FailureCode.TOO_LARGE, "row")
    assert len(list(csv_stream.rows(io.BytesIO(b"a,b\n" * 700_000)))) == 700_000


@pytest.mark.parametrize("date", ["1970-01-01 00:00:00", "9999-12-31 23:59:59", "1066-10-14"])
def test_an_impossible_date_is_none(listed: AllListed, date: str) -> None:
    data = writer.before_2019(writer.Activity()).replace(b"2026-05-04 16:40:57", date.encode())
    (run,) = listed({INDEX: data})
    assert (run.recording.started_at, run.label) == (None, "Evening Run")
    codes = [one.code for one in run.recording.warnings]
    assert codes == [Warn.NO_RECORDS, Warn.IMPOSSIBLE_DATE]


def test_rows_come_while_the_file_is_read() -> None:
    class Counted(io.BytesIO):
        blocks = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.blocks += 1
            return super().read(size)

    stream = Counted(writer.modern(*writer.history(5000)))
    next(csv_stream.rows(stream))
    assert stream.blocks == 1


def test_a_real_export_without_files(listed: AllListed, watch_files: Path) -> None:
    data = (watch_files / "exports/marcusvolz__strava_py__activities.csv").read_bytes()
    rides = listed({INDEX: data})
    assert len(rides) == 8
    assert {ride.recording.sport for ride in rides} == {Sport.CYCLING}
    first = rides[0]
    assert (first.identity, first.title, first.rpe) == ("strava:9125662739", "Evening Ride", 6)
    assert first.recording.started_at == datetime(2023, 5, 23, 12, 40, 57, tzinfo=UTC)
    assert first.recording.totals.distance_m == pytest.approx(33912.48)
    assert (first.recording.totals.timer_s, first.recording.totals.elapsed_s) == (5103, 6124)


TOKENS = (b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"#error#", b"9" * 300, b"<span>", b";", b'""')
WHOLE = writer.modern(*writer.history(4))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE)),
            st.sampled_from([0, 0, 1, 5, 300]),
            st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_damaged_list_is_entries_or_a_failure(edits: Sequence[tuple[int, int, bytes]]) -> None:
    data = WHOLE
    for at, removed, added in edits:
        data = data[:at] + added + data[at + removed :]
    files = Files({INDEX: data})
    try:
        entries = list(LAYOUT.entries(INDEX, files.names, files.open))
    except ImportFailure:
        return
    for entry in entries:
        assert isinstance(entry, Unread) or entry.identity.startswith("strava:")
