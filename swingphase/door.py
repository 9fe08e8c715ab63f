"""The console script's door: it opens on the command line in ``api.cli`` and does nothing else."""

from api.cli import main

__all__ = ["main"]
