"""Benchmarks and the generated files they and the tests read."""
