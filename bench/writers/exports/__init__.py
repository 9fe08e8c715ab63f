"""Writes account exports as their services do, for tests and benchmarks."""
