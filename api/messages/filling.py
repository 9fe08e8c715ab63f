"""Fills a catalogue's templates: a sentence with a blank nobody can fill is left out whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter

Sentence = str | tuple[str, ...]
"""A template, or several of which the first that can be filled is taken."""

Passage = Sequence[Sentence]
"""Sentences in order, to be joined by a space."""


def blanks(template: str) -> frozenset[str]:
    """The names of the blanks in a template."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def fill(sentence: Sentence, figures: Mapping[str, str]) -> str:
    """The sentence with its blanks filled, or "" when a figure is missing."""
    choices = (sentence,) if isinstance(sentence, str) else sentence
    for template in choices:
        if blanks(template) <= figures.keys():
            return template.format_map(figures)
    return ""


def fill_passage(passage: Passage, figures: Mapping[str, str]) -> str:
    """Every sentence of the passage that can be filled, in order."""
    return " ".join(text for sentence in passage if (text := fill(sentence, figures)))
