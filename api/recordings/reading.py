"""From a file's bytes to what will be stored: everything about an import that needs no database.

What it returns is small and travels between processes: the samples are packed already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.recording import Recording, Sport, Stream
from analytics.runs.duplicates import richness
from analytics.runs.metrics import RunMetrics, run_metrics
from analytics.runs.signature import signature
from importers.identify import HEAD_BYTES, identify, payload
from importers.limits import Limits
from models.channels import ELAPSED, LATITUDE, LONGITUDE, PackedChannel, pack

# Times are kept to the millisecond: no watch tells finer, and whole numbers pack well.
MILLISECONDS_PER_SECOND = 1000

NO_SPORTS: Final[Mapping[int, Sport]] = {}


@dataclass(frozen=True, slots=True)
class ReadActivity:
    """One activity of a file, with its metrics and its samples packed.

    ``recording`` is without its samples: they are in ``channels``.
    """

    session_index: int
    recording: Recording
    metrics: RunMetrics
    richness: int
    signature: bytes | None
    channels: Sequence[PackedChannel]

    def of(self, recording: Recording) -> ReadActivity:
        """The same with its recording's date or warnings changed."""
        return replace(self, recording=recording)

    def without_channels(self) -> ReadActivity:
        """The same without its samples."""
        return replace(self, channels=())


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was understood.

    ``content_sha256`` is of its decompressed bytes, ``height_cm`` what the metrics were told of
    the runner.
    """

    content_sha256: str
    format: str
    height_cm: float | None
    activities: Sequence[ReadActivity]


def content_sha256(content: bytes) -> str:
    """The hash by which the same run is known again, zipped or not."""
    return hashlib.sha256(content).hexdigest()


def read_file(  # noqa: PLR0913, PLR0917 - a file, and what is known of it and of its runner
    data: bytes,
    name: str,
    limits: Limits,
    height_cm: float | None,
    sha256: str | None = None,
    sports: Mapping[int, Sport] = NO_SPORTS,
) -> ReadFile:
    """Read one watch file, as stored or as it lay in an archive.

    ``sha256`` is the hash of its decompressed bytes where it is known already: an original never
    changes. ``sports`` has what the runner says that some of its activities were, by their place
    in the file.

    Raises
    ------
    ImportFailure
        Nothing of it can be read.
    """
    content = payload(data, name, limits)
    importer = identify(content[:HEAD_BYTES], name)
    return ReadFile(
        sha256 or content_sha256(content),
        importer.key,
        height_cm,
        [
            read_activity(recording, session_index, height_cm, sports.get(session_index))
            for session_index, recording in enumerate(importer.parse(content))
        ],
    )


def read_activity(
    recording: Recording,
    session_index: int,
    height_cm: float | None,
    as_sport: Sport | None = None,
) -> ReadActivity:
    """Everything that will be stored of one recording.

    Read ``as_sport`` its metrics are of that sport; its recording keeps what the file says it was.
    """
    mark = signature(recording)
    told = recording if as_sport is None else replace(recording, sport=as_sport)
    return ReadActivity(
        session_index,
        recording.without_samples(),
        run_metrics(told, height_cm),
        richness(recording),
        None if mark is None else mark.to_bytes(),
        pack_samples(recording),
    )


def pack_samples(recording: Recording) -> Sequence[PackedChannel]:
    """The samples of a recording, one packed channel each."""
    if recording.samples == 0:
        return []
    elapsed_ms = np.round(recording.elapsed_s * MILLISECONDS_PER_SECOND).astype(np.int64)
    channels = [pack(ELAPSED, elapsed_ms)]
    if recording.has_position:
        channels.append(pack(LATITUDE, recording.latitude_semicircles))
        channels.append(pack(LONGITUDE, recording.longitude_semicircles))
    channels.extend(
        pack(stream.value, recording.streams[stream])
        for stream in Stream
        if stream in recording.streams
    )
    return channels
