"""Objects of a large JSON file one by one, so that no file is ever in memory whole.

The text is followed by its brackets and strings alone, and each object is handed to the JSON
parser by itself: one that is nonsense costs only itself, and all behind it only when its brackets
or quotes are not in pairs; a file that breaks off is read up to where it does, and no depth of
nesting does harm.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from importers.contract import FailureCode, ImportFailure
from importers.json_values import Fields, read_object
from importers.limits import MIB, READ_BYTES

LONGEST_OBJECT: Final = 8 * MIB
"""Activities with their splits have some hundred KB, the beats of a day's run half of this. What is
made of one may take thirty times its text."""

_TOKEN: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.DOTALL)
_BETWEEN: Final = re.compile(r"[^{\]]*+")
_LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands where an object could not be read; ``cut`` when the file ends within it."""

    cut: bool


class JsonStream:
    """Text of a JSON file, moving on. UTF-8, or UTF-16 with its mark.

    Parameters
    ----------
    stream
        The file from its first byte; raises what it raises.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        block = stream.read(READ_BYTES)
        wide = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")("replace")
        self._text = self._decoder.decode(block)
        self._at = 0
        self._ended = not block

    @property
    def head(self) -> str:
        """Text from here, as far as it was read: some thousand characters unless it ends."""
        return self._text[self._at :]

    def skip_to(self, pattern: re.Pattern[str]) -> bool:
        """Move on behind the next match, of ``_LONGEST_KEY`` characters at most; False: none."""
        while True:
            match = pattern.search(self._text, self._at)
            if match:
                self._at = match.end()
                return True
            self._at = max(self._at, len(self._text) - _LONGEST_KEY)
            if not self._more():
                return False

    def objects(self) -> Iterator[Fields | Broken]:
        """Objects of the array that was just entered, up to its end.

        Raises
        ------
        ImportFailure
            ``TOO_LARGE`` for one beyond ``LONGEST_OBJECT``.
        """
        while True:
            between = _BETWEEN.match(self._text, self._at)
            self._at = between.end() if between else self._at
            if self._at == len(self._text):
                if self._more():
                    continue
                return
            if self._text[self._at] == "]":
                self._at += 1
                return
            found = self.object()
            yield found
            if isinstance(found, Broken) and found.cut:
                return

    def object(self) -> Fields | Broken:
        """Object that begins here.

        Raises
        ------
        ImportFailure
            ``TOO_LARGE`` beyond ``LONGEST_OBJECT``.
        """
        length = self._length_of_object()
        if length is None:
            self._at = len(self._text)
            return Broken(cut=True)
        start, self._at = self._at, self._at + length
        fields = read_object(self._text[start : self._at])
        return Broken(cut=False) if fields is None else fields

    def _length_of_object(self) -> int | None:
        scanned, depth = 0, 0
        while True:
            for token in _TOKEN.finditer(self._text, self._at + scanned):
                sign = token[0]
                if sign == '"':
                    # A string whose end was not read yet.
                    break
                scanned = token.end() - self._at
                if sign in "{[":
                    depth += 1
                elif sign in "}]":
                    depth -= 1
                    if depth == 0:
                        return scanned
            if len(self._text) - self._at > LONGEST_OBJECT:
                raise ImportFailure(FailureCode.TOO_LARGE, "JSON object")
            if not self._more():
                return None

    def _more(self) -> bool:
        """Read on, as much again as is unread, so that what is scanned twice stays a small share.

        What was moved past is dropped here alone: dropped object by object, a large piece of text
        would be copied once for each.
        """
        if self._ended:
            return False
        unread = self._text[self._at :]
        block = self._stream.read(max(READ_BYTES, len(unread)))
        self._ended = not block
        self._text = unread + self._decoder.decode(block, final=self._ended)
        self._at = 0
        return True
