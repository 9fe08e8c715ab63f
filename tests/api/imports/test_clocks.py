"""A watch whose clock was wrong: its run is kept, and moves neither today nor the history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from analytics.recording import RawCounts, Recording, RecordingWarning, Sport, Warn
from api.accounts.local_day import FURTHEST_AHEAD, believed
from api.imports.schemas import ImportReport
from api.runtime import Runtime
from api.today.service import today
from bench.writers import gpx
from bench.writers.fit import modern_run

Take = Callable[..., ImportReport]
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def recording(started_at: datetime | None, local_start: datetime | None = None) -> Recording:
    return Recording(
        sport=Sport.RUNNING,
        started_at=started_at,
        local_start=local_start,
        elapsed_s=np.empty(0),
        counts=RawCounts(0),
        warnings=(RecordingWarning(Warn.NO_RECORDS),),
    )


def test_a_run_of_up_to_a_day_ahead_is_believed_and_a_later_one_is_not() -> None:
    on_time = recording(NOW + FURTHEST_AHEAD)
    assert believed(on_time, NOW) is on_time
    ahead = believed(recording(NOW + FURTHEST_AHEAD + timedelta(seconds=1)), NOW)
    assert ahead.started_at is None
    assert [each.code for each in ahead.warnings] == [Warn.NO_RECORDS, Warn.IMPOSSIBLE_DATE]


def test_the_local_clock_of_the_earliest_zone_is_believed_and_a_later_one_is_not() -> None:
    on_time = recording(None, datetime(2026, 7, 1, 2))  # noqa: DTZ001 - UTC+14, a minute ago
    assert believed(on_time, NOW) is on_time
    ahead = believed(recording(None, datetime(2026, 7, 2, 2)), NOW)  # noqa: DTZ001 - a local clock
    assert (ahead.started_at, ahead.local_start) == (None, None)


def test_what_has_no_date_stays_as_it_is() -> None:
    dateless = recording(None)
    assert believed(dateless, NOW) is dateless


@pytest.mark.parametrize(
    "content",
    [
        modern_run(start=datetime(2100, 5, 1, 6, tzinfo=UTC), duration_s=300),
        modern_run(start=datetime(2026, 7, 4, 6, tzinfo=UTC), duration_s=300),
        gpx.gpx(gpx.track([gpx.run(300, start=datetime(1970, 1, 1, 0, 5, tzinfo=UTC))])),
        gpx.gpx(gpx.track([gpx.run(300, start=datetime(9999, 12, 31, tzinfo=UTC))])),
    ],
    ids=["FIT of 2100", "FIT of next week", "GPX of 1970", "GPX of 9999"],
)
def test_a_run_of_an_impossible_date_is_kept_dateless_and_counts_on_no_day(
    content: bytes, product: Runtime, take: Take, tmp_path: Path, run_file: Callable[..., Path]
) -> None:
    take(product, run_file(59))
    before = today(product, None, None)
    path = tmp_path / "odd.fit"
    path.write_bytes(content)
    assert take(product, path).totals.imported == 1
    with product.database.read() as session:
        rows = session.execute(
            text(
                "SELECT local_date, ended_at, timer_s, warnings FROM activity"
                " WHERE started_at IS NULL"
            )
        ).all()
        days = session.scalars(text("SELECT day FROM day_total")).all()
    ((local_date, ended_at, timer_s, warnings),) = rows
    assert (local_date, ended_at) == (None, None)
    assert timer_s == pytest.approx(300, abs=1)
    assert Warn.IMPOSSIBLE_DATE.value in str(warnings)
    assert len(days) == 1
    after = today(product, None, None)
    assert after.as_of == date(2026, 6, 30)
    assert after == before
