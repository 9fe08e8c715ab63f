"""Reads stored activities again with today's parsers and metrics, and swaps them in at once.

What is read is laid aside in a temporary file; only when all of an athlete's is there does one
transaction put it in place. Cut short at any point, nothing has changed, and a history never mixes
versions but for what cannot be read any more, which stays as it is.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from analytics.recording import Sport
from analytics.runs.metrics import METRICS_VERSION
from api.accounts.service import ask_to_remodel, whose
from api.imports.decoders import DecoderDied, Decoders, Read, ReadTask
from api.imports.storing import new_activity
from api.recordings.again import Again, columns_again, entered_again, entries_again
from api.recordings.columns import PARSER_VERSION
from api.recordings.edits import differs, edited, edits_of, laid_over
from api.recordings.reading import ReadFile
from api.recordings.settling import settle_all
from api.refresh.days import rewrite_days
from api.refresh.service import refresh
from api.runtime import Runtime
from importers.contract import ImportFailure
from models import activities, athletes, channels
from models.activities import Activity, Source
from models.athletes import Athlete
from models.channels import PackedChannel, unpack

BATCH: Final = 50
"""Files read at once: what is held in memory at any time."""

_OF_THE_READING: Final = frozenset({"parser_version", "metrics_version", "updated_at"})
"""Columns that differ between two readings that say the same."""

OnFile = Callable[[int, int | None, str], None]
Wanted = Callable[[Source], bool]


@dataclass(slots=True)
class Reprocessed:
    """What became of an athlete's activities.

    ``kept`` names those no longer in their file that the runner had edited: they are deleted as a
    runner deletes, and can be restored. ``unreadable`` names what could not be read again and stays
    as it was.
    """

    read_again: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list[str])
    unreadable: list[str] = field(default_factory=list[str])

    @property
    def unchanged(self) -> int:
        """How many were read again and say the same."""
        return self.read_again - self.changed


@dataclass(frozen=True, slots=True)
class _Laid:
    """One content read again, as it lies in the temporary file.

    ``sports`` is what the runner said of its activities when it was read, ``channels`` the samples
    of those whose samples changed.
    """

    content_sha256: str
    sports: Mapping[int, Sport]
    activities: Mapping[int, Again]
    channels: Mapping[int, Sequence[PackedChannel]]


@dataclass(frozen=True, slots=True)
class _Begun:
    """Files being read, and how to wait for what they say."""

    batch: Sequence[Sequence[Source]]
    tasks: Sequence[ReadTask]
    results: Callable[[], list[Read]]


def outdated(source: Source) -> bool:
    """Whether an older parser or older metrics have made an activity."""
    return source.parser_version < PARSER_VERSION or source.metrics_version < METRICS_VERSION


def everything(source: Source) -> bool:
    """Whether to read an activity again when all are to be: yes."""
    del source
    return True


def to_do(session: Session, athlete_id: UUID, wanted: Wanted) -> int:
    """How many activities would be read again."""
    return sum(len(one) for one in _contents(activities.sources(session, athlete_id), wanted))


def reprocess(
    runtime: Runtime, athlete_id: UUID, wanted: Wanted, on_file: OnFile | None = None
) -> Reprocessed:
    """Read an athlete's activities again that are wanted, and swap what they say in at once.

    Parameters
    ----------
    wanted
        Which; of a file all activities are read when one of them is wanted.
    on_file
        Called with how many files are read, of how many, and the last one's name.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    """
    with runtime.database.read() as session:
        athlete = whose(session, athlete_id)
        contents = _contents(activities.sources(session, athlete.id), wanted)
    done = Reprocessed()
    if not contents:
        return done
    with tempfile.TemporaryFile(dir=runtime.settings.data) as aside:
        reader = _Reader(runtime, athlete, done, on_file or _tell_nobody, len(contents))
        for laid in reader.read(contents):
            pickle.dump(laid, aside)
        aside.seek(0)
        with runtime.database.write() as session:
            _Swap(session, runtime, athlete, done).all(_laid_aside(aside))
    return done


def _contents(sources: Sequence[Source], wanted: Wanted) -> list[list[Source]]:
    """The activities to read again, those of one content together, in the order of ``sources``."""
    by_content: dict[str, list[Source]] = {}
    for one in sources:
        by_content.setdefault(one.content_sha256, []).append(one)
    return [of_one for of_one in by_content.values() if any(map(wanted, of_one))]


def _sports(of_one: Sequence[Source]) -> dict[int, Sport]:
    return {
        one.session_index: Sport(one.sport) for one in of_one if "sport" in edited(one.read_values)
    }


def _tell_nobody(read: int, total: int | None, name: str) -> None:
    del read, total, name


def _laid_aside(aside: IO[bytes]) -> Iterator[_Laid]:
    while True:
        try:
            yield cast("_Laid", pickle.load(aside))  # noqa: S301 - written above, seen by no other
        except EOFError:
            return


class _Reader:
    """Reads contents again, wherever they came from."""

    def __init__(
        self, runtime: Runtime, athlete: Athlete, done: Reprocessed, on_file: OnFile, total: int
    ) -> None:
        self._runtime = runtime
        self._athlete = athlete
        self._done = done
        self._on_file = on_file
        self._total = total
        self._count = 0

    def read(self, contents: Sequence[Sequence[Source]]) -> Iterator[_Laid]:
        files = [one for one in contents if one[0].file_sha256 and one[0].entry is None]
        indexes: dict[tuple[str, str | None], list[Source]] = defaultdict(list)
        with Decoders(self._runtime.originals) as decoders:
            yield from self._files(files, decoders)
            for source, *_ in contents:
                if source.file_sha256 is None:
                    yield from self._entered(source)
                elif source.entry is not None:
                    indexes[source.file_sha256, source.member].append(source)
            for (file_sha256, member), sources in indexes.items():
                yield from self._entries(file_sha256, member, sources, decoders)

    def _files(self, files: Sequence[Sequence[Source]], decoders: Decoders) -> Iterator[_Laid]:
        rest = iter(files)
        current = self._begin(rest, decoders)
        while current is not None:
            following = self._begin(rest, decoders)  # read while this one is laid aside
            for of_one, read in zip(current.batch, self._results(current, decoders), strict=True):
                name = of_one[0].source_name
                if isinstance(read, ReadFile):
                    again = {
                        one.session_index: Again(one, read.format, read.height_cm)
                        for one in read.activities
                    }
                    yield self._laid(of_one[0].content_sha256, _sports(of_one), again)
                else:
                    self._done.unreadable.append(name)
                self._tell(name)
            current = following

    def _begin(self, rest: Iterator[Sequence[Source]], decoders: Decoders) -> _Begun | None:
        batch = list(islice(rest, BATCH))
        if not batch:
            return None
        tasks = [_task(of_one) for of_one in batch]
        return _Begun(batch, tasks, decoders.begin(tasks, self._athlete.height_cm))

    def _results(self, begun: _Begun, decoders: Decoders) -> Sequence[Read | None]:
        try:
            return begun.results()
        except DecoderDied:
            return [self._alone(task, decoders) for task in begun.tasks]

    def _alone(self, task: ReadTask, decoders: Decoders) -> Read | None:
        """What one file says that may have ended its reader; None when it did."""
        try:
            return decoders.begin([task], self._athlete.height_cm)()[0]
        except DecoderDied:
            return None

    def _entered(self, source: Source) -> Iterator[_Laid]:
        with self._runtime.database.read() as session:
            row = activities.made_of(session, self._athlete.id, source.content_sha256).get(0)
        if row is not None:
            sports = _sports([source])
            again = entered_again(row, self._athlete.zone, self._athlete.height_cm, sports.get(0))
            yield self._laid(source.content_sha256, sports, {0: again})
        self._tell(source.source_name)

    def _entries(
        self,
        file_sha256: str,
        member: str | None,
        sources: Sequence[Source],
        decoders: Decoders,
    ) -> Iterator[_Laid]:
        missing = {one.entry: one for one in sources if one.entry is not None}
        wanted = {entry: _sports([one]).get(0) for entry, one in missing.items()}
        found = entries_again(
            self._runtime.database,
            decoders.here,
            self._athlete.id,
            file_sha256=file_sha256,
            member=member,
            wanted=wanted,
            height_cm=self._athlete.height_cm,
        )
        try:
            for entry, again in found:
                source = missing.pop(entry)
                yield self._laid(source.content_sha256, _sports([source]), {0: again})
                self._tell(source.source_name)
        except (ImportFailure, OSError):
            pass  # what is missing now could not be read
        for source in missing.values():
            self._done.unreadable.append(source.source_name)
            self._tell(source.source_name)

    def _laid(
        self, content_sha256: str, sports: Mapping[int, Sport], again: Mapping[int, Again]
    ) -> _Laid:
        """What to keep of a reading: samples only where they are others than those stored."""
        changed: dict[int, Sequence[PackedChannel]] = {}
        with self._runtime.database.read() as session:
            rows = activities.made_of(session, self._athlete.id, content_sha256)
            for index, one in again.items():
                packed = one.activity.channels
                row = rows.get(index)
                if row is None or not _same_samples(
                    {channel.stream: channel for channel in packed},
                    channels.packed(session, row.athlete_id, row.id),
                ):
                    changed[index] = packed
        bare = {
            index: Again(one.activity.without_channels(), one.format, one.height_cm)
            for index, one in again.items()
        }
        return _Laid(content_sha256, sports, bare, changed)

    def _tell(self, name: str) -> None:
        self._count += 1
        self._on_file(self._count, self._total, name)


def _same_samples(packed: Mapping[str, PackedChannel], stored: Mapping[str, PackedChannel]) -> bool:
    """Whether channels hold the same samples, however they were packed."""
    return packed.keys() == stored.keys() and all(
        channel == stored[stream]
        or (
            (channel.dtype, channel.samples) == (stored[stream].dtype, stored[stream].samples)
            and unpack(channel).tobytes() == unpack(stored[stream]).tobytes()
        )
        for stream, channel in packed.items()
    )


def _task(of_one: Sequence[Source]) -> ReadTask:
    first = of_one[0]
    if first.file_sha256 is None:
        raise ValueError("a run entered by hand has no file")
    return ReadTask(
        first.source_name, first.file_sha256, first.member, first.content_sha256, _sports(of_one)
    )


class _Swap:
    """Puts what was read again in the place of what is stored, in one transaction."""

    def __init__(
        self, session: Session, runtime: Runtime, read_for: Athlete, done: Reprocessed
    ) -> None:
        self._session = session
        self._now = runtime.now()
        self._read_for = read_for
        self._done = done
        athlete = athletes.lock(session, read_for.id)
        self._athlete = whose(session, read_for.id) if athlete is None else athlete

    def all(self, laid: Iterator[_Laid]) -> None:
        session, athlete = self._session, self._athlete
        days = self._days()
        for one in laid:
            self._content(one)
        done = self._done
        if done.changed or done.added or done.removed or done.kept:
            settle_all(session, athlete.id)
            rewrite_days(session, athlete.id, days | self._days())
            refresh(session, athlete.id, self._now)
        if athlete.height_cm != self._read_for.height_cm:
            # It changed meanwhile: these runs are to be read once more.
            ask_to_remodel(session, athlete.id, self._now)

    def _days(self) -> set[date]:
        sources = activities.sources(self._session, self._athlete.id)
        return {one.local_date for one in sources if one.local_date is not None}

    def _content(self, laid: _Laid) -> None:
        rows = dict(activities.made_of(self._session, self._athlete.id, laid.content_sha256))
        if not rows:
            return
        came, went = laid.activities.keys() - rows.keys(), rows.keys() - laid.activities.keys()
        if len(came) == len(went) == 1:
            # It has another place in its file now, and is the same activity to its runner.
            place, before = came.pop(), went.pop()
            row = rows[place] = rows.pop(before)
            activities.change(self._session, row.athlete_id, row.id, session_index=place)
        for index, again in laid.activities.items():
            row = rows.pop(index, None)
            if row is None:
                self._add(laid, index, again)
            elif laid.sports.get(index) == _said_sport(row):
                self._change(row, again, laid.channels.get(index))
            else:
                # The runner has said otherwise since it was read.
                ask_to_remodel(self._session, self._athlete.id, self._now)
        self._let_go(rows.values())

    def _let_go(self, rows: Collection[Activity]) -> None:
        """Take away what is not in its file any more; what the runner has edited, so they see it.

        Beside what its file has instead it would count twice.
        """
        gone = [row.id for row in rows if not row.read_values]
        if gone:
            activities.remove(self._session, self._athlete.id, gone)
            self._done.removed += len(gone)
        for row in rows:
            if row.read_values and row.deleted_at is None:
                activities.change(
                    self._session,
                    row.athlete_id,
                    row.id,
                    deleted_at=self._now,
                    # Looked for with these: it need not be looked for again.
                    parser_version=PARSER_VERSION,
                    metrics_version=METRICS_VERSION,
                    updated_at=self._now,
                )
                self._done.kept.append(row.source_name)

    def _change(self, row: Activity, again: Again, packed: Sequence[PackedChannel] | None) -> None:
        read = columns_again(row, again, self._athlete, self._now)
        columns = laid_over(read, edits_of(row))
        self._done.read_again += 1
        changed = packed is not None or differs(row, columns, _OF_THE_READING)
        if not changed:
            if (row.parser_version, row.metrics_version) == (PARSER_VERSION, METRICS_VERSION):
                return
            columns["updated_at"] = row.updated_at
        activities.change(self._session, row.athlete_id, row.id, **columns)
        self._done.changed += changed
        if packed is not None:
            channels.remove(self._session, row.athlete_id, row.id)
            channels.insert_many(self._session, row.athlete_id, {row.id: packed})

    def _add(self, laid: _Laid, index: int, again: Again) -> None:
        """An activity of a file that an older parser did not find in it."""
        rows = activities.made_of(self._session, self._athlete.id, laid.content_sha256)
        beside = next(iter(rows.values()))
        row = new_activity(beside, again, self._athlete, self._now)
        activities.insert(self._session, self._athlete.id, [row])
        packed = {row["id"]: laid.channels.get(index, ())}
        channels.insert_many(self._session, self._athlete.id, packed)
        self._done.added += 1


def _said_sport(row: Activity) -> Sport | None:
    return Sport(row.sport) if "sport" in edited(row.read_values) else None
