"""Which run a command line means: by its id, the beginning of it, or its day."""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.activities.service import RunUnknown
from api.errors import Unprocessable
from models import activities
from models.activities import RUNNING

HEX_DIGITS: Final = 32
_BEGINNING: Final = re.compile(r"[0-9a-f]{4,32}")
_LISTS: Final = "`swingphase runs list` shows the ids."


class RunAmbiguous(Unprocessable):
    """Several runs could be meant."""


def run_named(session: Session, athlete_id: UUID, named: str, *, deleted: bool = False) -> UUID:
    """The run that is meant, among those deleted where one of them is asked for.

    Raises
    ------
    RunUnknown
        None could be meant.
    RunAmbiguous
        Several could.
    """
    day = _day(named)
    if day is not None:
        return _of_day(session, athlete_id, day, deleted=deleted)
    digits = named.lower().replace("-", "")
    if not _BEGINNING.fullmatch(digits):
        raise RunUnknown(f"{named!r} is neither the beginning of an id nor a day. {_LISTS}")
    low = UUID(digits.ljust(HEX_DIGITS, "0"))
    high = UUID(digits.ljust(HEX_DIGITS, "f"))
    found = activities.with_ids_between(session, athlete_id, low, high, deleted=deleted)
    if not found:
        raise RunUnknown(f"There is no such run here: {named}. {_LISTS}")
    if len(found) > 1:
        raise RunAmbiguous(f"Several ids begin with {named}: write more of it. {_LISTS}")
    return found[0]


def _of_day(session: Session, athlete_id: UUID, day: date, *, deleted: bool) -> UUID:
    # Second recordings are meant only where there is nothing else: they follow the one that counts.
    for duplicates in (False, True):
        found = activities.list_page(
            session,
            athlete_id,
            limit=2,
            sport=RUNNING,
            first=day,
            last=day,
            duplicates=duplicates,
            deleted=deleted,
        )
        if len(found) > 1:
            raise RunAmbiguous(f"Several runs are of {day}: name one by its id. {_LISTS}")
        if found:
            return found[0].id
    raise RunUnknown(f"There is no run of {day} here. {_LISTS}")


def _day(named: str) -> date | None:
    try:
        return date.fromisoformat(named) if "-" in named else None
    except ValueError:
        return None
