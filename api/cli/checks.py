"""What ``swingphase doctor`` looks at. Nothing here changes anything, not even an old schema."""

from __future__ import annotations

import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from analytics.runs.metrics import METRICS_VERSION
from api.originals import Originals
from api.recordings.columns import PARSER_VERSION
from api.runtime import database_url
from api.settings import Settings
from models import activities, athletes, files, imports
from models.database import Database, schema_is_current
from swingphase import __version__

Status = Literal["ok", "note", "wrong"]

OLDEST_PYTHON = (3, 11)
_REQUIREMENT_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, and what was seen."""

    name: str
    status: Status
    detail: str


def all_checks(settings: Settings) -> Iterator[Check]:
    """Every check of this installation and its data, in the order a fault would spread."""
    yield _python()
    yield _libraries()
    yield _data_folder(settings.data)
    yield from _database(settings)


def _python() -> Check:
    status: Status = "ok" if sys.version_info >= OLDEST_PYTHON else "wrong"
    return Check("python", status, f"{platform.python_version()}, swingphase {__version__}")


def _libraries() -> Check:
    try:
        required = metadata.requires("swingphase") or []
    except metadata.PackageNotFoundError:
        return Check("libraries", "wrong", "swingphase is not installed: run `make setup`.")
    found: list[str] = []
    missing: list[str] = []
    for requirement in required:
        match = _REQUIREMENT_NAME.match(requirement)
        if match is None or "extra ==" in requirement:
            continue
        try:
            found.append(f"{match[0]} {metadata.version(match[0])}")
        except metadata.PackageNotFoundError:
            missing.append(match[0])
    if missing:
        return Check("libraries", "wrong", f"Missing: {', '.join(missing)}. Run `make setup`.")
    return Check("libraries", "ok", ", ".join(found))


def _data_folder(folder: Path) -> Check:
    if not folder.is_dir():
        return Check(
            "data folder", "note", f"{folder} is not there yet; the first command makes it."
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check("data folder", "wrong", f"{folder} cannot be written ({error.strerror}).")
    return Check("data folder", "ok", str(folder))


def _database(settings: Settings) -> Iterator[Check]:
    try:
        database = Database(database_url(settings))
    except (SQLAlchemyError, ValueError) as error:
        # Its text may hold the password.
        yield Check("database", "wrong", f"SWINGPHASE_DATABASE_URL: {type(error).__name__}.")
        return
    shown = database.url.render_as_string(hide_password=True)
    try:
        sqlite = database.url.get_backend_name() == "sqlite"
        if sqlite and not Path(str(database.url.database)).exists():
            yield Check("database", "note", f"{shown} is not there yet.")
            return
        with database.read() as session:
            yield _answers(session, shown, sqlite=sqlite)
        current = schema_is_current(database)
        yield _schema(current=current)
        if not current:
            return
        with database.read() as session:
            yield _originals(session, settings.data)
            yield _versions(session)
            yield _findings(session)
            yield _open_imports(session)
    except SQLAlchemyError as error:
        yield Check("database", "wrong", f"{shown}: {type(error).__name__}.")
    finally:
        database.close()


def _answers(session: Session, shown: str, *, sqlite: bool) -> Check:
    if not sqlite:
        session.execute(text("SELECT 1"))
        return Check("database", "ok", f"{shown} answers.")
    faults = list(session.scalars(text("PRAGMA integrity_check")))
    if faults != ["ok"]:
        return Check("database", "wrong", f"{shown} is damaged: {faults[0]}")
    orphans = session.execute(text("PRAGMA foreign_key_check")).first()
    if orphans is not None:
        return Check("database", "wrong", f"{shown}: rows of {orphans[0]} refer to nothing.")
    return Check("database", "ok", f"{shown} is whole.")


def _schema(*, current: bool) -> Check:
    if current:
        return Check("schema", "ok", "up to date")
    return Check("schema", "wrong", "of another version. Run `swingphase migrate`.")


def _originals(session: Session, folder: Path) -> Check:
    originals = Originals(folder / "originals")
    expected = files.stored(session)
    wrong = [file for file in expected if not _is_there(originals.path(file.sha256), file)]
    if wrong:
        return Check(
            "originals",
            "wrong",
            f"{len(wrong)} of {len(expected)} missing or cut short, the first {wrong[0].sha256}. "
            "The runs stay; copy the files back from a backup.",
        )
    return Check("originals", "ok", f"all {len(expected)} there")


def _is_there(path: Path, file: files.NewFile) -> bool:
    try:
        return path.stat().st_size == file.size_bytes
    except OSError:
        return False


def _versions(session: Session) -> Check:
    older = sum(
        activities.outdated(
            session,
            one.id,
            parser_version=PARSER_VERSION,
            metrics_version=METRICS_VERSION,
        )
        for one in athletes.list_all(session)
    )
    if older:
        return Check(
            "versions",
            "note",
            f"{older} activities were read by an older version: run `swingphase reprocess`.",
        )
    return Check("versions", "ok", "all read by this version")


def _findings(session: Session) -> Check:
    waiting = [one.name for one in athletes.list_all(session) if one.dirty_since is not None]
    if waiting:
        return Check("findings", "note", f"{len(waiting)} athletes wait; reading them refreshes.")
    return Check("findings", "ok", "up to date")


def _open_imports(session: Session) -> Check:
    waiting = sum(len(imports.open_batches(session, one.id)) for one in athletes.list_all(session))
    if waiting:
        return Check(
            "imports",
            "note",
            f"{waiting} not finished: the next `import` goes on with what the command line began, "
            "`serve` with what was uploaded.",
        )
    return Check("imports", "ok", "none open")
