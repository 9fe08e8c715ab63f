"""What a kind of file brings to the fuzzer: seeds, ways to damage them, the door they go through.

A kind is a module of ``bench.fuzz.kinds`` with ``seeds()``; to add one is to add its file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""Damages a file once; the third argument are the kind's other seeds, to splice with."""

Door = Callable[[bytes, str], str]
"""Takes a file and its name through the product and says what became of it, in a word.

Raises ``checks.Broken`` where a promise is broken; whatever else it raises is a finding too.
"""


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole file to make mutants of.

    Parameters
    ----------
    group
        Which parser the summary counts it under.
    name
        The file's name, as the door is told it; unique within the group.
    mutations
        Ways to damage it, each as likely as it stands here often.
    """

    group: str
    name: str
    data: bytes
    mutations: Sequence[Mutation]
    door: Door
