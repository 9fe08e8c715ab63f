"""From an archive to the items of its members."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from api.imports.kinds import kinds_of
from api.imports.staging import refusal
from api.imports.storing import SAME_BYTES
from importers.archives.registry import index_layout
from importers.contract import ImportFailure
from importers.sources import Member, Refusal
from models.imports import ImportItem, ItemKind, ItemStatus, NewItem

LIST_ENDINGS: Final = (".csv", ".json", ".xml")

ReadHead = Callable[[str], bytes]
"""Gives the first bytes of a member, none when it cannot be read."""


def kinds_in(members: Sequence[Member | Refusal], read_head: ReadHead) -> Mapping[str, ItemKind]:
    """Kinds of the members that are no plain files, by name; a renamed list by how it begins."""
    kinds = kinds_of([member.name for member in members])
    if ItemKind.INDEX in kinds.values():
        return kinds
    return {**kinds, **_renamed_indexes(members, read_head)}


def items_of(
    archive: ImportItem,
    members: Sequence[Member | Refusal],
    kinds: Mapping[str, ItemKind],
    known: Mapping[str, str],
) -> Sequence[NewItem]:
    """The items an archive turns into, in its own order.

    ``known`` has the content of each member that the athlete has from this archive already: the
    same archive again is not unpacked again.
    """
    return [_item(archive, one, kinds.get(one.name, ItemKind.FILE), known) for one in members]


def _renamed_indexes(
    members: Sequence[Member | Refusal], read_head: ReadHead
) -> Mapping[str, ItemKind]:
    lists = [
        one.name
        for one in members
        if isinstance(one, Member) and one.name.lower().endswith(LIST_ENDINGS)
    ]
    return {name: ItemKind.INDEX for name in lists if index_layout(read_head(name)) is not None}


def _item(
    archive: ImportItem, found: Member | Refusal, kind: ItemKind, known: Mapping[str, str]
) -> NewItem:
    name = f"{archive.name}/{found.name}"
    if isinstance(found, Refusal):
        return refusal(name, ImportFailure(found.code, found.detail), explicit=True)
    again = known.get(found.name) if kind is ItemKind.FILE else None
    return NewItem(
        name=name,
        kind=kind,
        file_sha256=archive.file_sha256,
        member=found.name,
        content_sha256=again,
        status=ItemStatus.QUEUED if again is None else ItemStatus.DUPLICATE,
        code=None if again is None else SAME_BYTES,
    )
