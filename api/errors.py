"""The kinds of failure a service may report. Each room derives its own from these."""

from __future__ import annotations


class DomainError(Exception):
    """Something the caller asked for cannot be done.

    Attributes
    ----------
    detail
        A sentence that says what to do.
    pointer
        Which part of the request is meant, or "".
    """

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer


class NotFound(DomainError):  # noqa: N818 - named for what the caller reads
    """What was asked for does not exist, or belongs to somebody else."""


class Unprocessable(DomainError):  # noqa: N818 - named for what the caller reads
    """The request is well formed, but what it asks is not possible."""


class DaysReversed(Unprocessable):
    """The first day asked for comes after the last."""
