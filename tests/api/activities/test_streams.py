"""Samples in columns: in plain units, null where missing, as many as asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import httpx
import numpy as np
import pytest

from analytics.recording import NO_POSITION, Stream
from api.activities.samples import ELAPSED, FIELDS, LATITUDE, LONGITUDE

AddRun = Callable[..., UUID]
DAY = date(2026, 6, 1)


def recorded(samples: int) -> dict[str, np.ndarray]:
    seconds = np.arange(samples)
    speed = np.full(samples, 2.45, np.float32)
    speed[1] = np.nan
    latitude = np.full(samples, 2**30, np.int32)
    latitude[2] = NO_POSITION
    return {
        ELAPSED: (seconds * 1000 + 250).astype(np.int64),
        LATITUDE: latitude,
        LONGITUDE: np.full(samples, -(2**29), np.int32),
        "speed_m_s": speed,
        "cadence_spm": (160 + seconds % 7).astype(np.float32),
    }


def streams(client: httpx.Client, run_id: UUID, **params: str) -> httpx.Response:
    return client.get(f"/v1/runs/{run_id}/streams", params=params)


def test_columns_come_in_plain_units_with_null_for_what_is_missing(
    client: httpx.Client, add_run: AddRun
) -> None:
    run_id = add_run(DAY, samples=recorded(4))
    assert streams(client, run_id).json() == {
        "run_id": str(run_id),
        "samples": 4,
        "points": 4,
        "elapsed_s": [0.25, 1.25, 2.25, 3.25],
        "fields": {
            "latitude_deg": [90.0, 90.0, None, 90.0],
            "longitude_deg": [-45.0] * 4,
            "speed_m_s": [2.45, None, 2.45, 2.45],
            "cadence_spm": [160.0, 161.0, 162.0, 163.0],
        },
    }


def test_only_the_columns_asked_for_come(client: httpx.Client, add_run: AddRun) -> None:
    run_id = add_run(DAY, samples=recorded(3))
    asked = streams(client, run_id, fields="cadence_spm,power_w").json()
    assert list(asked["fields"]) == ["cadence_spm"]  # there is no power in this recording
    assert streams(client, run_id, fields="").json()["fields"] == {}


def test_the_detail_says_which_columns_there_are(client: httpx.Client, add_run: AddRun) -> None:
    run_id = add_run(DAY, samples=recorded(3))
    names = client.get(f"/v1/runs/{run_id}").json()["streams"]
    assert names == ["latitude_deg", "longitude_deg", "speed_m_s", "cadence_spm"]
    assert list(streams(client, run_id, fields=",".join(names)).json()["fields"]) == names


@pytest.mark.parametrize("fields", ["pulse", "cadence_spm,pulse", "elapsed_s", "a\x00b"])
def test_a_column_nobody_knows_is_refused(
    client: httpx.Client, add_run: AddRun, fields: str
) -> None:
    response = streams(client, add_run(DAY), fields=fields)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/fields"
    assert "cadence_spm" in response.json()["detail"]


@pytest.mark.parametrize(("samples", "max_points"), [(1000, 10), (11, 10), (10, 10), (1, 2)])
def test_many_samples_are_thinned_evenly_between_the_first_and_the_last(
    client: httpx.Client, add_run: AddRun, samples: int, max_points: int
) -> None:
    run_id = add_run(
        DAY,
        samples={
            ELAPSED: np.arange(samples) * 1000,
            "distance_m": np.arange(samples, dtype=np.float32) * 3,
        },
    )
    body = streams(client, run_id, max_points=str(max_points)).json()
    assert (body["samples"], body["points"]) == (samples, min(samples, max_points))
    assert len(body["elapsed_s"]) == body["points"]
    assert (body["elapsed_s"][0], body["elapsed_s"][-1]) == (0.0, samples - 1.0)
    assert body["fields"]["distance_m"] == [3 * second for second in body["elapsed_s"]]
    gaps = np.diff(body["elapsed_s"])
    assert gaps.size == 0 or gaps.max() - gaps.min() <= 1


@pytest.mark.parametrize("max_points", ["1", "0", "20001", "x"])
def test_points_out_of_bounds_are_refused(
    client: httpx.Client, add_run: AddRun, max_points: str
) -> None:
    assert streams(client, add_run(DAY), max_points=max_points).status_code == 422


def test_a_run_without_samples_has_empty_columns(client: httpx.Client, add_run: AddRun) -> None:
    body = streams(client, add_run(DAY)).json()
    assert (body["samples"], body["elapsed_s"], body["fields"]) == (0, [], {})


def test_every_stream_an_import_stores_can_be_asked_for() -> None:
    assert set(FIELDS) == {"latitude_deg", "longitude_deg", *Stream}
