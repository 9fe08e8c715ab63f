"""Ways to damage an XML file that know tags, texts, numbers, dates and declarations."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from bench.fuzz.contract import Mutation
from bench.fuzz.damage import ANY_BYTES

TOKEN: Final = re.compile(rb"<[^>]*>|[^<]+")
NUMBER: Final = re.compile(rb"-?\d+\.?\d*")
DATE: Final = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)?")
POINT: Final = re.compile(rb"<(trkpt|Trackpoint)\b.*?</\1>\s*", re.DOTALL)

NUMBERS: Final = (
    *(b"0", b"-0", b"-1", b"1e308", b"1e999", b"-1e999", b"nan", b"NaN", b"inf", b"", b" "),
    *(b"1e-320", b"9" * 400, b"0." + b"1" * 300, b"180", b"-180.0000001", b"90.0", b"2147483647"),
    *(b"1,5", b"1.2.3", b"0x10", b"1_000", b"+7", "٣".encode(), b"4294967296", b"127", b"255"),
)
DATES: Final = (
    *(b"0000-00-00T00:00:00Z", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b"", b"now"),
    *(b"1970-01-01T00:00:00Z", b"1969-12-31T23:59:59.5Z", b"2100-01-01T00:00:00.000Z"),
    *(b"2026-02-30T06:30:00Z", b"2026-05-04T24:00:00Z", b"2026-05-04T06:30:60Z", b"2026-05-04"),
    *(b"2026-05-04T06:30:00+14:30", b"2026-05-04T06:30:00-00:01", b"0001-01-01T00:00:00+14:00"),
    *(b"9999-12-31T23:59:59-12:00", b"2026-05-04T06:30:00.123456789Z", b"2026-05-04T06:30:00"),
    *(b"-2026-05-04T06:30:00Z", b"12026-05-04T06:30:00Z", b"2026-W19-1T06:30:00", b"20260504T0630"),
)
ANYTHING: Final = (
    *(b"<", b">", b"/", b"&", b'"', b"]]>", b"<![CDATA[", b"<![CDATA[7]]>", b"<!--", b"-->"),
    *(b"<?x?>", b"\0", b"&nbsp;", b"&lt;", b"&#0;", b"&#57;", b"&#xD800;", b"<a:b:c>", b"<x'y>"),
    *(b' xmlns="u"', b' xmlns:n=""', b"\xff", b"\xef\xbb\xbf", b"<trkpt>", b"</trkseg>", b"<trk>"),
    *(
        b"</trk>",
        b"<trkseg>",
        b"<Lap>",
        b"</Lap>",
        b"<Track>",
        b"</Track>",
        b"<Activity>",
        b"<gpx>",
    ),
    *(b"</Activity>", b"</Trackpoint>", b"<TrainingCenterDatabase>", b"<a/>", b"<Extensions>"),
    *(b"<trkpt lat='1' lon='1'/>", "é٣\u2028".encode(), b"<ns9:hr>7</ns9:hr>", b"<type>9</type>"),
)
PROLOGUES: Final = (
    b'<!DOCTYPE gpx [<!ENTITY a "b">]>',
    b'<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1/x.dtd">',
    b'<!DOCTYPE gpx PUBLIC "-//X//Y" "file:///etc/passwd">',
    b'<!DOCTYPE gpx [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    b"<!DOCTYPE gpx [<!ELEMENT gpx ANY><!ATTLIST gpx a CDATA #IMPLIED>]>",
    b"<!DOCTYPE gpx [<!-- -->]>",
    b"<!DOCTYPE",
    b"<!--" + b"x" * 5000 + b"-->",
    b'<?xml version="1.0" encoding="UTF-7"?>',
    b'<?xml version="1.0" encoding="ISO-8859-1"?>',
    b'<?xml version="1.1"?>',
    b'<?xml-stylesheet href="x"?>',
    b" \n\t",
    b"\0\0\0",
)
ENCODINGS: Final = ("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp1252")

_Edit = Callable[[Random, list[bytes]], None]


def edit_tokens(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change, lose, repeat or move tags and texts."""
    del others
    tokens: list[bytes] = TOKEN.findall(data)
    for _ in range(random.choice((1, 1, 2, 4, 10))):
        if tokens:
            random.choice(_EDITS)(random, tokens)
    return b"".join(tokens)


def change_prologue(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put a declaration, a DTD or entities where the file begins."""
    del others
    at = data.find(b"?>") + 2 if data.startswith(b"<?xml") and random.random() < 0.7 else 0
    return data[:at] + random.choice(PROLOGUES) + data[at:]


def encode_otherwise(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Write the same text in another encoding, whatever it declares."""
    del others
    return data.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")


def nest(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put elements within elements, a few or more than a parser likes."""
    del others
    opening = random.choice((b"<a>", b"<trk><trkseg>", b"<trkpt>", b"<Lap>", b"<Activity><Lap>"))
    at = data.find(b">", random.randrange(len(data) + 1)) + 1
    return data[:at] + opening * random.choice((2, 60, 300)) + data[at:]


def thinned(data: bytes, most: int) -> bytes:
    """The same file with the first and the last points of each track only."""
    spans = [match.span() for match in POINT.finditer(data)]
    if len(spans) <= most:
        return data
    first, last = spans[most - most // 3][0], spans[-(most // 3)][0]
    kept = b"".join(re.findall(rb"</?(?:trk|trkseg|Lap|Track|Activity)\b[^>]*>", data[first:last]))
    return data[:first] + kept + data[last:]


def _change_matching(pattern: re.Pattern[bytes], values: Sequence[bytes]) -> _Edit:
    def change(random: Random, tokens: list[bytes]) -> None:
        places = [at for at, token in enumerate(tokens) if pattern.search(token)]
        for at in random.sample(places, min(len(places), random.choice((1, 1, 5, 50)))):
            value = random.choice(values)
            tokens[at] = pattern.sub(lambda _, new=value: new, tokens[at], count=1)

    return change


def _lose(random: Random, tokens: list[bytes]) -> None:
    at = random.randrange(len(tokens))
    del tokens[at : at + random.choice((1, 1, 2, 30))]


def _repeat(random: Random, tokens: list[bytes]) -> None:
    at = random.randrange(len(tokens))
    block = tokens[at : at + random.choice((1, 2, 10, 40))]
    tokens[at:at] = block * random.choice((1, 3, 50))


def _shift(random: Random, tokens: list[bytes]) -> None:
    at = random.randrange(len(tokens))
    block = tokens[at : at + random.choice((1, 5, 60))]
    del tokens[at : at + len(block)]
    to = random.randrange(len(tokens) + 1)
    tokens[to:to] = block


def _rename(random: Random, tokens: list[bytes]) -> None:
    at, other = random.randrange(len(tokens)), random.randrange(len(tokens))
    name = re.search(rb"[A-Za-z:]+", tokens[other])
    tokens[at] = re.sub(rb"[A-Za-z:]+", name.group() if name else b"x", tokens[at], count=1)


def _add(random: Random, tokens: list[bytes]) -> None:
    tokens.insert(random.randrange(len(tokens) + 1), random.choice(ANYTHING))


def _add_inside(random: Random, tokens: list[bytes]) -> None:
    at = random.randrange(len(tokens))
    place = random.randrange(len(tokens[at]) + 1)
    tokens[at] = tokens[at][:place] + random.choice(ANYTHING) + tokens[at][place:]


def _close_oddly(random: Random, tokens: list[bytes]) -> None:
    places = [at for at, token in enumerate(tokens) if token.startswith(b"</")]
    if places:
        tokens[random.choice(places)] = random.choice((b"", b"</>", b"</x>", b"<x/>"))


_EDITS: Final[tuple[_Edit, ...]] = (
    _change_matching(NUMBER, NUMBERS),
    _change_matching(NUMBER, NUMBERS),
    _change_matching(DATE, DATES),
    _change_matching(DATE, DATES),
    _lose,
    _repeat,
    _shift,
    _rename,
    _add,
    _add_inside,
    _close_oddly,
)

XML_DAMAGE: Final[tuple[Mutation, ...]] = (
    *(edit_tokens,) * 14,
    *(change_prologue,) * 2,
    encode_otherwise,
    nest,
    *ANY_BYTES,
)
