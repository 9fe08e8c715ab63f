"""Which importer reads a file: exactly one claims it, or a clear error.

A format is a module of this package with an ``IMPORTER``; to add one is to add its file.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Final

import importers
from analytics.recording import Recording
from importers.contract import FailureCode, Importer, ImportFailure
from importers.limits import Limits, gunzip, is_gzip

HEAD_BYTES: Final = 4096
_WATCH_FILE_ENDINGS: Final = (".fit", ".gpx", ".tcx")
_GZIP_ENDING: Final = ".gz"


@cache
def registry() -> tuple[Importer, ...]:
    """Every format's importer, by key; two of one key are a mistake in this package."""
    found: dict[str, Importer] = {}
    for module in pkgutil.iter_modules(importers.__path__):
        importer: Importer | None = getattr(
            import_module(f"{importers.__name__}.{module.name}"), "IMPORTER", None
        )
        if importer is None:
            continue
        if importer.key in found:
            raise AssertionError(f"two importers of key {importer.key}")
        found[importer.key] = importer
    return tuple(found[key] for key in sorted(found))


def identify(head: bytes, name: str) -> Importer:
    """Find the importer of a file.

    Parameters
    ----------
    head
        The file's first ``HEAD_BYTES``, decompressed.
    name
        Its name, with or without folders; content counts more, so a wrong ending does no harm.

    Raises
    ------
    ImportFailure
        ``EMPTY_FILE`` and ``NOT_RECOGNISED`` for what is named like a watch file and is none;
        ``NOT_A_WATCH_FILE`` for anything else, which in a folder or archive is nothing wrong.
    """
    blank = not head.strip(b" \t\r\n\0")
    if blank and is_watch_file_name(name):
        raise ImportFailure(FailureCode.EMPTY_FILE)
    claiming = [importer for importer in registry() if importer.claims(head, name)]
    if len(claiming) > 1:
        keys = " ".join(importer.key for importer in claiming)
        raise ImportFailure(FailureCode.NOT_RECOGNISED, keys)
    if claiming:
        return claiming[0]
    if is_watch_file_name(name):
        raise ImportFailure(FailureCode.NOT_RECOGNISED)
    raise ImportFailure(FailureCode.NOT_A_WATCH_FILE)


def is_watch_file_name(name: str) -> bool:
    """Whether a name promises a watch file: ``.fit``, ``.gpx``, ``.tcx``, in any case, or .gz."""
    return name.lower().removesuffix(_GZIP_ENDING).endswith(_WATCH_FILE_ENDINGS)


def payload(data: bytes, name: str, limits: Limits) -> bytes:  # noqa: ARG001 - content decides
    """Return the file's own bytes, decompressed if it is a gzip file.

    Their hash tells a run from another whether it came as ``x.fit`` or as ``x.fit.gz``.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE``, ``RATIO_TOO_HIGH``, ``DAMAGED``.
    """
    if is_gzip(data):
        return gunzip(data, limits)
    limits.check_file(len(data), len(data))
    return data


def read(data: bytes, name: str, limits: Limits) -> tuple[str, Sequence[Recording]]:
    """Read a file, gzipped or not, into its importer's key and its activities.

    Raises
    ------
    ImportFailure
        As ``payload``, ``identify`` and the format's ``parse`` do.
    """
    content = payload(data, name, limits)
    importer = identify(content[:HEAD_BYTES], name)
    return importer.key, importer.parse(content)
