"""Swingphase's version; in an installed wheel it also opens the way to the application's rooms.

The rooms (api, models, importers, analytics, migrations) are top-level folders in the
checkout. A wheel keeps them under ``swingphase/_app`` so that installing the product never
drops a package called ``models`` into anyone's site-packages; importing ``swingphase`` puts
that folder on the path.
"""

import sys
from pathlib import Path

__version__ = "0.1.0"

_APP = Path(__file__).parent / "_app"
if _APP.is_dir() and str(_APP) not in sys.path:
    sys.path.insert(0, str(_APP))
