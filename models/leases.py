"""Leases: who is working on which item of an import, so that nothing is done twice or forgotten.

A worker claims items for a while and ends each in the transaction that stores what came of it. When
a worker dies, its leases expire and somebody else takes the items over.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

from sqlalchemy import Uuid, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from models.base import affected_rows, table_of
from models.imports import ImportItem, ItemKind, ItemStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an item ended."""

    status: ItemStatus
    code: str | None = None
    detail: str | None = None
    run_count: int = 0
    content_sha256: str | None = None


_ITEM: Final = table_of(ImportItem)

_STAGES: Final = (
    (ItemKind.FILE, ItemKind.ARCHIVE),
    (ItemKind.INDEX,),
    (ItemKind.COMPANION,),
)
"""Which items come together, and which only after all of those before."""

# Every imported file needs it. Made once: making a statement takes longer than sending it.
_CONTENT: Final = bindparam("content", type_=_ITEM.c.content_sha256.type)
_FINISH: Final = (
    update(_ITEM)
    .where(
        _ITEM.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
        _ITEM.c.import_id == bindparam("of_import", type_=Uuid()),
        _ITEM.c.position == bindparam("of_position"),
        _ITEM.c.status == ItemStatus.QUEUED,
        _ITEM.c.owner == bindparam("of_owner"),
    )
    .values(
        status=bindparam("ended"),
        code=bindparam("why"),
        detail=bindparam("more"),
        run_count=bindparam("runs"),
        content_sha256=func.coalesce(_CONTENT, _ITEM.c.content_sha256),
        finished_at=bindparam("now"),
        owner=None,
        lease_expires_at=None,
    )
)


_END: Final = (
    update(_ITEM)
    .where(
        _ITEM.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
        _ITEM.c.import_id == bindparam("of_import", type_=Uuid()),
        _ITEM.c.position == bindparam("of_position"),
        _ITEM.c.status == ItemStatus.QUEUED,
        _ITEM.c.owner.is_(None),
    )
    .values(
        status=bindparam("ended"),
        code=bindparam("why"),
        detail=bindparam("more"),
        run_count=bindparam("runs"),
        content_sha256=_CONTENT,
        finished_at=bindparam("now"),
    )
)


def claim(  # noqa: PLR0913 - the key of a row, and the terms by name
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    limit: int,
) -> Sequence[ImportItem]:
    """Take up to ``limit`` queued items that nobody holds, in order of position.

    An item is held until its lease expires; only then does somebody else get it. Two who claim at
    once never get the same item. One that was begun before comes alone: should it be what ended
    its reader, it takes no other along. An index comes once every watch file and archive has ended,
    and a companion that no index has taken in comes last.
    """
    available = (
        _ITEM.c.athlete_id == athlete_id,
        _ITEM.c.import_id == import_id,
        _ITEM.c.status == ItemStatus.QUEUED,
        or_(_ITEM.c.lease_expires_at.is_(None), _ITEM.c.lease_expires_at <= now),
    )
    kinds = _kinds_to_do(session, athlete_id, import_id)
    available = (*available, _ITEM.c.kind.in_(kinds))
    begun = session.scalar(
        select(_ITEM.c.attempts).where(*available).order_by(_ITEM.c.position).limit(1)
    )
    picked = (
        select(_ITEM.c.position)
        .where(*available, _ITEM.c.attempts == (begun or 0))
        .order_by(_ITEM.c.position)
        .limit(1 if begun else limit)
        .with_for_update(skip_locked=True)
        .cte("picked")  # as a plain subquery PostgreSQL may run it again for every row
    )
    positions = session.scalars(
        update(_ITEM)
        .where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.position.in_(select(picked.c.position)),
        )
        .values(
            owner=owner,
            lease_expires_at=now + timedelta(seconds=lease_s),
            attempts=_ITEM.c.attempts + 1,
        )
        .returning(_ITEM.c.position)
    ).all()
    if not positions:
        return []
    return session.scalars(
        select(ImportItem)
        .where(
            ImportItem.athlete_id == athlete_id,
            ImportItem.import_id == import_id,
            ImportItem.position.in_(positions),
        )
        .order_by(ImportItem.position)
        .execution_options(populate_existing=True)  # never an object read before the claim
    ).all()


def renew(  # noqa: PLR0913 - the key of a row, and the terms by name
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    *,
    owner: str,
    now: datetime,
    lease_s: float,
) -> int:
    """Hold on to everything ``owner`` still holds of a batch; how many items that is."""
    statement = (
        update(_ITEM)
        .where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.status == ItemStatus.QUEUED,
            _ITEM.c.owner == owner,
        )
        .values(lease_expires_at=now + timedelta(seconds=lease_s))
    )
    return affected_rows(session, statement)


def _kinds_to_do(
    session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID
) -> Sequence[ItemKind]:
    """Kinds of items to work on now: those of the first stage that has not ended."""
    for kinds in _STAGES:
        queued = select(_ITEM.c.position).where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.status == ItemStatus.QUEUED,
            _ITEM.c.kind.in_(kinds),
        )
        if session.scalar(queued.limit(1)) is not None:
            return kinds
    return ()


def release(
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    *,
    owner: str,
    positions: Collection[int] | None = None,
) -> int:
    """Let go of what ``owner`` still holds of a batch, or of some of it; how many items that is."""
    statement = (
        update(_ITEM)
        .where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.status == ItemStatus.QUEUED,
            _ITEM.c.owner == owner,
        )
        .values(owner=None, lease_expires_at=None)
    )
    if positions is not None:
        statement = statement.where(_ITEM.c.position.in_(positions))
    return affected_rows(session, statement)


def hand_back(session: Session, athlete_id: uuid.UUID, import_id: uuid.UUID, *, owner: str) -> int:
    """Let go on purpose, so that the try does not count; how many items that is."""
    statement = (
        update(_ITEM)
        .where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.status == ItemStatus.QUEUED,
            _ITEM.c.owner == owner,
        )
        .values(owner=None, lease_expires_at=None, attempts=_ITEM.c.attempts - 1)
    )
    return affected_rows(session, statement)


def holds(
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    position: int,
    *,
    owner: str,
) -> bool:
    """Whether ``owner`` still holds an item, and goes on holding it until the transaction ends.

    An item that gets on is no suspect, however often it was begun: its tries count anew.
    """
    statement = (
        update(_ITEM)
        .where(
            _ITEM.c.athlete_id == athlete_id,
            _ITEM.c.import_id == import_id,
            _ITEM.c.position == position,
            _ITEM.c.status == ItemStatus.QUEUED,
            _ITEM.c.owner == owner,
        )
        .values(attempts=1)
    )
    return affected_rows(session, statement) == 1


def finish_items(  # noqa: PLR0913 - the key of a row, and the terms by name
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    outcomes: Mapping[int, Outcome],
    *,
    owner: str,
    now: datetime,
) -> bool:
    """End items, by position, in the transaction that stores what came of them.

    False when ``owner`` no longer holds one of them (another took it over, or the batch was
    cancelled): then nothing of that one may be stored, so roll back.
    """
    key = {"of_athlete": athlete_id, "of_import": import_id, "of_owner": owner}
    # By position, as everybody locks them: of two who end and cancel, none waits for the other.
    values = [{**key, **_end_of(*one, now)} for one in sorted(outcomes.items(), key=itemgetter(0))]
    return not values or affected_rows(session, _FINISH, values) == len(values)


def end_unclaimed(
    session: Session,
    athlete_id: uuid.UUID,
    import_id: uuid.UUID,
    outcomes: Mapping[int, Outcome],
    now: datetime,
) -> None:
    """End items, by position, that nobody has claimed; those that have ended stay as they are."""
    key = {"of_athlete": athlete_id, "of_import": import_id}
    values = [{**key, **_end_of(*one, now)} for one in outcomes.items()]
    if values:
        affected_rows(session, _END, values)


def _end_of(position: int, outcome: Outcome, now: datetime) -> Mapping[str, object]:
    return {
        "of_position": position,
        "ended": outcome.status,
        "why": outcome.code,
        "more": outcome.detail,
        "runs": outcome.run_count,
        "content": outcome.content_sha256,
        "now": now,
    }
