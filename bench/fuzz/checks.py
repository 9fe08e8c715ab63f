"""What must hold of everything an importer gives out, and of what is computed from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Final

import numpy as np

from analytics.recording import Recording, Stream
from api.accounts.local_day import believed, local_day
from api.recordings.reading import ReadActivity, read_activity
from importers.contract import ImportFailure
from importers.zone import MAX_OFFSET_S, QUARTER_HOUR_S

ZONES: Final = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
"""The earliest and the latest clocks on Earth."""

NOW: Final = datetime(2026, 6, 30, 12, tzinfo=UTC)
"""The same every time, so that a mutant's verdict is."""

LONGEST_DETAIL: Final = 4096
LARGEST_NUMBER: Final = 2.0**53


class Broken(AssertionError):  # noqa: N818 - says what happened to the promise
    """A promise that a damaged file broke."""


def must(holds: object, what: str) -> None:
    """Raise ``Broken`` unless it holds."""
    if not holds:
        raise Broken(what)


def check_failure(failure: ImportFailure) -> None:
    """Check that a failure can be stored and shown."""
    check_text(failure.detail, "detail of a failure")
    must(len(failure.detail) <= LONGEST_DETAIL, "a failure's detail is long")


def check_text(text: str | None, what: str) -> None:
    """Check that a text can be stored: PostgreSQL takes no NUL, UTF-8 no lone surrogates."""
    must(text is None or "\0" not in text, f"{what} has a NUL")
    must(text is None or text == text.encode("utf-8", "replace").decode(), f"{what} is no text")


def check_all(recordings: Sequence[Recording], height_cm: float) -> None:
    """Check the recordings of a file, down to what would be stored of them."""
    must(recordings, "a file without activities")
    for index, recording in enumerate(recordings):
        check_recording(recording)
        _check_stored(read_activity(recording, index, height_cm), recording.samples)


def check_recording(recording: Recording) -> None:
    """Check one recording, as every importer promises it."""
    samples = recording.samples
    elapsed = recording.elapsed_s
    must(np.isfinite(elapsed).all(), "a time is not finite")
    must((np.diff(elapsed) > 0).all(), "times do not rise")
    must(samples == 0 or elapsed[0] >= 0, "a sample before the start")
    for stream, values in recording.streams.items():
        must(values.shape == (samples,), f"{stream} has another length")
        must(values.dtype == np.float32, f"{stream} is no float32")
        must(not np.isinf(values).any(), f"{stream} is infinite")
        must(not np.isnan(values).all(), f"{stream} has no value")
    distance = recording.streams.get(Stream.DISTANCE_M)
    must(distance is None or np.nanmin(distance) >= 0, "a distance below 0")
    latitude, longitude = recording.latitude_semicircles, recording.longitude_semicircles
    must(len(latitude) == len(longitude), "positions have two lengths")
    must(len(latitude) in {0, samples}, "positions have another length")
    _check_times(recording)
    must(recording.counts.records >= samples, "more samples than records")
    _check_numbers(asdict(recording.counts).values(), "a count")
    _check_numbers(asdict(recording.totals).values(), "a total")
    for text in (*asdict(recording.device).values(), recording.sub_sport, recording.zone):
        check_text(text, "a word of the file")


def _check_times(recording: Recording) -> None:
    start = recording.started_at
    must(start is None or start.utcoffset() == timedelta(0), "the start is not UTC")
    must(start is None or recording.local_start is None, "two starts")
    local = recording.local_start
    must(local is None or local.tzinfo is None, "the local start has a zone")
    offset_s = recording.utc_offset_s or 0
    must(offset_s % QUARTER_HOUR_S == 0 and abs(offset_s) <= MAX_OFFSET_S, "an impossible offset")
    last_s = 0.0
    for pause in recording.pauses:
        must(last_s <= pause.start_s < pause.end_s < LARGEST_NUMBER, "pauses are out of order")
        last_s = pause.end_s
    for lap in recording.laps:
        must(isfinite(lap.start_s), "a lap begins at no time")
        _check_numbers((lap.timer_s, lap.distance_m), "a lap's total")
    must(len(set(recording.warnings)) == len(recording.warnings), "a warning given twice")
    must(all(each.count >= 0 for each in recording.warnings), "a warning counted below 0")


def _check_numbers(values: Iterable[float | None], what: str) -> None:
    for value in values:
        must(value is None or (isfinite(value) and 0 <= value < LARGEST_NUMBER), f"{what}: {value}")


def _check_stored(activity: ReadActivity, samples: int) -> None:
    recording = activity.recording
    metrics = asdict(activity.metrics)
    _check_numbers((each for each in metrics.values() if not isinstance(each, str)), "a metric")
    json.dumps(metrics, allow_nan=False)
    if recording.cadence is not None:
        json.dumps(asdict(recording.cadence), allow_nan=False)
    for zone in ZONES:
        day = local_day(believed(recording, NOW), zone)
        if day.started_at is not None:
            ended_at = day.started_at + timedelta(seconds=activity.metrics.elapsed_s or 0.0)
            must(ended_at >= day.started_at, "it ended before it began")
    must(all(each.samples == samples for each in activity.channels), "a packed channel")
