"""Today over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.days import Day
from api.http.sessions import AthleteAsked, Product
from api.today import service
from api.today.schemas import TodayBody

router = APIRouter(tags=["today"])


@router.get("/today")
def get_today(
    product: Product,
    athlete_id: AthleteAsked = None,
    as_of: Annotated[Day | None, Query(description="Stand on this day instead.")] = None,
) -> TodayBody:
    """One sentence, today's limit, at most three cards."""
    return service.today(product, athlete_id, as_of)
