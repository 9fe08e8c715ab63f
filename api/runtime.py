"""What every part of the running product shares: settings, clock, database, originals."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from api.accounts.service import ensure_owner
from api.originals import Originals
from api.settings import Clock, Settings, system_clock
from models import athletes
from models.database import Database, database_url_for, schema_is_current, upgrade


@dataclass(frozen=True, slots=True)
class Runtime:
    """The product, opened: one per process."""

    settings: Settings
    clock: Clock
    database: Database
    originals: Originals

    def now(self) -> datetime:
        """The injected clock's aware UTC."""
        return self.clock()

    def close(self) -> None:
        """Give the database's connections back."""
        self.database.close()


def open_runtime(settings: Settings, clock: Clock = system_clock) -> Runtime:
    """Open the product: the data folder, the database at this version's schema, the owner.

    Raises
    ------
    OSError
        The data folder cannot be made or written.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(settings.data, os.W_OK):
        raise PermissionError(13, "not writable", str(settings.data))
    originals = Originals(settings.data / "originals")
    originals.prepare()
    database = Database(database_url(settings))
    if not schema_is_current(database):
        upgrade(database)
    with database.read() as session:
        has_owner = athletes.owner(session) is not None
    if not has_owner:
        with database.write() as session:
            ensure_owner(session, settings, clock())
    return Runtime(settings, clock, database, originals)


def database_url(settings: Settings) -> str:
    """The configured database, or the embedded one in the data folder."""
    return settings.database_url or database_url_for(settings.data)
