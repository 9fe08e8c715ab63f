"""All messages of one kind, as columns in file order, by the names of the FIT profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.recording import BoolArray, Float64Array
from importers.fit.columns import DeveloperField, Table
from importers.fit.components import bits_of
from importers.fit.layout import Positions
from importers.fit.profile import TIMESTAMP_FIELD, Component, FieldSpec, MessageSpec
from importers.fit.rollover import unroll

MOST_VALUES: Final = 16
"""Values read of one field that holds several: `hr` messages, the longest we need, hold 8."""


class Messages:
    """All messages of one kind in a file, whatever definitions laid them out.

    A column is read when asked for. Missing fields and values are NaN (None in texts). A native
    field wins over a developer field of the same name, and both over a component.
    """

    def __init__(
        self,
        spec: MessageSpec,
        tables: Sequence[Table],
        header_times: Sequence[Float64Array | None],
    ) -> None:
        self.spec = spec
        self._tables = tables
        self._header_times = header_times
        self._order: Positions | None = None
        self.positions: Positions = np.concatenate(
            [np.empty(0, np.int64), *(table.positions for table in tables)]
        )
        self.parts: NDArray[np.integer] = np.repeat(
            np.array([table.part for table in tables], np.int64),
            np.array([len(table) for table in tables], np.int64),
        )
        if len(tables) > 1:
            self._order = np.argsort(self.positions)
            self.positions = self.positions[self._order]
            self.parts = self.parts[self._order]

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self.positions)

    def names(self) -> list[str]:
        """Names of all columns: native fields, their components, developer fields."""
        names: dict[str, None] = {}
        for table in self._tables:
            for index, each in enumerate(table.definition.fields):
                if each.developer is not None:
                    names[table.developer_fields[index].name] = None
                    continue
                spec = self.spec.numbered(each.number)
                names[spec.name] = None
                for component in spec.components:
                    names[self.spec.numbered(component.target).name] = None
        if any(times is not None for times in self._header_times):
            names["timestamp"] = None
        return list(names)

    def developer_fields(self) -> dict[str, DeveloperField]:
        """Developer fields by name."""
        return {
            field.name: field for table in self._tables for field in table.developer_fields.values()
        }

    def stores(self, number: int) -> bool:
        """Whether any definition has this native field."""
        return any(table.index_of(number) is not None for table in self._tables)

    def numbers(self, name: str) -> Float64Array:
        """A column of numbers, scaled to the profile's units. float64 ``[n]``.

        Of a field that holds several values, the first.
        """
        spec = self.spec.named(name)
        if spec is None:
            return self._of_developer(name, None)
        values = self._stored(spec)
        if spec.scale != 1.0:
            values /= spec.scale
        if spec.offset:
            values -= spec.offset
        missing = np.isnan(values)
        if missing.any():
            _fill(values, missing, self._of_developer(name, spec))
        if missing.any():
            self._fill_from_components(values, missing, spec)
        return values

    def components(self, name: str) -> Float64Array:
        """All values of a field that come from bits of others, in order. float64 ``[n, m]``.

        ``m`` is 0 when no field of these messages carries them.
        """
        spec = self.spec.named(name)
        columns = [] if spec is None else self._components_of(spec)
        return np.concatenate([np.empty((self.count, 0)), *columns], axis=1)

    def arrays(self, name: str) -> Float64Array:
        """A field of several values, NaN-padded, scaled. float64 ``[n, at most MOST_VALUES]``."""
        spec = self.spec.named(name)
        if spec is None:
            return np.empty((self.count, 0))
        width = min(MOST_VALUES, max((_width(table, spec) for table in self._tables), default=0))

        def of(table: Table) -> Float64Array:
            values = np.full((len(table), width), np.nan)
            index = table.index_of(spec.number)
            if index is not None:
                stored = table.numbers(index).reshape(len(table), -1)[:, :width]
                values[:, : stored.shape[1]] = stored
            return values

        return self._joined(of, (0, width)) / spec.scale - spec.offset

    def texts(self, name: str) -> list[str | None]:
        """A column of strings. ``[n]``."""
        spec = self.spec.named(name)
        column: list[str | None] = []
        for table in self._tables:
            index = None if spec is None else table.index_of(spec.number)
            column += [None] * len(table) if index is None else table.texts(index)
        return column if self._order is None else [column[row] for row in self._order.tolist()]

    def columns(self) -> dict[str, Float64Array]:
        """All columns of numbers by name. float64 ``[n]`` each."""
        return {name: self.numbers(name) for name in self.names()}

    def _joined(
        self, of: Callable[[Table], Float64Array], empty: tuple[int, ...] = (0,)
    ) -> Float64Array:
        if len(self._tables) == 1:
            return of(self._tables[0])
        joined = np.concatenate([np.empty(empty), *(of(table) for table in self._tables)])
        return joined if self._order is None else joined[self._order]

    def _stored(self, spec: FieldSpec) -> Float64Array:
        """A native field as stored, or the timestamp from the message header."""
        times = iter(self._header_times)

        def of(table: Table) -> Float64Array:
            header_times = next(times)
            index = table.index_of(spec.number)
            if index is not None:
                return _first(table.numbers(index))
            if spec.number == TIMESTAMP_FIELD and header_times is not None:
                return header_times.copy()
            return np.full(len(table), np.nan)

        return self._joined(of)

    def _of_developer(self, name: str, spec: FieldSpec | None) -> Float64Array:
        def of(table: Table) -> Float64Array:
            for index in table.developer_indices(name, None if spec is None else spec.number):
                field = table.developer_fields[index]
                if (spec is None and field.name == name) or _stands_for(field, spec):
                    return _first(table.numbers(index)) / field.scale - field.offset
            return np.full(len(table), np.nan)

        return self._joined(of)

    def _fill_from_components(
        self, values: Float64Array, missing: BoolArray, spec: FieldSpec
    ) -> None:
        for columns in self._components_of(spec):
            _fill(values, missing, _first(columns))

    def _components_of(self, spec: FieldSpec) -> list[Float64Array]:
        """Values of ``spec`` in the bits of other fields, by field. float64 ``[n, m]`` each."""
        return [
            self._expanded(source, parts, spec)
            for source in self.spec.fields.values()
            if (parts := [each for each in source.components if each.target == spec.number])
            and self.stores(source.number)
        ]

    def _expanded(
        self, source: FieldSpec, parts: Sequence[Component], spec: FieldSpec
    ) -> Float64Array:
        def of(table: Table) -> Float64Array:
            index = table.index_of(source.number)
            if index is None:
                return np.full((len(table), len(parts)), -1.0)
            return bits_of(table, index, parts)

        low = self._joined(of, (0, len(parts))).astype(np.int64)
        first = parts[0]
        if first.accumulate:
            low = self._accumulated(low, first, spec)
        return np.where(low >= 0, low, np.nan) / first.scale - first.offset

    def _accumulated(
        self, low: NDArray[np.int64], component: Component, spec: FieldSpec
    ) -> NDArray[np.int64]:
        """Counters from their low bits, set by the field itself where a message has it whole."""
        whole = self._stored(spec) / spec.scale - spec.offset
        counter = (whole + component.offset) * component.scale
        usable = (counter >= 0) & (counter < 2**52)
        full = np.full(low.shape, -1, np.int64)
        full[usable, 0] = np.rint(counter[usable]).astype(np.int64)
        result = np.empty_like(low)
        cuts = [0, *(np.flatnonzero(np.diff(self.parts)) + 1).tolist(), len(self.parts)]
        for begin, end in pairwise(cuts):
            rows = slice(begin, end)
            anchors = full[rows].ravel()
            result[rows] = unroll(
                low[rows].ravel(), component.bits, anchors if (anchors >= 0).any() else None
            ).reshape(-1, low.shape[1])
        return result


def _stands_for(field: DeveloperField, spec: FieldSpec | None) -> bool:
    """Whether a developer field measures what a native field does, in the same units."""
    if spec is None or (field.name != spec.name and field.native != spec.number):
        return False
    if field.units is None or spec.units is None:
        return True
    # Stryd says "Watts" and "RPM" where the profile says "watts" and "rpm", but its vertical
    # oscillation, in centimetres, claims to stand for the one in millimetres.
    return field.units.casefold() == spec.units.casefold()


def _first(values: Float64Array) -> Float64Array:
    if values.ndim == 1:
        return values
    return values[:, 0].copy() if values.shape[1] else np.full(len(values), np.nan)


def _fill(values: Float64Array, missing: BoolArray, others: Float64Array) -> None:
    """Put ``others`` where values are missing, and note what still is."""
    values[missing] = others[missing]
    np.isnan(values, out=missing)


def _width(table: Table, spec: FieldSpec) -> int:
    index = table.index_of(spec.number)
    return 0 if index is None else table.stored[index].count
