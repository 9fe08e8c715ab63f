"""Records lifted out of the text are read as the parser reads them, and the others are left to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.recording import Recording
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
    '<n:pt id="5" n:id="no"><cad xsi:type="a_b">1.5</cad></n:pt>',
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
    '<pt id="1"><u:time>t</u:time></pt>',
    '<pt id="1"><u:cad xmlns:u="http://example.org/u">1</u:cad><u:cad>2</u:cad></pt>',
    '<pt id="1"><x xmlns="relative"><cad>1</cad></x></pt>',
    '<pt id="1"><x xmlns:m=""><cad>1</cad></x></pt>',
    '<pt id="1"><xml:time>t</xml:time></pt>',
    '<pt id="1"><a:b:time>t</a:b:time></pt>',
    '<pt id="1"><time>t</tme></pt>',
    '<pt id="1"><time>t</pt></time>',
    '<pt id="1"><time>t</time>',
    "</pt>",
    '<pt id="1"><pt id="2"><time>t</time></pt><time>u</time></pt>',
    '<pt id="1"><time>t</time><box><pt id="2"><time>u</time></pt></box></pt>',
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


def read(data: bytes, lifting: Lifting = RecordLifter) -> tuple[Rows, object, int]:
    """Rows of records in the order they were handed over, warnings, and how many were lifted."""
    lifter = Watched(lifting(RECORDS, CONTAINERS))
    try:
        stream = XmlStream(data, CONTAINERS, lifter)
    except ImportFailure as failure:
        return [], failure.code, 0
    reader = RecordColumns(RECORDS)
    rows: Rows = []
    for part in stream:
        if part.name == "box":
            rows += zip(*reader.read(part), strict=True)
    # "" is what an empty element's text is to the one, None to the other.
    told = [tuple(text or None for text in row) for row in rows]
    return told, stream.warnings(), lifter.records


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last bit, NaN to NaN, whatever they consist of."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def outcome(data: bytes, ending: str, lifting: Lifting) -> Sequence[Recording] | object:
    importer = replace(gpx.IMPORTER if ending == ".gpx" else tcx.IMPORTER, lifter=lifting)
    try:
        return list(importer.parse(data))
    except ImportFailure as failure:
        return (failure.code, str(failure))


def assert_equal_either_way(data: bytes, ending: str) -> None:
    with_lifting = outcome(data, ending, RecordLifter)
    assert same(with_lifting, outcome(data, ending, lifting_nothing))


PARTS: Final = st.one_of(
    *[st.sampled_from(PLAIN)] * 3,
    st.sampled_from(ODD),
    st.sampled_from(PLAIN).flatmap(lambda plain: st.integers(2, 12).map(lambda n: plain * n)),
)
BOXES: Final = st.sampled_from(["<box>", "<box>", "<n:box>", "<shelf><box>", "<box><box>"])


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(BOXES, st.lists(PARTS, max_size=12)), max_size=4), st.integers(0, 400))
def test_any_text_is_read_as_without_lifting(
    boxes: list[tuple[str, list[str]]], cut: int
) -> None:
    body = "".join(
        "".join([opening, *parts, opening.replace("<", "</") if "><" not in opening else ""])
        for opening, parts in boxes
    )
    data = f"{ROOT}{body}</all>".encode()
    data = data[: len(data) - cut] if cut < 200 else data
    assert read(data)[:2] == read(data, lifting_nothing)[:2]
