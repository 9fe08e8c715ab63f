"""GPX and TCX files: real ones, and generated ones with all that their points may carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bench.fuzz.contract import Seed
from bench.fuzz.doors import file_door
from bench.fuzz.real_files import real_files
from bench.fuzz.xml_damage import XML_DAMAGE, thinned
from bench.writers import gpx, tcx

POINTS: Final = gpx.run(40)
MOST_POINTS: Final = 60


def seeds() -> Iterator[Seed]:
    """Every GPX and TCX seed."""
    for ending, generated in ((".gpx", generated_gpx()), (".tcx", generated_tcx())):
        real = {name: thinned(data, MOST_POINTS) for name, data in real_files(ending)}
        for name, data in {**real, **generated}.items():
            yield Seed(ending[1:], name, data, XML_DAMAGE, file_door)


def generated_gpx() -> dict[str, bytes]:
    """Small GPX files by name."""
    late = [
        replace(point, time=point.time + timedelta(hours=7)) for point in POINTS[:10] if point.time
    ]
    timeless = [replace(point, time=None) for point in POINTS]
    repeated = [replace(point, time=POINTS[at // 3].time) for at, point in enumerate(POINTS)]
    return {
        "run.gpx": gpx.gpx(gpx.track([POINTS[:20], POINTS[20:]])),
        "tracks.gpx": gpx.gpx(
            gpx.track([POINTS[:20], POINTS[25:]]), gpx.track([late], kind="9"), creator="Runkeeper"
        ),
        "timeless.gpx": gpx.gpx(gpx.track([timeless], kind=None)),
        "repeated.gpx": gpx.gpx(gpx.track([repeated])),
    }


def generated_tcx() -> dict[str, bytes]:
    """Small TCX files by name."""
    first = tcx.lap(
        POINTS[:20],
        timer_s=20,
        distance_m=60,
        extension="<ns3:AvgRunCadence>85</ns3:AvgRunCadence><ns3:Steps>28</ns3:Steps>",
    )
    second = tcx.lap(POINTS[20:28], POINTS[30:], timer_s=18, distance_m=60)
    indoors = [replace(point, latitude=None, longitude=None) for point in POINTS]
    return {
        "run.tcx": tcx.tcx(
            tcx.activity(first, second, creator="<Name>Watch</Name><UnitId>7</UnitId>")
        ),
        "treadmill.tcx": tcx.tcx(tcx.activity(tcx.lap(indoors, timer_s=40, distance_m=120))),
        "by hand.tcx": tcx.tcx(
            tcx.activity(tcx.lap(timer_s=1800, distance_m=5000), sport="Other"),
            tcx.activity(first, sport="Biking"),
        ),
    }
