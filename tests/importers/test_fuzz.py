"""A fixed few of ``make fuzz``'s mutants, and that the fuzzer finds what it is there to find."""

from __future__ import annotations

import contextlib
import gzip
import time
from collections.abc import Callable
from random import Random

import pytest

from bench.fuzz.contract import Seed
from bench.fuzz.fit_bytes import assembled, joined, messages, parts
from bench.fuzz.guard import Verdict, judge
from bench.fuzz.kinds import all_seeds
from bench.fuzz.kinds.fit import generated
from bench.fuzz.mutant import Breeder, Mutant
from bench.fuzz.packed_damage import ZIP_DAMAGE
from bench.fuzz.workers import fuzz

BATCH = 200
BATCHES = 5
RANDOM_SEED = 20_260_701


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_damaged_file_is_recordings_or_a_failure(batch: int) -> None:
    breeder = Breeder(all_seeds(), RANDOM_SEED)
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        verdict = judge(breeder.mutant(number))
        assert verdict.broken is None, f"mutant {number}: {verdict.broken}"


def test_a_mutant_is_the_same_whoever_makes_it() -> None:
    first, second = Breeder(all_seeds(), 7), Breeder(all_seeds(), 7)
    backwards = {number: second.mutant(number).data for number in range(120, 0, -1)}
    assert all(first.mutant(number).data == data for number, data in backwards.items())
    assert first.mutant(5).data != Breeder(all_seeds(), 8).mutant(5).data


def test_every_seed_has_its_mutants_and_most_are_read() -> None:
    seeds = all_seeds()
    assert {seed.group for seed in seeds} >= {"fit", "gpx", "gzip", "tcx", "zip"}
    breeder = Breeder(seeds, RANDOM_SEED)
    outcomes = [judge(breeder.mutant(number)).outcome for number in range(180)]
    # Mutants that no decoder gets to see prove nothing.
    assert sum(outcome.startswith("read") for outcome in outcomes) > 90


@pytest.mark.parametrize("name", generated())
def test_a_generated_fit_file_taken_apart_is_put_together_the_same(name: str) -> None:
    data = generated()[name]
    again = [assembled(part[:4], joined(*messages(part))) for part in parts(data)]
    assert b"".join(again) == data


def test_a_fit_mutant_reaches_the_decoder_with_a_right_checksum() -> None:
    seeds = [seed for seed in all_seeds() if seed.name == "modern run.fit"]
    breeder = Breeder(seeds, RANDOM_SEED)
    outcomes = [judge(breeder.mutant(number)).outcome for number in range(100)]
    assert outcomes.count("read") > 10


def of_door(door: Callable[[bytes, str], str]) -> Mutant:
    return Mutant(0, Seed("none", "x.fit", b"x" * 100, (), door), b"x" * 100)


def test_whatever_a_door_raises_is_a_finding() -> None:
    def raising(data: bytes, name: str) -> str:
        raise KeyError(name, len(data))

    assert "KeyError" in (judge(of_door(raising)).broken or "")
    assert judge(of_door(lambda data, name: f"{name} {len(data)}")).outcome == "x.fit 100"


def test_a_door_that_never_comes_back_is_a_finding() -> None:
    def hanging(data: bytes, name: str) -> str:
        while True:
            with contextlib.suppress(Exception):  # as parsers do; it must not hide a hang
                time.sleep(len(data) + len(name))

    assert "Hung" in (judge(of_door(hanging), hang_s=0.05).broken or "")


def test_a_door_that_takes_much_memory_is_a_finding() -> None:
    def greedy(data: bytes, name: str) -> str:
        del data
        return f"{name} {len(b'1' * 200_000_000)}"

    assert "memory grew" in (judge(of_door(greedy)).broken or "")


def test_two_processes_judge_each_mutant_once() -> None:
    found: list[Verdict] = []
    tally = fuzz(range(10, 40), RANDOM_SEED, 2, None, found.append)
    assert (tally.mutants, tally.findings, found) == (30, [], [])
    groups = [all_seeds()[number % len(all_seeds())].group for number in range(10, 40)]
    assert sorted(tally.outcomes.elements()) == sorted(
        (group, judge(Breeder(all_seeds(), RANDOM_SEED).mutant(number)).outcome)
        for number, group in zip(range(10, 40), groups, strict=True)
    )


def test_zips_are_damaged_where_it_hurts() -> None:
    (seed,) = (seed for seed in all_seeds() if seed.name == "flat.zip")
    changed = {
        mutation(Random(number), seed.data, [gzip.compress(b"x", mtime=0)])  # noqa: S311 - repeats
        for mutation in ZIP_DAMAGE
        for number in range(3)
    }
    assert len(changed) > 25
