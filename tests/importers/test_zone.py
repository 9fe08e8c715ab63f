"""Zones of places, offsets of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from importers.zone import possible_offset_s, zone_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (47.37, 8.54, "Europe/Zurich"),
        (-41.0, 173.0, "Pacific/Auckland"),
        (27.7, 85.3, "Asia/Kathmandu"),
        (40.0, -30.0, "Etc/GMT+2"),
    ],
)
def test_a_position_has_the_zone_of_its_place(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (float("nan"), 8.5), (47.0, float("nan")), (90.5, 8.0), (47.0, 180.5)],
)
def test_no_position_has_no_zone(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) is None


@pytest.mark.parametrize(
    ("claimed", "offset"),
    [
        (7200, 7200),
        (7203, 7200),
        (-12599, -12600),
        (20700, 20700),
        (0, 0),
        (50400, 50400),
        (50849, 50400),
        (51300, None),
        (-51300, None),
        (1_746_563, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_only_offsets_a_zone_can_have_are_believed(claimed: float, offset: int | None) -> None:
    assert possible_offset_s(claimed) == offset


def test_the_zone_polygons_stay_unloaded_until_a_position_is_met() -> None:
    check = (
        "import sys, importers.zone as z; assert 'tzfpy' not in sys.modules;"
        "z.zone_at(float('nan'), 0.0); assert 'tzfpy' not in sys.modules;"
        "z.zone_at(47.0, 8.0); assert 'tzfpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True, cwd=Path(__file__).parents[2])
