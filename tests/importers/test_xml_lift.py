"""Records lifted out of the text are read as the parser would, and all others are left to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Recording, RecordingWarning, Warn
from bench.fuzz.kinds.xml import seeds
from bench.fuzz.mutant import Breeder
from bench.writers import gpx as gpx_writer
from bench.writers import tcx as tcx_writer
from importers import gpx, tcx
from importers.contract import ImportFailure
from importers.xml_columns import RecordColumns
from importers.xml_lift import Lifted, Lifter, RecordLifter, Records
from importers.xml_stream import CHUNK_BYTES, XmlStream

RECORDS: Final = Records("box", "pt", 4, {"time": 1, "hr": 2, "cad": 3}, {"id": 0})
CONTAINERS: Final = ("shelf", "box")
ROOT: Final = (
    '<all xmlns="http://example.org/all" xmlns:n="http://example.org/n" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
PLAIN: Final = (
    '<pt id="1"><time>t</time><ext><hr>5</hr></ext></pt>',
    '<pt id="2">\r\n  <time>t2</time>\n  <ext>\n\t<n:hr>6</n:hr> </ext>\n</pt>\n',
    '<pt id="3"><time></time><ext><hr>7</hr><n:HR>8</n:HR></ext></pt>',
    '<pt id="4"><time/><ext><hr></hr><hr>9</hr></ext></pt>',
    '<pt id=""><time> t </time><other>x</other></pt>',
    '<n:pt id="5" n:ref="no"><cad xsi:type="a_b">1.5</cad></n:pt>',
    '<pt  id="6"\n><x xmlns="http://example.org/x/v2"><cad>1</cad></x></pt>',
    '<pt id="7"><m:x xmlns:m="http://example.org/m"><m:cad>1</m:cad></m:x></pt>',
    '<pt id="8"/>',
)
ODD: Final = (
    "<pt id='9'><time>t</time></pt>",
    '<pt id="&lt;"><time>t</time></pt>',
    '<pt id="a\tb"><time>t</time></pt>',
    '<pt id="1"><time>a&amp;b</time></pt>',
    '<pt id="1"><time>a\r\nb</time></pt>',
    '<pt id="1"><time>\r</time></pt>',
    '<pt id="1"><time>é</time></pt>',
    '<pt id="1"><time>a]]>b</time></pt>',
    '<pt id="1"><time>a\0b</time></pt>',
    '<pt id="1"><time>a<!-- b -->c</time></pt>',
    '<pt id="1"><time><![CDATA[<pt id="1"><time>t</time></pt>]]></time></pt>',
    '<pt id="1"><?x <pt?><time>t</time></pt>',
    '<pt id="1"><time>&unknown;</time></pt>',
    '<pt id="1"><time>t<hr>5</hr></time></pt>',
    '<pt id="1"><hr> <time>t</time></hr></pt>',
    '<pt id="1">text<time>t</time></pt>',
    '<pt id="1" id="2"><time>t</time></pt>',
    '<pt id="1" n:id="2"><time>t</time></pt>',
    '<pt id="1"><u:time>t</u:time></pt>',
    '<pt id="1"><u:cad xmlns:u="http://example.org/u">1</u:cad><u:cad>2</u:cad></pt>',
    '<pt id="1"><x xmlns="relative"><cad>1</cad></x></pt>',
    '<pt id="1"><x xmlns:m=""><cad>1</cad></x></pt>',
    '<pt id="1"><x xmlns:xml="http://example.org/x"><cad>1</cad></x></pt>',
    '<pt id="1"><xml:time>t</xml:time></pt>',
    '<pt id="1"><a:b:time>t</a:b:time></pt>',
    '<pt id="1"><time>t</tme></pt>',
    '<pt id="1"><time>t</pt></time>',
    '<pt id="1"><time>t</time>',
    "</pt>",
    '<pt id="1"><pt id="2"><time>t</time></pt><time>u</time></pt>',
    '<pt id="1"><time>t</time><box><pt id="2"><time>u</time></pt></box></pt>',
    '<pt id="1"><time>t</time><box><cad>1</cad></box></pt>',
    "<other><time>no</time></other>",
    "text",
    "<",
    "<!-- <box> -->",
    "<![CDATA[<box>]]>",
    "<?box <box>?>",
    '<box a="1">',
    "<box>",
    "<n:box>",
    "<u:box>",
    "</box>",
    "</shelf>",
    "<shelf>",
    "<deep>" * 300,
    '<pt id="1"><time>' + "1" * 300 + "</time></pt>",
    " " * 300,
)
PREFIXED: Final = "<pt><m:cad>1</m:cad></pt>"
Rows = list[tuple[str | None, ...]]
Lifting = Callable[[Records, Collection[str]], Lifter]


@dataclass
class Watched:
    """A lifter that counts what it lifts."""

    lifter: Lifter
    records: int = 0

    def container_tag(self, body: bytes, at: int) -> tuple[int, int] | None:
        return self.lifter.container_tag(body, at)

    def lift(self, body: bytes, at: int, prefixes: Collection[str | None]) -> Iterator[Lifted]:
        for lifted in self.lifter.lift(body, at, prefixes):
            self.records += len(lifted.columns[0])
            yield lifted


def lifting_nothing(records: Records, containers: Collection[str]) -> Lifter:
    return RecordLifter(replace(records, container="nowhere"), containers)


def read(
    data: bytes, lifting: Lifting = RecordLifter
) -> tuple[Rows, tuple[RecordingWarning, ...], int]:
    """Rows of records in the order they were handed over, warnings, and how many were lifted."""
    lifter = Watched(lifting(RECORDS, CONTAINERS))
    try:
        stream = XmlStream(data, CONTAINERS, lifter)
    except ImportFailure as failure:
        return [(failure.code,)], (), 0
    reader = RecordColumns(RECORDS)
    rows: Rows = []
    for part in stream:
        if part.name == "box":
            rows += zip(*reader.read(part), strict=True)
    # "" is what an empty element's text is to the one, None to the other.
    told = [tuple(text or None for text in row) for row in rows]
    return told, stream.warnings(), lifter.records


def recordings(data: bytes, ending: str, lifting: Lifting) -> Sequence[Recording]:
    importer = replace(gpx.IMPORTER if ending == ".gpx" else tcx.IMPORTER, lifter=lifting)
    return importer.parse(data)


def outcome(data: bytes, ending: str, lifting: Lifting) -> list[dict[str, object]] | str:
    try:
        return [asdict(recording) for recording in recordings(data, ending, lifting)]
    except ImportFailure as failure:
        return repr(failure)


def assert_equal_either_way(data: bytes, ending: str) -> None:
    # NaN counts as equal to NaN here.
    np.testing.assert_equal(
        outcome(data, ending, RecordLifter), outcome(data, ending, lifting_nothing)
    )


def times(text: str) -> st.SearchStrategy[str]:
    return st.integers(2, 12).map(lambda count: text * count)


PARTS: Final = st.one_of(
    *[st.sampled_from(PLAIN)] * 3, st.sampled_from(ODD), st.sampled_from(PLAIN).flatmap(times)
)
BOXES: Final = st.tuples(
    st.sampled_from(["<box>", "<box>", "<n:box>", "<shelf><box>", "<box><box>"]),
    st.lists(PARTS, max_size=12),
)


def inside(opening: str, *parts: str) -> str:
    tags = opening.strip("<>").split("><")
    ending = "".join(f"</{tag.split()[0]}>" for tag in reversed(tags))
    return f"{opening}{''.join(parts)}{ending}"


def boxed(*parts: str, opening: str = "<box>") -> bytes:
    return f"{ROOT}{inside(opening, *parts)}</all>".encode()


@settings(deadline=None, max_examples=300)
@given(st.lists(BOXES, max_size=4), st.one_of(st.none(), st.integers(0, 400)))
def test_any_text_is_read_as_without_lifting(
    boxes: list[tuple[str, list[str]]], cut: int | None
) -> None:
    body = "".join(inside(opening, *parts) for opening, parts in boxes)
    data = f"{ROOT}{body}</all>".encode()
    data = data if cut is None else data[: max(len(data) - cut, 0)]
    assert read(data)[:2] == read(data, lifting_nothing)[:2]


@pytest.mark.parametrize("plain", PLAIN)
def test_all_but_the_last_of_a_run_of_plain_records_is_lifted(plain: str) -> None:
    rows, warnings, lifted = read(boxed(plain * 500))
    assert (len(rows), warnings) == (500, ())
    assert lifted == 499
    assert rows == read(boxed(plain * 500), lifting_nothing)[0]


def test_what_is_lifted_is_what_is_written() -> None:
    rows, _, lifted = read(boxed(*PLAIN))
    assert lifted == len(PLAIN) - 1
    assert rows == [
        ("1", "t", "5", None),
        ("2", "t2", "6", None),
        ("3", None, "7", None),
        ("4", None, "9", None),
        (None, " t ", None, None),
        ("5", None, None, "1.5"),
        ("6", None, None, "1"),
        ("7", None, None, "1"),
        ("8", None, None, None),
    ]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_record_is_the_parser_s_with_all_behind_it(odd: str) -> None:
    data = boxed(PLAIN[0] * 20, odd, PLAIN[0] * 20)
    rows, warnings, lifted = read(data)
    assert (rows, warnings) == read(data, lifting_nothing)[:2]
    # Behind what opens another box there is more to lift; the stream declares an early prefix.
    assert 19 <= lifted <= 40


@pytest.mark.parametrize("odd", ODD)
def test_many_odd_records_are_read_as_the_parser_reads_them(odd: str) -> None:
    data = boxed(odd * 9, opening="<shelf><box>")
    assert read(data)[:2] == read(data, lifting_nothing)[:2]


@pytest.mark.parametrize(
    "data",
    [
        # The second box's prefix is declared in the first one's shelf only.
        inside('<shelf xmlns:m="http://example.org/m">', inside("<box>", PREFIXED * 9))
        + inside("<box>", PREFIXED * 9 + PLAIN[0]),
        # What is in a record that never ends is not handed over.
        "<box><pt><x><box>" + PLAIN[0] * 9,
        "<box><x><shelf><box>" + PLAIN[0] * 9,
        # The parser gives up at 256 levels, which the records' own belong to.
        "<shelf>" * 252 + inside("<box>", PLAIN[0] * 9),
    ],
    ids=["undeclared", "in a record", "in something else", "deep"],
)
def test_what_is_around_a_container_decides_as_for_the_parser(data: str) -> None:
    rows, warnings, _ = read(f"{ROOT}{data}".encode())
    assert (rows, warnings) == read(f"{ROOT}{data}".encode(), lifting_nothing)[:2]
    assert warnings


def test_shapes_that_take_turns_are_lifted_as_one_run() -> None:
    _, _, lifted = read(boxed((PLAIN[0] + PLAIN[5] + PLAIN[3]) * 200))
    assert lifted == 599


def test_a_file_of_ever_new_shapes_is_left_to_the_parser() -> None:
    parts = [f"<pt><time>{i}</time><x{i}/></pt>" for i in range(200)]
    rows, _, lifted = read(boxed(*parts))
    assert [row[1] for row in rows] == [str(i) for i in range(200)]
    assert lifted == 11


@pytest.mark.parametrize("gap", [0, 90])
def test_borders_of_chunks_and_windows_change_nothing(gap: int) -> None:
    records = "".join(
        f'<pt id="{i}"><time>t{i}</time></pt>' + " " * gap
        for i in range(3 * CHUNK_BYTES // (33 + gap))
    )
    for shift in range(0, 40, 3):
        data = boxed(" " * shift, records, PLAIN[1])
        rows, _, lifted = read(data)
        assert [row[0] for row in rows] == [*map(str, range(len(rows) - 1)), "2"]
        assert lifted == len(rows) - 1


@pytest.mark.parametrize("around", [CHUNK_BYTES - len(ROOT) - at for at in range(-2, 12)])
def test_a_container_s_tag_on_the_border_of_a_chunk_is_one(around: int) -> None:
    data = f"{ROOT}{' ' * around}<box>{PLAIN[0] * 9}</box></all>".encode()
    assert read(data)[2] == 8


@pytest.mark.parametrize("before", ["<!-- {} -->", "<![CDATA[{}]]>", "<?x {} ?>"])
def test_what_looks_like_a_container_where_no_tag_can_be_is_none(before: str) -> None:
    hidden = before.format("<box>" + PLAIN[0] * 5 + "</box>")
    rows, warnings, lifted = read(f"{ROOT}{hidden}<box>{PLAIN[0] * 9}</box></all>".encode())
    assert (len(rows), warnings, lifted) == (9, (), 8)


def test_records_keep_their_order_when_containers_nest() -> None:
    inner = "<box>" + "".join(f'<pt id="{i}"><time>t</time></pt>' for i in (3, 4)) + "</box>"
    outer = [f'<pt id="{i}"><time>t</time></pt>' for i in (1, 2, 5)]
    data = boxed(*outer[:2], inner, outer[2])
    for lifting in (RecordLifter, lifting_nothing):
        assert [row[0] for row in read(data, lifting)[0]] == ["1", "2", "3", "4", "5"]


def test_a_container_whose_end_is_told_as_another_s_is_handed_over_in_its_place() -> None:
    # So the parser does behind a start tag that breaks off, when that is of a name it watches.
    numbered = [f'<pt id="{i}"><time>t</time></pt>' for i in range(8)]
    broken = '<all xmlns="urn:u"x>'
    for parts in ((*numbered[:4], broken), (broken, *numbered[:4])):
        data = boxed(*parts, "</box><box>", *numbered[4:])
        for lifting in (RecordLifter, lifting_nothing):
            rows, warnings, _ = read(data, lifting)
            assert [row[0] for row in rows] == ["0", "1", "2", "3", "4", "5", "6", "7"]
            assert [warning.code for warning in warnings] == [Warn.MALFORMED_XML]


def test_a_prefix_nobody_declared_is_still_warned_of() -> None:
    # Beyond the file's beginning, where the stream does not look for prefixes.
    late = f"{PLAIN[0] * (2 * CHUNK_BYTES // len(PLAIN[0]))}</box><box>"
    data = boxed(late, '<pt id="1"><u:cad>1</u:cad></pt>' * 9)
    rows, warnings, _ = read(data)
    assert (rows, warnings) == read(data, lifting_nothing)[:2]
    assert [warning.code for warning in warnings] == [Warn.UNDECLARED_NAMESPACE]


GPX: Final = gpx_writer.gpx(gpx_writer.track([gpx_writer.run(40)[:25], gpx_writer.run(40)[25:]]))
TCX: Final = tcx_writer.tcx(
    tcx_writer.activity(
        tcx_writer.lap(gpx_writer.run(20), gpx_writer.run(40)[20:], timer_s=40, distance_m=120)
    )
)


@pytest.mark.parametrize(("data", "ending"), [(GPX, ".gpx"), (TCX, ".tcx")])
def test_a_file_cut_anywhere_is_the_same_recording(data: bytes, ending: str) -> None:
    for cut in range(len(data) - 900, len(data), 11):
        assert_equal_either_way(data[:cut], ending)


def test_mutants_are_the_same_recordings() -> None:
    breeder = Breeder(tuple(seeds()), random_seed=20_260_702)
    for number in range(200):
        mutant = breeder.mutant(number)
        assert_equal_either_way(mutant.data, f".{mutant.seed.group}")


def test_real_files_are_the_same_recordings(watch_files: Path) -> None:
    files = [path for path in watch_files.iterdir() if path.suffix in {".gpx", ".tcx"}]
    assert files
    for path in files:
        assert_equal_either_way(path.read_bytes(), path.suffix)


def test_most_points_of_real_files_are_lifted(watch_files: Path) -> None:
    for path in watch_files.iterdir():
        if path.suffix not in {".gpx", ".tcx"}:
            continue
        watched: list[Watched] = []

        def watching(
            records: Records, containers: Collection[str], watched: list[Watched] = watched
        ) -> Lifter:
            watched.append(Watched(RecordLifter(records, containers)))
            return watched[-1]

        found = recordings(path.read_bytes(), path.suffix, watching)
        points = sum(recording.counts.records for recording in found)
        assert watched[0].records >= 0.6 * points, path.name
