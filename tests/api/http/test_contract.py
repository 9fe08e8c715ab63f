"""The API against its own description: Schemathesis asks what the description allows and forbids.

All its checks and phases are on, and the examples are always the same ones. It runs once on ids it
makes up or finds in answers, and once on those of a run, an alert and an import that are there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import httpx
import numpy as np
import schemathesis
from fastapi import FastAPI
from schemathesis.config import (
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import RejectedPositiveData

from api.activities.samples import ELAPSED
from bench.writers.fit import modern_run

AddRun = Callable[..., UUID]

ADDRESS = "http://127.0.0.1:8000"
EXAMPLES = 12

UNDESCRIBED = {
    "query/cursor": "only one that the list gave out",
    "query/from": "not after `to`, and not more than 4,000 days before it",
    "body/zone": "only one this machine knows",
    "body/birth_date": "between 1900 and today",
    "body/resting_heart_rate_bpm": "below the highest one",
    "body": "a name and a zone cannot be taken away; a run has one start and is far or long",
    "query/as_of": "between 1970 and 2199",
    "body/distance_m": "no further than anybody goes in the time given",
    "body/started_at": "since 1970, and not to come",
    "body/local_date": "since 1970, and not to come",
    "path/day": "of this world; not to come and without a run where it was a rest",
    "body/files": "at least one: an empty list is no part of a form at all",
}
"""Rules that OpenAPI cannot say. A refusal of what is described may only point to one of these."""


def failures(app: FastAPI, **parameters: str) -> Iterator[str]:
    """What is found wrong, one line each."""
    project = ProjectConfig(
        base_url=ADDRESS,
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True),
        # a fixed id is not that of what a request before has made
        phases=PhasesConfig(stateful=StatefulPhaseConfig(enabled=not parameters)),
        parameters=parameters,
    )
    config = SchemathesisConfig(projects=ProjectsConfig(default=project), seed=1)
    schema = schemathesis.openapi.from_dict(app.openapi(), config=config)
    schema.app = app
    asked = 0
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            yield from _of_scenario(event.recorder)
    assert asked > 500


def _of_scenario(recorder: ScenarioRecorder) -> Iterator[str]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            if isinstance(failure, RejectedPositiveData) and _is_undescribed(recorder, case_id):
                continue
            yield f"{recorder.label}: {failure.title}\n{failure.message}\n{check.failure_info}"


def _is_undescribed(recorder: ScenarioRecorder, case_id: str) -> bool:
    response = recorder.interactions[case_id].response
    assert response is not None
    assert response.status_code == 422
    problem = json.loads(response.content)
    return all(error["pointer"] in UNDESCRIBED for error in problem["errors"])


def test_every_answer_is_one_that_is_described(app: FastAPI) -> None:
    assert list(failures(app)) == []


def test_every_answer_about_what_there_is_is_described(
    app: FastAPI, client: httpx.Client, add_run: AddRun, spike: date
) -> None:
    seconds = np.arange(50, dtype=np.int64)
    run = add_run(
        spike, km=1.0, samples={ELAPSED: seconds, "speed_m_s": seconds.astype(np.float32)}
    )
    alert = client.get("/v1/alerts").json()["items"][0]["id"]
    batch = client.post("/v1/imports", files={"files": ("run.fit", modern_run(duration_s=60))})
    ids = {"run_id": str(run), "alert_id": alert, "import_id": batch.json()["id"]}
    assert list(failures(app, **ids)) == []
