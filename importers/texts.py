"""Words of a file as something that can be stored and shown: one line of text, not too long."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 300

_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HALVES: Final = re.compile(r"[\ud800-\udfff]")
"""Halves of characters, which JSON can spell and no encoding can write."""


def plain(text: str | None) -> str | None:
    """Text as one line of at most ``LONGEST`` characters, None when nothing is left.

    Control characters are blanks: PostgreSQL takes no NUL, and terminals obey some of the others.
    """
    words = _BLANKS.sub(" ", text or "").strip()[:LONGEST]
    return _HALVES.sub("\ufffd", words) or None
