"""One request, one transaction, committed at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from api.runtime import Runtime


def runtime_of(request: Request) -> Runtime:
    """The product this request came to."""
    return cast("Runtime", request.app.state.runtime)


Product = Annotated[Runtime, Depends(runtime_of)]


def _read(product: Product) -> Iterator[Session]:
    with product.database.read() as session:
        yield session


def _write(product: Product) -> Iterator[Session]:
    with product.database.write() as session:
        yield session


ReadSession = Annotated[Session, Depends(_read, scope="function")]
# With the default scope the commit would come after the response: a client could be told 200
# for a change that then failed to commit.
WriteSession = Annotated[Session, Depends(_write, scope="function")]

AthleteAsked = Annotated[
    UUID | None,
    Query(alias="athlete_id", description="Which athlete; the owner of this copy when left out."),
]
