"""What a changed profile means for stored runs: their local day, and steps modelled from height.

Only runs that rest on what changed are touched: a zone that came from the athlete, a step count
that came from a model. What an older version has read is read again along with them, for a history
never mixes versions. Idempotent, so a job that was cut short is simply done again.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.runs.metrics import FlexionSource
from api.accounts.local_day import ZoneSource, in_zone
from api.accounts.service import locked, whose
from api.imports.reprocess import outdated, reprocess
from api.recordings.settling import settle_all
from api.refresh.days import rewrite_days
from api.refresh.service import refresh
from api.runtime import Runtime
from models import activities
from models.activities import Source

MODELLED_FROM_HEIGHT = frozenset({FlexionSource.PACE, FlexionSource.PACE_HEIGHT})


def remodel(runtime: Runtime, athlete_id: UUID) -> None:
    """Bring stored runs in line with the athlete's profile, then refresh."""
    with runtime.database.write() as session:
        _move_days(session, athlete_id, runtime.now())
    with runtime.database.read() as session:
        height_cm = whose(session, athlete_id).height_cm

    def rests_on_another_height(source: Source) -> bool:
        modelled = source.hip_flexions_source in MODELLED_FROM_HEIGHT
        return outdated(source) or (modelled and source.height_cm != height_cm)

    reprocess(runtime, athlete_id, rests_on_another_height)
    with runtime.database.write() as session:
        refresh(session, athlete_id, runtime.now())


def _move_days(session: Session, athlete_id: UUID, now: datetime) -> None:
    zone = locked(session, athlete_id).zone
    touched: set[date] = set()
    for run in activities.in_other_zone(session, athlete_id, zone, ZoneSource.ATHLETE.value):
        if run.started_at is None:
            continue
        day = in_zone(run.started_at, zone, ZoneSource.ATHLETE)
        activities.change(
            session,
            athlete_id,
            run.id,
            local_date=day.local_date,
            utc_offset_s=day.utc_offset_s,
            zone=day.zone,
            updated_at=now,
        )
        touched |= {one for one in (run.local_date, day.local_date) if one is not None}
    if touched:
        # Where only the day of one is known, it tells whether two recordings are of one run.
        rewrite_days(session, athlete_id, touched | settle_all(session, athlete_id).touched)
