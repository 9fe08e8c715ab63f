"""All guardrails: every module of this folder that is not the frame of it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from analytics import guardrails as folder
from analytics.guardrails.contract import Guardrail

_FRAME: Final = frozenset({"contract", "registry"})


@cache
def all_guardrails() -> tuple[Guardrail, ...]:
    """Every guardrail, first the one a runner reads first.

    Raises
    ------
    AttributeError
        A module of the folder has no ``GUARDRAIL``.
    ValueError
        Two guardrails share a key, or a module is not named as its guardrail.
    """
    names = sorted(module.name for module in iter_modules(folder.__path__))
    found: dict[str, Guardrail] = {}
    for name in names:
        if name in _FRAME:
            continue
        guardrail: Guardrail = import_module(f"{folder.__name__}.{name}").GUARDRAIL
        if guardrail.key in found:
            raise ValueError(f"two guardrails are called {guardrail.key}")
        if guardrail.key != name:
            raise ValueError(f"{name}.py holds the guardrail {guardrail.key}")
        found[name] = guardrail
    return tuple(sorted(found.values(), key=lambda one: (one.precedence, one.key)))


def guardrail(key: str) -> Guardrail:
    """The guardrail of that key. Raises ``KeyError`` when there is none."""
    return {one.key: one for one in all_guardrails()}[key]
