"""What every account export promises: which of its files are lists, and what they list.

An export is a folder or ZIP of watch files beside an index that names them. Watch files are read
as they are; the index adds what they do not know (names, effort, steps, the sport) and the
activities that have no file at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

from analytics.recording import Recording
from importers.contract import FailureCode

Opener = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens a file by its full name, as in ``names``, from its first byte, any number of times.

``ImportFailure`` when there is no such file or it cannot be read, while it is read too.
"""


class Role(StrEnum):
    """What a file is to its export. A file without a role is read, or passed over, as any other."""

    INDEX = "index"
    """Lists activities; read after the watch files."""

    COMPANION = "companion"
    """A watch file that only makes sense with its index, which reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One activity as an index tells it.

    Parameters
    ----------
    identity
        The same in every later export of the same account: ``strava:9125662739``.
    label
        What a list of files calls it, plain text: ``Evening Run, 2023-05-23 12:40``.
    recording
        Only totals, no samples, unless the index comes with some.
    title
        The name the runner, or the service, gave it.
    rpe
        Rating of perceived exertion, 0 to 10.
    file
        Full name of the watch file or companion it belongs to, always one of ``names``; None when
        the index names none of them.
    """

    identity: str
    label: str
    recording: Recording
    title: str | None = None
    rpe: float | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A row that could not be understood; the others go on.

    ``detail`` is a fact worth telling, as ``ImportFailure`` has it.
    """

    label: str
    code: FailureCode
    detail: str = ""


class Layout(Protocol):
    """One service's export.

    A module-level ``LAYOUT`` of each export's module is found by ``importers.archives.registry``.
    """

    @property
    def key(self) -> str:
        """Export's short name: ``strava``, ``garmin``, ``apple_health``."""
        ...

    def roles(self, names: Collection[str]) -> Mapping[str, Role]:
        """Roles of the files that have one, by names alone; empty when none is of this layout.

        ``names`` are full names with ``/`` between folders, any folders above the export's own,
        and ``inner.zip!/`` before what lies in an archive within the archive.
        """
        ...

    def begins(self, head: bytes) -> bool:
        """Whether a file that begins so is an index of this layout, whatever its name.

        ``head`` are its first 4096 bytes. Only what cannot be anything else is claimed.
        """
        ...

    def entries(
        self, index: str, names: Collection[str], open_file: Opener
    ) -> Iterator[Listed | Unread]:
        """Activities of one index, in its order.

        Parameters
        ----------
        index
            A name that ``roles`` gave ``INDEX``.
        names
            All files' names, the same as ``roles`` got.
        open_file
            Opens any of them.

        Raises
        ------
        ImportFailure
            When nothing can be read, ``NOT_RECOGNISED`` for a file that only bears the name; when
            it is larger than the limits, in the middle too. Never any other exception.
        """
        ...
