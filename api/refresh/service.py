"""Bring an athlete's findings and alerts up to date with their days; idempotent."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.findings import CLEAR_DAYS, Episode, Finding, Level, alert_episodes, findings
from api.accounts.service import whose
from api.alerts.stored import alert_values, from_json
from api.refresh.history import read_history
from api.runtime import Runtime
from models import activities, alerts, athletes
from models.alerts import Alert
from models.athletes import Athlete
from models.base import new_id


@contextmanager
def fresh_read(runtime: Runtime, athlete_id: UUID | None) -> Generator[tuple[Session, Athlete]]:
    """A read session on an athlete whose findings are up to date; refreshes first when needed.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    """
    with runtime.database.read() as session:
        athlete = whose(session, athlete_id)
        if athlete.dirty_since is None:
            yield session, athlete
            return
    refresh_athlete(runtime, athlete.id)
    with runtime.database.read() as session:
        yield session, whose(session, athlete.id)


def refresh_athlete(runtime: Runtime, athlete_id: UUID) -> None:
    """Refresh in a transaction of its own."""
    with runtime.database.write() as session:
        refresh(session, athlete_id, runtime.now())


def refresh(session: Session, athlete_id: UUID, now: datetime) -> None:
    """Find again what changed since ``dirty_since`` and settle the alerts with it.

    Findings before ``dirty_since`` cannot have changed: every guardrail looks back only. They are
    taken from the stored alerts where an episode reaches across that day.
    """
    athlete = athletes.lock(session, athlete_id)
    since = athlete.dirty_since if athlete is not None else None
    if since is None:
        return
    reach = since - timedelta(days=CLEAR_DAYS)
    stored = alerts.for_range(session, athlete_id, reach)
    earlier = [
        finding
        for alert in stored
        for finding in map(from_json, alert.findings)
        if finding.day < since
    ]
    last_run = activities.last_run_day(session, athlete_id)
    found = _found(session, athlete_id, since, last_run) if last_run else ()
    _settle(session, athlete_id, stored, alert_episodes([*earlier, *found]), now)
    athletes.clear_dirty(session, athlete_id)


def _found(session: Session, athlete_id: UUID, since: date, last_run: date) -> Sequence[Finding]:
    if last_run < since:
        return []
    history = read_history(session, athlete_id, since, last_run)
    return findings(history, from_index=max(0, history.index_of(since)))


def _settle(
    session: Session,
    athlete_id: UUID,
    stored: Sequence[Alert],
    episodes: Sequence[Episode],
    now: datetime,
) -> None:
    """Make the stored alerts equal the episodes, keeping ids and what the runner said."""
    unmatched = sorted(stored, key=lambda alert: (alert.opened_on, alert.id))
    for episode in sorted(episodes, key=lambda one: (one.opened_on, one.key)):
        match = next((alert for alert in unmatched if _overlap(alert, episode)), None)
        if match is not None:
            unmatched.remove(match)
        alert_id = match.id if match is not None else new_id()
        alerts.upsert(session, athlete_id, alert_id, alert_values(episode), now)
        if match is not None and match.acknowledged_at and episode.level > Level(match.level):
            alerts.reopen(session, athlete_id, alert_id, now)
    for alert in unmatched:
        alerts.delete(session, athlete_id, alert.id)


def _overlap(alert: Alert, episode: Episode) -> bool:
    return (
        alert.rule == episode.key
        and alert.opened_on <= episode.last_on
        and episode.opened_on <= alert.last_on
    )
