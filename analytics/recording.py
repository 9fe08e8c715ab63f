"""One activity as arrays: what every importer makes and every run metric reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]
Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]

NO_POSITION: Final = np.int32(0x7FFFFFFF)
"""A semicircle value that means "no position", as FIT files write it."""

SEMICIRCLES_TO_DEGREES: Final = 180.0 / 2**31


class Sport(StrEnum):
    """What the activity was. Only ``RUNNING`` is running load; the others are kept beside it."""

    RUNNING = "running"
    WALKING = "walking"
    HIKING = "hiking"
    CYCLING = "cycling"
    SWIMMING = "swimming"
    TRANSITION = "transition"
    OTHER = "other"
    UNKNOWN = "unknown"


class Stream(StrEnum):
    """A sampled quantity, its unit in its name. Missing samples are NaN."""

    DISTANCE_M = "distance_m"
    SPEED_M_S = "speed_m_s"
    ALTITUDE_M = "altitude_m"
    CADENCE_SPM = "cadence_spm"
    HEART_RATE_BPM = "heart_rate_bpm"
    POWER_W = "power_w"
    TEMPERATURE_C = "temperature_c"
    STEP_LENGTH_M = "step_length_m"
    VERTICAL_OSCILLATION_MM = "vertical_oscillation_mm"
    GROUND_CONTACT_TIME_MS = "ground_contact_time_ms"
    GROUND_CONTACT_BALANCE_PERCENT = "ground_contact_balance_percent"


class Warn(StrEnum):
    """What a reader should know about how a recording was read; words live in api/messages."""

    TRUNCATED = "truncated"
    BAD_CRC = "bad_crc"
    NO_DATA_SIZE = "no_data_size"
    TRAILING_BYTES = "trailing_bytes"
    DAMAGED_MIDDLE = "damaged_middle"
    FALLBACK_DECODER = "fallback_decoder"
    UNDECLARED_NAMESPACE = "undeclared_namespace"
    MALFORMED_XML = "malformed_xml"
    NO_SESSION = "no_session"
    NO_RECORDS = "no_records"
    RECORDS_OUTSIDE_SESSION = "records_outside_session"
    REPEATED_TIMES = "repeated_times"
    BACKWARD_TIMES = "backward_times"
    TIME_JUMP = "time_jump"
    NO_START = "no_start"
    IMPOSSIBLE_DATE = "impossible_date"
    DATED_BY_LOCAL_CLOCK = "dated_by_local_clock"
    IMPOSSIBLE_OFFSET = "impossible_offset"
    IMPLAUSIBLE_VALUES = "implausible_values"
    UNKNOWN_SPORT = "unknown_sport"


@dataclass(frozen=True, slots=True)
class RecordingWarning:
    """A warning and how often it applied (0: it has no count)."""

    code: Warn
    count: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """The timer was stopped from ``start_s`` until ``end_s``, seconds since the start."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Lap:
    """A lap as the device summed it up; None where it did not say."""

    start_s: float
    timer_s: float | None
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Device:
    """Who recorded: enough to tell the same recording from another."""

    manufacturer: str | None = None
    product: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceTotals:
    """What the device itself summed up for this activity; None where it did not say."""

    distance_m: float | None = None
    timer_s: float | None = None
    elapsed_s: float | None = None
    steps: int | None = None
    ascent_m: float | None = None


@dataclass(frozen=True, slots=True)
class CadenceReading:
    """How the file's cadence numbers were understood.

    ``raw_median`` is the median of the file's own numbers over its moving part (None without
    cadence), ``factor`` what they were multiplied by to become steps per minute of both feet,
    ``rule`` the name of the rule that chose it.
    """

    raw_median: float | None
    factor: float
    rule: str


@dataclass(frozen=True, slots=True)
class RawCounts:
    """Counts over the file's own records of this activity, before any cleaning.

    ``cadence_sum_per_leg`` sums the cadence of one leg over all records whose cadence is not 0
    (None when the file has no cadence at all). ``with_cadence``, ``with_heart_rate`` and
    ``with_position`` count the records that carry such a value, zeros included.
    """

    records: int
    cadence_sum_per_leg: float | None = None
    with_cadence: int = 0
    with_heart_rate: int = 0
    with_position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One activity as arrays of ``n`` samples.

    Parameters
    ----------
    sport, sub_sport
        What it was; ``sub_sport`` in the words of the FIT profile ("trail", "treadmill"), or None.
    started_at
        Aware UTC, or None when the file does not know.
    local_start
        Naive local start, only when the file knows its local clock but not UTC.
    zone
        IANA zone of the first position, or None.
    utc_offset_s
        The file's own offset from UTC when it is a possible one (at most 14 h, whole quarter
        hours), or None.
    elapsed_s
        float64 ``[n]``, seconds since the start, strictly increasing.
    latitude_semicircles, longitude_semicircles
        int32 ``[n]``, ``NO_POSITION`` where missing; both of length 0 when no sample has one.
    streams
        float32 ``[n]`` each, NaN where missing. A stream without any value is absent.
    pauses
        Timer stops, in order, not overlapping.
    """

    sport: Sport
    started_at: datetime | None
    elapsed_s: Float64Array
    counts: RawCounts
    sub_sport: str | None = None
    local_start: datetime | None = None
    zone: str | None = None
    utc_offset_s: int | None = None
    latitude_semicircles: Int32Array = field(default_factory=lambda: np.empty(0, np.int32))
    longitude_semicircles: Int32Array = field(default_factory=lambda: np.empty(0, np.int32))
    streams: Mapping[Stream, Float32Array] = field(default_factory=dict[Stream, Float32Array])
    pauses: tuple[Pause, ...] = ()
    laps: tuple[Lap, ...] = ()
    totals: DeviceTotals = field(default_factory=DeviceTotals)
    cadence: CadenceReading | None = None
    device: Device = field(default_factory=Device)
    warnings: tuple[RecordingWarning, ...] = ()

    @property
    def samples(self) -> int:
        """How many samples the recording has after cleaning."""
        return len(self.elapsed_s)

    @property
    def has_position(self) -> bool:
        """Whether any sample has a position."""
        return len(self.latitude_semicircles) > 0

    def without_samples(self) -> Recording:
        """Everything but the samples: what of a recording is small."""
        return replace(
            self,
            elapsed_s=np.empty(0),
            latitude_semicircles=np.empty(0, np.int32),
            longitude_semicircles=np.empty(0, np.int32),
            streams={},
        )
