"""Many like elements as columns of texts: by XPath over all at once where they are alike.

Reading a point element by element makes a Python object of each, which costs several times the
parsing. Nearly all points of a file have the same shape, and then one XPath per column returns
that column's texts straight from the parser's tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree  # pyright: ignore - lxml has neither types nor stubs

from importers.xml_stream import Element, local_name

Texts = list[str | None]
_FEWEST_AT_ONCE: Final = 8
_MOST_SHAPES: Final = 64
_LARGEST_SHAPE: Final = 64
"""A file made of ever new or ever larger shapes must not fill the memory with XPaths."""

_Path = tuple[str, ...]
_XPath = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Compiled XPaths of one kind of record: how many are of it, and each column's texts."""

    alike: _XPath
    columns: Mapping[int, _XPath]


class RecordColumns:
    """Reads the records in a container into columns.

    Parameters
    ----------
    record
        Local name of a record's element; a container's other children are skipped.
    width
        How many columns.
    column_of
        Column of a local name in lower case; names that are not in it are not read. Of several
        elements for one column in a record, the first in file order that has a text counts.
    attributes
        Columns of the record's own attributes.
    """

    def __init__(
        self, record: str, width: int, column_of: Mapping[str, int], attributes: Mapping[str, int]
    ) -> None:
        self._record = record
        self._width = width
        self._column_of_name = column_of
        self._attributes = attributes
        self._column_of_tag: dict[str, int | None] = {}
        self._shapes: dict[tuple[_Path, ...], _Shape | None] = {}

    def read(self, container: Element, stop: int) -> Iterator[list[Texts]]:
        """Yield ``width`` columns at a time of the records among the first ``stop`` children."""
        if stop > 0:
            yield from self._range(container, 0, stop)

    def _range(self, container: Element, first: int, stop: int) -> Iterator[list[Texts]]:
        columns = self._at_once(container, first, stop)
        if columns is not None:
            yield columns
        elif stop - first <= _FEWEST_AT_ONCE:
            yield self._one_by_one(container, first, stop)
        else:
            middle = (first + stop) // 2
            yield from self._range(container, first, middle)
            yield from self._range(container, middle, stop)

    def _at_once(self, container: Element, first: int, stop: int) -> list[Texts] | None:
        if stop - first < _FEWEST_AT_ONCE:
            return None
        shape = self._shape(container[first])
        count = stop - first
        span = {"first": first, "stop": stop}
        if shape is None or shape.alike(container, **span) != count:
            return None
        columns: list[Texts] = [[None] * count for _ in range(self._width)]
        for column, xpath in shape.columns.items():
            texts: Texts = xpath(container, **span)
            if len(texts) != count:
                return None
            columns[column] = texts
        return columns

    def _one_by_one(self, container: Element, first: int, stop: int) -> list[Texts]:
        columns: list[Texts] = [[] for _ in range(self._width)]
        for at in range(first, stop):
            record = container[at]
            if local_name(record.tag) != self._record:
                continue
            row: Texts = [None] * self._width
            for name, column in self._attributes.items():
                row[column] = record.get(name)
            for element in record.iterdescendants():
                column = self._column(element.tag)
                if column is not None and not row[column]:
                    row[column] = element.text
            for column, text in zip(columns, row, strict=True):
                column.append(text)
        return columns

    def _column(self, tag: str) -> int | None:
        if tag not in self._column_of_tag:
            self._column_of_tag[tag] = self._column_of_name.get(local_name(tag).lower())
        return self._column_of_tag[tag]

    def _shape(self, record: Element) -> _Shape | None:
        if local_name(record.tag) != self._record:
            return None
        paths = ((record.tag,), *_paths(record, (record.tag,)))
        if paths not in self._shapes:
            if len(self._shapes) >= _MOST_SHAPES:
                return None
            self._shapes[paths] = self._compile(paths)
        return self._shapes[paths]

    def _compile(self, paths: tuple[_Path, ...]) -> _Shape | None:
        own, inner = paths[0], [path[1:] for path in paths[1:]]
        used: dict[int, _Path] = {}
        for path in inner:
            column = self._column(path[-1])
            if column is not None:
                used.setdefault(column, path)
        tags = {tag for path in paths for tag in path}
        undeclared = any(":" in tag.rpartition("}")[2] for tag in tags)
        if undeclared or len(inner) > _LARGEST_SHAPE or len(set(inner)) != len(inner):
            # An undeclared prefix has no XPath; the same path twice has not one text.
            return None
        prefixes = {
            uri: f"n{i}" for i, uri in enumerate(sorted({_uri(tag) for tag in tags} - {""}))
        }

        def compiled(expression: str) -> _XPath:
            names = {prefix: uri for uri, prefix in prefixes.items()}
            return etree.XPath(expression, namespaces=names or None, smart_strings=False)  # pyright: ignore - lxml has no types

        def steps(path: _Path) -> str:
            return "/".join(
                f"{prefixes[_uri(tag)]}:{local_name(tag)}" if _uri(tag) else tag for tag in path
            )

        span = "*[position()>$first and position()<=$stop]"
        each = "".join(f" and count({steps(path)})=1" for path in inner)
        alike = f"count({span}[self::{steps(own)}][count(descendant::*)={len(inner)}{each}])"
        columns = {
            column: compiled(f"{span}/{steps(path)}/text()") for column, path in used.items()
        } | {column: compiled(f"{span}/@{name}") for name, column in self._attributes.items()}
        return _Shape(compiled(alike), columns)


def _paths(element: Element, path: _Path) -> tuple[_Path, ...]:
    found: list[_Path] = []
    for child in element:
        below = (*path, child.tag)
        found += [below, *_paths(child, below)]
    return tuple(found)


def _uri(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""
