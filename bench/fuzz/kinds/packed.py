"""Gzip files and ZIPs of the other kinds' generated files, and real ZIPs."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from bench.fuzz.contract import Mutation, Seed
from bench.fuzz.damage import ANY_BYTES
from bench.fuzz.doors import archive_door, file_door
from bench.fuzz.fit_bytes import RECORD
from bench.fuzz.fit_bytes import thinned as thinned_fit
from bench.fuzz.fit_damage import FIT_DAMAGE
from bench.fuzz.kinds.fit import generated as generated_fit
from bench.fuzz.kinds.xml import generated_gpx, generated_tcx
from bench.fuzz.packed_damage import (
    ZIP_DAMAGE,
    change_gzip_members,
    damage_inside_gzip,
    pack_again,
)
from bench.fuzz.real_files import real_files
from bench.fuzz.xml_damage import XML_DAMAGE
from bench.fuzz.xml_damage import thinned as thinned_xml

FEW: Final = 3


def seeds() -> Iterator[Seed]:
    """Every gzip and ZIP seed."""
    fit, xml = generated_fit(), generated_gpx() | generated_tcx()
    for files, damage in ((fit, FIT_DAMAGE), (xml, XML_DAMAGE)):
        mutations: tuple[Mutation, ...] = (
            *(damage_inside_gzip(damage),) * 6,
            change_gzip_members,
            *ANY_BYTES,
        )
        for name, data in list(files.items())[:FEW]:
            packed = gzip.compress(data, mtime=0)
            yield Seed("gzip", f"{name}.gz", packed, mutations, file_door)
    inside = pack_again((*FIT_DAMAGE, *XML_DAMAGE))
    for name, data in {**_archives(fit, xml), **dict(_real())}.items():
        yield Seed("zip", name, data, (*(inside,) * 8, *ZIP_DAMAGE), archive_door)


def zipped(content: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def _archives(fit: Mapping[str, bytes], xml: Mapping[str, bytes]) -> dict[str, bytes]:
    some = dict(list(fit.items())[:FEW]) | dict(list(xml.items())[:1])
    inner = zipped(some)
    packed = {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in some.items()}
    return {
        "flat.zip": zipped({f"a/{name}": data for name, data in some.items()}),
        "stored.zip": zipped(packed, zipfile.ZIP_STORED),
        "nested.zip": zipped({"part-1.zip": inner, "notes.txt": b"hello", "b!.zip": inner}),
        "deep.zip": zipped({"a.zip": zipped({"b.zip": inner}), "__MACOSX/._a.zip": b"x"}),
    }


def _real() -> Iterator[tuple[str, bytes]]:
    for name, data in real_files(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = {each: archive.read(each) for each in archive.namelist()}
        yield name, zipped({each: _small(inner) for each, inner in list(content.items())[:FEW]})


def _small(data: bytes) -> bytes:
    fit = data[8:12] == b".FIT"
    return thinned_fit(data, {RECORD: 20}, FEW) if fit else thinned_xml(data, 20)
