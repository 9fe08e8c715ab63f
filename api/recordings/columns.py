"""The columns of an activity that come from its original, as this version reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from analytics.runs.metrics import METRICS_VERSION
from api.accounts.local_day import LocalDay
from api.recordings.reading import ReadActivity
from models.activities import ReadValues
from models.base import JsonValue

PARSER_VERSION = 2
"""Rises whenever the same original may be read differently: `swingphase reprocess` reads again."""


def read_values(
    activity: ReadActivity, format_: str, day: LocalDay, height_cm: float | None, now: datetime
) -> ReadValues:
    """The columns that come from the original, and change when it is read anew."""
    recording, metrics = activity.recording, activity.metrics
    elapsed = timedelta(seconds=metrics.elapsed_s or 0.0)
    return {
        "format": format_,
        "parser_version": PARSER_VERSION,
        "metrics_version": METRICS_VERSION,
        "sport": recording.sport.value,
        "sub_sport": recording.sub_sport,
        "started_at": day.started_at,
        "ended_at": day.started_at + elapsed if day.started_at else None,
        "local_date": day.local_date,
        "utc_offset_s": day.utc_offset_s,
        "zone": day.zone,
        "zone_source": day.source.value if day.source else None,
        "distance_m": metrics.distance_m,
        "timer_s": metrics.timer_s,
        "elapsed_s": metrics.elapsed_s,
        "moving_s": metrics.moving_s,
        "steps_total": metrics.steps_total,
        "walking_steps": metrics.walking_steps,
        "hip_flexions": metrics.hip_flexions,
        "hip_flexions_source": metrics.hip_flexions_source.value,
        "held_out_m": metrics.held_out_m,
        "held_out_s": metrics.held_out_s,
        "held_out_flexions": float(metrics.held_out_flexions),
        "records": recording.counts.records,
        "laps": len(recording.laps),
        "cadence_sum_per_leg": recording.counts.cadence_sum_per_leg,
        "device_manufacturer": recording.device.manufacturer,
        "device_product": recording.device.product,
        "device_serial": recording.device.serial,
        "richness": activity.richness,
        "signature": activity.signature,
        "metrics": metrics_json(activity, height_cm),
        "warnings": [
            {"code": warning.code.value, "count": warning.count} for warning in recording.warnings
        ],
        "updated_at": now,
    }


def metrics_json(activity: ReadActivity, height_cm: float | None) -> Mapping[str, JsonValue]:
    """Everything known of a run that is no column, and the height its model was given."""
    cadence = activity.recording.cadence
    return {
        **asdict(activity.metrics),
        "cadence": asdict(cadence) if cadence is not None else None,
        "height_cm": height_cm,
    }
