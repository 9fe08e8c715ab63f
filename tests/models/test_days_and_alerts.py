import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import cast

import pytest

from models import alerts, days
from models.alerts import Alert, AlertCursor, AlertValues
from models.base import JsonValue, new_id
from models.database import Database
from models.days import DayTotals

HOUR = timedelta(hours=1)


def may(day: int) -> date:
    return date(2026, 5, day)


def total(day: int, distance_km: float) -> DayTotals:
    return DayTotals(
        day=may(day),
        runs=1,
        distance_km=distance_km,
        hip_flexions=10_200.5,
        minutes=55.5,
        longest_run_km=distance_km,
        longest_run_flexions=10_200.5,
    )


def test_day_totals_are_rewritten_never_added_up(database: Database, athlete_id: uuid.UUID) -> None:
    with database.write() as session:
        days.rewrite(session, athlete_id, {may(5): total(5, 10.0), may(4): total(4, 8.0)})
        days.rewrite(
            session, athlete_id, {may(5): total(5, 12.0), may(4): None, may(6): total(6, 5.0)}
        )
        days.rewrite(session, athlete_id, {})
    with database.read() as session:
        everything = days.read_range(session, athlete_id, may(1), may(31))
        assert everything == [total(5, 12.0), total(6, 5.0)]
        assert days.read_range(session, athlete_id, may(6), may(6)) == [total(6, 5.0)]
        assert days.read_range(session, athlete_id, may(7), may(9)) == []


@pytest.fixture
def put(database: Database, athlete_id: uuid.UUID, now: datetime) -> Callable[..., uuid.UUID]:
    def alert(
        opened: int,
        last: int,
        at: datetime = now,
        alert_id: uuid.UUID | None = None,
        findings: Sequence[JsonValue] = (),
        **given: object,
    ) -> uuid.UUID:
        values: AlertValues = {
            "rule": "longest_run",
            "rule_version": 1,
            "family": "spike",
            "level": "take_care",
            "opened_on": may(opened),
            "last_on": may(last),
            "cleared_on": None,
            "findings": list(findings),
        }
        alert_id = alert_id or new_id()
        with database.write() as session:
            alerts.upsert(
                session, athlete_id, alert_id, cast("AlertValues", {**values, **given}), at
            )
        return alert_id

    return alert


@pytest.fixture
def read(database: Database, athlete_id: uuid.UUID) -> Callable[[uuid.UUID], Alert]:
    def one(alert_id: uuid.UUID) -> Alert:
        with database.read() as session:
            alert = alerts.get(session, athlete_id, alert_id)
        assert alert is not None
        return alert

    return one


def test_an_alert_that_moves_keeps_what_the_runner_said(
    database: Database,
    athlete_id: uuid.UUID,
    put: Callable[..., uuid.UUID],
    read: Callable[[uuid.UUID], Alert],
    now: datetime,
) -> None:
    alert_id = put(4, 4)
    with database.write() as session:
        assert alerts.acknowledge(session, athlete_id, alert_id, now + HOUR)
        assert alerts.acknowledge(session, athlete_id, alert_id, now + 2 * HOUR)
        assert alerts.snooze(session, athlete_id, alert_id, now + 48 * HOUR, now + 2 * HOUR)
        assert not alerts.acknowledge(session, athlete_id, new_id(), now)
        assert not alerts.snooze(session, athlete_id, new_id(), now, now)
    put(3, 6, now + 3 * HOUR, alert_id, [{"day": "2026-05-03"}], cleared_on=may(9))
    alert = read(alert_id)
    assert (alert.opened_on, alert.last_on, alert.cleared_on) == (may(3), may(6), may(9))
    assert alert.findings == [{"day": "2026-05-03"}]
    assert (alert.first_seen_at, alert.updated_at) == (now, now + 3 * HOUR)
    assert (alert.acknowledged_at, alert.snoozed_until) == (now + HOUR, now + 48 * HOUR)


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({}, False),
        ({"level": "ease_off"}, True),
        ({"cleared_on": may(8)}, True),
        ({"findings": [{"day": "2026-05-05"}]}, True),
    ],
)
def test_an_alert_is_updated_only_by_news(
    *,
    put: Callable[..., uuid.UUID],
    read: Callable[[uuid.UUID], Alert],
    now: datetime,
    change: dict[str, object],
    moves: bool,
) -> None:
    said = {"findings": [{"day": "2026-05-04"}]}
    alert_id = put(4, 4, **said)
    put(4, 4, at=now + HOUR, alert_id=alert_id, **{**said, **change})
    assert read(alert_id).updated_at == (now + HOUR if moves else now)


def test_alerts_of_a_range_are_those_whose_episode_touches_it(
    database: Database, athlete_id: uuid.UUID, put: Callable[..., uuid.UUID]
) -> None:
    before, across, within, after = put(1, 3), put(2, 5), put(6, 6), put(9, 12)
    with database.read() as session:

        def ids(first: int, last: int | None) -> list[uuid.UUID]:
            found = alerts.for_range(
                session, athlete_id, may(first), None if last is None else may(last)
            )
            return [alert.id for alert in found]

        assert ids(4, 8) == [across, within]
        assert ids(3, 9) == [before, across, within, after]
        assert ids(5, None) == [across, within, after]


def test_pages_of_alerts_show_each_once_the_latest_first(
    database: Database, athlete_id: uuid.UUID, put: Callable[..., uuid.UUID]
) -> None:
    opened = [put(4, 4), put(6, 6), put(6, 7), put(5, 5)]
    seen: list[Alert] = []
    after = None
    with database.read() as session:
        while page := alerts.list_page(session, athlete_id, limit=1, after=after):
            seen.extend(page)
            after = AlertCursor(page[-1].opened_on, page[-1].id)
    assert [alert.id for alert in seen] == [opened[2], opened[1], opened[3], opened[0]]


def test_a_list_of_alerts_is_filtered(
    database: Database, athlete_id: uuid.UUID, put: Callable[..., uuid.UUID], now: datetime
) -> None:
    earlier, later = put(1, 2), put(6, 6, at=now + HOUR)
    with database.write() as session:

        def ids(*, since: datetime | None = None) -> list[uuid.UUID]:
            page = alerts.list_page(session, athlete_id, limit=9, updated_since=since)
            return [alert.id for alert in page]

        assert ids() == [later, earlier]
        assert ids(since=now + HOUR) == [later]
        alerts.delete(session, athlete_id, later)
        assert ids() == [earlier]
