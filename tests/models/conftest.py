"""Athletes with something to their name, small enough to read."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import cast

import pytest

from models import activities, athletes, files
from models.activities import ActivityValues
from models.base import new_id
from models.database import Database
from models.files import NewFile

NOW = datetime(2026, 5, 4, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def sha() -> Callable[[str], str]:
    """A SHA-256 for any word."""
    return lambda word: hashlib.sha256(word.encode()).hexdigest()


@pytest.fixture
def add_athlete(database: Database) -> Callable[[str], uuid.UUID]:
    def add(name: str) -> uuid.UUID:
        with database.write() as session:
            return athletes.add(session, name=name, zone="Europe/Oslo", is_owner=False, now=NOW).id

    return add


@pytest.fixture
def athlete_id(add_athlete: Callable[[str], uuid.UUID]) -> uuid.UUID:
    return add_athlete("Ada")


@pytest.fixture
def run(sha: Callable[[str], str]) -> Callable[..., ActivityValues]:
    """A run of one hour on 4 May, with whatever is said of it instead."""

    def values(**given: object) -> ActivityValues:
        activity_id = new_id()
        run: ActivityValues = {
            "id": activity_id,
            "content_sha256": sha(str(activity_id)),
            "session_index": 0,
            "file_sha256": sha("file"),
            "member": None,
            "source_name": "run.fit",
            "format": "fit",
            "parser_version": 1,
            "metrics_version": 1,
            "sport": "running",
            "sub_sport": None,
            "started_at": datetime(2026, 5, 4, 10, 0, tzinfo=UTC),
            "ended_at": datetime(2026, 5, 4, 11, 0, tzinfo=UTC),
            "local_date": date(2026, 5, 4),
            "utc_offset_s": 7200,
            "zone": "Europe/Oslo",
            "zone_source": "position",
            "distance_m": 10_000.0,
            "timer_s": 3600.0,
            "elapsed_s": 3600.0,
            "moving_s": 3550.0,
            "steps_total": 10_200.0,
            "walking_steps": 0.0,
            "hip_flexions": 10_200.0,
            "hip_flexions_source": "cadence",
            "records": 3600,
            "laps": 10,
            "cadence_sum_per_leg": 306_000.0,
            "device_manufacturer": "garmin",
            "device_product": "fr255",
            "device_serial": "1",
            "richness": 14,
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
            "metrics": {"ascent_m": 12.5},
            "warnings": [],
            "created_at": NOW,
            "updated_at": NOW,
        }
        return cast("ActivityValues", {**run, **given})

    return values


@pytest.fixture
def store(
    database: Database, sha: Callable[[str], str]
) -> Callable[[uuid.UUID, ActivityValues], uuid.UUID]:
    """Keep an activity and, if it is new, the original it came from."""

    def keep(athlete_id: uuid.UUID, activity: ActivityValues) -> uuid.UUID:
        with database.write() as session:
            files.add_many(
                session,
                [NewFile(sha("file"), 1), NewFile(activity["file_sha256"] or sha("file"), 1)],
                NOW,
            )
            activities.insert(session, athlete_id, [activity])
        return activity["id"]

    return keep
