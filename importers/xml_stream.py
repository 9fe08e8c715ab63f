"""A guarded XML file, handed over container by container, in constant memory, damaged or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal, Protocol, cast, overload

from lxml import etree  # pyright: ignore - lxml has neither types nor stubs

from analytics.recording import RecordingWarning, Warn
from importers.contract import FailureCode
from importers.xml_guard import root_name, root_onwards
from importers.xml_lift import Lifter, Texts

CHUNK_BYTES: Final = 1 << 15
_ERRORS_CHECKED_EVERY_CHUNKS: Final = 32
_MOST_ERRORS: Final = 100_000
"""libxml2 keeps every complaint: a file of nothing else must not fill the memory with them."""

_LONGEST_WITHOUT_TAG: Final = 1 << 20
"""No start tag or text of a watch file is longer; a tag of attributes alone takes 20 times its
length in memory, and nothing of it could be dropped before it ends."""

_DEEPEST_LIFT: Final = 16
"""What is lifted cannot make the parser refuse a file for its depth: it stays far from there."""

_UNDEFINED_NAMESPACE: Final = "NS_ERR_UNDEFINED_NAMESPACE"
_ROOT_NAME: Final = re.compile(rb"<[^ \t\r\n/>]+")
_ELEMENT_PREFIX: Final = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.\-]*):")
_DECLARED_PREFIX: Final = re.compile(rb"\sxmlns:([A-Za-z_][A-Za-z0-9_.\-]*)\s*=")


class Element(Protocol):
    """The part of lxml's element that the formats use."""

    tag: object
    text: str | None
    prefix: str | None

    def get(self, key: str) -> str | None:
        """Value of an attribute."""
        ...

    @property
    def nsmap(self) -> Mapping[str | None, str]:
        """Namespaces of the prefixes declared here and around here."""
        ...

    def getparent(self) -> Element | None:
        """The element around this one."""
        ...

    def iterancestors(self) -> Iterator[Element]:
        """Every element around this one, the nearest first."""
        ...

    def index(self, child: Element) -> int:
        """Where a child stands among this element's."""
        ...

    def iterdescendants(self) -> Iterator[Element]:
        """Every element inside this one, in file order."""
        ...

    def __iter__(self) -> Iterator[Element]: ...

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, index: int) -> Element: ...

    @overload
    def __getitem__(self, index: slice) -> list[Element]: ...

    def __delitem__(self, index: slice) -> None: ...


_Event = tuple[Literal["start", "end"], Element]


class _Complaint(Protocol):
    type_name: str


class _PullParser(Protocol):
    feed_error_log: Iterable[_Complaint]

    def feed(self, data: bytes) -> None: ...

    def read_events(self) -> Iterator[_Event]: ...


@dataclass(frozen=True, slots=True)
class Handover:
    """Something to read of a container now: it is dropped afterwards.

    At "start" the container has only its attributes. At "children" and "end" its first ``whole``
    children are complete and were not handed over before; after "end" it has no more. "lifted" are
    its first children, as the ``columns`` of their texts: they never become elements.
    """

    event: Literal["start", "lifted", "children", "end"]
    name: str
    container: Element
    whole: int = 0
    columns: Sequence[Texts] = field(default_factory=tuple[Texts, ...])


def tag_of(element: Element) -> str:
    """Tag with its namespace in braces; "" for what is between elements and is none.

    A reference to an entity that nobody declared stands in the tree like an element, but lxml
    gives a function for its tag.
    """
    return element.tag if isinstance(element.tag, str) else ""


def local_name(element: Element) -> str:
    """Name without namespace, or without the prefix of a namespace nobody declared."""
    return local_part(tag_of(element))


def local_part(tag: str) -> str:
    """Name in a tag, without namespace or prefix."""
    return tag.rpartition("}")[2].rpartition(":")[2]


class XmlStream:
    """The containers of one XML file, as they fill.

    Parameters
    ----------
    data
        The file as it is; guarded here (see ``xml_guard``, whose ``ImportFailure`` it raises).
    containers
        Local names of the elements whose children to hand over.
    lifter
        Takes runs of records out of the file's text before the parser sees them.

    Attributes
    ----------
    root
        The root element, once something was handed over; of it only the attributes last.
    """

    def __init__(self, data: bytes, containers: Iterable[str], lifter: Lifter) -> None:
        self._body = root_onwards(data)
        self.root_name = root_name(self._body)
        self.root: Element | None = None
        self._containers = frozenset(containers)
        self._lifter = lifter
        self._open: list[Element] = []
        self._spared: list[Element] = []
        self._at = 0
        self._next_tag = (0, 0)
        self._faulty = False
        self._ended = False
        self._undeclared = False
        self._malformed = False

    def __iter__(self) -> Iterator[Handover]:
        """Hand over in file order. What was wrong with the file is known at the end."""
        parser = self._parser()
        self._open_root(parser)
        self._next_tag = self._find_tag()
        without_tag = 0
        for number, begin in enumerate(range(self._at, len(self._body), CHUNK_BYTES)):
            border = min(begin + CHUNK_BYTES, len(self._body))
            tag_at = self._body.rfind(b"<", begin, border)
            without_tag = without_tag + border - begin if tag_at < 0 else border - tag_at
            if without_tag > _LONGEST_WITHOUT_TAG:
                self._malformed = True
                break
            yield from self._read_to(border, parser)
            if self._malformed:
                break
            yield from self._drain(last_is_whole=False)
            if number % _ERRORS_CHECKED_EVERY_CHUNKS == 0 and self._hopeless(parser):
                break
        # The parser is never closed: closing ends what a truncated file left open, and half a
        # point would look like a whole one.
        self._judge(parser)
        yield from self._drain(last_is_whole=not self._malformed)

    def warnings(self) -> tuple[RecordingWarning, ...]:
        """What was wrong with the file, once it was read to its end."""
        told = {
            Warn.UNDECLARED_NAMESPACE: self._undeclared,
            Warn.TRUNCATED: not self._ended and not self._malformed,
            Warn.MALFORMED_XML: self._malformed,
        }
        return tuple(RecordingWarning(code) for code, applies in told.items() if applies)

    def code_for_nothing(self) -> FailureCode:
        """Why nothing was found in a file that was read to its end: it has none, or it broke."""
        whole = self._ended and not self._malformed
        return FailureCode.NO_ACTIVITY if whole else FailureCode.DAMAGED

    def _parser(self) -> _PullParser:
        # huge_tree stays off: libxml2 then refuses 256 levels of nesting and 10 MB of one text.
        parser: Any = etree.XMLPullParser(  # pyright: ignore - lxml has no types
            events=("start", "end"),
            tag=tuple(f"{{*}}{name}" for name in {*self._containers, self.root_name}),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        return cast("_PullParser", parser)

    def _open_root(self, parser: _PullParser) -> None:
        """Declare at the root the prefixes that the file's beginning uses undeclared.

        The parser would recover by itself, but at the price of an error for each use.
        """
        head = self._body[:CHUNK_BYTES]
        missing = sorted(
            set(_ELEMENT_PREFIX.findall(head)) - set(_DECLARED_PREFIX.findall(head)) - {b"xml"}
        )
        opening = _ROOT_NAME.match(self._body)
        if missing and opening:
            self._undeclared = True
            self._at = opening.end()
            declarations = (b' xmlns:%s="urn:undeclared:%s"' % (name, name) for name in missing)
            self._feed(parser, opening.group() + b"".join(declarations))

    def _feed(self, parser: _PullParser, text: bytes) -> Sequence[_Event]:
        try:
            parser.feed(text)
        except etree.XMLSyntaxError:  # pyright: ignore - lxml has no types
            self._malformed = True
        return list(parser.read_events())

    def _read_to(self, border: int, parser: _PullParser) -> Iterator[Handover]:
        """Read on to a border: by the lifter what it can lift, by the parser the rest.

        A tag behind which there is something to lift is fed alone, so that the parser's answer
        tells whether it stands where a tag can stand, and what it takes it for.
        """
        while self._at < border and not self._malformed:
            tag_at, behind_tag = self._next_tag
            stop = min(tag_at if self._at < tag_at else behind_tag, border)
            events = self._feed(parser, self._body[self._at : stop])
            self._at = stop
            yield from self._events(events)
            if stop == behind_tag:
                container = self._begun(events, self._body[tag_at:behind_tag], parser)
                if container is not None:
                    yield from self._lift(container)
                self._next_tag = self._find_tag()

    def _find_tag(self) -> tuple[int, int]:
        """Where the next start tag begins and ends behind which there may be records to lift."""
        found = None if self._faulty else self._lifter.container_tag(self._body, self._at)
        return found or (len(self._body) + 1, len(self._body) + 1)

    def _begun(self, events: Sequence[_Event], tag: bytes, parser: _PullParser) -> Element | None:
        """Element of a tag just fed, if that is all the parser saw, in a file without a fault.

        Within a container there must be containers only, as in every sound file: what else is
        around might never be handed over.
        """
        self._faulty = any(True for _ in parser.feed_error_log)
        if self._faulty or [event for event, _ in events] != ["start"]:
            return None
        element = events[0][1]
        around = [local_name(each) in self._containers for each in element.iterancestors()]
        regular = around == sorted(around, reverse=True) and len(around) <= _DEEPEST_LIFT
        return element if regular and local_name(element) == root_name(tag[:-1]) else None

    def _lift(self, container: Element) -> Iterator[Handover]:
        name = local_name(container)
        for lifted in self._lifter.lift(self._body, self._at, container.nsmap.keys()):
            self._at = lifted.end
            yield Handover("lifted", name, container, columns=lifted.columns)

    def _events(self, events: Iterable[_Event]) -> Iterator[Handover]:
        for event, element in events:
            if self.root is None:
                self.root = element
            elif element is self.root:
                self._ended = True
            name = local_name(element)
            if name not in self._containers:
                continue
            if event == "start":
                yield from self._before(element)
                self._open.append(element)
                yield Handover(event, name, element)
                continue
            if any(each is element for each in reversed(self._open)):
                while self._open[-1] is not element:
                    yield from self._close_unended()
                self._open.pop()
            yield Handover(event, name, element, len(element))
            del element[:]

    def _before(self, nested: Element) -> Iterator[Handover]:
        """Hand over what the container around one that begins holds before it."""
        while self._open:
            around, child, parent = self._open[-1], nested, nested.getparent()
            while parent is not None and parent is not around:
                child, parent = parent, parent.getparent()
            if parent is None:
                yield from self._close_unended()
                continue
            if around[0] is not child:
                whole = around.index(child)
                yield Handover("children", local_name(around), around, whole)
                del around[:whole]
            return

    def _close_unended(self) -> Iterator[Handover]:
        """Hand over the rest of a container that ended without its end being told.

        So they do behind a start tag that breaks off: the parser tells its end as another's.
        """
        container = self._open.pop()
        yield Handover("children", local_name(container), container, len(container))
        del container[:]

    def _drain(self, *, last_is_whole: bool) -> Iterator[Handover]:
        """Hand over, then drop, all that ended before the elements still open.

        What is open inside a container (a point, say) is spared once, for it is not longer than
        a chunk; what goes on longer is nothing a watch wrote, and must not fill the memory.
        """
        spared, self._spared = self._spared, []
        path = _last_children(None if self._ended else self.root)
        while self._open and not any(self._open[-1] is each for each in path):
            yield from self._close_unended()
        sparing = False
        for node, last in pairwise(path):
            name = local_name(node)
            inner = name in self._containers and local_name(last) not in self._containers
            if not sparing:
                if name in self._containers:
                    whole = last_is_whole and inner and self._is_closed(last)
                    yield Handover("children", name, node, len(node) if whole else len(node) - 1)
                del node[:-1]
            if inner:
                self._spared.append(last)
                sparing = sparing or not any(last is before for before in spared)

    def _is_closed(self, last: Element) -> bool:
        """Whether the file's text ends after this last element's end tag."""
        name = local_name(last).encode()
        tail = self._body[-CHUNK_BYTES:]
        starts = list(re.finditer(rb"<(?:[^<>/ ]*:)?" + re.escape(name) + rb"[\s/>]", tail))
        if not starts:
            return False
        rest = tail[starts[-1].start() :]
        ending = rb"\A<[^<>]*/>|</(?:[^<>/ ]*:)?" + re.escape(name) + rb"\s*>"
        return re.search(ending, rest) is not None

    @staticmethod
    def _hopeless(parser: _PullParser) -> bool:
        return sum(1 for _ in parser.feed_error_log) > _MOST_ERRORS

    def _judge(self, parser: _PullParser) -> None:
        complaints = {complaint.type_name for complaint in parser.feed_error_log}
        self._undeclared |= _UNDEFINED_NAMESPACE in complaints
        self._malformed |= bool(complaints - {_UNDEFINED_NAMESPACE})


def _last_children(node: Element | None) -> Sequence[Element]:
    """An element, its last child, that one's and so on: whatever is open is among them."""
    path: list[Element] = []
    while node is not None:
        path.append(node)
        node = node[-1] if len(node) else None
    return path
