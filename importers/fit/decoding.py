"""What a decoded FIT file offers, whichever decoder read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analytics.recording import Float64Array, Warn


class Columns(Protocol):
    """All messages of one kind, as columns in file order; missing values are NaN or None."""

    @property
    def count(self) -> int:
        """How many messages there are, ``n``."""
        ...

    @property
    def parts(self) -> NDArray[np.integer]:
        """Which chained part of the file each message stands in. ``[n]``."""
        ...

    def numbers(self, name: str) -> Float64Array:
        """A column of numbers, scaled to the profile's units. float64 ``[n]``."""
        ...

    def texts(self, name: str) -> list[str | None]:
        """A column of strings. ``[n]``."""
        ...

    def arrays(self, name: str) -> Float64Array:
        """A field of several values, scaled. float64 ``[n, width]``."""
        ...

    def components(self, name: str) -> Float64Array:
        """All values of a field that come from bits of others, in order. float64 ``[n, m]``."""
        ...


class Decoding(Protocol):
    """Messages of a FIT file, whoever decoded them."""

    @property
    def parts(self) -> int:
        """How many FIT files are chained in this one."""
        ...

    @property
    def warnings(self) -> Mapping[Warn, int]:
        """What was wrong with the file."""
        ...

    def messages(self, name: str, parts: Iterable[int] | None = None) -> Columns:
        """All messages of this name, in file order, of some parts or of all."""
        ...
