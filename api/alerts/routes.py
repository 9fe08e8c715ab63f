"""Alerts over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from api.accounts.service import whose
from api.alerts import service
from api.alerts.schemas import AlertBody, AlertPage, AlertState
from api.http.days import Day
from api.http.fresh import Fresh
from api.http.pages import Cursor, PageLimit, cursor_key, encode_cursor
from api.http.sessions import AthleteAsked, Product, WriteSession
from models.alerts import AlertCursor

router = APIRouter(tags=["alerts"])

_KEY = TypeAdapter(tuple[Day, UUID])


@router.get("/alerts")
def list_alerts(
    fresh: Fresh,
    product: Product,
    limit: PageLimit = 100,
    cursor: Cursor = None,
    state: Annotated[AlertState | None, Query(description="Only those in this state.")] = None,
) -> AlertPage:
    """Alerts, the one opened last first."""
    at = service.moment(fresh.session, fresh.athlete, product.now())
    items, last_alert = service.alert_page(
        fresh.session, fresh.athlete.id, at, limit=limit, state=state, after=_after(cursor)
    )
    return AlertPage(items=items, next_cursor=None if last_alert is None else _cursor(last_alert))


@router.get("/alerts/{alert_id}")
def get_alert(alert_id: UUID, fresh: Fresh, product: Product) -> AlertBody:
    """One alert: why it is there, what to do, how sure anyone is, when it clears."""
    at = service.moment(fresh.session, fresh.athlete, product.now())
    return service.one_alert(fresh.session, fresh.athlete.id, alert_id, at)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge_alert(
    alert_id: UUID, product: Product, session: WriteSession, athlete_id: AthleteAsked = None
) -> AlertBody:
    """Say that you have seen it. Saying so again changes nothing."""
    athlete = whose(session, athlete_id)
    return service.acknowledge(session, athlete, alert_id, product.now())


def _after(cursor: str | None) -> AlertCursor | None:
    return None if cursor is None else AlertCursor._make(cursor_key(cursor, _KEY, 2))


def _cursor(alert: AlertCursor) -> str:
    return encode_cursor([alert.opened_on.isoformat(), str(alert.id)])
