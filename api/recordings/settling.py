"""Which of an athlete's stored recordings are of the same activity, and which of them counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.recording import Device, Sport
from analytics.runs.duplicates import LARGEST_SHIFT_S, SHIFT_TOLERANCE_S, Footprint, groups
from analytics.runs.signature import Signature
from api.accounts.local_day import ZoneSource
from api.recordings.again import MANUAL
from api.recordings.edits import corrected, decoded
from models import activities
from models.activities import Activity, ActivityChange, Overlap

REACH = timedelta(seconds=LARGEST_SHIFT_S + SHIFT_TOLERANCE_S)
"""How far from an activity another recording of it may lie: a wrong zone shifts it by hours."""

DAY_AGREEMENT = 0.1
"""Runs of one day whose lengths differ by no more than this share may be one run, where the time of
day of one is not known (our choice: what is told from memory is rounded)."""


_LIKENESS: Final = (
    "sport",
    "started_at",
    "ended_at",
    "local_date",
    "zone_source",
    "distance_m",
)
"""Columns that tell whether two recordings are of one activity, and that the runner may change."""

BY_RUNNER: Final = [one.value for one in ZoneSource if one.is_the_runners]

_AS_READ: Final = " as read"
"""What is written behind the id of a recording for the footprint of what its original says."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of recordings: whose alternates some are now, and the days that changed.

    ``alternate_of`` has every recording that was looked at, with the one that counts instead of
    it, or None.
    """

    alternate_of: Mapping[UUID, UUID | None]
    touched: frozenset[date]


def settle_new(session: Session, athlete_id: UUID, new: Sequence[Overlap]) -> Settled:
    """Find everything that is the same activity as one of ``new``; one recording of it counts.

    ``new`` are stored already. The same whatever order they came in: whole groups are settled, and
    what was of one group before is looked at along with them.
    """
    # None of these is found by the time its original has.
    moved = activities.dated_by(session, athlete_id, BY_RUNNER)
    known = {one.id: one for one in moved}
    component: dict[UUID, Overlap] = {one.id: one for one in new}
    fresh: Collection[Overlap] = new
    sets: list[list[Footprint]] = []
    while fresh:
        for start, end in _windows(fresh):
            found = activities.overlapping(session, athlete_id, start, end)
            known.update((one.id, one) for one in found)
        linked = activities.linked(session, athlete_id, fresh)
        known.update((one.id, one) for one in linked)
        sets = groups(_footprints(known.values()))
        alike = {
            _id_of(one)
            for same in sets
            if any(_id_of(member) in component for member in same)
            for one in same
        }
        alike.update(one.id for one in linked)
        fresh = [known[one] for one in alike if one not in component]
        component |= {one.id: one for one in fresh}
    mine = [same for same in sets if any(_id_of(one) in component for one in same)]
    return _write(session, athlete_id, mine, known, {one.id for one in new})


def settle_all(session: Session, athlete_id: UUID) -> Settled:
    """Settle every recording of an athlete anew."""
    known = {one.id: one for one in activities.overlaps(session, athlete_id)}
    return _write(session, athlete_id, groups(_footprints(known.values())), known, set())


def group_of(session: Session, athlete_id: UUID, activity: Activity) -> frozenset[UUID]:
    """Every recording of the activity one recording is of, itself among them."""
    best = activity.duplicate_of or activity.id
    others = activities.alternates(session, athlete_id, best)
    return frozenset({activity.id, best, *(one.id for one in others)})


def settle_again(session: Session, athlete_id: UUID, changed: Collection[UUID]) -> Settled:
    """Settle recordings that were changed, came or went, with all they were or are alike to.

    One that has lost its date is an activity of its own.
    """
    dated = activities.overlaps(session, athlete_id, changed)
    alone = {one for one in changed if one not in {overlap.id for overlap in dated}}
    activities.set_duplicate_of(session, athlete_id, dict.fromkeys(alone))
    if not dated:
        return Settled(dict.fromkeys(alone), frozenset())
    return settle_new(session, athlete_id, dated)


def footprint(one: Overlap) -> Footprint:
    """As much of a stored recording as tells it from another; no start without a time of day."""
    return Footprint(
        key=str(one.id),
        sport=Sport(one.sport),
        started_s=one.started_at.timestamp() if _knows_time(one) else None,
        elapsed_s=(one.ended_at - one.started_at).total_seconds(),
        device=Device(one.device_manufacturer, one.device_product, one.device_serial),
        content=one.content_sha256,
        session_index=one.session_index,
        richness=one.richness,
        distance_m=one.distance_m,
        signature=None if one.signature is None else Signature.from_bytes(one.signature),
        preferred_s=None if one.preferred_at is None else one.preferred_at.timestamp(),
        # What a runner entered they may correct too: it is still told from memory.
        corrected=one.format != MANUAL and corrected(one.read_values),
        bare=one.records == 0,
    )


def _views(one: Overlap) -> Sequence[Overlap]:
    """A recording as its runner says, and as its original does where that differs.

    An edit says something of the activity, not of one recording of it: as it was read it is still
    like the others. A summary has one place only, its own; a run entered by hand never had another.
    """
    if one.format == MANUAL or not any(name in one.read_values for name in _LIKENESS):
        return [one]
    read = one._replace(
        **{
            name: decoded(name, one.read_values[name])
            for name in _LIKENESS
            if name in one.read_values
        }
    )
    if read.started_at is None or read.ended_at is None:  # pyright: ignore[reportUnnecessaryComparison] - its original may have had no date
        return [one]
    return [read] if one.records == 0 else [one, read]


def _marks(one: Overlap) -> Iterator[Footprint]:
    """Its footprints: of the same bytes, so that they are always of one activity."""
    for view, suffix in zip(_views(one), ("", _AS_READ), strict=False):
        yield replace(footprint(view), key=f"{one.id}{suffix}")


def _id_of(mark: Footprint) -> UUID:
    return UUID(mark.key.removesuffix(_AS_READ))


def _footprints(overlaps: Collection[Overlap]) -> list[Footprint]:
    """The footprints of recordings; those without a time of day put where they fit best.

    Of the activities of that day and sport that are as long, within ``DAY_AGREEMENT``, the one that
    comes nearest; each takes one of them. What fits none has no time and is like no other.
    """
    timed = {one.id: one for one in overlaps if _knows_time(one)}
    marks = [mark for one in timed.values() for mark in _marks(one)]
    untimed = [one for one in overlaps if not _knows_time(one)]
    if not untimed:
        return marks
    runs = [view for same in groups(marks) for view in _views(timed[_id_of(same[0])])]
    pairs = sorted(
        (
            (_apart(one, run), one.content_sha256, run.content_sha256, run.session_index, one, run)
            for one in untimed
            for run in runs
            if run.sport == one.sport and run.local_date == one.local_date
        ),
        key=lambda pair: pair[:4],
    )
    placed: dict[UUID, Overlap] = {}
    taken: set[UUID] = set()
    for apart, _, _, _, one, run in pairs:
        if apart <= DAY_AGREEMENT and one.id not in placed and run.id not in taken:
            placed[one.id] = run
            taken.add(run.id)
    return marks + [_placed(one, placed.get(one.id)) for one in untimed]


def _placed(one: Overlap, run: Overlap | None) -> Footprint:
    mark = footprint(one)
    if run is None:
        return mark
    length_s = (run.ended_at - run.started_at).total_seconds()
    return replace(mark, started_s=run.started_at.timestamp(), elapsed_s=length_s)


def _apart(one: Overlap, other: Overlap) -> float:
    """How far apart two recordings are in length, as a share of the longer."""
    lengths = one.distance_m, other.distance_m
    if not lengths[0] or not lengths[1]:
        lengths = (
            (one.ended_at - one.started_at).total_seconds(),
            (other.ended_at - other.started_at).total_seconds(),
        )
    longest = max(lengths[0] or 0.0, lengths[1] or 0.0)
    return abs((lengths[0] or 0.0) - (lengths[1] or 0.0)) / longest if longest > 0 else 1.0


def _knows_time(one: Overlap) -> bool:
    return one.zone_source is None or ZoneSource(one.zone_source).knows_time


def _windows(around: Collection[Overlap]) -> Iterator[tuple[datetime, datetime]]:
    """The times to look at for other recordings, as few and as short as they can be."""
    views = [view for one in around for view in _views(one)]
    reaches = sorted((one.started_at - REACH, one.ended_at + REACH) for one in views)
    start, end = reaches[0]
    for next_start, next_end in reaches[1:]:
        if next_start > end:
            yield start, end
            start, end = next_start, next_end
        end = max(end, next_end)
    yield start, end


def _write(
    session: Session,
    athlete_id: UUID,
    sets: Sequence[Sequence[Footprint]],
    known: Mapping[UUID, Overlap],
    new: AbstractSet[UUID],
) -> Settled:
    alternate_of: dict[UUID, UUID | None] = {}
    for same in sets:
        best, *others = (known[one] for one in dict.fromkeys(map(_id_of, same)))
        alternate_of[best.id] = None
        alternate_of.update((one.id, best.id) for one in others)
        if others:
            _tell_the_best(session, athlete_id, best, others)
    changed = {one: of for one, of in alternate_of.items() if known[one].duplicate_of != of}
    activities.set_duplicate_of(session, athlete_id, changed)
    days = {known[one].local_date for one in {*changed, *(new & alternate_of.keys())}}
    return Settled(alternate_of, frozenset(day for day in days if day is not None))


def _tell_the_best(
    session: Session, athlete_id: UUID, best: Overlap, others: Sequence[Overlap]
) -> None:
    """Hand the name and the effort an alternate knows to the recording that counts."""
    told = ActivityChange()
    title = next((one.title for one in others if one.title), None)
    rpe = next((one.rpe for one in others if one.rpe is not None), None)
    # What the runner has cleared stays cleared.
    if best.title is None and title is not None and "title" not in best.read_values:
        told["title"] = title
    if best.rpe is None and rpe is not None and "rpe" not in best.read_values:
        told["rpe"] = rpe
    if told:
        told["updated_at"] = max(one.updated_at for one in (best, *others))
        activities.change(session, athlete_id, best.id, **told)
