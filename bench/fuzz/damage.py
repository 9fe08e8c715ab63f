"""Ways to damage any bytes, whatever they mean."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from bench.fuzz.contract import Mutation

SPECIAL: Final = (0x00, 0xFF, 0x7F, 0x80, 0x01, 0xFE)
LONGEST_BLOCK: Final = 512


def span(random: Random, data: bytes, longest: int = LONGEST_BLOCK) -> tuple[int, int]:
    """Somewhere in the bytes, more often short than long; empty only in empty bytes."""
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 4, 8, 1 + random.randrange(longest))))


def flip_bits(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Flip one to eight bits."""
    del others
    changed = bytearray(data)
    for _ in range(random.randint(1, 8) if data else 0):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def set_bytes(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Set a stretch to one telling value, or to anything."""
    del others
    start, end = span(random, data, 16)
    if random.random() < 0.2:
        return data[:start] + random.randbytes(end - start) + data[end:]
    return data[:start] + bytes([random.choice(SPECIAL)]) * (end - start) + data[end:]


def insert_bytes(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put something in."""
    del others
    at = random.randrange(len(data) + 1)
    length = random.choice((1, 2, 4, 1 + random.randrange(64)))
    added = random.randbytes(length) if random.random() < 0.5 else b"\0" * length
    return data[:at] + added + data[at:]


def delete_bytes(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Take something out."""
    del others
    start, end = span(random, data)
    return data[:start] + data[end:]


def copy_block(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Write a block over another place, or put it in there."""
    del others
    start, end = span(random, data)
    at = random.randrange(len(data) + 1)
    after = at + (end - start if random.random() < 0.5 else 0)
    return data[:at] + data[start:end] + data[after:]


def swap_blocks(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Exchange two neighbouring blocks."""
    del others
    first, second, third = sorted(random.randrange(len(data) + 1) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def repeat_block(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Write a block many times."""
    del others
    start, end = span(random, data, 128)
    times = random.choice((2, 3, 17, 200))
    return data[:end] + data[start:end] * times + data[end:]


def truncate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Cut the end off, or rarely the beginning."""
    del others
    at = random.randrange(len(data) + 1)
    return data[at:] if random.random() < 0.1 else data[:at]


def splice(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Go on in the middle of another file."""
    other = random.choice(others)
    at, into = random.randrange(len(data) + 1), random.randrange(len(other) + 1)
    return data[:at] + other[into:]


ANY_BYTES: Final[tuple[Mutation, ...]] = (
    flip_bits,
    flip_bits,
    set_bytes,
    insert_bytes,
    delete_bytes,
    copy_block,
    swap_blocks,
    repeat_block,
    truncate,
    splice,
)
