"""Rows of a CSV file as they come, however it was written, cut or saved again by a spreadsheet."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

from importers.contract import FailureCode, ImportFailure
from importers.limits import READ_BYTES

LONGEST_LINE: Final = 1 << 20
"""Characters. Descriptions run over several lines, each of them far shorter."""

LONGEST_ROW: Final = 2 * LONGEST_LINE
LONGEST_FIELD: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the number of its last line; ``cells`` is None when it is no CSV."""

    line: int
    cells: list[str] | None


def rows(stream: BinaryIO) -> Iterator[Row]:
    """Read rows in UTF-8 or marked UTF-16, separated by comma, semicolon or tab; blank ones too.

    Raises
    ------
    ImportFailure
        ``TOO_LARGE`` for a line beyond ``LONGEST_LINE`` or a row beyond ``LONGEST_ROW``; as the
        stream does.
    """
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=max(",;\t", key=lines.first.count))
    while True:
        lines.row_characters = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A quote that nobody closed swallows lines up to the field's limit; the reader then
            # begins anew at the next line.
            yield Row(reader.line_num, None)
            continue
        oversized = any(len(cell) > LONGEST_FIELD for cell in cells)
        yield Row(reader.line_num, None if oversized else cells)


class _Lines:
    """Lines of a file; of one row not too many, for a row of ever more quoted cells never ends."""

    def __init__(self, stream: BinaryIO) -> None:
        lines = _lines(stream)
        self.first = next(lines, "")
        self.row_characters = 0
        self._lines = chain([self.first] if self.first else [], lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.row_characters += len(line)
        if self.row_characters > LONGEST_ROW:
            raise ImportFailure(FailureCode.TOO_LARGE, "row")
        return line


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Lines with their ends. What is no text becomes a replacement character."""
    block = stream.read(READ_BYTES)
    wide = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")("replace")
    pending = ""
    while block:
        *whole, pending = (pending + decoder.decode(block)).split("\n")
        for line in whole:
            if len(line) > LONGEST_LINE:
                raise ImportFailure(FailureCode.TOO_LARGE, "line")
            yield line + "\n"
        if len(pending) > LONGEST_LINE:
            raise ImportFailure(FailureCode.TOO_LARGE, "line")
        block = stream.read(READ_BYTES)
    if last := pending + decoder.decode(b"", final=True):
        yield last
