"""Many like elements as columns of texts: by XPath over all at once where they are alike.

Reading a point element by element makes a Python object of each, which costs several times the
parsing. Nearly all points of a file have the same shape, and then one XPath per column returns
that column's texts straight from the parser's tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from lxml import etree  # pyright: ignore - lxml has neither types nor stubs

from importers.xml_lift import Records, Texts
from importers.xml_stream import Element, Handover, local_name, local_part, tag_of

_Path = tuple[str, ...]
_XPath = Callable[[Element], Any]

_PLAIN_TAG: Final = re.compile(r"(?:\{[!-z|~]+\})?[A-Za-z_][A-Za-z0-9_.\-]*")
_FEWEST_AT_ONCE: Final = 4
_MOST_SHAPES: Final = 64
_LARGEST_SHAPE: Final = 64
"""A file made of ever new or ever larger shapes must not fill the memory with XPaths."""


@dataclass(frozen=True, slots=True)
class _Column:
    """Where in a record a column's text is: an element's path, or an attribute's name."""

    path: _Path
    attribute: str | None
    texts: _XPath


@dataclass(frozen=True, slots=True)
class _Shape:
    """One kind of record: how many elements it has, and the XPaths that prove and read it.

    Every step of every path takes the first element of its name, so each record adds one result
    or none.
    """

    elements: int
    count_elements: _XPath
    count_records: _XPath
    count_unread_leaves: Mapping[_Path, _XPath]
    columns: Mapping[int, _Column]


class RecordColumns:
    """Reads the records in a container into columns."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._column_of_tag: dict[str, int | None] = {}
        self._shapes: dict[tuple[_Path, ...], _Shape | None] = {}

    def read(self, part: Handover) -> Sequence[Texts]:
        """Columns of the records that are handed over: elements, or lifted already."""
        return self._read(part.container, part.whole) if part.event != "lifted" else part.columns

    def _read(self, container: Element, stop: int) -> list[Texts]:
        # Records of a container within this one stand between these and what follows: then XPaths
        # over all of them would look at the same ones again and again.
        if stop >= _FEWEST_AT_ONCE and len(container) - stop <= 1:
            columns = self._at_once(container, stop)
            if columns is not None:
                return columns
        return self._one_by_one(container, stop)

    def _at_once(self, container: Element, stop: int) -> list[Texts] | None:
        """Columns when all records have the first one's shape, else None.

        They have when there are as many elements in all as that makes, and each of its leaves
        occurs in every record: no element is left over to occur twice or to be another. The
        record that may still be open behind them adds its part to the end of every result.
        """
        shape = self._shape(container[0])
        if shape is None or shape.count_records(container) != len(container):
            return None
        open_records = list(container[stop:])
        extra = sum(1 + sum(1 for _ in record.iterdescendants()) for record in open_records)
        if shape.count_elements(container) - extra != stop * shape.elements:
            return None
        for path, count in shape.count_unread_leaves.items():
            extra = sum(_at(record, path) is not None for record in open_records)
            if count(container) - extra != stop:
                return None
        columns: list[Texts] = [[None] * stop for _ in range(self._records.width)]
        for number, column in shape.columns.items():
            texts: Texts = column.texts(container)
            extra = sum(_has_text(record, column) for record in open_records)
            if len(texts) - extra != stop:
                return None
            columns[number] = texts[:stop]
        return columns

    def _one_by_one(self, container: Element, stop: int) -> list[Texts]:
        columns: list[Texts] = [[] for _ in range(self._records.width)]
        for record in container[:stop]:
            if local_name(record) != self._records.record:
                continue
            row: Texts = [None] * self._records.width
            for name, number in self._records.attributes.items():
                row[number] = record.get(name)
            for element in record.iterdescendants():
                number = self._column(tag_of(element))
                if number is not None and not row[number]:
                    row[number] = element.text
            for texts, text in zip(columns, row, strict=True):
                texts.append(text)
        return columns

    def _column(self, tag: str) -> int | None:
        if tag not in self._column_of_tag:
            self._column_of_tag[tag] = self._records.column_of.get(local_part(tag).lower())
        return self._column_of_tag[tag]

    def _shape(self, record: Element) -> _Shape | None:
        if local_name(record) != self._records.record:
            return None
        paths = ((tag_of(record),), *_paths(record, (tag_of(record),)))
        if paths not in self._shapes and len(self._shapes) < _MOST_SHAPES:
            self._shapes[paths] = self._compiled(paths)
        return self._shapes.get(paths)

    def _compiled(self, paths: tuple[_Path, ...]) -> _Shape | None:
        tags = {tag for path in paths for tag in path}
        plain = all(_PLAIN_TAG.fullmatch(tag) for tag in tags)
        if not plain or len(paths) > _LARGEST_SHAPE or len(set(paths)) != len(paths):
            # Undeclared prefixes and what the parser makes of broken tags have no XPath; the
            # same path twice has not one text.
            return None
        xpaths = _XPaths(tags)
        columns: dict[int, _Column] = {}
        for name, number in self._records.attributes.items():
            texts = xpaths.compiled(f"{xpaths.steps(paths[0])}/@{name}[1]")
            columns[number] = _Column((), name, texts)
        for path in paths[1:]:
            number = self._column(path[-1])
            if number is not None and number not in columns:
                texts = xpaths.compiled(f"{xpaths.steps(path)}/text()[1]")
                columns[number] = _Column(path[1:], None, texts)
        inner = {path[:-1] for path in paths}
        read = {(paths[0][0], *column.path) for column in columns.values()}
        return _Shape(
            elements=len(paths),
            count_elements=xpaths.compiled("count(descendant::*)"),
            count_records=xpaths.compiled(f"count({xpaths.steps(paths[0])})"),
            count_unread_leaves={
                path[1:]: xpaths.compiled(f"count({xpaths.steps(path)})")
                for path in paths
                if path not in inner and path not in read
            },
            columns=columns,
        )


class _XPaths:
    """Compiles XPaths over elements of the given tags."""

    def __init__(self, tags: set[str]) -> None:
        uris = sorted({_uri(tag) for tag in tags} - {""})
        self._prefixes = {uri: f"n{i}" for i, uri in enumerate(uris)}
        self._namespaces = tuple((prefix, uri) for uri, prefix in self._prefixes.items())

    def steps(self, path: _Path) -> str:
        """Path from the container; of each record the first element at every step."""
        record, *inside = (self._name(tag) for tag in path)
        return "/".join([record, *(f"{name}[1]" for name in inside)])

    def compiled(self, expression: str) -> _XPath:
        return _compiled(expression, self._namespaces)

    def _name(self, tag: str) -> str:
        uri = _uri(tag)
        return f"{self._prefixes[uri]}:{local_part(tag)}" if uri else tag


@lru_cache(maxsize=256)
def _compiled(expression: str, namespaces: tuple[tuple[str, str], ...]) -> _XPath:
    # Kept from file to file: a runner's files are much alike, and short ones would spend a
    # third of their time here.
    return etree.XPath(expression, namespaces=dict(namespaces) or None, smart_strings=False)  # pyright: ignore - lxml has no types


def _paths(element: Element, path: _Path) -> tuple[_Path, ...]:
    found: list[_Path] = []
    for child in element:
        below = (*path, tag_of(child))
        found += [below, *_paths(child, below)]
    return tuple(found)


def _at(record: Element, path: _Path) -> Element | None:
    element: Element | None = record
    for tag in path:
        if element is None:
            return None
        element = next((child for child in element if tag_of(child) == tag), None)
    return element


def _has_text(record: Element, column: _Column) -> bool:
    if column.attribute is not None:
        return record.get(column.attribute) is not None
    element = _at(record, column.path)
    return element is not None and element.text is not None


def _uri(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""
