"""The day's answer, put together from the limit, the alerts and the words for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from analytics.findings import (
    Episode,
    Level,
    alert_episodes,
    day_level,
    findings,
)
from analytics.guardrails.registry import guardrail
from analytics.history import History
from analytics.limit import DayCeiling, StartOfDay, TodaysLimit, todays_limit
from api.accounts.local_day import current_day
from api.alerts.words import card_words, evidence_body, telling_finding
from api.errors import Unprocessable
from api.marks.service import marks_of
from api.messages import figures
from api.messages.footer import FOOTER
from api.messages.headline import headline
from api.messages.levels import level_word
from api.messages.limit import limit_text
from api.messages.reasons import reason_text
from api.messages.rules import rule_name
from api.messages.runs import held_out_text
from api.refresh.history import read_history
from api.refresh.service import fresh_read
from api.runtime import Runtime
from api.today.schemas import (
    CardBody,
    CeilingBody,
    HeldOutBody,
    LimitBody,
    RatiosBody,
    TodayBody,
)
from models import activities, alerts
from models.activities import Activity
from models.alerts import Alert
from models.athletes import Athlete

MOST_CARDS = 3
LOOK_AT_DAYS = 60
"""How far back an episode may have begun that is still open: far more than any does."""

ASK_DAYS = 29
"""A stretch held out this long ago is still asked about: as long as the longest run of 30 days
rests on the answer."""

STALE = "stale"
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
MILLI = 1000


class DayOutOfRange(Unprocessable):
    """No day a runner could mean."""


def today(runtime: Runtime, athlete_id: UUID | None, as_of: date | None) -> TodayBody:
    """What a runner needs to know on a day, today unless another is named.

    Only what happened up to that day counts, and the limit rests on the days before it: finishing
    a run does not change the morning's advice.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    DayOutOfRange
        The day is out of this world.
    """
    if as_of is not None and not FIRST_DAY <= as_of <= LAST_DAY:
        raise DayOutOfRange("Name a day between 1970 and 2199.", "query/as_of")
    with fresh_read(runtime, athlete_id) as (session, athlete):
        last_run = activities.last_run_day(session, athlete.id)
        day = as_of or current_day(athlete, runtime.now(), last_run)
        through = activities.last_run_day(session, athlete.id, day)
        history = read_history(session, athlete.id, day - timedelta(days=LOOK_AT_DAYS), day)
        stored = alerts.for_range(session, athlete.id, day - timedelta(days=LOOK_AT_DAYS), day)
        asked = activities.held_out(session, athlete.id, day - timedelta(days=ASK_DAYS), day)
        marks = marks_of(session, athlete.id, day)
    body = _body(athlete, day, history, through, stored)
    return body.model_copy(
        update={"marks": marks, "held_out": [_held_out(run, day) for run in asked]}
    )


def _body(
    athlete: Athlete, day: date, history: History, through: date | None, stored: Sequence[Alert]
) -> TodayBody:
    limit = todays_limit(history, day)
    if limit.data_through is None:  # the last run is older than the days read
        limit = replace(limit, data_through=through)
    found = findings(history, from_index=max(0, history.days - 1 - LOOK_AT_DAYS))
    unknown = limit.stale or limit.data_through is None
    level = Level.NO_DATA if unknown else day_level(found, day)
    episodes = sorted(
        (episode for episode in alert_episodes(found) if episode.is_open(day)),
        key=lambda episode: (-episode.level.rank, guardrail(episode.key).precedence),
    )
    cards = [_card(episode, stored, day) for episode in episodes]
    lead = cards[0] if cards else None
    return TodayBody(
        athlete_id=athlete.id,
        as_of=day,
        zone=athlete.zone,
        level=level,
        level_word=level_word(level),
        headline=headline(
            level,
            data_through=limit.data_through,
            rule=lead.rule if lead else None,
            rule_level=lead.level if lead else None,
            day=_headline_day(cards),
            numbers=lead.numbers if lead else None,
            read_on=day,
        ),
        data_through=limit.data_through,
        stale=limit.stale,
        usual_gap_days=limit.usual_gap_days,
        history_days=max(0, history.days - int(history.first_run_index)),
        limit=_limit(limit, history, known=not unknown),
        cards=cards[:MOST_CARDS],
        more_alerts=max(0, len(cards) - MOST_CARDS),
        marks=[],
        held_out=[],
        week=_week(limit.ratios),
        ceilings=[_ceiling(one, known=not unknown) for one in limit.ceilings],
        footer=FOOTER,
    )


def _held_out(run: Activity, read_on: date) -> HeldOutBody:
    day = run.local_date or read_on
    text = held_out_text(
        run.held_out_m,
        run.held_out_s,
        fast_was_run=None,
        day=figures.day(day, read_on),
    )
    return HeldOutBody(
        run_id=run.id,
        day=day,
        held_out_m=run.held_out_m,
        held_out_s=run.held_out_s,
        text=text or "",
    )


def _headline_day(cards: Sequence[CardBody]) -> date | None:
    """The leading card's day; of several kinds of jump, the last one's."""
    several = len({one.family for one in cards}) > 1 and cards[0].level != Level.EASE_OFF
    if several:
        return max(one.day for one in cards)
    return cards[0].day if cards else None


def _limit(limit: TodaysLimit, history: History, *, known: bool) -> LimitBody:
    numbers = {
        name: float(series[-1])
        for name, series in guardrail(limit.km_binding).numbers(history).items()
        if math.isfinite(series[-1])
    }
    text = limit_text(
        limit.limit_km,
        limit.km_binding,
        numbers,
        done_km=limit.done_km,
        stale=limit.stale,
        has_runs=limit.data_through is not None,
    )
    return LimitBody(
        km=_down(limit.limit_km) if known else None,
        flexions=_whole(limit.limit_flexions) if known else None,
        km_guardrail=limit.km_binding if known else None,
        flexions_guardrail=limit.flexions_binding if known else None,
        done_km=round(limit.done_km, 3),
        done_flexions=round(limit.done_flexions),
        remaining_km=_down(limit.remaining_km) if known else None,
        remaining_flexions=_whole(limit.remaining_flexions) if known else None,
        flexions_per_km=limit.flexions_per_km,
        text=text,
    )


def _down(km: float) -> float:
    """To the metre, never above the limit itself."""
    return math.floor(km * MILLI) / MILLI


def _whole(flexions: float | None) -> int | None:
    return None if flexions is None else math.floor(flexions)


def _card(episode: Episode, stored: Sequence[Alert], day: date) -> CardBody:
    finding = telling_finding(episode.findings)
    words = card_words(finding, clears_on=episode.cleared_on, read_on=day)
    alert = next((one for one in stored if _is_of(one, episode)), None)
    return CardBody(
        alert_id=alert.id if alert else None,
        rule=finding.key,
        family=finding.family,
        level=finding.level,
        level_word=level_word(finding.level),
        title=words.title,
        day=finding.day,
        channel=finding.channel,
        amount=finding.amount,
        ceiling=finding.ceiling,
        numbers=dict(finding.numbers),
        why=words.why,
        what_to_do=words.what_to_do,
        evidence=evidence_body(finding.key),
        clears_on=episode.cleared_on,
        clears=words.clears,
        state="acknowledged" if alert and alert.acknowledged_at else "open",
    )


def _is_of(alert: Alert, episode: Episode) -> bool:
    return (
        alert.rule == episode.key
        and alert.opened_on <= episode.last_on
        and episode.opened_on <= alert.last_on
    )


def _week(start: StartOfDay) -> RatiosBody:
    return RatiosBody(
        seven_day_km=start.seven_day_km,
        seven_day_flexions=round(start.seven_day_flexions),
        ramp=start.ramp,
        ramp_reason=start.ramp_reason,
        ratio_coupled=start.ratio_coupled,
        ratio_uncoupled=start.ratio_uncoupled,
        ratio_ewma=start.ratio_ewma,
        ratio_reason=start.ratio_reason or start.zone_reason,
        longest_run_30d_km=start.longest_run_30d_km,
    )


def _ceiling(one: DayCeiling, *, known: bool) -> CeilingBody:
    """A guardrail's ceiling; none is shown where the data is too old to speak."""
    reason = one.reason if known else STALE
    return CeilingBody(
        rule=one.key,
        title=rule_name(one.key),
        channel=one.channel,
        level=one.level,
        ceiling=one.ceiling if known else None,
        reason=reason,
        reason_text=reason_text(reason) if reason else None,
    )
