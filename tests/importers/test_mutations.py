"""However an XML file is damaged: recordings or an ``ImportFailure``, never anything else."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Final

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.recording import Recording
from bench.writers import gpx as gpx_writer
from bench.writers import tcx as tcx_writer
from importers import gpx, tcx
from importers.contract import Importer, ImportFailure
from importers.xml_lift import Lifter, RecordLifter, Records

POINTS: Final = gpx_writer.run(40)
GPX: Final = gpx_writer.gpx(
    gpx_writer.track([POINTS[:20], POINTS[20:30]]), gpx_writer.track([POINTS[30:]], kind="9")
)
TCX: Final = tcx_writer.tcx(
    tcx_writer.activity(
        tcx_writer.lap(
            POINTS[:20],
            timer_s=20,
            distance_m=60,
            extension="<ns3:AvgRunCadence>85</ns3:AvgRunCadence><ns3:Steps>28</ns3:Steps>",
        ),
        tcx_writer.lap(POINTS[20:], timer_s=20, distance_m=60),
        creator="<Name>Watch</Name><UnitId>7</UnitId>",
    )
)
TOKENS: Final = (
    *(b"<", b">", b"/", b"&", b'"', b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x?>", b"\0"),
    *(b"&nbsp;", b"&lt;", b"&#0;", b"&#57;", b"<a:b:c>", b"<x'y>", b' xmlns="u"', b' xmlns:n=""'),
    *(b"\xff", b"-", b"9" * 400, b"1e999", b"nan", b"-inf", b"0000-00-00T00:00:00Z"),
    *(b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00.000Z", b"x:y", b"<trkpt>", b"</trkseg>"),
    *(b"<trk>", b"</Lap>", b"<Track>", b"<Activity>", b"</Trackpoint>", "é٣".encode(), b"+14:30"),
)


def check(importer: Importer, data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            recordings: Sequence[Recording] = importer.parse(data)
        except ImportFailure:
            return
    assert recordings
    for recording in recordings:
        assert np.isfinite(recording.elapsed_s).all()
        assert (np.diff(recording.elapsed_s) > 0).all()
        assert all(len(values) == recording.samples for values in recording.streams.values())
        ends = [pause.end_s for pause in recording.pauses]
        assert all(pause.start_s < pause.end_s for pause in recording.pauses)
        assert ends == sorted(ends)


def mutated(data: bytes, edits: Sequence[tuple[int, int, bytes]], cut: int | None) -> bytes:
    for at, removed, added in edits:
        place = at % (len(data) + 1)
        data = data[:place] + added + data[place + removed :]
    return data if cut is None else data[: cut % (len(data) + 1)]


EDITS: Final = st.lists(
    st.tuples(
        st.integers(0, 20_000),
        st.sampled_from([0, 0, 1, 5, 40, 300]),
        st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)),
    ),
    min_size=1,
    max_size=6,
)
CUTS: Final = st.one_of(st.none(), st.none(), st.integers(0, 20_000))


@settings(deadline=None, max_examples=250)
@given(EDITS, CUTS)
def test_a_damaged_gpx_is_recordings_or_a_failure(
    edits: list[tuple[int, int, bytes]], cut: int | None
) -> None:
    check(gpx.IMPORTER, mutated(GPX, edits, cut))


@settings(deadline=None, max_examples=250)
@given(EDITS, CUTS)
def test_a_damaged_tcx_is_recordings_or_a_failure(
    edits: list[tuple[int, int, bytes]], cut: int | None
) -> None:
    check(tcx.IMPORTER, mutated(TCX, edits, cut))


def lifting_nothing(records: Records, containers: Collection[str]) -> Lifter:
    return RecordLifter(replace(records, container="nowhere"), containers)


def outcome(importer: Importer, data: bytes) -> list[dict[str, object]] | str:
    try:
        return [asdict(recording) for recording in importer.parse(data)]
    except ImportFailure as failure:
        return repr(failure)


@settings(deadline=None, max_examples=250)
@given(EDITS, CUTS)
def test_a_damaged_file_is_read_the_same_without_lifting(
    edits: list[tuple[int, int, bytes]], cut: int | None
) -> None:
    for data, lifting, bare in (
        (GPX, gpx.IMPORTER, replace(gpx.IMPORTER, lifter=lifting_nothing)),
        (TCX, tcx.IMPORTER, replace(tcx.IMPORTER, lifter=lifting_nothing)),
    ):
        damaged = mutated(data, edits, cut)
        np.testing.assert_equal(outcome(lifting, damaged), outcome(bare, damaged))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
@example(b"<!")
def test_any_bytes_are_a_failure(data: bytes) -> None:
    for importer in (gpx.IMPORTER, tcx.IMPORTER):
        check(importer, data)
        check(importer, b"<gpx>" + data)
