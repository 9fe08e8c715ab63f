"""Which device recorded a FIT file."""

from __future__ import annotations

import numpy as np

from analytics.recording import Device, Float64Array
from importers.fit.clock import maker
from importers.fit.decoding import Columns
from importers.fit.profile import enum_name


def read_device(file_id: Columns, device_info: Columns) -> Device:
    """The recording device, from ``file_id`` and, where that is silent, its ``device_info``."""
    manufacturer = maker(_known(file_id.numbers("manufacturer")))
    product = _known(file_id.numbers("product"))
    serial = _known(file_id.numbers("serial_number"))
    if np.isnan(serial):
        # Device index 0 is the one that writes the file; the others are its sensors.
        creator = device_info.numbers("device_index") == 0
        serial = _known(device_info.numbers("serial_number")[creator])
    names = [*file_id.texts("product_name"), *device_info.texts("product_name")]
    name = next((each for each in names if each), None)
    if name is None and manufacturer == "garmin":
        name = enum_name("garmin_product", product)
    return Device(
        manufacturer=manufacturer,
        product=_whole(product) if name is None else name,
        serial=_whole(serial),
    )


def _known(values: Float64Array) -> float:
    known = values[~np.isnan(values)]
    return float(known[0]) if len(known) else float("nan")


def _whole(value: float) -> str | None:
    return None if np.isnan(value) else str(int(value))
