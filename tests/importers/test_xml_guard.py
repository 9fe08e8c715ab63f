"""No entity, no external DTD and no encoding trick reaches the parser."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.recording import Sport
from bench.writers import gpx as gpx_writer
from bench.writers import tcx as tcx_writer
from importers import gpx, tcx
from importers.contract import FailureCode, ImportFailure
from importers.xml_guard import claims_xml, encoding_of, root_offset, root_onwards

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
RUN = gpx_writer.gpx(gpx_writer.track([gpx_writer.run(20)])).removeprefix(DECLARATION)
BILLION_LAUGHS = b"<!DOCTYPE gpx [" + b"".join(
    b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10 if i else b"lol") for i in range(10)
)


def code(data: bytes) -> FailureCode:
    with pytest.raises(ImportFailure) as failure:
        gpx.IMPORTER.parse(data)
    return failure.value.code


FORBIDDEN = {
    "entity": b'<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "parameter entity": b'<!DOCTYPE gpx [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]>',
    "entity reference only": b"<!DOCTYPE gpx [%x;]>",
    "external DTD": b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1/gpx.dtd">',
    "public DTD": b'<!DOCTYPE gpx PUBLIC "-//X//EN" "gpx.dtd">',
    "external DTD with subset": b'<!DOCTYPE gpx SYSTEM "gpx.dtd" [<!ELEMENT gpx ANY>]>',
    "billion laughs": BILLION_LAUGHS + b"]>",
    "entity after a comment": b'<!-- a > b --><!DOCTYPE gpx [<!-- ]> --><!ENTITY x "y">]>',
    "entity after a declaration": b'<!DOCTYPE gpx [<!ELEMENT gpx ANY>\n\t<!ENTITY x "y">]>',
    "entity after a quoted bracket": (
        b'<!DOCTYPE gpx [<!ATTLIST gpx a CDATA "]]&gt;">' + b'<!ENTITY x "y">]>'
    ),
    "entity after an instruction": b'<?a ?><!DOCTYPE gpx [<?b ]> ?><!ENTITY x "y">]>',
    "notation": b'<!DOCTYPE gpx [<!NOTATION x SYSTEM "y">]>',
    "conditional section": b'<!DOCTYPE gpx [<![INCLUDE[<!ENTITY x "y">]]>]>',
    "entity outside": b'<!ENTITY x "y">',
    "unfinished": b"<!DOCTYPE gpx [<!ELEMENT gpx ANY",
    "spaced out": b'<!DOCTYPE\n\tgpx\n[\n<!ENTITY\nx\n"y"\n>\n]\n>',
}


@pytest.mark.parametrize("doctype", FORBIDDEN.values(), ids=FORBIDDEN.keys())
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_what_could_reach_outside_is_refused_in_every_encoding(
    doctype: bytes, encoding: str
) -> None:
    text = (doctype + RUN).decode()
    assert code(text.encode(encoding)) is FailureCode.FORBIDDEN_XML
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{text}'
    assert code(declared.encode(encoding)) is FailureCode.FORBIDDEN_XML


def test_an_entity_declared_anywhere_is_refused() -> None:
    data = RUN.replace(b"<trkseg>", b'<trkseg><!DOCTYPE gpx [<!ENTITY x "y">]>', 1)
    assert code(data) is FailureCode.FORBIDDEN_XML


@pytest.mark.parametrize("encoding", ["UTF-7", "utf7", "IBM037", "ISO-2022-JP", "zlib", "idna"])
def test_encodings_that_could_hide_a_declaration_are_refused(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    assert code(declared + RUN) is FailureCode.FORBIDDEN_XML


def test_a_declaration_in_utf_7_is_not_dodged_by_naming_it_later() -> None:
    hidden = b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE gpx [+ADwAIQ-ENTITY x "y"]>'
    assert code(hidden + RUN) is FailureCode.FORBIDDEN_XML


def test_a_file_that_only_claims_utf_16_is_read_as_what_it_is() -> None:
    declared = b'<?xml version="1.0" encoding="utf-16"?>'
    (recording,) = gpx.IMPORTER.parse(declared + RUN)
    assert recording.samples == 20
    forbidden = declared + b'<!DOCTYPE gpx [<!ENTITY x "y">]>' + RUN
    assert code(forbidden) is FailureCode.FORBIDDEN_XML


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_every_unicode_encoding_is_read(encoding: str) -> None:
    (recording,) = gpx.IMPORTER.parse(RUN.decode().encode(encoding))
    assert recording.samples == 20


def test_an_internal_subset_of_elements_and_attributes_is_accepted_and_ignored() -> None:
    subset = (
        b"<!DOCTYPE gpx [ <!-- as in Apple's export: \" > ' -->\n<!ELEMENT gpx (trk*)>\n"
        b'<!ATTLIST trk kind CDATA "9"> <!ATTLIST gpx creator CDATA "Somebody > else">\n'
        b"<?keep this?> ]>\n"
    )
    bare = RUN.replace(b' creator="Garmin Connect"', b"", 1)
    (recording,) = gpx.IMPORTER.parse(DECLARATION + subset + bare)
    assert recording.samples == 20
    assert recording.device.product is None


def test_an_undefined_entity_does_not_expand() -> None:
    data = RUN.replace(b"running", b"run&nbsp;&secret;", 1)
    (recording,) = gpx.IMPORTER.parse(data)
    assert recording.samples >= 0
    assert recording.sport in {Sport.RUNNING, Sport.OTHER, Sport.UNKNOWN}


def test_tcx_is_guarded_too() -> None:
    data = tcx_writer.tcx(tcx_writer.activity(tcx_writer.lap(gpx_writer.run(5))))
    evil = data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY y "z">]>', 1)
    with pytest.raises(ImportFailure) as failure:
        tcx.IMPORTER.parse(evil)
    assert failure.value.code is FailureCode.FORBIDDEN_XML


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"just words", b"<?xml version='1.0'?>", b"<!-- never closed", b"<1/>"]
)
def test_without_a_root_element_a_file_is_damaged(data: bytes) -> None:
    assert code(data) is FailureCode.DAMAGED


def test_another_root_element_is_damaged() -> None:
    assert code(b"<html><body/></html>") is FailureCode.DAMAGED


def test_the_parser_is_given_the_root_onwards_in_utf_8() -> None:
    text = '<?xml version="1.0"?>\n<!-- é --><gpx a="é"/>'
    assert root_onwards(text.encode("utf-16")) == '<gpx a="é"/>'.encode()
    latin = text.replace('"1.0"', '"1.0" encoding="ISO-8859-1"').encode("latin-1")
    assert root_onwards(latin) == '<gpx a="é"/>'.encode()
    assert root_offset(b"<?xml version='1.0'?><a/>") == 21


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"<gpx/>", "utf-8"),
        (b"\xef\xbb\xbf<gpx/>", "utf-8"),
        ("  <gpx/>".encode("utf-16-le"), "utf-16-le"),
        ("  <gpx/>".encode("utf-16-be"), "utf-16-be"),
        ("\n<gpx/>".encode("utf-32-be"), "utf-32-be"),
        (b'<?xml version="1.0" encoding="windows-1252"?>', "cp1252"),
        (b"\n <?xml version='1.0' encoding='Shift_JIS'?>", "shift_jis"),
    ],
)
def test_encodings_are_told_from_the_first_bytes(head: bytes, encoding: str) -> None:
    assert encoding_of(head) == encoding


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (RUN[:100], "a.gpx"),
        (RUN[:100], "a.txt"),
        (b"  \n" + RUN[:100], "a.GPX"),
        (RUN.decode().encode("utf-16")[:200], "a"),
        (b"<ns:gpx xmlns:ns='x'>", "a"),
        (b"<!--" + b"-" * 5000, "Long.GPX.gz"),
        (b'<!DOCTYPE gpx [<!ENTITY x "y">]><gpx>', "evil.gpx"),
    ],
)
def test_a_format_claims_its_root_element_whatever_the_name(head: bytes, name: str) -> None:
    assert claims_xml(head, name, root="gpx", ending=".gpx")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<!--" + b"-" * 5000, "long.xml"),
        (b"<TrainingCenterDatabase>", "a.gpx"),
        (b"<gpxish>", "a.gpx"),
        (b"not xml <gpx>", "a.gpx"),
        (b"", "a.gpx"),
    ],
)
def test_a_format_does_not_claim_what_is_not_its_own(head: bytes, name: str) -> None:
    assert not claims_xml(head, name, root="gpx", ending=".gpx")


def test_apple_s_export_passes_the_guard(watch_files: Path) -> None:
    for path in (watch_files / "exports").glob("*export.xml"):
        assert root_onwards(path.read_bytes()).startswith(b"<HealthData")
