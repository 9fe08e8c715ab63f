"""A day as a request names it."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(value: object) -> object:
    # pydantic would take numbers too, as seconds since 1970: 20261123 became a day in that year.
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise ValueError("a day is written like 2026-11-23")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A calendar day in ISO 8601, and nothing else that might pass for one."""

FromDay = Annotated[Day | None, Query(alias="from", description="First local day.")]
ToDay = Annotated[Day | None, Query(alias="to", description="Last local day, included.")]
