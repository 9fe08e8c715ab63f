"""``make bench``: every benchmark, each ratio measured within one run of both sides."""

from __future__ import annotations

from bench import at_rest, fit_decode, import_files, refresh
from bench.ratio import report

if __name__ == "__main__":
    report(
        [ratio for bench in (fit_decode, import_files, refresh, at_rest) for ratio in bench.main()]
    )
