"""The queue in the database: what waits, who does it, what a dead worker leaves behind."""

from __future__ import annotations

from uuid import UUID

from api.accounts.service import REMODEL
from api.imports.processing import settle, work_through
from api.imports.remodel import remodel
from api.imports.service import JOB_KIND as IMPORT
from api.runtime import Runtime
from models import imports, jobs, leases
from models.jobs import Job


def has_work(runtime: Runtime) -> bool:
    """Whether any job waits."""
    with runtime.database.read() as session:
        return jobs.next(session) is not None


def work_once(runtime: Runtime, owner: str) -> bool:
    """Go through the queue once; whether anything could be done.

    A job whose items somebody else holds stays for later: their lease may run out.
    """
    worked = False
    job = _next(runtime, None)
    while job is not None:
        worked |= _work_on(runtime, job, owner)
        job = _next(runtime, job.id)
    return worked


def hand_back(runtime: Runtime, owner: str) -> None:
    """Free what a worker that was asked to stop had claimed; it is not to blame for anything."""
    job = _next(runtime, None)
    while job is not None:
        if job.import_id is not None:
            with runtime.database.write() as session:
                leases.hand_back(session, job.athlete_id, job.import_id, owner=owner)
        job = _next(runtime, job.id)


def release(runtime: Runtime, owner: str) -> None:
    """Free what a worker that is gone had claimed, so the next need not wait for its leases."""
    job = _next(runtime, None)
    while job is not None:
        if job.import_id is not None:
            with runtime.database.write() as session:
                leases.release(session, job.athlete_id, job.import_id, owner=owner)
        job = _next(runtime, job.id)


def _next(runtime: Runtime, after: UUID | None) -> Job | None:
    with runtime.database.read() as session:
        return jobs.next(session, after)


def _work_on(runtime: Runtime, job: Job, owner: str) -> bool:
    if job.kind == REMODEL:
        remodel(runtime, job.athlete_id)
        with runtime.database.write() as session:
            return jobs.remove(session, job.id)
    if job.kind != IMPORT or job.import_id is None:
        raise ValueError(f"unknown kind of job: {job.kind}")
    done = work_through(runtime, job.athlete_id, job.import_id, owner)
    if done:
        settle(runtime, job.athlete_id, job.import_id)
    with runtime.database.write() as session:
        imports.finish_batch_if_done(session, job.athlete_id, job.import_id, runtime.now())
        batch = imports.get(session, job.athlete_id, job.import_id)
        if batch is None or batch.finished_at is not None:
            jobs.remove(session, job.id)
    return done > 0
