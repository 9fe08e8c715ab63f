"""What a ZIP says it holds, and which of it may be opened; nothing is decompressed here."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from importers.contract import FailureCode, ImportFailure
from importers.limits import Limits

NESTED: Final = "!/"
"""Stands between an archive's member and the member of that archive: ``inner.zip!/x.fit``."""

_NTH: Final = "!#"
_END: Final = struct.Struct("<4s4H2LH")
_END_SIGNATURE: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 0xFFFF
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_END64_SIGNATURE: Final = b"PK\x06\x06"
_LOCATOR64_BYTES: Final = 20
_HEADER: Final = struct.Struct("<4s24x3H12x")
_HEADER_SIGNATURE: Final = b"PK\x01\x02"
_LOCAL_HEADER_BYTES: Final = 30
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DRIVE: Final = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive.

    Parameters
    ----------
    key
        Its name, ``!`` written as ``!!``; the second entry of one name ends in ``!#2``.
    info
        Its directory entry.
    refused
        Why it may not be opened, or None.
    """

    key: str
    info: zipfile.ZipInfo
    refused: ImportFailure | None


def is_junk(name: str) -> bool:
    """Whether a path is what operating systems leave lying about, or hidden: never a run."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def open_directory(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """Read an archive's directory.

    Raises
    ------
    ImportFailure
        ``DAMAGED_ARCHIVE``, for one cut short too: its directory is at its end;
        ``TOO_MANY_FILES``.
    """
    try:
        _count_entries(stream, limits)
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as error:
        raise ImportFailure(FailureCode.DAMAGED_ARCHIVE) from error


def entries(directory: zipfile.ZipFile) -> Iterator[Entry]:
    """Files of an archive in its own order, junk and folders left out."""
    infos = directory.infolist()
    overlapping = _overlapping(infos)
    seen: Counter[str] = Counter()
    for info in infos:
        name = info.orig_filename
        if name.endswith("/") or (is_junk(name) and ".." not in name.split("/")):
            continue
        # A name with a NUL is refused below, but told to the user and stored: no database takes it.
        key = name.replace("!", "!!").replace("\0", "\ufffd")
        seen[key] += 1
        if seen[key] > 1:
            key = f"{key}{_NTH}{seen[key]}"
        yield Entry(key, info, _refusal(info, overlapping=info.header_offset in overlapping))


def nested_keys(path: str) -> list[str]:
    """Split a member's path into the keys that lead to it, archive by archive."""
    keys = [""]
    for part in re.findall(r"!!|!/|[^!]+|!", path):
        if part == NESTED:
            keys.append("")
        else:
            keys[-1] += part
    return keys


def _refusal(info: zipfile.ZipInfo, *, overlapping: bool) -> ImportFailure | None:
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if (
        not name
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or _DRIVE.match(name)
        or ".." in name.split("/")
    ):
        return ImportFailure(FailureCode.UNSAFE_NAME)
    if kind not in {0, stat.S_IFREG}:
        return ImportFailure(FailureCode.UNSAFE_NAME, "symlink" if stat.S_ISLNK(kind) else "device")
    if info.flag_bits & _ENCRYPTED:
        return ImportFailure(FailureCode.ENCRYPTED_ARCHIVE)
    if overlapping:
        return ImportFailure(FailureCode.DAMAGED_ARCHIVE, "overlap")
    if info.compress_type not in _METHODS:
        # Only these two decompress in bounded steps, and no export uses another.
        return ImportFailure(FailureCode.DAMAGED_ARCHIVE, f"compression {info.compress_type}")
    return None


def _overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Header offsets of entries that share bytes: how a small file becomes a huge one."""
    shared: set[int] = set()
    last_start, last_end = 0, 0
    for start, end in sorted(
        (info.header_offset, info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size)
        for info in infos
    ):
        if start < last_end:
            shared |= {last_start, start}
        if end > last_end:
            last_start, last_end = start, end
    return shared


def _count_entries(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a directory of too many entries before an object is made of each."""
    for number, _ in enumerate(_headers(stream), start=1):
        if number > limits.max_entries:
            raise ImportFailure(FailureCode.TOO_MANY_FILES, str(limits.max_entries))


def _headers(stream: BinaryIO) -> Iterator[int]:
    """Offsets of the directory's entries, found as ``zipfile`` finds them."""
    start, end = _directory_span(stream)
    while start < end:
        stream.seek(start)
        signature, name, extra, comment = _HEADER.unpack(stream.read(_HEADER.size))
        if signature != _HEADER_SIGNATURE:
            return
        yield start
        start += _HEADER.size + name + extra + comment


def _directory_span(stream: BinaryIO) -> tuple[int, int]:
    """Start and end of the directory of an archive that ends where its file ends.

    Anything before or after the archive is refused: cut off behind a ZIP stored in it, an
    archive looks just like that inner one with something in front.
    """
    file_size = stream.seek(0, 2)
    tail_start = max(0, file_size - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read()
    at = len(tail) - _END.size
    if not (at >= 0 and tail[at:].startswith(_END_SIGNATURE) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_SIGNATURE)
    if at < 0:
        raise zipfile.BadZipFile
    end = tail_start + at
    *_, size, offset, comment = _END.unpack(tail[at : at + _END.size])
    if end + _END.size + comment != file_size:
        raise zipfile.BadZipFile
    end64 = max(0, end - _LOCATOR64_BYTES - _END64.size)
    stream.seek(end64)
    record = stream.read(_END64.size)
    if record.startswith(_END64_SIGNATURE):
        end = end64
        *_, size, offset = _END64.unpack(record)
    if end - size != offset:
        raise zipfile.BadZipFile
    return offset, end
