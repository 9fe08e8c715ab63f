"""The web application, put together from the rooms' routes."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api.accounts.routes import router as accounts
from api.activities.routes import router as activities
from api.alerts.routes import router as alerts
from api.http import errors
from api.http.application import PROBLEMS, Application
from api.http.health import router as health
from api.imports.routes import router as imports
from api.load.routes import router as load
from api.marks.routes import router as marks
from api.pages.routes import router as pages
from api.runtime import Runtime
from api.today.routes import router as today
from swingphase import __version__

STATIC = Path(__file__).parent / "pages" / "static"
JSON_BODY_MAX_BYTES = 64 * 1024

DESCRIPTION = """Training load for runners: hip flexions, ramps, ratios and today's limit.

Lists are paged by `next_cursor`. Every error is `application/problem+json` (RFC 9457) with a
stable `type` and a `detail` that says what to do. Times are UTC; `local_date` is the runner's day.
"""


def create_app(runtime: Runtime) -> FastAPI:
    """The product over HTTP: pages at ``/``, the REST API at ``/v1``, described at ``/docs``."""
    app = Application(
        title="Swingphase",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        max_body_size=JSON_BODY_MAX_BYTES,
    )
    app.state.runtime = runtime
    errors.install(app)
    for router in (activities, marks, load, today, alerts, accounts):
        app.include_router(router, prefix="/v1")
    app.include_router(health)
    settings = runtime.settings
    for router, prefix in ((imports, "/v1"), (pages, "")):  # the two that take uploads
        app.include_router(
            router,
            prefix=prefix,
            max_body_size=settings.upload_max_bytes,
            form_limits={"max_files": settings.upload_max_files},
        )
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
