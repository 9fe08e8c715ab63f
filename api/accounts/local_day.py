"""Which day of whose calendar an activity belongs to, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from analytics.recording import Recording, RecordingWarning, Warn
from models.athletes import Athlete

FURTHEST_AHEAD: Final = timedelta(days=1)
"""More than any zone is ahead of another, and than clocks that are set go wrong (our choice)."""

NOON: Final = time(12)


class ZoneSource(StrEnum):
    """Where the local day of an activity came from, the surest first."""

    POSITION = "position"
    FILE = "file"
    ATHLETE = "athlete"
    LOCAL_CLOCK = "local_clock"
    RUNNER = "runner"
    RUNNERS_OFFSET = "runners_offset"
    """The runner gave a start with its offset from UTC: the day is the one they wrote."""
    RUNNERS_DAY = "runners_day"
    """The runner said which day, and nobody knows the time of day: noon stands in for it."""

    @property
    def knows_time(self) -> bool:
        """Whether the time of day is known."""
        return self is not ZoneSource.RUNNERS_DAY

    @property
    def is_the_runners(self) -> bool:
        """Whether the runner has said it."""
        return self in {self.RUNNER, self.RUNNERS_OFFSET, self.RUNNERS_DAY}


@dataclass(frozen=True, slots=True)
class LocalDay:
    """An activity's start, its day, and where the day came from; all None when it has no date."""

    started_at: datetime | None
    local_date: date | None
    utc_offset_s: int | None
    zone: str | None
    source: ZoneSource | None


def believed(recording: Recording, now: datetime) -> Recording:
    """The recording itself, or dateless and with a warning when it would begin in the future.

    Kept with its date it would count as a run of that day once the day has come.
    """
    start = recording.started_at or recording.local_start
    # A local clock is read as if it were UTC's: none is a day ahead of it.
    if start is None or start.replace(tzinfo=UTC) <= now + FURTHEST_AHEAD:
        return recording
    warnings = (*recording.warnings, RecordingWarning(Warn.IMPOSSIBLE_DATE))
    return replace(recording, started_at=None, local_start=None, warnings=warnings)


def local_day(recording: Recording, athlete_zone: str) -> LocalDay:
    """The day a recording belongs to.

    The zone of its first position comes first, then the offset the file itself gives, then the
    athlete's own zone. A file that knows only its local clock keeps that clock's date.
    """
    started_at = recording.started_at
    if started_at is None:
        return _by_local_clock(recording.local_start, athlete_zone)
    if recording.zone is not None:
        return in_zone(started_at, recording.zone, ZoneSource.POSITION)
    if recording.utc_offset_s is not None:
        offset = timezone(timedelta(seconds=recording.utc_offset_s))
        return as_written(started_at.astimezone(offset), ZoneSource.FILE)
    return in_zone(started_at, athlete_zone, ZoneSource.ATHLETE)


def current_day(athlete: Athlete, now: datetime, last_run_day: date | None) -> date:
    """The athlete's today: the date in their zone, or the last run's where it was later already.

    No place on Earth is more than a day ahead of another: a run later than that had a wrong clock.
    """
    today = now.astimezone(ZoneInfo(athlete.zone)).date()
    tomorrow = today + timedelta(days=1)
    return tomorrow if last_run_day == tomorrow else today


def in_zone(started_at: datetime, zone: str, source: ZoneSource) -> LocalDay:
    """The day of ``started_at`` on the calendar of ``zone``."""
    local = started_at.astimezone(ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    return LocalDay(started_at, local.date(), int(offset.total_seconds()), zone, source)


def at_local_time(local_start: datetime, zone: str, source: ZoneSource) -> LocalDay:
    """The day of a naive ``local_start`` on a clock of ``zone``."""
    local = local_start.replace(tzinfo=ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    return LocalDay(
        local.astimezone(UTC), local_start.date(), int(offset.total_seconds()), zone, source
    )


def as_written(start: datetime, source: ZoneSource) -> LocalDay:
    """The day of a ``start`` with its offset: the one it is written with."""
    offset = start.utcoffset()
    if offset is None:
        raise ValueError("a start without its offset from UTC")
    return LocalDay(start.astimezone(UTC), start.date(), int(offset.total_seconds()), None, source)


def on_day(day: date, zone: str) -> LocalDay:
    """A day the runner named, without a time of day."""
    return at_local_time(datetime.combine(day, NOON), zone, ZoneSource.RUNNERS_DAY)


def _by_local_clock(local_start: datetime | None, athlete_zone: str) -> LocalDay:
    if local_start is None:
        return LocalDay(None, None, None, None, None)
    return at_local_time(local_start, athlete_zone, ZoneSource.LOCAL_CLOCK)
