"""A changed profile brings the runs in line that rest on it, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from analytics.runs.gait import running_cadence_spm
from api.accounts.schemas import ProfileChange
from api.accounts.service import change_profile
from api.activities.editing import add_run, delete_run
from api.activities.editing_schemas import NewRun
from api.imports.schemas import ImportReport
from api.jobs import queue
from api.runtime import Runtime
from bench.writers.gpx import gpx, run, track
from bench.writers.tcx import activity, lap, tcx

Take = Callable[..., ImportReport]
RunFile = Callable[..., Path]

LATE = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def without_cadence(tmp_path: Path) -> Path:
    path = tmp_path / "phone.gpx"
    points = [replace(one, cadence=None) for one in run(1200, start=LATE, speed_m_s=3.0)]
    path.write_bytes(gpx(track([points])))
    return path


def change(product: Runtime, **profile: float | str) -> None:
    with product.database.write() as session:
        change_profile(session, None, ProfileChange.model_validate(profile), product.now())
    assert queue.work_once(product, "test")


def one(product: Runtime, column: str, where: str) -> object:
    with product.database.read() as session:
        return session.scalar(text(f"SELECT {column} FROM activity WHERE {where}"))  # noqa: S608 - our own names


def test_a_height_changes_modelled_steps_and_leaves_measured_ones(
    product: Runtime, take: Take, run_file: RunFile, without_cadence: Path
) -> None:
    take(product, run_file(0), without_cadence)
    measured = one(product, "hip_flexions", "format = 'fit'")
    before = one(product, "hip_flexions", "format = 'gpx'")
    assert one(product, "hip_flexions_source", "format = 'gpx'") == "pace"
    change(product, height_cm=190)
    after = one(product, "hip_flexions", "format = 'gpx'")
    assert isinstance(before, float)
    assert isinstance(after, float)
    ratio = float(running_cadence_spm(3.0, 190.0)) / float(running_cadence_spm(3.0, None))
    assert after / before == pytest.approx(ratio, rel=0.002)
    assert one(product, "hip_flexions_source", "format = 'gpx'") == "pace_height"
    assert one(product, "hip_flexions", "format = 'fit'") == measured
    with product.database.read() as session:
        assert session.scalar(text("SELECT sum(hip_flexions) FROM day_total")) == pytest.approx(
            float(str(measured)) + after
        )


def test_a_zone_moves_only_the_days_that_came_from_it(
    product: Runtime, take: Take, tmp_path: Path, run_file: RunFile
) -> None:
    treadmill = tmp_path / "indoors.tcx"
    points = [replace(one, latitude=None, longitude=None) for one in run(600, start=LATE)]
    treadmill.write_bytes(tcx(activity(lap(points, timer_s=600, distance_m=1800))))
    take(product, treadmill, run_file(5))
    assert one(product, "zone_source", "format = 'tcx'") == "athlete"
    assert str(one(product, "local_date", "format = 'tcx'")) == "2026-05-02"  # Berlin
    outdoors = one(product, "local_date", "format = 'fit'")
    change(product, zone="America/New_York")
    assert str(one(product, "local_date", "format = 'tcx'")) == "2026-05-01"
    assert one(product, "local_date", "format = 'fit'") == outdoors


def test_a_zone_moves_what_is_deleted_too_and_settles_what_moved(
    product: Runtime, take: Take, tmp_path: Path
) -> None:
    for hours in (0, 48):
        late = [
            replace(one, latitude=None, longitude=None)
            for one in run(600, start=LATE + timedelta(hours=hours))
        ]
        path = tmp_path / f"indoors {hours}.tcx"
        path.write_bytes(tcx(activity(lap(late, timer_s=600, distance_m=1800))))
        take(product, path)
    by_hand = NewRun(local_date=date(2026, 5, 1), distance_m=1800, timer_s=600)
    add_run(product, None, by_hand)
    gone = one(product, "id", "format = 'tcx' AND local_date = '2026-05-04'")
    with product.database.write() as session:
        delete_run(session, None, UUID(str(gone)), product.now())
    assert one(product, "duplicate_of", "format = 'manual'") is None
    change(product, zone="America/New_York")
    assert str(one(product, "local_date", "deleted_at IS NOT NULL")) == "2026-05-03"
    kept = one(product, "id", "format = 'tcx' AND deleted_at IS NULL")
    assert one(product, "duplicate_of", "format = 'manual'") == kept
    assert one(product, "count(*)", "duplicate_of IS NULL AND deleted_at IS NULL") == 1
