"""What stands between an XML file and the parser: one encoding, no DTD, no entities.

The parser is given UTF-8 text that begins at the root element. What it never sees it cannot act
on, whatever the file declares; and what is scanned here is exactly what it then reads, so no
choice of encoding hides a declaration from one and shows it to the other.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from importers.contract import FailureCode, ImportFailure

WHITESPACE: Final = b" \t\r\n"

_BYTE_ORDER_MARKS: Final = (
    # UTF-32 first: its little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST_TAG_IN_WIDE: Final = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_HEAD_BYTES: Final = 1024
_DECLARED_ENCODING: Final = re.compile(
    rb"""<\?xml\s[^>]{0,400}?encoding\s*=\s*["']([A-Za-z0-9._:\-]{1,40})["']"""
)
# Encodings that spell ASCII as ASCII. UTF-7 and the escape-sequence ones can spell "<" otherwise,
# no watch writes them, and some of Python's other codecs take quadratic time.
_READABLE_CODECS: Final = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp125\d|cp437|cp85\d|cp866|cp932|cp949|cp950|koi8-[rut]"
    r"|mac-\w+|gbk|gb2312|gb18030|big5|euc_\w+|shift_jis"
)
_WIDE_CODEC: Final = re.compile(r"utf[-_]?(16|32)|ucs|iso-10646-ucs", re.IGNORECASE)

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE[ \t\r\n]+[^ \t\r\n\[>]+[ \t\r\n]*")
_HARMLESS_DECLARATION: Final = re.compile(
    rb"""<!(?:ELEMENT|ATTLIST)[ \t\r\n](?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>"""
)
_SURROGATE: Final = re.compile(
    rb"&#(?:x0*[dD][89a-fA-F][0-9a-fA-F]{2}"
    rb"|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));"
)
"""References to half of a character: the parser hands them on as bytes that are no text."""

_ROOT: Final = re.compile(rb"<([A-Za-z_\x80-\xff][^ \t\r\n/><]*)")


def root_onwards(data: bytes) -> bytes:
    """Return the file's XML as UTF-8 from the first byte of its root element on.

    Raises
    ------
    ImportFailure
        ``FORBIDDEN_XML`` for an ENTITY, an external DTD, anything else in a DTD that is not
        ELEMENT, ATTLIST, a comment or a processing instruction, and for an encoding that could
        hide one; ``DAMAGED`` when there is no root element.
    """
    text = _as_utf8(data)
    start = root_offset(text)
    if text.find(b"<!ENTITY", start) >= 0:
        raise ImportFailure(FailureCode.FORBIDDEN_XML, "ENTITY")
    return without_half_characters(text[start:] if start else text)


def without_half_characters(text: bytes) -> bytes:
    """UTF-8 XML with a replacement character for each reference to half of a character."""
    return _SURROGATE.sub("\ufffd".encode(), text) if b"&#" in text else text


def root_name(text: bytes) -> str:
    """Local name of the element that ``text``, from ``root_onwards``, begins with."""
    match = _ROOT.match(text)
    name = match.group(1).decode("utf-8", "replace") if match else ""
    return name.rpartition(":")[2]


def claims_xml(head: bytes, name: str, *, root: str, ending: str) -> bool:
    """Whether a file that begins so, and is named so, is XML of a format's root element.

    Where the root does not show, because a long comment comes before it or because the file
    would be refused, its name decides: only its format can say what is wrong with it.
    """
    if not _opens_a_tag(head):
        return False
    try:
        text = _as_utf8(head)
        shown = _ROOT.match(text, root_offset(text))
    except ImportFailure:
        shown = None
    if shown is None or shown.end() == len(shown.string):
        return name.lower().removesuffix(".gz").endswith(ending)
    return root_name(shown.group()).lower() == root.lower()


def _opens_a_tag(head: bytes) -> bool:
    marked = (mark for mark, _ in _BYTE_ORDER_MARKS if head.startswith(mark))
    bare = head.removeprefix(next(marked, b""))
    return bare.lstrip(WHITESPACE + b"\0").startswith(b"<")


def root_offset(text: bytes) -> int:
    """Offset of the root element in UTF-8 text: declaration, comments and a harmless DTD skipped.

    For a file too large to hold, its first part will do: raises as ``root_onwards`` does.
    """
    at = _after_space(text, 0)
    while not _ROOT.match(text, at):
        if text.startswith((b"<?", b"<!--"), at):
            at = _after_aside(text, at)
        elif text.startswith(b"<!DOCTYPE", at):
            at = _after_doctype(text, at)
        elif text.startswith(b"<!", at):
            raise ImportFailure(FailureCode.FORBIDDEN_XML, _first_word(text, at))
        else:
            raise ImportFailure(FailureCode.DAMAGED, "no root element")
        at = _after_space(text, at)
    return at


def encoding_of(head: bytes) -> str:
    """Python name of the encoding of an XML file by its first bytes.

    Raises ``ImportFailure`` (``FORBIDDEN_XML``) for an encoding this project does not read.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    opening = head[:_HEAD_BYTES].lstrip(WHITESPACE + b"\0")
    at = len(head[:_HEAD_BYTES]) - len(opening)
    for tag, name in _FIRST_TAG_IN_WIDE:
        # Letters are two or four bytes wide from the first byte on, whitespace before the tag
        # included.
        begins = at - at % len(tag)
        if head.startswith(tag, begins):
            return name
    declared = _DECLARED_ENCODING.match(opening)
    if declared is None:
        return "utf-8"
    return _readable(declared.group(1).decode("ascii"))


def _readable(declared: str) -> str:
    if _WIDE_CODEC.match(declared):
        # The declaration itself was readable byte by byte, so it lies: some writers put "utf-16",
        # their strings' encoding in memory, above UTF-8.
        return "utf-8"
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if not _READABLE_CODECS.fullmatch(name):
        raise ImportFailure(FailureCode.FORBIDDEN_XML, f"encoding {declared}")
    return name


def _as_utf8(data: bytes) -> bytes:
    encoding = encoding_of(data[:_HEAD_BYTES])
    if encoding in {"utf-8", "ascii"}:
        text = data.removeprefix(codecs.BOM_UTF8)
        if text.isascii():
            return text
        try:
            codecs.utf_8_decode(text, "strict", True)
        except UnicodeDecodeError:
            # A name in some other encoding must not cost the run: only that character is lost.
            return text.decode("utf-8", "replace").encode()
        return text
    return data.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")


def _after_space(text: bytes, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _after_aside(text: bytes, at: int) -> int:
    """Skip a comment or a processing instruction."""
    start, end = (b"<!--", b"-->") if text.startswith(b"<!--", at) else (b"<?", b"?>")
    close = text.find(end, at + len(start))
    if close < 0:
        raise ImportFailure(FailureCode.DAMAGED, "no root element")
    return close + len(end)


def _after_doctype(text: bytes, at: int) -> int:
    opening = _DOCTYPE.match(text, at)
    if opening is None:
        raise ImportFailure(FailureCode.FORBIDDEN_XML, "DOCTYPE")
    at = opening.end()
    if text.startswith(b"[", at):
        at = _after_space(text, _after_subset(text, at + 1))
    if not text.startswith(b">", at):
        raise ImportFailure(FailureCode.FORBIDDEN_XML, "external DTD")
    return at + 1


def _after_subset(text: bytes, at: int) -> int:
    at = _after_space(text, at)
    while not text.startswith(b"]", at):
        declaration = _HARMLESS_DECLARATION.match(text, at)
        if declaration:
            at = declaration.end()
        elif text.startswith((b"<?", b"<!--"), at):
            at = _after_aside(text, at)
        else:
            raise ImportFailure(FailureCode.FORBIDDEN_XML, _first_word(text, at) or "DOCTYPE")
        at = _after_space(text, at)
    return at + 1


def _first_word(text: bytes, at: int) -> str:
    words = text[at : at + 20].lstrip(b"<!").split(None, 1)
    return words[0].decode("ascii", "replace") if words else ""
