"""Real watch files that may lie beside the checkout; the fuzzer does without them, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2].parent / "shared" / "watch-files"


def real_files(ending: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the real files of an ending, export samples included; maybe none."""
    for path in sorted(FOLDER.rglob(f"*{ending}")):
        yield path.name, path.read_bytes()
