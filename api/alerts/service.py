"""Alerts of an athlete: pages of them, one, and that the runner has seen it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.findings import Finding
from api.accounts.local_day import current_day
from api.alerts.schemas import AlertBody, AlertState, FindingBody, LevelName
from api.alerts.stored import from_json
from api.alerts.words import card_words, evidence_body, telling_finding
from api.errors import NotFound
from api.messages.levels import level_word
from models import activities, alerts, athletes
from models.alerts import Alert, AlertCursor
from models.athletes import Athlete

CHUNK = 200


class AlertUnknown(NotFound):
    """There is no such alert."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When alerts are read: what is still open depends on it."""

    now: datetime
    today: date


def moment(session: Session, athlete: Athlete, now: datetime) -> Moment:
    """A moment on the athlete's calendar."""
    return Moment(now, current_day(athlete, now, activities.last_run_day(session, athlete.id)))


def alert_page(  # noqa: PLR0913 - one parameter a filter, all by name
    session: Session,
    athlete_id: UUID,
    at: Moment,
    *,
    limit: int,
    state: AlertState | None = None,
    after: AlertCursor | None = None,
) -> tuple[list[AlertBody], AlertCursor | None]:
    """Alerts, the one opened last first, and the one to go on after, if there is more."""
    matching = (
        alert
        for alert in _iter_alerts(session, athlete_id, after)
        if state is None or state_of(alert, at) == state
    )
    found = list(islice(matching, limit + 1))
    shown = found[:limit]
    more = len(found) > limit
    return [alert_body(one, at) for one in shown], _cursor(shown[-1]) if more else None


def one_alert(session: Session, athlete_id: UUID, alert_id: UUID, at: Moment) -> AlertBody:
    """One alert.

    Raises
    ------
    AlertUnknown
        This athlete has no such alert.
    """
    return alert_body(_alert(session, athlete_id, alert_id), at)


def acknowledge(session: Session, athlete: Athlete, alert_id: UUID, now: datetime) -> AlertBody:
    """Note that the runner has seen an alert; the first time stays, again changes nothing.

    Raises
    ------
    AlertUnknown
        This athlete has no such alert.
    """
    if _alert(session, athlete.id, alert_id).acknowledged_at is None:
        alerts.acknowledge(session, athlete.id, alert_id, now)
        athletes.bump_version(session, athlete.id)
    return one_alert(session, athlete.id, alert_id, moment(session, athlete, now))


def state_of(alert: Alert, at: Moment) -> AlertState:
    """How an alert stands at a moment; cleared outlasts whatever the runner said about it."""
    if at.today >= _clears_on(alert):
        return "cleared"
    if alert.snoozed_until is not None and at.now < alert.snoozed_until:
        return "snoozed"
    return "open" if alert.acknowledged_at is None else "acknowledged"


def alert_body(alert: Alert, at: Moment) -> AlertBody:
    """An alert as seen from outside."""
    findings = [from_json(stored) for stored in alert.findings]
    clears_on = _clears_on(alert)
    words = card_words(telling_finding(findings), clears_on=clears_on, read_on=at.today)
    return AlertBody(
        id=alert.id,
        rule=alert.rule,
        rule_version=alert.rule_version,
        family=alert.family,
        level=cast("LevelName", alert.level),
        level_word=level_word(alert.level),
        title=words.title,
        why=words.why,
        what_to_do=words.what_to_do,
        clears=words.clears,
        evidence=evidence_body(alert.rule),
        state=state_of(alert, at),
        opened_on=alert.opened_on,
        last_on=alert.last_on,
        clears_on=clears_on,
        first_seen_at=alert.first_seen_at,
        updated_at=alert.updated_at,
        acknowledged_at=alert.acknowledged_at,
        findings=[_finding_body(finding) for finding in findings],
    )


def _finding_body(finding: Finding) -> FindingBody:
    return FindingBody(
        day=finding.day,
        level=finding.level.value,
        channel=finding.channel.value,
        amount=finding.amount,
        ceiling=finding.ceiling,
        numbers=dict(finding.numbers),
    )


def _clears_on(alert: Alert) -> date:
    if alert.cleared_on is None:
        raise AssertionError("an alert is stored with the day on which it clears")
    return alert.cleared_on


def _cursor(alert: Alert) -> AlertCursor:
    return AlertCursor(alert.opened_on, alert.id)


def _iter_alerts(session: Session, athlete_id: UUID, after: AlertCursor | None) -> Iterator[Alert]:
    while True:
        page = alerts.list_page(session, athlete_id, limit=CHUNK, after=after)
        yield from page
        if len(page) < CHUNK:
            return
        after = _cursor(page[-1])


def _alert(session: Session, athlete_id: UUID, alert_id: UUID) -> Alert:
    alert = alerts.get(session, athlete_id, alert_id)
    if alert is None:
        raise AlertUnknown("There is no such alert. GET /v1/alerts lists them.", "path/alert_id")
    return alert
