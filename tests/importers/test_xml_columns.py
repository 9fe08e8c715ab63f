"""Reading all points at once says the same as reading one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.xml_columns import RecordColumns
from importers.xml_lift import RecordLifter, Records
from importers.xml_stream import CHUNK_BYTES, XmlStream

RECORDS = Records("box", "pt", 4, {"time": 1, "hr": 2, "cad": 3}, {"id": 0})
NOWHERE = replace(RECORDS, container="nowhere")
SHAPES = (
    '<pt id="{i}"><time>t{i}</time><ext><hr>h{i}</hr></ext></pt>',
    '<pt id="{i}"><time>t{i}</time><ext><hr>h{i}</hr><hr>again</hr></ext></pt>',
    '<pt id="{i}"><time>t{i}</time><ext/></pt>',
    '<pt id="{i}"><time></time><ext><hr>h{i}</hr></ext></pt>',
    '<pt id="{i}"><ext><hr>h{i}</hr></ext><time>t{i}</time></pt>',
    '<pt id="{i}"><time>t{i}</time><ext><other>x</other></ext></pt>',
    "<pt><time>t{i}</time><ext><hr>h{i}</hr></ext></pt>",
    '<pt id="{i}"/>',
    '<pt id="{i}"><n:time xmlns:n="urn:n">t{i}</n:time><u:cad>c{i}</u:cad></pt>',
    "<other><time>no</time></other>",
    '<pt id="{i}"><time>t{i}</time><ext><hr>h{i}</hr></ext><ext><hr>second</hr></ext></pt>',
)


def expected(shape: int, i: int) -> tuple[str | None, ...] | None:
    time, heart_rate = f"t{i}", f"h{i}"
    rows: dict[int, tuple[str | None, ...] | None] = {
        2: (str(i), time, None, None),
        3: (str(i), None, heart_rate, None),
        5: (str(i), time, None, None),
        6: (None, time, heart_rate, None),
        7: (str(i), None, None, None),
        8: (str(i), time, None, f"c{i}"),
        9: None,
    }
    return rows.get(shape, (str(i), time, heart_rate, None))


def read(shapes: Sequence[int], padding: int) -> list[tuple[str | None, ...]]:
    body = "".join(SHAPES[shape].format(i=i) + " " * padding for i, shape in enumerate(shapes))
    return read_text(body)


def read_text(body: str) -> list[tuple[str | None, ...]]:
    data = f"<all><box>{body}</box></all>".encode()
    reader = RecordColumns(RECORDS)
    rows: list[tuple[str | None, ...]] = []
    for part in XmlStream(data, ("box",), RecordLifter(NOWHERE, ("box",))):
        rows += zip(*reader.read(part), strict=True)
    return rows


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, len(SHAPES) - 1), max_size=30),
    st.sampled_from([0, 3000]),
)
def test_any_mix_of_shapes_is_read_as_each_alone(shapes: list[int], padding: int) -> None:
    rows = [expected(shape, i) for i, shape in enumerate(shapes)]
    assert read(shapes, padding) == [row for row in rows if row is not None]


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, len(SHAPES) - 1),
    st.integers(0, len(SHAPES) - 1),
    st.integers(4, 400),
    st.integers(0, 2000),
)
def test_a_shape_that_changes_is_followed_across_chunks(
    first: int, second: int, at: int, padding: int
) -> None:
    shapes = [first] * at + [second] * 40
    rows = [expected(shape, i) for i, shape in enumerate(shapes)]
    assert read(shapes, padding) == [row for row in rows if row is not None]


def test_compensating_records_are_not_mistaken_for_alike_ones() -> None:
    # As many heart rates as records, but one has two and another none.
    shapes = [0, 0, 0, 1, 2, 0, 0, 0]
    rows = [expected(shape, i) for i, shape in enumerate(shapes)]
    assert read(shapes, 0) == rows


def test_an_attribute_written_twice_does_not_stand_for_a_missing_one() -> None:
    # The parser recovers from the first by keeping both.
    twice = '<pt id="{i}" id="again"><time>t{i}</time><ext><hr>h{i}</hr></ext></pt>'
    body = "".join(
        (SHAPES[6] if i == 1 else twice if i == 4 else SHAPES[0]).format(i=i) for i in range(6)
    )
    rows = [expected(6 if i == 1 else 0, i) for i in range(6)]
    assert read_text(body) == rows


@pytest.mark.parametrize("padding", [0, CHUNK_BYTES // 7, CHUNK_BYTES - 60])
def test_chunk_borders_cut_nothing(padding: int) -> None:
    shapes = [0] * 25
    assert read(shapes, padding) == [expected(0, i) for i in range(25)]
