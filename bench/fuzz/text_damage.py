"""Ways to damage a table or a JSON text that know numbers, dates, quotes and separators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Final

from bench.fuzz.contract import Mutation
from bench.fuzz.damage import ANY_BYTES
from bench.fuzz.xml_damage import DATES, NUMBERS

MOST_EDITS: Final = 4
WORD: Final = re.compile(rb"-?\d+\.?\d*|\"[^\"\n]{0,80}\"|[,;:\[\]{}\n]|true|false|null|[A-Za-z]+")
MARKS: Final = (
    *(b",", b";", b"\t", b"\n", b"\r", b'"', b'""', b"'", b":", b"[", b"]", b"{", b"}", b"\\"),
    *(b"\\u0000", b"\\ud800", b"\0", b"\xff", b"\xef\xbb\xbf", b"null", b"true", b"#error#", b""),
    *(b"[" * 3000, b'{"a":' * 3000, b'"' + b"x" * 5000, "é٣".encode(), b"NaN", b"Infinity"),
)


def edit_words(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put something else in the place of a few words, or take them out."""
    del others
    for _ in range(random.randint(1, MOST_EDITS)):
        found = list(WORD.finditer(data))
        if not found:
            return data
        at = random.choice(found)
        word = random.choice((*NUMBERS, *DATES, *MARKS, random.choice(found).group()))
        data = data[: at.start()] + word + data[at.end() :]
    return data


def repeat_a_line(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Say a line again, somewhere else."""
    del others
    lines = data.split(b"\n")
    lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return b"\n".join(lines)


TEXT_DAMAGE: Final[tuple[Mutation, ...]] = (*(edit_words,) * 10, repeat_a_line, *ANY_BYTES)
