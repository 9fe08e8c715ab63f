"""The product's own doors for files, with a check behind each."""

from __future__ import annotations

import io

from api.recordings.reading import read_file
from bench.fuzz.checks import check_failure, check_read, check_text, must
from importers.contract import ImportFailure
from importers.limits import DEFAULT_LIMITS
from importers.sources import Archive, Refusal, is_zip

HEIGHT_CM = 174.0


def file_door(data: bytes, name: str) -> str:
    """Read one file as an import does, metrics and packing included."""
    try:
        read = read_file(data, name, DEFAULT_LIMITS, HEIGHT_CM)
    except ImportFailure as failure:
        check_failure(failure)
        return failure.code.value
    check_read(read)
    warned = any(activity.recording.warnings for activity in read.activities)
    return "read with warnings" if warned else "read"


def archive_door(data: bytes, name: str) -> str:
    """Read an archive and every member of it, twice: as they come, and by their names."""
    if not is_zip(data):
        return file_door(data, name)
    members = refusals = 0
    try:
        with Archive(io.BytesIO(data), DEFAULT_LIMITS) as archive:
            for member in archive:
                check_text(member.name, "a member's name")
                if isinstance(member, Refusal):
                    check_failure(ImportFailure(member.code, member.detail))
                    refusals += 1
                    continue
                members += 1
                content = _content(archive, member.name)
                if content is not None:
                    file_door(content, member.name)
                    must(content == member.read(), "a member read twice differs")
    except ImportFailure as failure:
        check_failure(failure)
        return failure.code.value
    return f"read{' in part' if refusals else ''}" if members else "read nothing"


def _content(archive: Archive, name: str) -> bytes | None:
    try:
        return archive.read(name)
    except ImportFailure as failure:
        check_failure(failure)
        return None
