"""What each file of an account export is to the import: a watch file, an index, a companion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from importers.archives.contract import Role
from importers.archives.registry import roles
from models.imports import ItemKind

KIND_OF_ROLE: Final = {Role.INDEX: ItemKind.INDEX, Role.COMPANION: ItemKind.COMPANION}


def kinds_of(names: Collection[str]) -> Mapping[str, ItemKind]:
    """Kinds of the files that are no plain ones, by name."""
    return {name: KIND_OF_ROLE[role] for name, (_, role) in roles(names).items()}
