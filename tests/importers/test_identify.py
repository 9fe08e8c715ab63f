"""Exactly one importer claims a file, or the error says why none does."""

from __future__ import annotations

import gzip

import pytest

from analytics.recording import Sport
from bench.writers import gpx as gpx_writer
from bench.writers import tcx as tcx_writer
from importers.contract import FailureCode, ImportFailure
from importers.identify import HEAD_BYTES, identify, payload, read, registry
from importers.limits import MIB, Limits

GPX = gpx_writer.gpx(gpx_writer.track([gpx_writer.run(30)]))
TCX = tcx_writer.tcx(tcx_writer.activity(tcx_writer.lap(gpx_writer.run(30), timer_s=30)))
FIT_HEAD = b"\x0e\x10\xd9\x07\x00\x00\x00\x00.FIT\x00\x00"


def code(data: bytes, name: str) -> FailureCode:
    with pytest.raises(ImportFailure) as failure:
        read(data, name, Limits())
    return failure.value.code


def test_every_format_is_found_once() -> None:
    assert [importer.key for importer in registry()] == ["fit", "gpx", "suunto", "tcx"]


@pytest.mark.parametrize(
    ("head", "key"), [(FIT_HEAD, "fit"), (GPX[:HEAD_BYTES], "gpx"), (TCX[:HEAD_BYTES], "tcx")]
)
@pytest.mark.parametrize("name", ["a.fit", "a.gpx", "a.TCX", "A.GPX.GZ", "a", "a.txt", "b/c.fit"])
def test_content_decides_whatever_the_name(head: bytes, key: str, name: str) -> None:
    assert identify(head, name).key == key


@pytest.mark.parametrize("name", ["run.FIT", "RUN.Gpx", "run.tcx", "run.fit.gz", "x/Y.TCX.GZ"])
@pytest.mark.parametrize("data", [b"just text", b"<html></html>", b"%PDF-1.7", b"\x89PNG\r\n"])
def test_a_watch_file_s_name_over_other_content_is_not_recognised(data: bytes, name: str) -> None:
    assert code(data, name) is FailureCode.NOT_RECOGNISED


@pytest.mark.parametrize("name", ["notes.txt", "photo.jpg", "README", "fit", "run.fit.bak", ""])
@pytest.mark.parametrize("data", [b"just text", b"<html></html>", b"", b"\xff\xd8\xff"])
def test_other_content_under_another_name_is_no_watch_file(data: bytes, name: str) -> None:
    assert code(data, name) is FailureCode.NOT_A_WATCH_FILE


@pytest.mark.parametrize("name", ["run.FIT", "run.gpx", "run.tcx.gz"])
@pytest.mark.parametrize("data", [b"", b" \r\n\t", bytes(5000), gzip.compress(b" ", mtime=0)])
def test_a_blank_watch_file_is_empty(data: bytes, name: str) -> None:
    assert code(data, name) is FailureCode.EMPTY_FILE


def test_an_empty_gzip_file_is_damaged() -> None:
    assert code(gzip.compress(b"", mtime=0), "run.gpx.gz") is FailureCode.DAMAGED


@pytest.mark.parametrize("name", ["run.gpx.gz", "run.gpx", "run"])
def test_a_gzip_file_is_read_by_its_content(name: str) -> None:
    key, (recording,) = read(gzip.compress(GPX, mtime=0), name, Limits())
    assert key == "gpx"
    assert (recording.sport, recording.samples) == (Sport.RUNNING, 30)


def test_the_payload_of_a_run_is_the_same_gzipped_or_not() -> None:
    assert payload(gzip.compress(TCX, 1, mtime=0), "x.tcx.gz", Limits()) == TCX
    assert payload(TCX, "x.tcx", Limits()) == TCX


def test_a_file_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ImportFailure) as failure:
        read(GPX, "x.gpx", Limits(max_file_bytes=1000))
    assert failure.value.code is FailureCode.TOO_LARGE


def test_a_gzip_bomb_is_refused() -> None:
    assert code(gzip.compress(bytes(20 * MIB), mtime=0), "x.fit.gz") is FailureCode.RATIO_TOO_HIGH


def test_a_forbidden_file_is_named_so_although_its_root_is_hidden() -> None:
    evil = b'<!DOCTYPE gpx [<!ENTITY x "y">]>' + GPX.split(b"?>", 1)[1]
    assert code(evil, "x.gpx") is FailureCode.FORBIDDEN_XML
