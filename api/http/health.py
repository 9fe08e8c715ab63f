"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from api.http.sessions import ReadSession

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """All is well."""

    status: str


@router.get("/healthz")
def healthz() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz")
def readyz(session: ReadSession) -> Health:
    """The database answers too."""
    session.execute(text("SELECT 1"))
    return Health(status="ready")
