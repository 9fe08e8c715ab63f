"""Bad input: a clear sentence each, the rest of the batch imported, nothing half-written."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from api.imports.schemas import ImportReport, ItemBody
from api.runtime import Runtime
from bench.writers.fit import modern_run

GPX = (
    '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running'
    '</type><trkseg><trkpt lat="48" lon="11"><time>2026-05-01T06:00:00Z</time></trkpt>'
    '<trkpt lat="48.001" lon="11"><time>2026-05-01T06:00:40Z</time></trkpt></trkseg></trk></gpx>'
)
ENTITY = '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "b">]>'
EXTERNAL_DTD = '<?xml version="1.0"?><!DOCTYPE gpx SYSTEM "http://127.0.0.1/x.dtd">'

Take = Callable[..., ImportReport]
RunFile = Callable[..., Path]


def by_name(report: ImportReport) -> dict[str, ItemBody]:
    return {item.name: item for item in report.items}


BAD: dict[str, tuple[bytes, str]] = {
    "empty.fit": (b"", "empty_file"),
    "blank.gpx": (b" \n\n ", "empty_file"),
    "text.fit": (b"these are not the bytes of a watch", "not_recognised"),
    "page.tcx": (b"<html><body>log in first</body></html>", "not_recognised"),
    "header-only.fit": (modern_run(duration_s=60)[:14], "damaged"),
    "head.fit": (modern_run(duration_s=60)[:300], "damaged"),
    "entity.gpx": ((ENTITY + GPX).encode(), "forbidden_xml"),
    "entity-utf16.gpx": ((ENTITY + GPX).encode("utf-16"), "forbidden_xml"),
    "dtd.gpx": ((EXTERNAL_DTD + GPX).encode(), "forbidden_xml"),
    "bomb.gpx.gz": (gzip.compress(b" " * 60_000_000, 9), "ratio_too_high"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_ends_as_failed_with_a_sentence_and_leaves_nothing(
    name: str, tmp_path: Path, product: Runtime, take: Take
) -> None:
    content, code = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    (item,) = take(product, path).items
    assert (item.status, item.code) == ("failed", code)
    assert item.detail.endswith(".")
    assert len(f"{item.detail} {item.hint}".split()) > 5
    assert rows_in(product, "activity", "channel", "day_total") == [0, 0, 0]


def test_the_rest_of_a_batch_of_bad_files_is_imported(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    folder = run_file(0).parent
    run_file(1)
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    report = take(product, folder)
    assert report.totals.model_dump() == {
        "files": 2 + len(BAD),
        "queued": 0,
        "imported": 2,
        "duplicate": 0,
        "skipped": 0,
        "failed": len(BAD),
    }
    assert rows_in(product, "activity", "day_total") == [2, 2]


WHOLE = modern_run(duration_s=300)
DAMAGED = {
    "truncated": WHOLE[: len(WHOLE) * 2 // 3],
    "bad_crc": WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
    "trailing_bytes": WHOLE + b"\0junk",
}


@pytest.mark.parametrize("warning", DAMAGED)
def test_what_is_readable_of_a_damaged_file_is_kept_with_a_warning(
    warning: str, tmp_path: Path, product: Runtime, take: Take
) -> None:
    path = tmp_path / "damaged.fit"
    path.write_bytes(DAMAGED[warning])
    (item,) = take(product, path).items
    assert (item.status, item.code) == ("imported", "partial")
    with product.database.read() as session:
        warnings = session.scalar(text("SELECT warnings FROM activity"))
    assert warning in str(warnings)


def test_an_unknown_file_is_left_out_of_a_folder_but_fails_when_it_was_meant(
    product: Runtime, take: Take, run_file: RunFile
) -> None:
    notes = run_file(0).with_name("notes.txt")
    notes.write_text("ran well")
    items = by_name(take(product, notes.parent))
    assert items["notes.txt"].status == "skipped"
    (item,) = take(product, notes).items
    assert (item.status, item.code) == ("failed", "not_a_watch_file")


def test_a_zip_gives_up_only_what_is_bad_in_it(
    tmp_path: Path, product: Runtime, take: Take
) -> None:
    path = tmp_path / "runs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/good.fit", modern_run(duration_s=120))
        archive.writestr("../outside.fit", modern_run(duration_s=180, seed=2))
        archive.writestr("/rooted.fit", modern_run(duration_s=180, seed=3))
        archive.writestr("bomb.gpx", b" " * 60_000_000)
        archive.writestr("readme.txt", b"hello")
        archive.writestr("__MACOSX/._good.fit", b"\0\5\26\7")
        archive.writestr("text.fit", b"no watch wrote this")
    items = by_name(take(product, path))
    assert {name: (item.status, item.code) for name, item in items.items()} == {
        "runs.zip/a/good.fit": ("imported", None),
        "runs.zip/../outside.fit": ("failed", "unsafe_name"),
        "runs.zip//rooted.fit": ("failed", "unsafe_name"),
        "runs.zip/bomb.gpx": ("failed", "ratio_too_high"),
        "runs.zip/readme.txt": ("skipped", "not_a_watch_file"),
        "runs.zip/text.fit": ("failed", "not_recognised"),
    }
    assert not (tmp_path.parent / "outside.fit").exists()
    assert rows_in(product, "activity") == [1]


def test_a_cut_archive_is_not_imported_as_if_it_were_whole(
    tmp_path: Path, product: Runtime, take: Take
) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("one.fit", modern_run(duration_s=60))
        archive.writestr("two.fit", modern_run(duration_s=60, seed=2))
    path = tmp_path / "cut.zip"
    path.write_bytes(whole.getvalue()[:-200])
    (item,) = take(product, path).items
    assert (item.status, item.code) == ("failed", "damaged_archive")
    assert rows_in(product, "activity") == [0]


def rows_in(runtime: Runtime, *tables: str) -> list[int]:
    with runtime.database.read() as session:
        return [
            int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - our own names
            for table in tables
        ]
