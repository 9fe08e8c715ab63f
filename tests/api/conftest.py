"""The product on a data folder of the test's own: a clock to set, a client, runs without files."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from api.accounts.service import whose
from api.app import create_app
from api.refresh.days import rewrite_days
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from models import activities, athletes, channels, files
from models.activities import ActivityValues
from models.base import JsonValue, new_id
from models.files import NewFile

ADDRESS = "http://127.0.0.1:8000"
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FLEXIONS_PER_KM = 1000
PACE_S_PER_KM = 360.0


@dataclass
class SettableClock:
    """Stands still until it is told otherwise."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


class _InPieces(httpx.AsyncByteStream):
    """A body that is sent piece by piece, its length unknown before."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class AppTransport(httpx.BaseTransport):
    """Hands requests to an application in this process, one at a time, as a server would."""

    def __init__(self, app: FastAPI) -> None:
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(request.stream, httpx.AsyncByteStream):
            request.stream = _InPieces(request.stream)

        async def answer() -> httpx.Response:
            response = await self._app.handle_async_request(request)
            await response.aread()
            return response

        answered = asyncio.run(answer())
        return httpx.Response(
            answered.status_code, headers=answered.headers.raw, content=answered.content
        )


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a first start, to copy: making the tables takes longer than most tests."""
    folder = tmp_path_factory.mktemp("product") / "data"
    open_runtime(Settings(data=folder, zone="Europe/Berlin"), SettableClock()).close()
    return folder


@pytest.fixture
def runtime(tmp_path: Path, new_folder: Path, clock: SettableClock) -> Generator[Runtime]:
    """The product of an owner in Berlin, at noon (UTC) of 30 June 2026."""
    shutil.copytree(new_folder, tmp_path / "data")
    product = open_runtime(Settings(data=tmp_path / "data", zone="Europe/Berlin"), clock)
    yield product
    product.close()


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    return create_app(runtime)


@pytest.fixture
def client(app: FastAPI) -> Generator[httpx.Client]:
    """Speaks to the whole application as a program on this machine does."""
    with httpx.Client(transport=AppTransport(app), base_url=ADDRESS) as one:
        yield one


@pytest.fixture
def owner_id(runtime: Runtime) -> UUID:
    with runtime.database.read() as session:
        return whose(session, None).id


@pytest.fixture
def other_id(runtime: Runtime) -> UUID:
    """Another athlete on the same copy."""
    with runtime.database.write() as session:
        return athletes.add(
            session, name="Somebody else", zone="Europe/Berlin", is_owner=False, now=NOW
        ).id


@pytest.fixture
def add_run(runtime: Runtime, owner_id: UUID) -> Callable[..., UUID]:
    """Stores a run without a file to read: ``add_run(date(2026, 6, 1), km=8)``.

    Columns are given by name; ``samples`` are the channels to store with it.
    """

    def add(
        day: date | None,
        *,
        km: float = 10.0,
        athlete_id: UUID | None = None,
        samples: Mapping[str, np.ndarray] | None = None,
        **columns: object,
    ) -> UUID:
        whom = athlete_id or owner_id
        run_id = new_id()
        values = _values(run_id, day, km)
        values.update(columns)  # type: ignore[typeddict-item]
        with runtime.database.write() as session:
            files.add_many(session, [NewFile(values["file_sha256"] or "", 1)], NOW)
            activities.insert(session, whom, [values])
            packed = [channels.pack(name, one) for name, one in (samples or {}).items()]
            channels.insert_many(session, whom, {run_id: packed})
            if values["local_date"] is not None:
                rewrite_days(session, whom, [values["local_date"]])
        return run_id

    return add


@pytest.fixture
def add_runs(add_run: Callable[..., UUID]) -> Callable[..., Sequence[UUID]]:
    """Stores a run of each distance (0: rest) on consecutive days from a day on."""

    def add(first: date, distances_km: Sequence[float], **columns: object) -> Sequence[UUID]:
        return [
            add_run(first + timedelta(days=index), km=km, **columns)
            for index, km in enumerate(distances_km)
            if km
        ]

    return add


@pytest.fixture
def spike(add_runs: Callable[..., Sequence[UUID]]) -> date:
    """Eight steady weeks and a run of twice the longest; the day of that run, 28 June 2026."""
    last = date(2026, 6, 28)
    steady = [5.0, 0.0] * 28
    add_runs(last - timedelta(days=len(steady)), [*steady, 10.0])
    return last


def _values(run_id: UUID, day: date | None, km: float) -> ActivityValues:
    sha = hashlib.sha256(run_id.bytes).hexdigest()
    started_at = None if day is None else datetime.combine(day, time(6), UTC)
    seconds = km * PACE_S_PER_KM
    metrics: dict[str, JsonValue] = {
        "distance_source": "device",
        "ascent_m": 40.0,
        "cadence_spm": 166.0,
        "band_fraction": 0.01,
        "cadence": {"raw_median": 83.0, "factor": 2.0, "rule": "per_leg_by_median"},
        "height_cm": None,
    }
    return {
        "id": run_id,
        "content_sha256": sha,
        "session_index": 0,
        "file_sha256": sha,
        "member": None,
        "source_name": f"{run_id}.fit",
        "format": "fit",
        "parser_version": 1,
        "metrics_version": 1,
        "sport": "running",
        "sub_sport": "trail",
        "started_at": started_at,
        "ended_at": started_at + timedelta(seconds=seconds) if started_at else None,
        "local_date": day,
        "utc_offset_s": None if day is None else 7200,
        "zone": None if day is None else "Europe/Berlin",
        "zone_source": None if day is None else "athlete",
        "distance_m": km * 1000.0,
        "timer_s": seconds,
        "elapsed_s": seconds,
        "moving_s": seconds,
        "steps_total": km * FLEXIONS_PER_KM + 40.4,
        "walking_steps": 40.4,
        "hip_flexions": km * FLEXIONS_PER_KM,
        "hip_flexions_source": "cadence",
        "records": round(seconds),
        "laps": 5,
        "cadence_sum_per_leg": 83.5 * seconds,
        "device_manufacturer": "garmin",
        "device_product": "fr965",
        "device_serial": "1234",
        "richness": 3,
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
        "metrics": metrics,
        "warnings": [{"code": "repeated_times", "count": 3}],
        "created_at": NOW,
        "updated_at": NOW,
    }
