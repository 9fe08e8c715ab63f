"""Small FIT activities, message by message, by the profile's names and units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bench.writers.fit import EPOCH
from bench.writers.fit_messages import FitWriter, Value


def started(kind: int = 4) -> FitWriter:
    """A file with its identity: an activity (4) of a Garmin watch, or another kind."""
    writer = FitWriter()
    writer.put("file_id", type=kind, manufacturer=1, product=3113, serial_number=77)
    return writer


def records(writer: FitWriter, times: Iterable[int], **more: Value) -> None:
    """One record for each FIT second, with a heart rate and the values given."""
    for time in times:
        writer.put("record", timestamp=time, heart_rate=140, **more)


def session(writer: FitWriter, start: int, seconds: float, **more: Value) -> None:
    """A session of running, unless other values are given."""
    values: dict[str, Value] = {"start_time": start, "total_elapsed_time": seconds}
    values |= {"total_timer_time": seconds, "sport": 1, "sub_sport": 0} | more
    writer.put("session", **values)


def at(seconds: float) -> datetime:
    """Moment of a FIT timestamp."""
    return EPOCH + timedelta(seconds=seconds)
