"""Which files of what a user hands over belong to which account export, by their names.

An export is a module of this package with a ``LAYOUT``; to add one is to add its file.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module

import importers.archives as package
from importers.archives.contract import Layout, Role


@cache
def layouts() -> tuple[Layout, ...]:
    """Every export's layout, by key; two of one key are a mistake in this package."""
    found: dict[str, Layout] = {}
    for module in pkgutil.iter_modules(package.__path__):
        layout: Layout | None = getattr(
            import_module(f"{package.__name__}.{module.name}"), "LAYOUT", None
        )
        if layout is None:
            continue
        if layout.key in found:
            raise AssertionError(f"two layouts of key {layout.key}")
        found[layout.key] = layout
    return tuple(found[key] for key in sorted(found))


def index_layout(head: bytes) -> Layout | None:
    """Layout of the index that a file with these first bytes is, or None.

    For a file that was renamed: an account's list saved from the browser may be called anything.
    """
    return next((layout for layout in layouts() if layout.begins(head)), None)


def roles(names: Collection[str]) -> Mapping[str, tuple[Layout, Role]]:
    """Layout and role of each file that has one; two layouts for one name are a mistake here.

    Takes a look at each name once per layout, so it costs little for 100,000 of them.
    """
    found: dict[str, tuple[Layout, Role]] = {}
    for layout in layouts():
        for name, role in layout.roles(names).items():
            if name in found:
                raise AssertionError(f"{found[name][0].key} and {layout.key} both claim {name!r}")
            found[name] = (layout, role)
    return found
