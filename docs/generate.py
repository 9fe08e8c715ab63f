"""Write the generated pages of docs/ from the code they describe; ``--check`` only compares."""
# ruff: noqa: INP001 -- a script beside the pages it writes, not a package

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reference import cli_page, settings_page

from analytics.evidence import SOURCES, Evidence
from analytics.guardrails.contract import Guardrail
from analytics.guardrails.registry import all_guardrails

DOCS: Final = Path(__file__).parent
SHAPE: Final = " ``[..., days]``."

INTRODUCTION: Final = """\
Every load rule is a ceiling: the most of one channel a day may hold, given the days before it. A
day with a run above its ceiling is a finding; the lowest take-care ceiling is today's limit. A note
is context in charts and never an alert.

This page is written by `make docs` from `analytics/guardrails/` and `analytics/evidence.py`; change
those."""


def guardrails_page() -> str:
    """What every guardrail says, when, and what stands behind it."""
    parts = [
        "# Guardrails",
        INTRODUCTION,
        *map(_guardrail, all_guardrails()),
        "## Sources",
        "\n".join(f"- {_source(code)}" for code in sorted(SOURCES)),
    ]
    return "\n\n".join(parts) + "\n"


def _guardrail(rule: Guardrail) -> str:
    module = inspect.getmodule(rule.ceiling)
    title, _, more = (inspect.getdoc(module) or "").partition("\n\n")
    formula = (inspect.getdoc(rule.ceiling) or "").replace(SHAPE, "").replace("``", "`")
    facts = {
        "channel": f"`{rule.channel}`",
        "family": rule.family.replace("_", " "),
        "evidence": _grade(rule.evidence),
        "looks back": f"at most {rule.lookback_days} days",
        "version": str(rule.version),
        "on a race day": "opens a finding" if rule.speaks_on_race_days else "opens no finding",
    }
    levels = [f"| {level.replace('_', ' ')} | {threshold:g} |" for level, threshold in rule.levels]
    return "\n\n".join(
        part
        for part in (
            f"## `{rule.key}`",
            title.replace("``", "`"),
            more.replace("``", "`"),
            formula,
            "\n".join(["| level | threshold |", "|---|---|", *levels]),
            "\n".join(f"- {name}: {fact}" for name, fact in facts.items()),
        )
        if part
    )


def _grade(evidence: Evidence) -> str:
    grade = evidence.grade.replace("_", " ")
    named = ", ".join(f"`{code}`" for code in evidence.sources)
    return f"{grade} ({named})" if named else grade


def _source(code: str) -> str:
    source = SOURCES[code]
    doi = f" <https://doi.org/{source.doi}>" if source.doi else ""
    return f"`{code}`: {source.authors} {source.year}. {source.where}.{doi}"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": cli_page,
    "guardrails.md": guardrails_page,
    "settings.md": settings_page,
}


def main() -> int:
    """Write the pages, or say which are out of date and return 1."""
    stale: list[str] = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv[1:]:
            stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"docs/{name} is out of date: run `make docs`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
