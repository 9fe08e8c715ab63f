"""Load over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.days import FromDay, ToDay
from api.http.fresh import Fresh
from api.http.sessions import Product
from api.load import service
from api.load.schemas import LoadBody

router = APIRouter(tags=["load"])


@router.get("/load")
def get_load(fresh: Fresh, product: Product, first: FromDay = None, last: ToDay = None) -> LoadBody:
    """Load of every day, in columns; the last 90 days unless others are named, 4,000 at most."""
    return service.load_body(fresh.session, fresh.athlete, product.now(), first=first, last=last)
