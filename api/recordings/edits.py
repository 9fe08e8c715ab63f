"""What the runner says of an activity, laid over what its original says.

Both are kept: an edit survives another reading of the original, and taking an edit back gives what
the original said. Nothing here reads a file or the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypedDict, cast

from analytics.recording import Sport
from analytics.runs.fast_stretch import too_fast_throughout
from analytics.runs.intervals import ON_FOOT
from analytics.runs.metrics import FlexionSource
from analytics.runs.steps import BAND_FRACTION, unsampled_steps
from api.accounts.local_day import LocalDay, ZoneSource, in_zone
from models.activities import Activity, ActivityChange, ReadValues
from models.base import JsonValue

BY_RUNNER: Final = "runner"
"""The source of a distance the runner has given."""

START: Final = ("started_at", "local_date", "utc_offset_s", "zone", "zone_source")
EDITABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title",),
    "sport": ("sport", "sub_sport"),
    "started_at": START,
    "distance_m": ("distance_m",),
    "timer_s": ("timer_s",),
    "rpe": ("rpe",),
    "fast_was_run": ("fast_was_run",),
}
"""What a runner may change, and the columns that change together with it, its own first."""

MODELLED: Final = frozenset(
    {FlexionSource.PACE, FlexionSource.PACE_HEIGHT, FlexionSource.PER_MILE, FlexionSource.NONE}
)
"""Where steps came from that follow the distance and the time; the others were counted."""

_SAID_ALONG: Final = frozenset({"title", "rpe"})
"""What says nothing of how far, how long or when."""

_INSTANTS: Final = frozenset({"started_at", "ended_at"})
_FOLLOWS_FROM_START: Final = "ended_at"


class AsRead(ReadValues):
    """All columns of an activity that an edit may touch, as if the runner had changed nothing.

    Where the runner says that it was another sport, it is the original read as that sport, but for
    ``sport`` and ``sub_sport`` themselves.
    """

    title: str | None
    rpe: float | None
    fast_was_run: bool | None


def edited(read_values: Mapping[str, JsonValue]) -> list[str]:
    """Names of what the runner has changed."""
    return [name for name, columns in EDITABLE.items() if columns[0] in read_values]


def corrected(read_values: Mapping[str, JsonValue]) -> bool:
    """Whether the runner has changed more of an activity than its name and its effort."""
    return any(name not in _SAID_ALONG for name in edited(read_values))


def edits_of(row: Activity) -> ActivityChange:
    """What the runner says of an activity, the columns they have not changed left out."""
    return _picked(row, (one for name in edited(row.read_values) for one in EDITABLE[name]))


def without(edits: ActivityChange, names: Iterable[str]) -> ActivityChange:
    """The edits but for those named."""
    gone = {column for name in names for column in EDITABLE[name]}
    kept = {column: value for column, value in edits.items() if column not in gone}
    return cast("ActivityChange", kept)


def as_read(row: Activity, athlete_zone: str) -> AsRead:
    """What the original said of a stored activity, as far as it is known without reading it again.

    A day that came from the athlete's zone follows it, as it would had it never been changed.
    """
    base = {
        column: (
            decoded(column, row.read_values[column])
            if column in row.read_values
            else getattr(row, column)
        )
        for column in AsRead.__annotations__
    }
    read = cast("AsRead", base)
    moved = read["zone_source"] == ZoneSource.ATHLETE.value and read["zone"] != athlete_zone
    if moved and read["started_at"] is not None:
        day = in_zone(read["started_at"], athlete_zone, ZoneSource.ATHLETE)
        read["local_date"], read["zone"] = day.local_date, day.zone
        read["utc_offset_s"] = day.utc_offset_s
    return read


def day_of(read: AsRead) -> LocalDay:
    """The day of an activity as it was read."""
    source = read["zone_source"]
    return LocalDay(
        read["started_at"],
        read["local_date"],
        read["utc_offset_s"],
        read["zone"],
        None if source is None else ZoneSource(source),
    )


def start_columns(day: LocalDay) -> ActivityChange:
    """The columns of a start the runner has given."""
    return ActivityChange(
        started_at=day.started_at,
        local_date=day.local_date,
        utc_offset_s=day.utc_offset_s,
        zone=day.zone,
        zone_source=day.source.value if day.source else None,
    )


def laid_over(read: AsRead, edits: ActivityChange) -> ActivityChange:
    """Every column of an activity whose original says ``read`` and whose runner says ``edits``.

    Steps that follow from pace are counted anew from an edited distance or time, those a device
    counted stay. Of a distance the runner gave no sample tells which part was too fast: all of it
    is held out, or nothing. The same for equal arguments, and without edits it is ``read``.
    """
    columns = cast("dict[str, Any]", {**read, **edits})
    if "timer_s" in edits:
        columns |= _times(read, edits["timer_s"])
    if "timer_s" in edits or "distance_m" in edits:
        columns |= _counted_anew(read, columns, by_runner="distance_m" in edits)
    start = columns["started_at"]
    elapsed = timedelta(seconds=columns["elapsed_s"] or 0.0)
    columns[_FOLLOWS_FROM_START] = None if start is None else start + elapsed
    original = cast("Mapping[str, Any]", read)
    columns["read_values"] = {
        column: _encoded(value)
        for column, value in original.items()
        if column != "updated_at" and (column in edits or columns[column] != value)
    }
    return cast("ActivityChange", columns)


def differs(row: Activity, columns: ActivityChange, but_for: Collection[str]) -> bool:
    """Whether a row's columns are others than those given."""
    return any(
        getattr(row, column) != value for column, value in columns.items() if column not in but_for
    )


def _picked(row: Activity, columns: Iterable[str]) -> ActivityChange:
    return cast("ActivityChange", {column: getattr(row, column) for column in columns})


class _Times(TypedDict):
    elapsed_s: float | None
    moving_s: float | None


def _times(read: AsRead, timer_s: float | None) -> _Times:
    """What follows from a time the runner gave: who never paused did not pause now either."""
    was_s, elapsed_s, moving_s = read["timer_s"], read["elapsed_s"], read["moving_s"]
    if timer_s is None:
        return _Times(elapsed_s=elapsed_s, moving_s=moving_s)
    if elapsed_s is None or elapsed_s == was_s:
        elapsed_s = timer_s
    share = moving_s / was_s if moving_s is not None and was_s else 1.0
    return _Times(elapsed_s=max(elapsed_s, timer_s), moving_s=timer_s * share)


def _counted_anew(read: AsRead, columns: Mapping[str, Any], *, by_runner: bool) -> dict[str, Any]:
    sport = Sport(columns["sport"])
    distance_m, moving_s = columns["distance_m"], columns["moving_s"]
    changed: dict[str, Any] = {}
    metrics = {
        **read["metrics"],
        "mean_speed_m_s": distance_m / moving_s if distance_m is not None and moving_s else None,
    }
    if by_runner:
        metrics["distance_source"] = BY_RUNNER
    source = FlexionSource(read["hip_flexions_source"] or FlexionSource.NONE)
    if sport in ON_FOOT and source in MODELLED:
        walk = sport is not Sport.RUNNING
        height_cm = read["metrics"].get("height_cm")
        height_cm = float(height_cm) if isinstance(height_cm, int | float) else None
        steps = unsampled_steps(distance_m, moving_s, height_cm, on_a_walk=walk)
        if steps.source is not FlexionSource.NONE:
            before = unsampled_steps(
                read["distance_m"], read["moving_s"], height_cm, on_a_walk=walk
            )
            if read["records"] and read["steps_total"] and before.total > 0:
                # The samples told which part was walked, and totals do not: the shares stay.
                factor = steps.total / before.total
                running = (read["steps_total"] - (read["walking_steps"] or 0.0)) * factor
                walking = (read["walking_steps"] or 0.0) * factor
            else:
                running, walking = steps.running, steps.walking
            changed |= {
                "steps_total": round(running) + round(walking),
                "walking_steps": round(walking),
                "hip_flexions": round(running),
                "hip_flexions_source": steps.source.value,
            }
            metrics["band_fraction"] = BAND_FRACTION[steps.source]
    flexions = changed.get("hip_flexions", columns["hip_flexions"])
    held_out = _held_out(read, columns, flexions or 0.0, by_runner=by_runner)
    return changed | held_out | {"metrics": metrics}


def _held_out(
    read: AsRead, columns: Mapping[str, Any], flexions: float, *, by_runner: bool
) -> dict[str, float]:
    """What is too fast to have been run of an activity whose distance or time was edited.

    A part that samples told apart stays held out as long as the distance stays, at its share of
    the time and of the flexions.
    """
    distance_m, timer_s = columns["distance_m"] or 0.0, columns["timer_s"] or 0.0
    runs = Sport(columns["sport"]) is Sport.RUNNING
    whole = runs and too_fast_throughout(distance_m, timer_s)
    if whole or by_runner or not runs or not read["records"]:
        return {
            "held_out_m": distance_m * whole,
            "held_out_s": timer_s * whole,
            "held_out_flexions": flexions * whole,
        }
    was_s, were = read["timer_s"] or 0.0, read["hip_flexions"] or 0.0
    longer = timer_s / was_s if was_s else 1.0
    more = flexions / were if were else 1.0
    return {
        "held_out_m": min(read["held_out_m"], distance_m),
        "held_out_s": min(read["held_out_s"] * longer, timer_s),
        "held_out_flexions": min(read["held_out_flexions"] * more, flexions),
    }


def _encoded(value: object) -> JsonValue:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return cast("JsonValue", value)


def decoded(column: str, value: JsonValue) -> Any:  # noqa: ANN401 - of whatever type the column is
    """The value of a column as ``read_values`` keeps it."""
    if value is None:
        return None
    if column in _INSTANTS:
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if column == "local_date" else value
