"""A finding as an alert's row keeps it, there and back."""

from __future__ import annotations

from pydantic import TypeAdapter

from analytics.findings import Episode, Finding
from models.alerts import AlertValues
from models.base import JsonValue

_FINDING = TypeAdapter(Finding)


def to_json(finding: Finding) -> dict[str, JsonValue]:
    """The finding as JSON values."""
    return _FINDING.dump_python(finding, mode="json")


def from_json(stored: JsonValue) -> Finding:
    """The finding a row keeps."""
    return _FINDING.validate_python(stored)


def alert_values(episode: Episode) -> AlertValues:
    """An episode as the row to store."""
    return {
        "rule": episode.key,
        "rule_version": episode.findings[-1].rule_version,
        "family": episode.family.value,
        "level": episode.level.value,
        "opened_on": episode.opened_on,
        "last_on": episode.last_on,
        "cleared_on": episode.cleared_on,
        "findings": [to_json(finding) for finding in episode.findings],
    }
