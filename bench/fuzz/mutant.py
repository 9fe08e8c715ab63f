"""Mutant number i: the same bytes every time, whoever makes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.fuzz.contract import Seed

STACKED: Final = (1, 1, 1, 2, 2, 3, 5)
LARGEST_BYTES: Final = 200_000
"""Repetition upon repetition would make a few mutants take all the time."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged file, and where it came from."""

    number: int
    seed: Seed
    data: bytes


class Breeder:
    """Makes mutants of seeds by their numbers.

    Parameters
    ----------
    seeds
        In an order that does not change: mutant ``i`` is of seed ``i`` modulo their count.
    random_seed
        Of all mutants.
    """

    def __init__(self, seeds: Sequence[Seed], random_seed: int) -> None:
        self._seeds = seeds
        self._random_seed = random_seed
        self._others: defaultdict[str, list[bytes]] = defaultdict(list)
        for seed in seeds:
            self._others[seed.group].append(seed.data)

    def mutant(self, number: int) -> Mutant:
        """Make one mutant."""
        seed = self._seeds[number % len(self._seeds)]
        random = Random(f"{self._random_seed}:{number}")  # noqa: S311 - to repeat, not to hide
        data = seed.data
        for _ in range(random.choice(STACKED)):
            mutation = random.choice(seed.mutations)
            data = mutation(random, data, self._others[seed.group])[:LARGEST_BYTES]
        return Mutant(number, seed, data)
