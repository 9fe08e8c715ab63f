"""Writers of watch files, one per format, for tests and benchmarks."""
