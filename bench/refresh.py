"""A refresh after one new run must not cost more the longer the history is."""

from __future__ import annotations

import statistics
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from api.accounts.service import whose
from api.refresh.days import rewrite_days
from api.refresh.service import refresh_athlete
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from bench.ratio import Ratio, report, seconds
from models import activities, files
from models.activities import ActivityValues
from models.athletes import Athlete
from models.base import new_id
from models.files import NewFile

LAST_DAY = date(2026, 6, 30)
REPEAT = 41
NO_SHA = "0" * 64
DAYS_PER_YEAR = 365


def main() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        one_s, ten_s = (_refresh_s(Path(folder) / str(years), years) for years in (1, 10))
    print(f"refresh after one run: 1 year {one_s * 1000:.1f} ms, 10 years {ten_s * 1000:.1f} ms")
    return [
        Ratio("refresh after one new run, 10 years vs 1 year of history", ten_s / one_s, at_most=2)
    ]


def _refresh_s(data: Path, years: int) -> float:
    runtime = open_runtime(Settings(data=data))
    try:
        with runtime.database.write() as session:
            athlete = whose(session, None)
            files.add_many(session, [NewFile(NO_SHA, 0)], runtime.now())
            first = LAST_DAY - timedelta(days=years * DAYS_PER_YEAR)
            history = [first + timedelta(days=day) for day in range((LAST_DAY - first).days)]
            _add_runs(session, athlete, [day for day in history if day.toordinal() % 7 < 5])
        refresh_athlete(runtime, athlete.id)
        taken: list[float] = []
        for turn in range(REPEAT):
            with runtime.database.write() as session:
                _add_runs(session, athlete, [LAST_DAY + timedelta(days=turn)])
            taken.append(seconds(lambda: refresh_athlete(runtime, athlete.id)))
            _check(runtime, athlete)
        return statistics.median(taken)
    finally:
        runtime.close()


def _check(runtime: Runtime, athlete: Athlete) -> None:
    with runtime.database.read() as session:
        if whose(session, athlete.id).dirty_since is not None:
            raise AssertionError("the refresh left the athlete dirty")


def _add_runs(session: Session, athlete: Athlete, run_days: list[date]) -> None:
    for day in run_days:
        activities.insert(session, athlete.id, [_run(day)])
    rewrite_days(session, athlete.id, run_days)


def _run(day: date) -> ActivityValues:
    start = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    km = 6 + day.toordinal() % 5
    seconds_run = km * 330.0
    return {
        "id": new_id(),
        "content_sha256": f"{day.toordinal():064x}",
        "session_index": 0,
        "file_sha256": NO_SHA,
        "member": None,
        "source_name": f"{day}.fit",
        "format": "fit",
        "parser_version": 1,
        "metrics_version": 1,
        "sport": activities.RUNNING,
        "sub_sport": None,
        "started_at": start,
        "ended_at": start + timedelta(seconds=seconds_run),
        "local_date": day,
        "utc_offset_s": 0,
        "zone": "UTC",
        "zone_source": "athlete",
        "distance_m": km * 1000.0,
        "timer_s": seconds_run,
        "elapsed_s": seconds_run,
        "moving_s": seconds_run,
        "steps_total": km * 950.0,
        "walking_steps": 0.0,
        "hip_flexions": km * 950.0,
        "hip_flexions_source": "cadence",
        "records": int(seconds_run),
        "laps": km,
        "cadence_sum_per_leg": None,
        "device_manufacturer": None,
        "device_product": None,
        "device_serial": None,
        "richness": 1,
        "signature": None,
        "duplicate_of": None,
        "deleted_at": None,
        "preferred_at": None,
        "read_values": {},
        "entry": None,
        "title": None,
        "rpe": None,
        "fast_was_run": None,
        "held_out_m": 0.0,
        "held_out_s": 0.0,
        "held_out_flexions": 0.0,
        "metrics": {},
        "warnings": [],
        "created_at": start,
        "updated_at": start,
    }


if __name__ == "__main__":
    report(main())
