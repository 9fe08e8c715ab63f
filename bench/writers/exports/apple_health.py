"""Writes Apple Health's ``export.xml``, as old and as new phones do, of any size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from xml.sax.saxutils import quoteattr

from bench.writers import gpx

START = datetime(2026, 5, 4, 16, 40, 57, tzinfo=UTC)
PHONE_ZONE = timezone(timedelta(hours=2))
WATCH = "Ada’s Apple\u00a0Watch"
PHONE = "Ada’s iPhone"
INDEX = "apple_health_export/export.xml"
DEVICE = (
    "<<HKDevice: 0x282a45810>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, "
    "hardware:Watch6,1, software:10.3>"
)

DTD = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  sourceName    CDATA #REQUIRED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level. -->
]>
"""
DTD_OF_IOS_16 = DTD.replace("Version: 14", "Version: 12").replace(
    "]>",
    """<!ELEMENT VisionPrescription ((RightEye|LeftEye|MetadataEntry)*)>
<!ATTLIST VisionPrescription
  type          CDATA #REQUIRED
  brand         CDATA #IMPLIED
<!ELEMENT RightEye EMPTY>
<!ATTLIST RightEye
  sphere        CDATA #IMPLIED
  device CDATA #IMPLIED
<!ELEMENT MetadataEntry EMPTY>
>
]>""",
)
"""Declarations that nobody closed, and a bracket too many: every phone of that system writes so."""

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n' + DTD + '<HealthData locale="de_CH">\n'
TAIL = "</HealthData>\n"


def written(time: datetime) -> str:
    """``2026-05-04 18:40:57 +0200``: always in the zone the phone is in when it exports."""
    return f"{time.astimezone(PHONE_ZONE):%Y-%m-%d %H:%M:%S %z}"


def record(kind: str, start: datetime, seconds: float, value: float, *, source: str = WATCH) -> str:
    """One ``Record`` of a quantity."""
    return (
        f' <Record type="HKQuantityTypeIdentifier{kind}" sourceName={quoteattr(source)} '
        f'sourceVersion="10.3" device={quoteattr(DEVICE)} unit="count" '
        f'creationDate="{written(start)}" startDate="{written(start)}" '
        f'endDate="{written(start + timedelta(seconds=seconds))}" value="{value:g}"/>\n'
    )


def steps(start: datetime, minutes: int, per_minute: float, *, source: str = WATCH) -> str:
    """Step counts minute by minute."""
    return "".join(
        record("StepCount", start + timedelta(minutes=at), 60, per_minute, source=source)
        for at in range(minutes)
    )


def heart_rates(start: datetime, seconds: int, *, every: int = 5, source: str = WATCH) -> str:
    """Heart rates, one each so many seconds, from 120 up by one per sample."""
    return "".join(
        record("HeartRate", start + timedelta(seconds=at), 0, 120 + at // every % 60, source=source)
        for at in range(0, seconds, every)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workout:
    """One ``Workout``; ``inside`` is any further text between its tags."""

    kind: str = "Running"
    start: datetime = START
    seconds: float = 1800.0
    timer_s: float | None = None
    distance: float | None = 6.0
    unit: str = "km"
    source: str = WATCH
    zone: str | None = "Europe/Zurich"
    indoor: bool = False
    modern: bool = True
    events: Sequence[tuple[str, float]] = ()
    routes: Sequence[str] = ()
    inside: str = ""
    attributes: str = field(default="")

    @property
    def end(self) -> datetime:
        """When it ended."""
        return self.start + timedelta(seconds=self.seconds)


def workout(told: Workout) -> str:
    """Write it: totals as attributes before iOS 16, as statistics since."""
    timer_s = told.seconds if told.timer_s is None else told.timer_s
    kind = {"Cycling": "DistanceCycling", "Swimming": "DistanceSwimming"}.get(
        told.kind, "DistanceWalkingRunning"
    )
    totals = statistics = ""
    if told.distance is not None and told.modern:
        statistics = (
            f'  <WorkoutStatistics type="HKQuantityTypeIdentifier{kind}" '
            f'startDate="{written(told.start)}" endDate="{written(told.end)}" '
            f'sum="{told.distance}" unit="{told.unit}"/>\n'
        )
    elif told.distance is not None:
        totals = f' totalDistance="{told.distance}" totalDistanceUnit="{told.unit}"'
    zone = "" if told.zone is None else _entry("HKTimeZone", told.zone)
    events = "".join(
        f'  <WorkoutEvent type="HKWorkoutEventType{name}" '
        f'date="{written(told.start + timedelta(seconds=at))}"/>\n'
        for name, at in told.events
    )
    routes = "".join(
        f'  <WorkoutRoute sourceName={quoteattr(told.source)} startDate="{written(told.start)}" '
        f'endDate="{written(told.end)}">\n   <FileReference path="{path}"/>\n  </WorkoutRoute>\n'
        for path in told.routes
    )
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityType{told.kind}" '
        f'duration="{timer_s / 60}" durationUnit="min"{totals} '
        f"sourceName={quoteattr(told.source)} device={quoteattr(DEVICE)} "
        f'creationDate="{written(told.end)}" startDate="{written(told.start)}" '
        f'endDate="{written(told.end)}"{told.attributes}>\n'
        f"{zone}{_entry('HKIndoorWorkout', str(int(told.indoor)))}"
        f"{events}{statistics}{told.inside}{routes} </Workout>\n"
    )


def route_within(start: datetime, seconds: int) -> str:
    """A route as exports before 2019 held it within its workout, for ``Workout.inside``."""
    return (
        "  <WorkoutRoute>\n"
        + "".join(
            f'   <Location date="{written(start + timedelta(seconds=at))}" latitude="47.{at:05}" '
            f'longitude="8.5" altitude="{400 + at}" speed="2.8"/>\n'
            for at in range(seconds)
        )
        + "  </WorkoutRoute>\n"
    )


def _entry(key: str, value: str) -> str:
    return f'  <MetadataEntry key="{key}" value={quoteattr(value)}/>\n'


def export(*parts: str) -> bytes:
    """Whole file of records and workouts."""
    return (HEAD + "".join(parts) + TAIL).encode()


def route(start: datetime, seconds: int) -> bytes:
    """A route's GPX: positions, heights and speeds, no kind, no pulse."""
    points = [
        gpx.Point(time=one.time, latitude=one.latitude, longitude=one.longitude, altitude_m=420.0)
        for one in gpx.run(seconds, start=start)
    ]
    return gpx.gpx(gpx.track([points], kind=None), creator="Apple Health Export")


def life(megabytes: float, workouts: Iterable[Workout] = ()) -> Iterator[bytes]:
    """A file of at least this size, records of years first and workouts last, piece by piece."""
    yield HEAD.encode()
    written_bytes = 0
    day = START - timedelta(days=3650)
    while written_bytes < megabytes * 1e6:
        piece = (
            heart_rates(day, 3600)
            + steps(day, 60, 90)
            + steps(day, 60, 85, source=PHONE)
            + "".join(record("ActiveEnergyBurned", day, 60, 0.5) for _ in range(500))
        ).encode()
        written_bytes += len(piece)
        yield piece
        day += timedelta(hours=6)
    for one in workouts:
        yield workout(one).encode()
    yield TAIL.encode()
