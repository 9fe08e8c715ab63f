"""The levels' words and icons: never a colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class LevelWords(NamedTuple):
    """How a level is named and drawn in text."""

    word: str
    icon: str


LEVELS: Final[Mapping[str, LevelWords]] = {
    "no_data": LevelWords("No data", "○"),
    "steady": LevelWords("Steady", "●"),
    "note": LevelWords("Note", "◆"),
    "take_care": LevelWords("Take care", "▲"),
    "ease_off": LevelWords("Ease off", "■"),
    "stop": LevelWords("Stop", "⬣"),
}


def level_word(level: str) -> str:
    """The level's name. Raises ``KeyError`` for a level there is not."""
    return LEVELS[level].word


def level_icon(level: str) -> str:
    """The level's icon. Raises ``KeyError`` for a level there is not."""
    return LEVELS[level].icon
