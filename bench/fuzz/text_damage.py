"""Ways to damage a table or a JSON text: any of its words, or values in their places alone."""

from __future__ import annotations

import csv
import io
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
VALUE: Final = re.compile(rb"(?<=:)\s*(?:\"(?:[^\"\\]|\\.)*\"|-?\d[\d.eE+-]*|true|false|null)")
VALUES: Final = (
    *(b"null", b"true", b"false", b"0", b"-1", b"1", b"0.5", b"90", b"180", b"1e12", b"1e-320"),
    *(b"1e308", b"-1e308", b"1e999", b"NaN", b"-Infinity", b"9" * 400, b"9" * 5000, b"4294967296"),
    *(b"[]", b"{}", b"[1]", b"[[]]", b'[{"a":1}]', b'{"a":{"a":1}}', b'"running"', b'"1.5"'),
    *(b'""', b'" "', b'"1e999"', b'"' + b"x" * 5000 + b'"', b'"\\u0000"', b'"\\ud800"', b'"\xff"'),
    *(b'"\\u001b[2J"', b"-62135596800000", b"253402300799999", b"4102444800000", b"86400000"),
    *(b'"%b"' % date for date in DATES),
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


def edit_values(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put other values into a JSON text that stays one, so that they get past its parser."""
    del others
    for _ in range(random.randint(1, MOST_EDITS)):
        found = list(VALUE.finditer(data))
        if not found:
            return data
        at = random.choice(found)
        value = random.choice((*VALUES, random.choice(found).group()))
        data = data[: at.start()] + value + data[at.end() :]
    return data


def edit_cells(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put other words into a table that stays one, so that they get to where numbers are read."""
    del others
    rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline="")))
    filled = [(row, at) for row in rows[1:] for at, cell in enumerate(row) if cell]
    for row, at in random.sample(filled, min(len(filled), random.randint(1, MOST_EDITS))):
        row[at] = random.choice((*NUMBERS, *DATES, *MARKS)).decode("utf-8", "replace")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


JSON_DAMAGE: Final[tuple[Mutation, ...]] = (
    *(edit_values,) * 12,
    *(edit_words,) * 4,
    repeat_a_line,
    *ANY_BYTES,
)
TABLE_DAMAGE: Final[tuple[Mutation, ...]] = (
    *(edit_cells,) * 8,
    *(edit_words,) * 6,
    repeat_a_line,
    *ANY_BYTES,
)
