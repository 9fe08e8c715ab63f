"""The product's own doors for files, with a check behind each."""

from __future__ import annotations

import io
from collections.abc import Mapping

from bench.fuzz.checks import check_all, check_failure, check_text, must
from bench.fuzz.contract import Door
from bench.writers.exports.zips import Files
from importers.archives.contract import Role, Unread
from importers.archives.registry import roles
from importers.contract import ImportFailure
from importers.identify import read
from importers.limits import DEFAULT_LIMITS
from importers.sources import Archive, Refusal, is_zip

HEIGHT_CM = 174.0
HARDEST = 10
LONGEST_WORDS = 400
"""A title and its date."""


def file_door(data: bytes, name: str) -> str:
    """Read one file as an import does, metrics and packing included."""
    try:
        _, recordings = read(data, name, DEFAULT_LIMITS)
    except ImportFailure as failure:
        check_failure(failure)
        return failure.code.value
    check_all(recordings, HEIGHT_CM)
    warned = any(recording.warnings for recording in recordings)
    return "read with warnings" if warned else "read"


def index_door(beside: Mapping[str, bytes]) -> Door:
    """Read the list of an account export, with these files beside it, as an import does."""

    def door(data: bytes, name: str) -> str:
        files = Files({**beside, name: data})
        layout, role = roles(files.names)[name]
        must(role is Role.INDEX, "a list that is none")
        listed = unread = 0
        try:
            for entry in layout.entries(name, files.names, files.open):
                check_text(entry.label, "a label")
                must(len(entry.label) <= LONGEST_WORDS, "a long label")
                if isinstance(entry, Unread):
                    check_failure(ImportFailure(entry.code, entry.detail))
                    unread += 1
                    continue
                listed += 1
                for text in (entry.identity, entry.title):
                    check_text(text, "a title")
                    must(len(text or "") <= LONGEST_WORDS, "a long title")
                must(entry.rpe is None or 0 <= entry.rpe <= HARDEST, "an effort out of its scale")
                must(entry.file is None or entry.file in files.names, "a file that is not there")
                check_all([entry.recording], HEIGHT_CM)
        except ImportFailure as failure:
            check_failure(failure)
            if not listed:
                return failure.code.value
        return f"read{' in part' if unread else ''}" if listed else "read nothing"

    return door


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
