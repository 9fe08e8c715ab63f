"""A read of an athlete whose findings are up to date: what most routes begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from fastapi import Depends
from sqlalchemy.orm import Session

from api.http.sessions import AthleteAsked, Product
from api.refresh.service import fresh_read
from models.athletes import Athlete


class FreshRead(NamedTuple):
    """One consistent snapshot, and whom the request asks for."""

    session: Session
    athlete: Athlete


def _fresh(product: Product, athlete_id: AthleteAsked = None) -> Iterator[FreshRead]:
    with fresh_read(product, athlete_id) as (session, athlete):
        yield FreshRead(session, athlete)


Fresh = Annotated[FreshRead, Depends(_fresh, scope="function")]
