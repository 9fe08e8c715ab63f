"""Ways to damage gzip files and ZIPs: what is packed, how, and what the wrapping says of it."""

from __future__ import annotations

import gzip
import io
import stat
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from random import Random
from typing import Final

from bench.fuzz.contract import Mutation
from bench.fuzz.damage import ANY_BYTES

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
FIELDS: Final = {
    # Offset and bytes: version, flags, method, time, sizes, lengths of name and extra field.
    LOCAL: ((4, 2), (6, 2), (8, 2), (10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    CENTRAL: (
        *((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2)),
        *((32, 2), (34, 2), (36, 2), (38, 4), (42, 4)),
    ),
    END: ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}
VALUES: Final = (0, 1, 2, 8, 9, 12, 14, 20, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
NAMES: Final = (
    *("../x.fit", "/etc/passwd", "C:x.fit", "a\\b.fit", "x\0.fit", "", ".", "..", "a/", "!", "!/"),
    *("!#2", "inner.zip!/x.fit", "__MACOSX/._x.fit", ".hidden", "x" * 3000 + ".fit", "ü/é.gpx"),
)


def damage_inside_gzip(mutations: Sequence[Mutation]) -> Mutation:
    """Damage what is packed, then pack it again."""

    def mutate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
        inner = [_unpacked(each) for each in (data, *others)]
        return gzip.compress(random.choice(mutations)(random, inner[0], inner[1:]), 1, mtime=0)

    return mutate


def change_gzip_members(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Pack a file in several members, with others, nothing or junk between them."""
    inner = _unpacked(data)
    at = random.randrange(len(inner) + 1)
    between = random.choice(
        (b"", b"\0" * 512, gzip.compress(b"", mtime=0) * 50, b"junk", others[0])
    )
    return gzip.compress(inner[:at], 1, mtime=0) + between + gzip.compress(inner[at:], 1, mtime=0)


def change_zip_field(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Let a header of the archive lie: sizes, offsets, counts, methods, flags, times."""
    del others
    signature = random.choice((LOCAL, CENTRAL, CENTRAL, END))
    places = _places(data, signature)
    if not places:
        return data
    offset, size = random.choice(FIELDS[signature])
    at = random.choice(places) + offset
    told = int.from_bytes(data[at : at + size], "little")
    value = random.choice((*VALUES, told + 1, max(told - 1, 0), len(data), random.getrandbits(32)))
    return data[:at] + (value % (1 << 8 * size)).to_bytes(size, "little") + data[at + size :]


def pack_again(inside: Sequence[Mutation]) -> Mutation:
    """Damage one member and write the archive anew around it, with odd names and kinds."""

    def mutate(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
        del others
        content = _members(data)
        if content:
            name, member = content[0] if random.random() < 0.2 else random.choice(content)
            peers = [each for _, each in content]
            content[content.index((name, member))] = (
                random.choice(NAMES) if random.random() < 0.3 else name,
                random.choice(inside)(random, member, peers),
            )
        if random.random() < 0.1:
            content = content * random.choice((2, 20))
        return _packed(random, content)

    return mutate


def nest_zip(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put the archive into others, up to too many."""
    for level in range(random.choice((1, 2, 3, 5))):
        beside = random.choice(others) if random.random() < 0.3 else b"beside"
        data = _packed(random, [("a.fit", beside), (f"{level}.zip", data)])
    return data


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(data, 1 << 20)
    except zlib.error:
        return data


def _members(data: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(info.filename, archive.read(info)) for info in archive.infolist()[:40]]
    except Exception:  # noqa: BLE001 - already damaged beyond what zipfile reads: start anew
        return [("a.fit", data)]


def _packed(random: Random, content: Sequence[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members of one name, which is what we want
        for name, member in content:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            info.compress_type = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            if random.random() < 0.03:
                info.external_attr = random.choice((stat.S_IFLNK, stat.S_IFIFO)) << 16
            archive.writestr(info, member)
        if random.random() < 0.1:
            archive.comment = random.choice((b"by hand", END * 3, b"x" * 0xFFFF))
    return stream.getvalue()


def _places(data: bytes, signature: bytes) -> list[int]:
    places: list[int] = []
    at = data.find(signature)
    while at >= 0:
        places.append(at)
        at = data.find(signature, at + 1)
    return places


ZIP_DAMAGE: Final[tuple[Mutation, ...]] = (*(change_zip_field,) * 8, *(nest_zip,) * 2, *ANY_BYTES)
