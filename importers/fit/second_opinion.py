"""FIT messages as fitparse reads them: slowly, one after another, and independently of ours.

The only module that runs fitparse's decoder; it serves as fallback and as oracle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, Protocol, cast

import fitparse  # pyright: ignore[reportMissingTypeStubs] - has no types

Value = float | str | tuple[float | None, ...]

FEW_MESSAGES: Final = 10_000
SHORTEST_MEAN_BYTES: Final = 16
"""fitparse keeps all it read, a kilobyte a message: short messages in plenty are hostile."""


class GaveUp(Exception):  # noqa: N818 - says what happened, like ImportFailure
    """fitparse met something it cannot read, or too much."""


@dataclass(slots=True)
class Message:
    """One data message: stored fields by name, developer fields, and components, all scaled."""

    number: int
    native: dict[str, Value] = field(default_factory=dict[str, Value])
    developer: dict[str, Value] = field(default_factory=dict[str, Value])
    components: dict[str, Value] = field(default_factory=dict[str, Value])

    def values(self) -> dict[str, Value]:
        """All fields; a native one wins over a developer's, both over a component."""
        return self.components | self.developer | self.native


class _Named(Protocol):
    name: str
    scale: float | None
    offset: float | None


class _FieldDefinition(Protocol):
    def_num: int


class _FieldData(Protocol):
    field: _Named | None
    parent_field: _Named | None
    field_def: _FieldDefinition | None
    field_type: str
    raw_value: object


class _DataMessage(Protocol):
    mesg_num: int
    fields: Sequence[_FieldData]


class _FitFile(Protocol):
    def get_messages(self) -> Iterator[_DataMessage]: ...


class _NoProcessor:
    """Leaves values raw: fitparse's own makes dates in a way Python 3.12 deprecates."""

    def run_type_processor(self, field_data: _FieldData) -> None: ...

    def run_field_processor(self, field_data: _FieldData) -> None: ...

    def run_unit_processor(self, field_data: _FieldData) -> None: ...

    def run_message_processor(self, data_message: _DataMessage) -> None: ...


def fitparse_messages(data: bytes) -> Iterator[Message]:
    """Data messages in file order.

    Raises
    ------
    GaveUp
        Where fitparse cannot read on; the messages before were handed out.
    """
    most = max(FEW_MESSAGES, len(data) // SHORTEST_MEAN_BYTES)
    try:
        # CRCs are none of its business here: ours has checked them.
        reader = cast(
            "_FitFile",
            fitparse.FitFile(BytesIO(data), check_crc=False, data_processor=_NoProcessor()),
        )
        for count, each in enumerate(reader.get_messages()):
            if count >= most:
                break
            yield _message(each)
        else:
            return
    except Exception as error:
        raise GaveUp(type(error).__name__) from error
    raise GaveUp("too many messages")


def _message(each: _DataMessage) -> Message:
    message = Message(each.mesg_num)
    for data in each.fields:
        spec = data.parent_field or data.field
        stored = data.field_def
        if data.field_type == "devfield" and spec is not None:
            _put(message.developer, spec.name, _scaled(data.raw_value, None))
        elif stored is None and spec is not None:
            # A component's raw value is scaled already; a timestamp's has no scale.
            into = message.native if spec.name == "timestamp" else message.components
            _put(into, spec.name, _scaled(data.raw_value, None))
        elif stored is not None:
            name = f"unknown_{stored.def_num}" if spec is None else spec.name
            _put(message.native, name, _scaled(data.raw_value, spec))
    return message


def _put(values: dict[str, Value], name: str, value: Value | None) -> None:
    if value is not None:
        values.setdefault(name, value)


def _scaled(raw: object, spec: _Named | None) -> Value | None:
    scale = 1.0 if spec is None or not spec.scale else spec.scale
    offset = 0.0 if spec is None or not spec.offset else spec.offset
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float):
        return raw / scale - offset
    if isinstance(raw, tuple):
        values = cast("tuple[object, ...]", raw)
        return tuple(
            each / scale - offset if isinstance(each, int | float) else None for each in values
        )
    return None
