"""Athletes over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from api.accounts import service
from api.accounts.schemas import AthleteBody, AthleteList, NewAthlete, ProfileChange
from api.http.sessions import AthleteAsked, Product, ReadSession, WriteSession

router = APIRouter(tags=["athletes"])


@router.get("/athletes")
def list_athletes(session: ReadSession) -> AthleteList:
    """Everybody this copy keeps runs for, the owner first."""
    return service.list_athletes(session)


@router.post("/athletes", status_code=HTTPStatus.CREATED)
def add_athlete(new: NewAthlete, session: WriteSession, product: Product) -> AthleteBody:
    """Add another athlete to this copy."""
    return service.add_athlete(session, new, product.settings, product.now())


@router.get("/athlete")
def get_profile(session: ReadSession, athlete_id: AthleteAsked = None) -> AthleteBody:
    """An athlete's profile."""
    return service.athlete_body(service.whose(session, athlete_id))


@router.patch("/athlete")
def change_profile(
    change: ProfileChange,
    session: WriteSession,
    product: Product,
    athlete_id: AthleteAsked = None,
) -> AthleteBody:
    """Change a profile; runs that rest on the height or the zone follow."""
    return service.change_profile(session, athlete_id, change, product.now())
