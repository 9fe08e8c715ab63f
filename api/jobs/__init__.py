"""The queue and its worker: imports are read in a process of their own, so the API stays quick."""
