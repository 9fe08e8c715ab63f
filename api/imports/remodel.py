"""What a changed profile means for stored runs: their local day, and steps modelled from height.

Only runs that rest on what changed are touched: a zone that came from the athlete, a step count
that came from a model. Idempotent, so a job that was cut short is simply done again.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.runs.metrics import METRICS_VERSION
from api.accounts.local_day import ZoneSource, in_zone
from api.accounts.service import whose
from api.recordings.columns import metrics_json
from api.recordings.originals import LIMITS, OriginalReader
from api.recordings.reading import read_file
from api.refresh.days import rewrite_days
from api.refresh.service import refresh
from api.runtime import Runtime
from importers.contract import ImportFailure
from models import activities
from models.activities import Activity

logger = logging.getLogger(__name__)

MODELLED = ("pace", "pace_height")


def remodel(runtime: Runtime, athlete_id: UUID) -> None:
    """Bring stored runs in line with the athlete's profile, then refresh."""
    with runtime.database.write() as session:
        _move_days(session, athlete_id, runtime.now())
    with runtime.database.read() as session:
        height_cm = whose(session, athlete_id).height_cm
        outdated = [
            run
            for run in activities.counted_by(session, athlete_id, MODELLED)
            if run.metrics.get("height_cm") != height_cm
        ]
    with OriginalReader(runtime.originals) as originals:
        for run in outdated:
            _count_again(runtime, run, height_cm, originals)
    with runtime.database.write() as session:
        refresh(session, athlete_id, runtime.now())


def _move_days(session: Session, athlete_id: UUID, now: datetime) -> None:
    zone = whose(session, athlete_id).zone
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
    rewrite_days(session, athlete_id, touched)


def _count_again(
    runtime: Runtime, run: Activity, height_cm: float | None, originals: OriginalReader
) -> None:
    if run.file_sha256 is None or run.entry is not None:
        return
    try:
        read = read_file(
            originals.content(run.file_sha256, run.member), run.source_name, LIMITS, height_cm
        )
    except (ImportFailure, OSError):
        # The original is gone or unreadable now: what was computed from it stays.
        logger.warning("the original of run %s cannot be read again", run.id)
        return
    again = read.activities[run.session_index]
    with runtime.database.write() as session:
        activities.change(
            session,
            run.athlete_id,
            run.id,
            metrics_version=METRICS_VERSION,
            steps_total=again.metrics.steps_total,
            walking_steps=again.metrics.walking_steps,
            hip_flexions=again.metrics.hip_flexions,
            hip_flexions_source=again.metrics.hip_flexions_source.value,
            metrics=metrics_json(again, height_cm),
            updated_at=runtime.now(),
        )
        if run.local_date is not None:
            rewrite_days(session, run.athlete_id, [run.local_date])
