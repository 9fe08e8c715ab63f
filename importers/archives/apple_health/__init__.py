"""Apple Health's export: ``export.xml`` with every record of a life, and workouts' routes beside.

The file is read twice: its workouts first, then the records within them, so that nothing else of
it is ever kept. Its name comes in the phone's language.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice, repeat

import numpy as np

from analytics.recording import Recording, Sport
from importers import gpx
from importers.archives.apple_health import scan
from importers.archives.apple_health.route import joined
from importers.archives.apple_health.tallies import KINDS, Tallies
from importers.archives.apple_health.values import written
from importers.archives.apple_health.workout import Workout, read_locations, read_workout
from importers.archives.contract import Listed, Opener, Role, Unread
from importers.archives.listing import (
    MAX_LISTED,
    base_of,
    beside,
    exertion,
    folder_of,
    label_of,
    totals_of,
)
from importers.contract import FailureCode, ImportFailure
from importers.limits import DEFAULT_LIMITS, read_bounded
from importers.points import Column
from importers.track import TrackFacts, timed_recording
from importers.xml_guard import WHITESPACE

_ROOT = re.compile(rb"<(?:!DOCTYPE\s+)?HealthData[\s>\[]")
_FOLDER = "apple_health_export"
_ROUTES = "workout-routes/"
_CLINICAL = "_cda.xml"
_NAMES = frozenset({"export.xml", "exportieren.xml"})
_STEPPING = frozenset({Sport.RUNNING, Sport.WALKING, Sport.HIKING})


@dataclass(frozen=True, slots=True)
class _AppleHealthLayout:
    key: str = "apple_health"

    def roles(self, names: Collection[str]) -> Mapping[str, Role]:
        routed = {
            folder_of(name)[: -len(_ROUTES)].lower()
            for name in names
            if folder_of(name).lower().endswith(_ROUTES)
        }
        found = {name: Role.INDEX for name in names if _is_index(name, routed)}
        folders = {folder_of(name).lower() + _ROUTES for name in found}
        for name in names:
            if name.lower().endswith(".gpx") and folder_of(name).lower() in folders:
                found[name] = Role.COMPANION
        return found

    def begins(self, head: bytes) -> bool:
        opening = head.lstrip(WHITESPACE + codecs.BOM_UTF8)
        return opening.startswith(b"<") and bool(_ROOT.search(opening))

    def entries(
        self, index: str, names: Collection[str], open_file: Opener
    ) -> Iterator[Listed | Unread]:
        return _entries(index, names, open_file)


LAYOUT = _AppleHealthLayout()


def _is_index(name: str, routed: Collection[str]) -> bool:
    own = base_of(name).lower()
    if not own.endswith(".xml") or own.endswith(_CLINICAL):
        return False
    folder = folder_of(name).lower()
    return own in _NAMES or folder in routed or base_of(folder[:-1]) == _FOLDER


def _entries(index: str, names: Collection[str], open_file: Opener) -> Iterator[Listed | Unread]:
    found, broken = _workouts(index, open_file)
    workouts = [workout for workout in found if workout is not None]
    tallies = Tallies(workouts)
    if workouts and broken is None:
        with open_file(index) as stream:
            for record in scan.records(stream, KINDS):
                tallies.add(record)
    files = dict(beside(index, names))
    at = 0
    with ExitStack() as reading:
        texts: Iterable[bytes] = repeat(b"")
        if any(workout.holds_route for workout in workouts):
            # Routes within are read once more, one at a time: all of them would take too much.
            texts = scan.workouts(reading.enter_context(open_file(index)))
        for number, (workout, text) in enumerate(zip(found, texts, strict=False), start=1):
            if workout is None:
                yield Unread(label=f"workout {number}", code=FailureCode.DAMAGED)
                continue
            own = _own_files(workout, files)
            routes = _routes(own, open_file) or _route_within(workout, text)
            yield _listed(workout, tallies, at, own, routes)
            at += 1
    if broken is not None:
        raise broken


def _workouts(index: str, open_file: Opener) -> tuple[list[Workout | None], ImportFailure | None]:
    """Workouts, None for each that says not when it was, and what ended the reading early."""
    found: list[Workout | None] = []
    try:
        with open_file(index) as stream:
            found.extend(map(read_workout, islice(scan.workouts(stream), MAX_LISTED)))
    except ImportFailure as failure:
        if not found or failure.code is FailureCode.FORBIDDEN_XML:
            raise
        return found, failure
    if len(found) == MAX_LISTED:
        raise ImportFailure(FailureCode.TOO_LARGE, f"{MAX_LISTED} workouts")
    return found, None


def _listed(
    workout: Workout, tallies: Tallies, at: int, own: Sequence[str], routes: Sequence[Recording]
) -> Listed:
    steps = None
    if workout.sport in _STEPPING:
        steps = workout.steps or tallies.steps(at)
    totals = totals_of(
        distance_m=workout.distance_m,
        timer_s=workout.timer_s,
        elapsed_s=workout.end_s - workout.start_s,
        steps=steps,
        ascent_m=workout.ascent_m,
    )
    recording = joined(workout, totals, routes, tallies.heart_rates(at))
    return Listed(
        identity=f"apple_health:{workout.kind}:{written(workout.start_s)}:{written(workout.end_s)}",
        label=label_of(workout.kind or None, recording),
        recording=recording,
        rpe=exertion(tallies.effort(at)),
        file=own[0] if own else None,
    )


def _own_files(workout: Workout, files: dict[str, str]) -> list[str]:
    """Files of its routes, taken out of ``files``: a route is of the first workout that names it.

    However often a file is named, it is read once.
    """
    paths = (path.removeprefix("/").lower() for path in workout.references)
    return [file for path in paths if (file := files.pop(path, None)) is not None]


def _routes(files: Sequence[str], open_file: Opener) -> list[Recording]:
    """Routes that can be read: a workout without is still one."""
    found: list[Recording] = []
    for file in files:
        try:
            with open_file(file) as stream:
                found += gpx.IMPORTER.parse(read_bounded(stream, DEFAULT_LIMITS))
        except ImportFailure:
            continue
    return found


def _route_within(workout: Workout, text: bytes) -> list[Recording]:
    """Route that stands within the workout itself, if there is one."""
    locations = read_locations(text) if workout.holds_route else np.empty((0, len(Column)))
    if not np.isfinite(locations[:, Column.TIME]).any():
        return []
    return [timed_recording(locations, (), TrackFacts(sport=workout.sport))]
