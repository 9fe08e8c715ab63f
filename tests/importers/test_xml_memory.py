"""An XML file of any make takes a small multiple of its size in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_MIB = 64
"""Kept in the parser's tree, two million elements take four times this."""

PARSE = """
import sys
from importers import gpx, tcx
from importers.contract import ImportFailure

def peak_kib():
    # Not getrusage: its peak is inherited from the process that started this one.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

data = eval(sys.argv[1])
importer = tcx.IMPORTER if data.startswith(b"<T") else gpx.IMPORTER
before = peak_kib()
try:
    importer.parse(data)
except ImportFailure:
    pass
print((peak_kib() - before) // 1024)
"""

POINT = 'b\'<trkpt lat="1" lon="2"><time>2026-01-01T00:00:00Z</time></trkpt>\''
SEVERAL_PER_SEGMENT = f"b'<trkseg>' + {POINT} * 20 + b'</trkseg>'"
JUNK = "b'<a/>' * 2_000_000"
CROWDS = {
    "elements no format knows": f"b'<gpx>' + {JUNK} + b'</gpx>'",
    "in a segment": f"b'<gpx><trk><trkseg>' + {JUNK} + b'</trkseg></trk></gpx>'",
    "in a point": f"b'<gpx><trk><trkseg><trkpt>' + {JUNK}",
    "in points within points": f"b'<gpx>' + b'<trk><trkseg><trkpt>' * 60 + {JUNK}",
    "empty tracks": "b'<gpx>' + b'<trk/>' * 200_000",
    "one enormous tag": "b'<gpx ' + b''.join(b'a%d=\"\" ' % i for i in range(1_000_000))",
    "undeclared prefixes": "b'<gpx>' + b'<a/>' * 9000 + b'<x:a/>' * 1_000_000",
    "points": f"b'<gpx><trk><trkseg>' + {POINT} * 100_000",
    "points in segments": f"b'<gpx><trk>' + ({SEVERAL_PER_SEGMENT}) * 5_000",
    "in a lap": (
        "b'<TrainingCenterDatabase><Activity><Lap>' + b'<Extensions><b/></Extensions>' * 400_000"
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("data", CROWDS.values(), ids=CROWDS.keys())
def test_a_crowd_of_elements_does_not_stay_in_memory(data: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARSE, data], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert int(done.stdout) < MOST_MIB
