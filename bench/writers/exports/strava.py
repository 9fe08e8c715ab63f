"""Writes Strava's ``activities.csv`` in its three forms and several languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain

START = datetime(2026, 5, 4, 16, 40, 57, tzinfo=UTC)

MODERN = (
    *("Activity ID", "Activity Date", "Activity Name", "Activity Type", "Activity Description"),
    *("Elapsed Time", "Distance", "Max Heart Rate", "Relative Effort", "Commute"),
    *("Activity Private Note", "Activity Gear", "Filename", "Athlete Weight", "Bike Weight"),
    *("Elapsed Time", "Moving Time", "Distance", "Max Speed", "Average Speed", "Elevation Gain"),
    *("Elevation Loss", "Elevation Low", "Elevation High", "Max Grade", "Average Grade"),
    *("Average Positive Grade", "Average Negative Grade", "Max Cadence", "Average Cadence"),
    *("Max Heart Rate", "Average Heart Rate", "Max Watts", "Average Watts", "Calories"),
    *("Max Temperature", "Average Temperature", "Relative Effort", "Total Work"),
    *("Number of Runs", "Uphill Time", "Downhill Time", "Other Time", "Perceived Exertion"),
    *("Type", "Start Time", "Weighted Average Power", "Power Count"),
    *("Prefer Perceived Exertion", "Perceived Relative Effort", "Commute"),
    *("Total Weight Lifted", "From Upload", "Grade Adjusted Distance"),
    *("Weather Observation Time", "Weather Condition", "Weather Temperature"),
    *("Apparent Temperature", "Dewpoint", "Humidity", "Weather Pressure", "Wind Speed"),
    *("Wind Gust", "Wind Bearing", "Precipitation Intensity", "Sunrise Time", "Sunset Time"),
    *("Moon Phase", "Bike", "Gear", "Precipitation Probability", "Precipitation Type"),
    *("Cloud Cover", "Weather Visibility", "UV Index", "Weather Ozone", "Jump Count"),
    *("Total Grit", "Average Flow", "Flagged", "Average Elapsed Speed", "Dirt Distance"),
    *("Newly Explored Distance", "Newly Explored Dirt Distance", "Activity Count"),
    *("Total Steps", "Carbon Saved", "Pool Length", "Training Load", "Intensity"),
    *("Average Grade Adjusted Pace", "Timer Time", "Total Cycles", "Recovery", "With Pet"),
    *("Competition", "Long Run", "For a Cause", "Media"),
)
"""The header of 99 columns."""

OF_2019 = (
    *("Activity ID", "Activity Date", "Activity Name", "Activity Type", "Activity Description"),
    *("Elapsed Time", "Distance", "Commute", "Activity Gear", "Filename"),
)

BEFORE_2019 = (
    *("id", "date", "name", "type", "description", "elapsed_time", "distance", "commute", "gear"),
    "filename",
)

GERMAN_WORDS: Mapping[str, str] = {
    "Activity ID": "Aktivitäts-ID",
    "Activity Date": "Aktivitätsdatum",
    "Activity Name": "Name der Aktivität",
    "Activity Type": "Aktivitätsart",
    "Activity Description": "Aktivitätsbeschreibung",
    "Elapsed Time": "Verstrichene Zeit",
    "Distance": "Distanz",
    "Max Heart Rate": "Max. Herzfrequenz",
    "Filename": "Dateiname",
    "Moving Time": "Bewegungszeit",
    "Elevation Gain": "Höhenzunahme",
    "Perceived Exertion": "Gefühlte Anstrengung",
    "Total Steps": "Schritte insgesamt",
}

GERMAN = tuple(GERMAN_WORDS.get(title, f"{title} (de)") for title in MODERN)
"""Twice-named columns are twice-named in every language."""


def untranslated(title: str) -> str:
    """Header cell as Strava writes it where its translation is missing."""
    return (
        '<span class="translation_missing" title="translation missing: '
        f'de-DE.lib.export.{title.lower().replace(" ", "_")}">{title}</span>'
    )


def english_date(time: datetime) -> str:
    """``May 4, 2026, 4:40:57 PM``."""
    hour = time.hour % 12 or 12
    return f"{time:%b} {time.day}, {time.year}, {hour}:{time:%M:%S} {time:%p}"


def german_date(time: datetime) -> str:
    """``04.05.2026, 16:40:57``."""
    return f"{time:%d.%m.%Y, %H:%M:%S}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One row. ``cells`` overrides what any column of a title (its first) would hold."""

    number: int = 9125662739
    time: datetime = START
    name: str = "Evening Run"
    kind: str = "Run"
    description: str = ""
    elapsed_s: float = 3000.0
    moving_s: float = 2900.0
    distance_m: float = 10050.5
    ascent_m: float = 84.0
    exertion: str = ""
    steps: str = ""
    file: str = ""
    cells: Mapping[str, str] = field(default_factory=dict[str, str])


def row(activity: Activity, date: str, *, decimal: str = ".") -> list[str]:
    """Cells of ``MODERN``; the shown columns have the language's decimal sign."""
    shown: dict[str, str] = {
        "Activity ID": str(activity.number),
        "Activity Date": date,
        "Activity Name": activity.name,
        "Activity Type": activity.kind,
        "Activity Description": activity.description,
        "Elapsed Time": f"{activity.elapsed_s:.0f}",
        "Distance": f"{activity.distance_m / 1000:.2f}".replace(".", decimal),
        "Commute": "false",
        "Filename": activity.file,
        "Moving Time": f"{activity.moving_s:.1f}",
        "Elevation Gain": f"{activity.ascent_m}",
        "Perceived Exertion": activity.exertion,
        "Total Steps": activity.steps,
        **activity.cells,
    }
    measured = {
        "Elapsed Time": f"{activity.elapsed_s:.1f}",
        "Distance": f"{activity.distance_m}",
        "Commute": "0",
    }
    cells: list[str] = []
    for at, title in enumerate(MODERN):
        first = MODERN.index(title) == at
        cells.append(shown.get(title, "") if first else measured.get(title, ""))
    return cells


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, separator: str = ",") -> bytes:
    """Write the file."""
    return b"".join(lines(header, rows, separator=separator))


def lines(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, separator: str = ","
) -> Iterator[bytes]:
    """Write the file row by row."""
    for cells in chain([header], rows):
        text = io.StringIO()
        csv.writer(text, delimiter=separator, lineterminator="\n").writerow(cells)
        yield text.getvalue().encode()


def modern(*activities: Activity) -> bytes:
    """English file of 99 columns."""
    return table(MODERN, (row(one, english_date(one.time)) for one in activities))


def german(*activities: Activity) -> bytes:
    """German file of 99 columns."""
    return table(GERMAN, (row(one, german_date(one.time), decimal=",") for one in activities))


def before_2019(*activities: Activity) -> bytes:
    """File of the first form: lower-case header, metres."""
    return table(
        BEFORE_2019,
        (
            [
                *(str(one.number), f"{one.time:%Y-%m-%d %H:%M:%S}", one.name, one.kind),
                *(one.description, f"{one.elapsed_s:.0f}", f"{one.distance_m}", "false", ""),
                one.file,
            ]
            for one in activities
        ),
    )


def history(count: int) -> list[Activity]:
    """Runs of as many days."""
    return [
        Activity(
            number=1_000_000 + day,
            time=START + timedelta(days=day),
            name=f"Run {day}",
            distance_m=5000.0 + day % 9000,
            file=f"activities/{day}.fit.gz",
        )
        for day in range(count)
    ]
