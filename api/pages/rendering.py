"""Templates filled with the bodies the API gives out; the words come from api/messages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.imports.schemas import ImportBody, ItemBody
from api.messages import figures
from api.messages.imports import status_word
from api.messages.levels import level_word
from api.messages.limit import is_rest
from api.messages.pages import say
from api.messages.reasons import reason_text
from api.today.schemas import TodayBody

TEMPLATES: Final = Path(__file__).parent / "templates"
STILL_LEARNING: Final = "insufficient_history"

_SHAPES: Final[Mapping[str, str]] = {
    "no_data": (
        "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16zm0 3.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 1 1 0-9.6z"
    ),
    "steady": "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16z",
    "note": "M12 3l9 9l-9 9l-9-9z",
    "take_care": "M12 3.5l9.5 16.5h-19z",
    "ease_off": "M4.5 4.5h15v15h-15z",
    "stop": "M8 4h8l5 8l-5 8h-8l-5-8z",
}
"""The levels' icons as outlines in a square of 24: the same shapes as in text, on any machine."""


class Bar(NamedTuple):
    """How much of the limit is done, as widths of 100; ``over`` is what lies past the limit."""

    done: float
    over: float


def done_bar(limit_km: float, done_km: float) -> Bar:
    """The bar of a limit: past it the whole bar is what was run."""
    whole = max(limit_km, done_km)
    if whole <= 0:
        return Bar(0.0, 0.0)
    over = max(0.0, done_km - limit_km)
    return Bar(round(100 * (done_km - over) / whole, 2), round(100 * over / whole, 2))


def render_home(
    body: TodayBody, *, looking_back: bool, athlete_query: str, problem: str | None = None
) -> str:
    """The home page.

    Parameters
    ----------
    body
        What ``GET /v1/today`` answers.
    looking_back
        The day was asked for by name: then nothing can be uploaded here.
    athlete_query
        ``?athlete_id=...`` when the athlete was asked for by name, or "".
    problem
        What went wrong with the last upload.
    """
    return _render(
        "home.html",
        today=body,
        looking_back=looking_back,
        athlete_query=athlete_query,
        problem=problem,
        has_runs=body.data_through is not None,
        learning=body.week.ratio_reason == STILL_LEARNING and body.data_through is not None,
    )


def render_import(
    body: ImportBody, items: list[ItemBody], *, refresh_s: int | None, athlete_query: str
) -> str:
    """An import's page: totals, and its items as given.

    Parameters
    ----------
    refresh_s
        Seconds after which the page looks again; None when it need not.
    """
    finished = body.totals.files - body.totals.queued
    return _render(
        "import.html",
        batch=body,
        items=items,
        finished=finished,
        hidden=body.totals.files - len(items),
        refresh_s=refresh_s,
        athlete_query=athlete_query,
    )


def render_problem(detail: str) -> str:
    """An error's page."""
    return _render("problem.html", detail=detail)


def render_docs() -> str:
    """The page on which the API describes itself."""
    return _render("docs.html")


def _render(template: str, **values: object) -> str:
    return _ENVIRONMENT.get_template(template).render(values)


_FUNCTIONS: Final[Mapping[str, object]] = {
    "say": say,
    "bar": done_bar,
    "is_rest": is_rest,
    "reason_text": reason_text,
    "level_word": level_word,
    "status_word": status_word,
    "shape": _SHAPES.__getitem__,
}
_FILTERS: Final[Mapping[str, object]] = {
    "km": figures.km,
    "limit_km": figures.limit_km,
    "limit_amount": figures.limit_amount,
    "count": figures.count,
    "flexions": figures.flexions,
    "ratio": figures.ratio,
    "change": figures.change,
    "day": figures.day,
}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Jinja's own types know only the names it comes with.
    cast("dict[str, object]", environment.globals).update(_FUNCTIONS)
    cast("dict[str, object]", environment.filters).update(_FILTERS)
    return environment


_ENVIRONMENT: Final = _environment()
