"""``make bench``: every benchmark, each ratio measured within one run of both sides."""

from __future__ import annotations

from bench import archive, at_rest, beside_import, fit_decode, import_files, refresh, xml_files
from bench.ratio import report

if __name__ == "__main__":
    report(
        [
            ratio
            for bench in (
                fit_decode,
                import_files,
                xml_files,
                archive,
                beside_import,
                refresh,
                at_rest,
            )
            for ratio in bench.main()
        ]
    )
