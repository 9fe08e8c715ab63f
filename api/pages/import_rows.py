"""An import's items as its page lists them: what needs the runner comes first."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.imports.schemas import ItemBody
from api.imports.service import item_bodies
from models import imports
from models.imports import ItemStatus

MOST_ROWS: Final = 500
"""More rows help nobody; the API lists all of them."""

_ORDER: Final = (
    ItemStatus.FAILED,
    ItemStatus.SKIPPED,
    ItemStatus.DUPLICATE,
    ItemStatus.IMPORTED,
    ItemStatus.QUEUED,
)


def problems_first(session: Session, athlete_id: UUID, import_id: UUID) -> list[ItemBody]:
    """At most ``MOST_ROWS`` items: failed, left out, duplicates, imported, waiting."""
    rows: list[ItemBody] = []
    for status in _ORDER:
        room = MOST_ROWS - len(rows)
        if room <= 0:
            break
        items = imports.items(session, athlete_id, import_id, limit=room, statuses={status})
        rows.extend(item_bodies(session, athlete_id, items))
    return rows
