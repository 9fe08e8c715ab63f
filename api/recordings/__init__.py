"""Stored recordings: read from their originals, changed by the runner, known as one activity."""
