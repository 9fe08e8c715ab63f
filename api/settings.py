"""One frozen settings object, read from the environment (prefix ``SWINGPHASE_``), and the clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Clock = Callable[[], datetime]
"""Tells the time: aware UTC. Injected everywhere, so that a test can stand on any day."""

MEBIBYTE = 1024 * 1024


def system_clock() -> datetime:
    """Now, by the machine's clock."""
    return datetime.now(UTC)


class Settings(BaseSettings):
    """How this copy of Swingphase runs. Every setting has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="SWINGPHASE_", frozen=True)

    data: Path = Field(
        default_factory=lambda: user_data_path("swingphase"),
        description="Folder for the embedded database and the originals of imported files.",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of another database; the embedded SQLite when unset.",
    )
    zone: str = Field(
        default_factory=lambda: machine_zone(),  # noqa: PLW0108 - it is defined further down
        description="Time zone of a new athlete, an IANA name; the machine's own when unset.",
    )
    upload_max_bytes: int = Field(
        default=2048 * MEBIBYTE, gt=0, description="Most bytes one upload request may carry."
    )
    upload_max_files: int = Field(
        default=1000, gt=0, description="Most files one upload request may carry."
    )
    worker_idle_s: float = Field(
        default=3.0, gt=0, description="Seconds without work after which the worker goes home."
    )
    poll_s: float = Field(
        default=0.5, gt=0, description="Seconds between two looks at the queue of imports."
    )


def machine_zone() -> str:
    """IANA name of the machine's time zone, or UTC when it cannot be told."""
    candidates = [os.environ.get("TZ", "").lstrip(":")]
    timezone_file = Path("/etc/timezone")
    if timezone_file.is_file():
        candidates.append(timezone_file.read_text(encoding="ascii", errors="replace").strip())
    localtime = Path("/etc/localtime")
    if localtime.is_symlink():
        candidates.append(str(localtime.resolve()).partition("zoneinfo/")[2])
    return next((zone for zone in candidates if is_zone(zone)), "UTC")


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA time zone this machine knows."""
    if not name:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    # Names like posixrules and right/Europe/Berlin are files of this machine, not zones.
    return name in available_timezones()
