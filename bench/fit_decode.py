"""One generated hour of running: our decode to columns against fitparse and fitdecode."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast

import fitdecode  # pyright: ignore[reportMissingTypeStubs] - has no types
import fitparse  # pyright: ignore[reportMissingTypeStubs] - has no types
import numpy as np

from analytics.recording import Float64Array
from bench.ratio import Ratio, report, seconds
from bench.writers.fit import modern_run
from importers.fit.decode import decode

OURS_REPEAT = 41
THEIRS_REPEAT = 5
COMPARED = ("distance", "enhanced_speed", "heart_rate", "cadence", "power", "Form Power")


class _Message(Protocol):
    def get_values(self) -> dict[str, object]: ...


class _FitFile(Protocol):
    def get_messages(self) -> Iterable[_Message]: ...


class _Field(Protocol):
    name: str
    value: object


class _Frame(Protocol):
    frame_type: int
    fields: Sequence[_Field]


class _FitReader(Protocol):
    def __enter__(self) -> Iterable[_Frame]: ...

    def __exit__(self, *error: object) -> None: ...


def main() -> list[Ratio]:
    data = modern_run()
    _check(data)
    ours_s = seconds(lambda: _ours(data), OURS_REPEAT)
    fitparse_s = seconds(lambda: fitparse_decode(data), THEIRS_REPEAT)
    fitdecode_s = seconds(lambda: _fitdecode(data), THEIRS_REPEAT)
    print(
        f"decode of one hour: ours {1000 * ours_s:.2f} ms, fitparse {1000 * fitparse_s:.0f} ms,"
        f" fitdecode {1000 * fitdecode_s:.0f} ms"
    )
    return [
        Ratio("decode to columns vs fitparse", fitparse_s / ours_s, at_least=200),
        Ratio("decode to columns vs fitdecode", fitdecode_s / ours_s, at_least=100),
    ]


def _ours(data: bytes) -> dict[int, dict[str, Float64Array]]:
    decoded = decode(data)
    return {
        number: decoded.messages_numbered(number).columns()
        for number in decoded.numbers_of_messages()
    }


def fitparse_decode(data: bytes) -> list[dict[str, object]]:
    """Decode a whole file with fitparse, every message's values included."""
    reader = cast("_FitFile", fitparse.FitFile(io.BytesIO(data)))
    return [message.get_values() for message in reader.get_messages()]


def _fitdecode(data: bytes) -> list[dict[str, object]]:
    with cast("_FitReader", fitdecode.FitReader(io.BytesIO(data))) as reader:
        return [
            {field.name: field.value for field in frame.fields}
            for frame in reader
            if frame.frame_type == fitdecode.FIT_FRAME_DATA
        ]


def _check(data: bytes) -> None:
    """Speed counts only between equal results."""
    record = decode(data).messages("record")
    for theirs in (fitparse_decode(data), _fitdecode(data)):
        rows = [row for row in theirs if "enhanced_speed" in row]
        for name in COMPARED:
            column = _column(rows, name)
            if not np.allclose(record.numbers(name), column, equal_nan=True):
                message = f"decoders disagree on {name}"
                raise ValueError(message)


def _column(rows: Sequence[Mapping[str, object]], name: str) -> Float64Array:
    values = [row.get(name) for row in rows]
    return np.array([value if isinstance(value, int | float) else np.nan for value in values])


if __name__ == "__main__":
    report(main())
