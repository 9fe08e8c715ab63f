"""Ways to damage a FIT file that know its format, and put its sizes and checksums right again.

A damaged checksum tells nothing of the decoder behind it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from bench.fuzz.contract import Mutation
from bench.fuzz.damage import ANY_BYTES
from bench.fuzz.fit_bytes import HAS_DEVELOPER, Message, assembled, joined, messages, parts

TIMESTAMP: Final = 253
KINDS: Final = (0, 18, 19, 20, 21, 23, 34, 12, 132, 206, 207, 0xFFFF, 0xFF00)
FIELDS: Final = (253, 254, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 29, 73, 78)
BASE_TYPES: Final = (
    *(0x00, 0x01, 0x02, 0x83, 0x84, 0x85, 0x86, 0x07, 0x88, 0x89, 0x0A),
    *(0x8B, 0x8C, 0x0D, 0x8E, 0x8F, 0x90),
)
OF_SIZE: Final = {1: (0x00, 0x01, 0x02, 0x0A, 0x0D, 0x07), 2: (0x83, 0x84, 0x8B), 8: (0x89, 0x8F)}
FOUR_BYTES: Final = (0x85, 0x86, 0x88, 0x8C, 0x07, 0x0D)
FLOATS: Final = (float("nan"), float("inf"), float("-inf"), 1e38, -1e38, 1e-38, -0.0, 1e9)
MOMENTS: Final = (0, 1, 0x0FFFFFFF, 0x10000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
STEPS_S: Final = (-86_400, -3_600, -1, 0, 1, 2, 60, 3_600, 21_600, 86_400, 1_746_563)

_Edit = Callable[[Random, list[Message]], None]


def edit_messages(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change what some messages say or how they are laid out."""
    del others
    pieces = parts(data)
    at = random.randrange(len(pieces))
    found, rest = messages(pieces[at])
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        if found:
            random.choice(_EDITS)(random, found)
    pieces[at] = assembled(pieces[at][:4], joined(found, rest))
    return b"".join(pieces)


def damage_body(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage the bytes between header and checksum, whatever they mean."""
    pieces = parts(data)
    at = random.randrange(len(pieces))
    piece = pieces[at]
    size = piece[0] if piece else 0
    body = random.choice(ANY_BYTES)(random, piece[size:-2], [each[14:-2] for each in others])
    pieces[at] = assembled(piece[:4], body)
    return b"".join(pieces)


def damage_header(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Let the header lie."""
    del others
    header = bytearray((data + bytes(14))[:14])
    what = random.randrange(4)
    if what == 0:
        header[0] = random.choice((0, 11, 12, 13, 14, 15, 64, 255))
    elif what == 1:
        told = int.from_bytes(header[4:8], "little")
        near = max(told + random.choice((-100, -3, -2, -1, 1, 2, 3, 100)), 0)
        size = random.choice((0, 1, near, 0x7FFFFFFF, 0xFFFFFFFF, len(data)))
        header[4:8] = (size & 0xFFFFFFFF).to_bytes(4, "little")
    elif what == 2:
        header[12:14] = random.choice((b"\0\0", b"\xff\xff", random.randbytes(2)))
    else:
        header[random.randrange(14)] ^= 1 << random.randrange(8)
    return bytes(header) + data[14:]


def chain(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Chain another file behind it, or the same many times."""
    if random.random() < 0.2:
        return data[: random.choice((400, len(data)))] * random.choice((2, 5, 20))
    return data + random.choice(others)


def _data(found: Sequence[Message]) -> list[int]:
    return [at for at, each in enumerate(found) if not each.defines and each.layout.fields]


def _definitions(found: Sequence[Message]) -> list[int]:
    return [at for at, each in enumerate(found) if each.defines]


def _change_value(random: Random, found: list[Message]) -> None:
    places = _data(found)
    for at in random.sample(places, min(len(places), random.choice((1, 1, 3, 20)))):
        message = found[at]
        index = random.randrange(len(message.layout.fields))
        _put(found, at, index, _telling(random, message.layout.fields[index][1]))


def _change_time(random: Random, found: list[Message]) -> None:
    places = [
        at
        for at in _data(found)
        if any(number == TIMESTAMP and size == 4 for number, size, _ in found[at].layout.fields)
    ]
    first = random.choice(places) if places else 0
    shift = random.choice(STEPS_S)
    moment = random.choice(MOMENTS)
    for at in [each for each in places if each >= first][: random.choice((1, 2, 30, 1000))]:
        layout = found[at].layout
        index = next(i for i, each in enumerate(layout.fields) if each[:2] == (TIMESTAMP, 4))
        offset = layout.offsets()[index]
        told = int.from_bytes(found[at].content[offset : offset + 4], layout.order)
        new = moment if shift == 0 else (told + shift) & 0xFFFFFFFF
        _put(found, at, index, new.to_bytes(4, layout.order))


def _put(found: list[Message], at: int, index: int, value: bytes) -> None:
    message = found[at]
    offset = message.layout.offsets()[index]
    content = message.content[:offset] + value + message.content[offset + len(value) :]
    found[at] = replace(message, content=content)


def _telling(random: Random, size: int) -> bytes:
    if size in {4, 8} and random.random() < 0.3:
        return struct.pack(random.choice("<>") + ("f" if size == 4 else "d"), random.choice(FLOATS))
    return random.choice(
        (
            b"\0" * size,
            b"\xff" * size,
            (b"\x7f" + b"\xff" * size)[:size],
            (b"\xff" * size + b"\x7f")[-size:] if size else b"",
            (b"\x80" + bytes(size))[:size],
            random.randbytes(size),
        )
    )


def _change_definition(random: Random, found: list[Message]) -> None:
    """Set one byte of a definition, so that what follows is read otherwise or not at all."""
    places = _definitions(found)
    if not places:
        return
    at = random.choice(places)
    content = bytearray(found[at].content)
    fields = content[5]
    what = random.randrange(7)
    if what == 0:
        content[2] = random.choice((0, 1, 2, 255))
    elif what == 1:
        content[3:5] = random.choice(KINDS).to_bytes(2, random.choice(("little", "big")))
    elif what == 2:
        content[5] = max(0, min(255, fields + random.choice((-1, 1, 255, -255))))
    elif what == 3:
        content[0] ^= random.choice((HAS_DEVELOPER, 0x10, 1, 3, 0x40))
    elif fields and len(content) >= 6 + 3 * fields:
        place = 6 + 3 * random.randrange(fields)
        if what == 4:
            content[place] = random.choice(FIELDS)
        elif what == 5:
            content[place + 1] = random.choice((0, 1, 2, 3, 4, 7, 8, 16, 255))
        else:
            alike = OF_SIZE.get(content[place + 1], FOUR_BYTES)
            content[place + 2] = random.choice(alike if random.random() < 0.7 else BASE_TYPES)
    found[at] = replace(found[at], content=bytes(content))


def _add_definition(random: Random, found: list[Message]) -> None:
    """Define something in mid-file, and write a few messages of it."""
    local = random.randrange(16)
    count = random.choice((0, 1, 2, 5, 40))
    fields = [
        (
            random.choice(FIELDS),
            random.choice((0, 1, 1, 2, 4, 4, 8, 255)),
            random.choice(BASE_TYPES),
        )
        for _ in range(count)
    ]
    kind = random.choice(KINDS)
    definition = bytes([0x40 | local, 0, 0]) + kind.to_bytes(2, "little") + bytes([count])
    definition += b"".join(map(bytes, fields))
    size = sum(each[1] for each in fields)
    written = [bytes([local]) + _telling(random, size) for _ in range(random.choice((1, 3, 30)))]
    at = random.randrange(len(found) + 1)
    layout = found[0].layout
    found[at:at] = [Message(definition + b"".join(written), layout, defines=True)]


def _move(random: Random, found: list[Message]) -> None:
    """Take some messages out, write them twice, or put them elsewhere."""
    start = random.randrange(len(found))
    block = found[start : start + random.choice((1, 1, 4, 40))]
    what = random.randrange(4)
    if what in {0, 1}:
        del found[start : start + len(block)]
    if what in {1, 2} and len(block) < len(found):
        at = random.randrange(len(found) + 1)
        found[at:at] = block
    if what == 3:
        found[start : start + len(block)] = block * random.choice((2, 8))


_EDITS: Final[tuple[_Edit, ...]] = (
    _change_value,
    _change_value,
    _change_time,
    _change_time,
    _change_definition,
    _change_definition,
    _add_definition,
    _move,
)

FIT_DAMAGE: Final[tuple[Mutation, ...]] = (
    *(edit_messages,) * 10,
    *(damage_body,) * 4,
    damage_header,
    chain,
    *ANY_BYTES[:4],
)
