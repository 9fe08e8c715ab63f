"""Reads an export's list as the product does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bench.writers.exports.zips import Files
from importers.archives.contract import Listed, Role, Unread
from importers.archives.registry import roles

Read = Callable[..., list[Listed | Unread]]


@pytest.fixture
def read() -> Read:
    """Every entry of the one list among some files."""

    def read_all(files: Mapping[str, bytes]) -> list[Listed | Unread]:
        export = Files(files)
        ((index, layout),) = [
            (name, layout)
            for name, (layout, role) in roles(export.names).items()
            if role is Role.INDEX
        ]
        return list(layout.entries(index, export.names, export.open))

    return read_all


@pytest.fixture
def listed(read: Read) -> Callable[..., list[Listed]]:
    """Every entry, none of which may be unreadable."""

    def listed_all(files: Mapping[str, bytes]) -> list[Listed]:
        entries = read(files)
        assert not [entry for entry in entries if isinstance(entry, Unread)]
        return [entry for entry in entries if isinstance(entry, Listed)]

    return listed_all
