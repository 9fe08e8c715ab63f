"""``make fuzz``: judges mutants of every seed, and saves what breaks a promise."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from bench.fuzz.guard import Verdict, judge
from bench.fuzz.kinds import all_seeds
from bench.fuzz.mutant import Breeder
from bench.fuzz.real_files import FOLDER
from bench.fuzz.workers import Tally, fuzz

MUTANTS: Final = 200_000
RANDOM_SEED: Final = 1


def main() -> int:
    """Fuzz as the command line says; 1 when anything broke."""
    options = _options()
    breeder = Breeder(all_seeds(), options.seed)
    keep = Path(options.keep)
    if options.only is not None:
        verdict = judge(breeder.mutant(options.only))
        print(verdict.broken or verdict.outcome)
        return int(verdict.broken is not None)
    if not FOLDER.is_dir():
        print("No real watch files lie beside this checkout: generated ones only.")

    def save(verdict: Verdict) -> None:
        mutant = breeder.mutant(verdict.number)
        keep.mkdir(parents=True, exist_ok=True)
        path = keep / f"{options.seed}-{verdict.number}-{mutant.seed.name}"
        path.write_bytes(mutant.data)
        print(f"BROKEN {path}: python -m bench.fuzz --seed {options.seed} --only {verdict.number}")
        print(verdict.broken, flush=True)

    began = time.monotonic()
    numbers = range(options.start, options.start + options.mutants)
    tally = fuzz(numbers, options.seed, os.cpu_count() or 1, options.minutes, save)
    _report(tally, time.monotonic() - began)
    return int(bool(tally.findings))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--mutants", type=int, default=MUTANTS, help="how many")
    parser.add_argument("--seed", type=int, default=RANDOM_SEED, help="of their damage")
    parser.add_argument("--start", type=int, default=0, help="the first one's number")
    parser.add_argument("--minutes", type=float, help="stop after so long")
    parser.add_argument("--only", type=int, help="judge this one alone, here")
    parser.add_argument("--keep", default="build/fuzz", help="folder for what breaks")
    return parser.parse_args()


def _report(tally: Tally, seconds: float) -> None:
    groups = Counter(group for group, _ in tally.outcomes.elements())
    for group, count in sorted(groups.items()):
        print(f"{group}: {count:,} mutants")
        for (of_group, outcome), times in tally.outcomes.most_common():
            if of_group == group:
                print(f"  {times:>9,}  {outcome}")
    slowest = ", ".join(f"{each.number} ({each.seconds:.2f} s)" for each in tally.slowest)
    print(f"slowest: {slowest}")
    print(f"{tally.mutants:,} mutants in {seconds:.0f} s, {len(tally.findings)} broke a promise")


if __name__ == "__main__":
    sys.exit(main())
