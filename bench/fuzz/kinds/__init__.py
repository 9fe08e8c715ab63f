"""The kinds of files there are to damage: a module each, with ``seeds()``."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

from bench.fuzz.contract import Seed


@cache
def all_seeds() -> tuple[Seed, ...]:
    """Every kind's seeds, in an order of their own: mutants are numbered through them."""
    found: dict[tuple[str, str], Seed] = {}
    for module in pkgutil.iter_modules(__path__):
        seeds: Callable[[], Iterable[Seed]] = import_module(f"{__name__}.{module.name}").seeds
        for seed in seeds():
            if (seed.group, seed.name) in found:
                raise AssertionError(f"two seeds {seed.group} {seed.name}")
            found[seed.group, seed.name] = seed
    return tuple(found[key] for key in sorted(found))
