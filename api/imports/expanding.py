"""From an archive to the items of its members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.imports.kinds import kinds_of
from api.imports.staging import refusal
from api.imports.storing import SAME_BYTES
from importers.contract import ImportFailure
from importers.sources import Member, Refusal
from models.imports import ImportItem, ItemKind, ItemStatus, NewItem


def items_of(
    archive: ImportItem, members: Sequence[Member | Refusal], known: Mapping[str, str]
) -> Sequence[NewItem]:
    """The items an archive turns into, in its own order.

    ``known`` has the content of each member that the athlete has from this archive already: the
    same archive again is not unpacked again.
    """
    kinds = kinds_of([member.name for member in members])
    return [_item(archive, one, kinds.get(one.name, ItemKind.FILE), known) for one in members]


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
