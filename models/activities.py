"""Activities: one row per recorded activity of any sport, with its numbers but not its samples."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, TypedDict, Unpack

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import JSON_TYPE, Base, JsonValue, Sha256, affected_rows, chunks, table_of


class Activity(Base):
    """One activity: what it was, when and where by the clock, and what it amounts to.

    A file with several sessions becomes several activities (``session_index``). An activity
    without ``local_date`` is kept but counts on no day until it is dated. ``duplicate_of`` names
    the recording of the same activity that counts instead; the alternate stays.

    ``file_sha256`` is the original, ``member`` where in it when that is an archive, ``entry`` which
    of the activities an export's index lists; a run entered by hand has none of them.
    ``read_values`` keeps what the original said of each column the runner has changed: its keys are
    the changed columns. ``fast_was_run`` is the runner's answer about a stretch too fast for
    running, None while there is none. ``deleted_at`` hides an activity; it can be brought back.
    """

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("athlete_id", "content_sha256", "session_index"),
        ForeignKeyConstraint(
            ["athlete_id", "duplicate_of"], ["activity.athlete_id", "activity.id"]
        ),
        Index(None, "athlete_id", "started_at", "id"),
        Index(None, "athlete_id", "ended_at", "started_at"),
        Index(None, "athlete_id", "local_date"),
        Index(None, "athlete_id", "duplicate_of"),
        Index(None, "athlete_id", "zone_source"),
        # the file first: deleting an original looks for whoever refers to it
        Index(None, "file_sha256", "athlete_id"),
    )

    athlete_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("athlete.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    content_sha256: Mapped[Sha256]
    session_index: Mapped[int]
    file_sha256: Mapped[Sha256 | None] = mapped_column(ForeignKey("stored_file.sha256"))
    member: Mapped[str | None]
    source_name: Mapped[str]
    format: Mapped[str]
    parser_version: Mapped[int]
    metrics_version: Mapped[int]
    sport: Mapped[str]
    sub_sport: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    local_date: Mapped[date | None]
    utc_offset_s: Mapped[int | None]
    zone: Mapped[str | None]
    zone_source: Mapped[str | None]
    distance_m: Mapped[float | None]
    timer_s: Mapped[float | None]
    elapsed_s: Mapped[float | None]
    moving_s: Mapped[float | None]
    steps_total: Mapped[float | None]
    walking_steps: Mapped[float | None]
    hip_flexions: Mapped[float | None]
    hip_flexions_source: Mapped[str | None]
    records: Mapped[int]
    laps: Mapped[int]
    cadence_sum_per_leg: Mapped[float | None]
    device_manufacturer: Mapped[str | None]
    device_product: Mapped[str | None]
    device_serial: Mapped[str | None]
    richness: Mapped[int]
    duplicate_of: Mapped[uuid.UUID | None]
    metrics: Mapped[Mapping[str, JsonValue]] = mapped_column(JSON_TYPE)
    warnings: Mapped[Sequence[JsonValue]] = mapped_column(JSON_TYPE)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    entry: Mapped[str | None]
    title: Mapped[str | None]
    held_out_m: Mapped[float] = mapped_column(server_default="0")
    held_out_s: Mapped[float] = mapped_column(server_default="0")
    held_out_flexions: Mapped[float] = mapped_column(server_default="0")
    fast_was_run: Mapped[bool | None]
    rpe: Mapped[float | None]
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    preferred_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    read_values: Mapped[Mapping[str, JsonValue]] = mapped_column(JSON_TYPE, server_default="{}")


class ReadValues(TypedDict):
    """What an original tells of an activity, read by some version of the parsers and metrics."""

    format: str
    parser_version: int
    metrics_version: int
    sport: str
    sub_sport: str | None
    started_at: datetime | None
    ended_at: datetime | None
    local_date: date | None
    utc_offset_s: int | None
    zone: str | None
    zone_source: str | None
    distance_m: float | None
    timer_s: float | None
    elapsed_s: float | None
    moving_s: float | None
    steps_total: float | None
    walking_steps: float | None
    hip_flexions: float | None
    hip_flexions_source: str | None
    held_out_m: float
    held_out_s: float
    held_out_flexions: float
    records: int
    laps: int
    cadence_sum_per_leg: float | None
    device_manufacturer: str | None
    device_product: str | None
    device_serial: str | None
    richness: int
    signature: bytes | None
    metrics: Mapping[str, JsonValue]
    warnings: Sequence[JsonValue]
    updated_at: datetime


class ActivityValues(ReadValues):
    """Everything known of an activity when it is added: all columns but whose it is."""

    id: uuid.UUID
    content_sha256: str
    session_index: int
    file_sha256: str | None
    member: str | None
    entry: str | None
    source_name: str
    title: str | None
    rpe: float | None
    fast_was_run: bool | None
    preferred_at: datetime | None
    duplicate_of: uuid.UUID | None
    deleted_at: datetime | None
    read_values: Mapping[str, JsonValue]
    created_at: datetime


class ActivityChange(TypedDict, total=False):
    """What may change after the import, column by column."""

    title: str | None
    session_index: int
    format: str
    parser_version: int
    records: int
    laps: int
    cadence_sum_per_leg: float | None
    device_manufacturer: str | None
    device_product: str | None
    device_serial: str | None
    richness: int
    signature: bytes | None
    warnings: Sequence[JsonValue]
    sport: str
    sub_sport: str | None
    started_at: datetime | None
    ended_at: datetime | None
    local_date: date | None
    utc_offset_s: int | None
    zone: str | None
    zone_source: str | None
    distance_m: float | None
    timer_s: float | None
    elapsed_s: float | None
    moving_s: float | None
    held_out_m: float
    held_out_s: float
    held_out_flexions: float
    fast_was_run: bool | None
    rpe: float | None
    preferred_at: datetime | None
    deleted_at: datetime | None
    read_values: Mapping[str, JsonValue]
    metrics_version: int
    steps_total: float | None
    walking_steps: float | None
    hip_flexions: float | None
    hip_flexions_source: str | None
    metrics: Mapping[str, JsonValue]
    updated_at: datetime


class Overlap(NamedTuple):
    """What tells whether two recordings are of the same activity, and which is the better one."""

    id: uuid.UUID
    sport: str
    started_at: datetime
    ended_at: datetime
    device_manufacturer: str | None
    device_product: str | None
    device_serial: str | None
    content_sha256: str
    session_index: int
    richness: int
    distance_m: float | None
    records: int
    signature: bytes | None
    preferred_at: datetime | None
    duplicate_of: uuid.UUID | None
    local_date: date | None
    zone_source: str | None
    title: str | None
    rpe: float | None
    format: str
    read_values: Mapping[str, JsonValue]
    updated_at: datetime


class Known(NamedTuple):
    """An activity made of some content.

    ``deleted`` when the runner has deleted it, ``duplicate_of`` when another counts instead.
    """

    id: uuid.UUID
    deleted: bool
    duplicate_of: uuid.UUID | None = None


class Told(NamedTuple):
    """What an export's index says of an activity that is stored already."""

    id: uuid.UUID
    title: str | None
    rpe: float | None


class DayRun(NamedTuple):
    """What a run brings to its day; None where the file did not tell."""

    id: uuid.UUID
    local_date: date
    started_at: datetime | None
    ended_at: datetime | None
    distance_m: float | None
    timer_s: float | None
    elapsed_s: float | None
    moving_s: float | None
    hip_flexions: float | None
    held_out_m: float
    held_out_s: float
    held_out_flexions: float
    fast_was_run: bool | None
    zone_source: str | None


class StoredDay(NamedTuple):
    """On which day a run was run, and when it was stored."""

    local_date: date
    created_at: datetime


class Source(NamedTuple):
    """Where an activity was read from, by which versions, and what the runner says it was.

    ``height_cm`` is what its steps were modelled with, ``read_values`` as in the table.
    """

    id: uuid.UUID
    content_sha256: str
    session_index: int
    file_sha256: str | None
    member: str | None
    entry: str | None
    source_name: str
    parser_version: int
    metrics_version: int
    hip_flexions_source: str | None
    height_cm: float | None
    sport: str
    local_date: date | None
    read_values: Mapping[str, JsonValue]


class ActivityCursor(NamedTuple):
    """The last activity of a page: the next page begins after it."""

    started_at: datetime | None
    id: uuid.UUID


RUNNING: Final = "running"
"""The one sport that counts as running load."""

_ACTIVITY: Final = table_of(Activity)

# Every imported file needs these. Made once: making a statement takes longer than sending it.
_INSERT: Final = insert_into(_ACTIVITY)
_BY_CONTENT: Final = (
    select(
        _ACTIVITY.c.content_sha256,
        _ACTIVITY.c.id,
        _ACTIVITY.c.deleted_at.is_not(None),
        _ACTIVITY.c.duplicate_of,
    )
    .where(
        _ACTIVITY.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
        _ACTIVITY.c.content_sha256.in_(bindparam("shas", expanding=True)),
    )
    .order_by(_ACTIVITY.c.content_sha256, _ACTIVITY.c.session_index)
)


def _edited(column: str) -> ColumnElement[bool]:
    """Whether the runner has changed a column of an activity, to nothing perhaps."""
    # As text: the databases disagree on what a null in JSON is. Quotes in a value are escaped.
    return cast(_ACTIVITY.c.read_values, String).like(f'%"{column}":%')


_TITLE: Final = bindparam("told_title", type_=_ACTIVITY.c.title.type)
_RPE: Final = bindparam("told_rpe", type_=_ACTIVITY.c.rpe.type)
_TELL: Final = (
    update(_ACTIVITY)
    .where(
        _ACTIVITY.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
        _ACTIVITY.c.id == bindparam("of_id", type_=Uuid()),
        or_(
            and_(_ACTIVITY.c.title.is_(None), _TITLE.is_not(None), ~_edited("title")),
            and_(_ACTIVITY.c.rpe.is_(None), _RPE.is_not(None), ~_edited("rpe")),
        ),
    )
    .values(
        title=case(
            (_edited("title"), _ACTIVITY.c.title),
            else_=func.coalesce(_ACTIVITY.c.title, _TITLE),
        ),
        rpe=case((_edited("rpe"), _ACTIVITY.c.rpe), else_=func.coalesce(_ACTIVITY.c.rpe, _RPE)),
    )
)
_OVERLAPPING: Final = select(*(_ACTIVITY.c[name] for name in Overlap._fields)).where(
    _ACTIVITY.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
    _ACTIVITY.c.ended_at >= bindparam("start"),
    # Wrapped, so that no index on it is taken: SQLite would walk all that started earlier, when the
    # order in which a migration made the indexes anew happens to say so.
    func.coalesce(_ACTIVITY.c.started_at, _ACTIVITY.c.ended_at) <= bindparam("end"),
    _ACTIVITY.c.deleted_at.is_(None),
)
_RUNS_OF_DAY: Final = (
    select(*(_ACTIVITY.c[name] for name in DayRun._fields))
    .where(
        _ACTIVITY.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
        _ACTIVITY.c.local_date.in_(bindparam("days", expanding=True)),
        _ACTIVITY.c.sport == RUNNING,
        _ACTIVITY.c.duplicate_of.is_(None),
        _ACTIVITY.c.deleted_at.is_(None),
    )
    .order_by(_ACTIVITY.c.local_date, _ACTIVITY.c.started_at, _ACTIVITY.c.id)
)


def insert(session: Session, athlete_id: uuid.UUID, new: Collection[ActivityValues]) -> None:
    """Add activities.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        When the athlete has one of these sessions of these contents already.
    """
    if new:
        session.execute(_INSERT, [{"athlete_id": athlete_id, **activity} for activity in new])


def by_content(
    session: Session, athlete_id: uuid.UUID, shas: Collection[str]
) -> Mapping[str, Sequence[Known]]:
    """Activities made of the contents given, by content, in the order of the file's sessions.

    Deleted ones among them: what the runner has deleted is not new when it comes again.
    """
    found: dict[str, list[Known]] = {}
    for chunk in chunks(shas):
        known = session.execute(_BY_CONTENT, {"of_athlete": athlete_id, "shas": chunk})
        for sha, activity_id, deleted, winner in known:
            found.setdefault(sha, []).append(Known(activity_id, bool(deleted), winner))
    return found


def overlapping(
    session: Session, athlete_id: uuid.UUID, start: datetime, end: datetime
) -> Sequence[Overlap]:
    """Activities of any sport that share a moment with ``[start, end]``, duplicates included."""
    # Ordered here: ordered by the database, SQLite walks everything that started earlier instead
    # of the little that ended later.
    window = {"of_athlete": athlete_id, "start": start, "end": end}
    found = [Overlap._make(row) for row in session.execute(_OVERLAPPING, window)]
    return sorted(found, key=lambda overlap: (overlap.started_at, overlap.id))


def dated_by(
    session: Session, athlete_id: uuid.UUID, zone_sources: Collection[str]
) -> Sequence[Overlap]:
    """Recordings, none entered by hand, whose day came from one of these sources."""
    statement = select(*(_ACTIVITY.c[name] for name in Overlap._fields)).where(
        _ACTIVITY.c.athlete_id == athlete_id,
        _ACTIVITY.c.zone_source.in_(zone_sources),
        _ACTIVITY.c.file_sha256.is_not(None),
        _ACTIVITY.c.started_at.is_not(None),
        _ACTIVITY.c.deleted_at.is_(None),
    )
    return [Overlap._make(row) for row in session.execute(statement)]


def linked(session: Session, athlete_id: uuid.UUID, ones: Collection[Overlap]) -> Sequence[Overlap]:
    """What is known as another recording of one of these: their duplicates, and what they are."""
    wanted = select(*(_ACTIVITY.c[name] for name in Overlap._fields)).where(
        _ACTIVITY.c.athlete_id == athlete_id,
        _ACTIVITY.c.started_at.is_not(None),
        _ACTIVITY.c.deleted_at.is_(None),
    )
    ids = {one.id for one in ones}
    best = {one.duplicate_of for one in ones if one.duplicate_of is not None}
    found: dict[uuid.UUID, Overlap] = {}
    for column, these in ((_ACTIVITY.c.duplicate_of, ids | best), (_ACTIVITY.c.id, best)):
        for chunk in chunks(these):
            rows = session.execute(wanted.where(column.in_(chunk)))
            found.update((one.id, one) for one in map(Overlap._make, rows.all()))
    return list(found.values())


def set_duplicate_of(
    session: Session, athlete_id: uuid.UUID, winners: Mapping[uuid.UUID, uuid.UUID | None]
) -> None:
    """Say of activities which richer one each duplicates; None lets it stand for itself."""
    if not winners:
        return
    session.connection().execute(
        update(_ACTIVITY)
        .where(
            _ACTIVITY.c.athlete_id == bindparam("of_athlete", type_=Uuid()),
            _ACTIVITY.c.id == bindparam("of_id"),
        )
        .values(duplicate_of=bindparam("winner")),
        [
            {"of_athlete": athlete_id, "of_id": activity_id, "winner": winner}
            for activity_id, winner in winners.items()
        ],
    )


def tell(session: Session, athlete_id: uuid.UUID, told: Sequence[Told]) -> int:
    """Give activities the name and effort they have not; how many of them learned something."""
    if not told:
        return 0
    values = [
        {
            "of_athlete": athlete_id,
            "of_id": one.id,
            "told_title": one.title,
            "told_rpe": one.rpe,
        }
        for one in told
    ]
    return affected_rows(session, _TELL, values)


def list_page(  # noqa: PLR0913 - one parameter a filter, all by name
    session: Session,
    athlete_id: uuid.UUID,
    *,
    limit: int,
    after: ActivityCursor | None = None,
    sport: str | None = None,
    first: date | None = None,
    last: date | None = None,
    duplicates: bool = False,
    deleted: bool = False,
) -> Sequence[Activity]:
    """Activities, the latest first, those without a date behind all others.

    Parameters
    ----------
    after
        Only those behind this one in the list.
    sport
        Only those of this sport.
    first, last
        Only those of these local days, both included.
    duplicates
        Alternates too, not only the recordings that count.
    deleted
        Those the runner has deleted, instead of those that are there.
    """
    statement = _of(athlete_id, deleted=deleted)
    if sport is not None:
        statement = statement.where(Activity.sport == sport)
    if first is not None:
        statement = statement.where(Activity.local_date >= first)
    if last is not None:
        statement = statement.where(Activity.local_date <= last)
    if not duplicates:
        statement = statement.where(Activity.duplicate_of.is_(None))
    page: list[Activity] = []
    if after is None or after.started_at is not None:
        page += session.scalars(_dated(statement, after).limit(limit))
    if len(page) < limit:
        page += session.scalars(_undated(statement, after).limit(limit - len(page)))
    return page


def get(
    session: Session, athlete_id: uuid.UUID, activity_id: uuid.UUID, *, deleted: bool = False
) -> Activity | None:
    """One activity, or None when this athlete has none of that id; deleted ones when asked for."""
    return session.scalar(_of(athlete_id, deleted=deleted).where(Activity.id == activity_id))


def alternates(
    session: Session, athlete_id: uuid.UUID, activity_id: uuid.UUID, *, deleted: bool = False
) -> Sequence[Activity]:
    """The other recordings of an activity, those of which it counts instead, by id."""
    return session.scalars(
        _of(athlete_id, deleted=deleted)
        .where(Activity.duplicate_of == activity_id)
        .order_by(Activity.id)
    ).all()


def overlaps(
    session: Session, athlete_id: uuid.UUID, ids: Collection[uuid.UUID] | None = None
) -> Sequence[Overlap]:
    """Activities with a date, as far as they tell one from another, duplicates included.

    All of them, or those of the ids given.
    """
    statement = (
        select(*(_ACTIVITY.c[name] for name in Overlap._fields))
        .where(
            _ACTIVITY.c.athlete_id == athlete_id,
            _ACTIVITY.c.started_at.is_not(None),
            _ACTIVITY.c.deleted_at.is_(None),
        )
        .order_by(_ACTIVITY.c.started_at, _ACTIVITY.c.id)
    )
    if ids is not None:
        statement = statement.where(_ACTIVITY.c.id.in_(ids))
    return [Overlap._make(row) for row in session.execute(statement)]


def runs_of_day(
    session: Session, athlete_id: uuid.UUID, days: Collection[date]
) -> Sequence[DayRun]:
    """The runs that count on the days given, duplicates left out, in order of day and start."""
    wanted = {"of_athlete": athlete_id, "days": list(days)}
    return [DayRun._make(row) for row in session.execute(_RUNS_OF_DAY, wanted)]


def sources(session: Session, athlete_id: uuid.UUID) -> Sequence[Source]:
    """Where every activity came from, deleted ones too, file by file and archive by archive."""
    height_cm = _ACTIVITY.c.metrics["height_cm"].as_float().label("height_cm")
    columns = [height_cm if name == "height_cm" else _ACTIVITY.c[name] for name in Source._fields]
    statement = (
        select(*columns)
        .where(_ACTIVITY.c.athlete_id == athlete_id)
        .order_by(
            _ACTIVITY.c.file_sha256,
            _ACTIVITY.c.member,
            _ACTIVITY.c.content_sha256,
            _ACTIVITY.c.session_index,
        )
    )
    return [Source._make(row) for row in session.execute(statement)]


def outdated(
    session: Session, athlete_id: uuid.UUID, *, parser_version: int, metrics_version: int
) -> int:
    """How many activities, deleted ones too, an older parser or older metrics have made."""
    statement = select(func.count()).where(
        _ACTIVITY.c.athlete_id == athlete_id,
        or_(
            _ACTIVITY.c.parser_version < parser_version,
            _ACTIVITY.c.metrics_version < metrics_version,
        ),
    )
    return session.scalar(statement) or 0


def made_of(session: Session, athlete_id: uuid.UUID, content_sha256: str) -> Mapping[int, Activity]:
    """Activities made of one content by their session, deleted ones too."""
    found = session.scalars(
        select(Activity)
        .where(Activity.athlete_id == athlete_id, Activity.content_sha256 == content_sha256)
        .execution_options(populate_existing=True)  # never an object read before a change
    )
    return {one.session_index: one for one in found}


def with_ids_between(
    session: Session,
    athlete_id: uuid.UUID,
    low: uuid.UUID,
    high: uuid.UUID,
    *,
    deleted: bool = False,
) -> Sequence[uuid.UUID]:
    """At most two ids from ``low`` to ``high``, both included: enough to know whether it is one."""
    gone = Activity.deleted_at.is_not(None) if deleted else Activity.deleted_at.is_(None)
    return session.scalars(
        select(Activity.id)
        .where(Activity.athlete_id == athlete_id, gone, Activity.id.between(low, high))
        .order_by(Activity.id)
        .limit(2)
    ).all()


def remove(session: Session, athlete_id: uuid.UUID, ids: Collection[uuid.UUID]) -> None:
    """Take activities away for good, with their samples; what duplicated them stands alone."""
    session.execute(
        update(_ACTIVITY)
        .where(_ACTIVITY.c.athlete_id == athlete_id, _ACTIVITY.c.duplicate_of.in_(ids))
        .values(duplicate_of=None)
    )
    session.execute(
        delete(_ACTIVITY).where(_ACTIVITY.c.athlete_id == athlete_id, _ACTIVITY.c.id.in_(ids))
    )


def held_out(
    session: Session, athlete_id: uuid.UUID, first: date, last: date
) -> Sequence[Activity]:
    """Runs that count, from ``first`` to ``last``, with a stretch held out and no word about it."""
    return session.scalars(
        _of(athlete_id)
        .where(
            Activity.sport == RUNNING,
            Activity.duplicate_of.is_(None),
            Activity.local_date.between(first, last),
            Activity.fast_was_run.is_(None),
            or_(Activity.held_out_m > 0, Activity.held_out_s > 0),
        )
        .order_by(Activity.local_date.desc(), Activity.id.desc())
    ).all()


def in_other_zone(
    session: Session, athlete_id: uuid.UUID, zone: str, zone_source: str
) -> Sequence[Activity]:
    """Activities whose day came from ``zone_source`` and another zone, deleted ones too."""
    return session.scalars(
        select(Activity)
        .where(
            Activity.athlete_id == athlete_id,
            Activity.zone_source == zone_source,
            Activity.zone != zone,
        )
        .order_by(Activity.id)
        .execution_options(populate_existing=True)  # never an object read before a change
    ).all()


def change(
    session: Session,
    athlete_id: uuid.UUID,
    activity_id: uuid.UUID,
    **values: Unpack[ActivityChange],
) -> bool:
    """Change columns of an activity; False when there is no such activity."""
    statement = (
        update(_ACTIVITY)
        .where(_ACTIVITY.c.athlete_id == athlete_id, _ACTIVITY.c.id == activity_id)
        .values(**values)
    )
    return affected_rows(session, statement) == 1


def first_run_day(session: Session, athlete_id: uuid.UUID) -> date | None:
    """Local day of the first run that counts, or None without a dated run."""
    return session.scalar(_run_days(athlete_id).order_by(Activity.local_date).limit(1))


def last_run_day(session: Session, athlete_id: uuid.UUID, until: date = date.max) -> date | None:
    """Local day of the last run that counts, of those up to ``until``, or None without one."""
    days = _run_days(athlete_id).where(Activity.local_date <= until)
    return session.scalar(days.order_by(Activity.local_date.desc()).limit(1))


def run_days_stored(
    session: Session, athlete_id: uuid.UUID, first: date, since: datetime
) -> Sequence[StoredDay]:
    """The runs that count, from ``first`` on, that were stored later than ``since``."""
    statement = _run_days(athlete_id).where(
        Activity.local_date >= first, Activity.created_at > since
    )
    columns = statement.with_only_columns(Activity.local_date, Activity.created_at)
    return [StoredDay(day, at) for day, at in session.execute(columns).all() if day is not None]


def _of(athlete_id: uuid.UUID, *, deleted: bool = False) -> Select[Activity]:
    gone = Activity.deleted_at.is_not(None) if deleted else Activity.deleted_at.is_(None)
    return (
        select(Activity)
        .where(Activity.athlete_id == athlete_id, gone)
        .execution_options(populate_existing=True)  # never an object read before a change
    )


def _dated(statement: Select[Activity], after: ActivityCursor | None) -> Select[Activity]:
    # Apart from the undated ones: the databases disagree on where NULL sorts, and only so is the
    # index on started_at read backwards on both.
    if after is not None:
        statement = statement.where(tuple_(Activity.started_at, Activity.id) < after)
    return statement.where(Activity.started_at.is_not(None)).order_by(
        Activity.started_at.desc(), Activity.id.desc()
    )


def _undated(statement: Select[Activity], after: ActivityCursor | None) -> Select[Activity]:
    if after is not None and after.started_at is None:
        statement = statement.where(Activity.id < after.id)
    return statement.where(Activity.started_at.is_(None)).order_by(Activity.id.desc())


def _run_days(athlete_id: uuid.UUID) -> Select[date | None]:
    return select(Activity.local_date).where(
        Activity.athlete_id == athlete_id,
        Activity.sport == RUNNING,
        Activity.duplicate_of.is_(None),
        Activity.deleted_at.is_(None),
        Activity.local_date.is_not(None),
    )
