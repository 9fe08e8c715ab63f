"""FIT files taken apart into messages and put together again, as far as their bytes allow it.

Its own reading of the format and not the importer's, so that the two cannot share a mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Literal

from fastcrc import crc16

HEADER_BYTES: Final = 14
DEFINES: Final = 0x40
HAS_DEVELOPER: Final = 0x20
COMPRESSED: Final = 0x80
RECORD: Final = 20

Order = Literal["little", "big"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How messages of a local type are laid out: ``fields`` are number, size, base type each."""

    kind: int
    order: Order
    fields: tuple[tuple[int, int, int], ...]

    @property
    def size(self) -> int:
        """Bytes of a message without its header byte."""
        return sum(size for _, size, _ in self.fields)

    def offsets(self) -> list[int]:
        """Where each field begins, counted from the header byte."""
        return list(accumulate((size for _, size, _ in self.fields), initial=1))[:-1]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its bytes, and the layout it defines or follows."""

    content: bytes
    layout: Layout
    defines: bool


def parts(data: bytes) -> list[bytes]:
    """The files chained in one, each with its header and its checksum; at least one."""
    cuts = [0]
    while len(data) - cuts[-1] >= HEADER_BYTES and data[cuts[-1] + 8 : cuts[-1] + 12] == b".FIT":
        start = cuts[-1]
        size = data[start] + int.from_bytes(data[start + 4 : start + 8], "little") + 2
        if start + size >= len(data):
            break
        cuts.append(start + size)
    return [data[start:end] for start, end in pairwise([*cuts, len(data)])]


def messages(part: bytes) -> tuple[list[Message], bytes]:
    """The messages of one file, and what could not be told apart behind them."""
    known: dict[int, Layout] = {}
    found: list[Message] = []
    at, end = (part[0] if part else 0), len(part) - 2
    while at < end:
        header = part[at]
        local = (header >> 5) & 3 if header & COMPRESSED else header & 15
        if header & COMPRESSED or not header & DEFINES:
            layout = known.get(local)
            after = at + 1 + (layout.size if layout else 0)
            if layout is None or after > end:
                break
            found.append(Message(part[at:after], layout, defines=False))
        else:
            read = _definition(part, at, end)
            if read is None:
                break
            layout, after = read
            known[local] = layout
            found.append(Message(part[at:after], layout, defines=True))
        at = after
    return found, part[at:end]


def _definition(part: bytes, at: int, end: int) -> tuple[Layout, int] | None:
    if at + 6 > end:
        return None
    order: Order = "big" if part[at + 2] else "little"
    after = at + 6 + 3 * part[at + 5]
    triples = [part[each : each + 3] for each in range(at + 6, after, 3)]
    if part[at] & HAS_DEVELOPER and after < end:
        first, after = after + 1, after + 1 + 3 * part[after]
        triples += [part[each : each + 3] for each in range(first, after, 3)]
    if after > end or any(len(each) != len(b"123") for each in triples):
        return None
    fields = tuple((each[0], each[1], each[2]) for each in triples)
    return Layout(int.from_bytes(part[at + 3 : at + 5], order), order, fields), after


def assembled(head: bytes, body: bytes) -> bytes:
    """A file of this body whose header and checksums are right, ``head`` giving the versions."""
    head = (head + bytes(HEADER_BYTES))[:4]
    header = bytes([HEADER_BYTES]) + head[1:4] + len(body).to_bytes(4, "little") + b".FIT"
    header += crc16.arc(header).to_bytes(2, "little")
    return header + body + crc16.arc(header + body).to_bytes(2, "little")


def thinned(data: bytes, most: Mapping[int, int], most_otherwise: int) -> bytes:
    """The same file with at most so many data messages of each kind, from its begin and its end."""
    return b"".join(_thinned_part(part, most, most_otherwise) for part in parts(data))


def _thinned_part(part: bytes, most: Mapping[int, int], most_otherwise: int) -> bytes:
    found, rest = messages(part)
    totals = Counter(each.layout.kind for each in found if not each.defines)
    met: Counter[int] = Counter()
    kept: list[bytes] = []
    for each in found:
        if not each.defines:
            kind = each.layout.kind
            met[kind] += 1
            allowed = most.get(kind, most_otherwise)
            if allowed - allowed // 3 < met[kind] <= totals[kind] - allowed // 3:
                continue
        kept.append(each.content)
    return assembled(part[:4], b"".join(kept) + rest[:64])


def joined(found: Sequence[Message], rest: bytes) -> bytes:
    """Body of these messages."""
    return b"".join(each.content for each in found) + rest
