import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from models import channels
from models.activities import ActivityValues
from models.channels import PackedChannel, pack, unpack
from models.database import Database

SECONDS = 3600


def same_bits(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()


@st.composite
def any_samples(draw: st.DrawFn) -> NDArray[Any]:
    dtype = draw(st.sampled_from(["float32", "float64", "int32", "int64"]))
    length = draw(st.integers(0, 200))
    bits = draw(hnp.arrays(dtype.replace("float", "uint").replace("int", "uint")[-6:], length))
    return bits.view(dtype)


@st.composite
def decimal_samples(draw: st.DrawFn) -> NDArray[Any]:
    dtype = draw(st.sampled_from(["float32", "float64"]))
    decimals = draw(st.integers(0, 4))
    whole = draw(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6)), max_size=200))
    values = [np.nan if number is None else number / 10**decimals for number in whole]
    return np.array(values, dtype)


@given(any_samples())
@settings(deadline=None)
def test_every_bit_comes_back_whatever_it_means(samples: NDArray[Any]) -> None:
    assert same_bits(unpack(pack("any", samples)), samples)


@given(decimal_samples())
@settings(deadline=None)
def test_decimals_come_back_to_the_bit(samples: NDArray[Any]) -> None:
    packed = pack("any", samples)
    assert packed.data[0] == 2, "kept as whole numbers"
    assert same_bits(unpack(packed), samples)


@pytest.mark.parametrize(
    "values",
    [
        [0.0, -0.0],
        [np.inf, -np.inf, 1.0],
        [np.nan] * 5,
        [3.4e38, -3.4e38, 1e-45],
        [2.0**31, -(2.0**31), 2.0**31 - 128],
        [1 / 3, 2 / 3],
    ],
)
def test_floats_at_the_edge_come_back(values: list[float]) -> None:
    for dtype in (np.float32, np.float64):
        samples = np.array(values, dtype)
        assert same_bits(unpack(pack("any", samples)), samples)


def test_a_packed_stream_says_what_it_is() -> None:
    packed = pack("heart_rate_bpm", np.array([140, 141, np.nan], np.float32))
    assert packed[:3] == ("heart_rate_bpm", "float32", 3)


def test_a_slice_packs_as_its_copy() -> None:
    samples = np.arange(100, dtype=np.float32)[::3]
    assert unpack(pack("any", samples)).tolist() == samples.tolist()


def test_unpacked_samples_can_be_written() -> None:
    for samples in (np.ones(3, np.float32), np.full(1, 1 / 3, np.float32), np.ones(3, np.int32)):
        unpack(pack("any", samples))[0] = 2


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(3, np.float16),
        np.zeros(3, np.bool_),
        np.zeros((2, 2), np.float32),
        np.zeros(3, ">f4"),
    ],
)
def test_other_arrays_are_refused(samples: Any) -> None:  # noqa: ANN401 - what is refused
    with pytest.raises(ValueError, match="cannot pack"):
        pack("any", samples)


def test_an_unknown_encoding_is_refused() -> None:
    packed = pack("any", np.ones(3, np.float32))
    with pytest.raises(ValueError, match="unknown encoding 9"):
        unpack(packed._replace(data=bytes([9]) + packed.data[1:]))


def test_damaged_data_is_noticed() -> None:
    packed = pack("any", np.ones(3, np.float32))
    with pytest.raises(zstandard.ZstdError):
        unpack(packed._replace(data=packed.data[:-3]))


def an_hour(seed: int) -> list[PackedChannel]:
    """A run's channels as a watch quantises them, wandering as a runner does."""
    random = np.random.default_rng(seed)

    def wander(start: float, step: float, decimals: int) -> NDArray[np.float32]:
        steps = random.normal(0, step, SECONDS)
        steps[random.random(SECONDS) < 0.5] = 0  # sensors repeat themselves
        return np.round(start + np.cumsum(steps) * 0.9, decimals).astype(np.float32)

    speed = np.clip(wander(3.0, 0.02, 3), 2, 5)
    track = np.cumsum(random.normal(250, 15, SECONDS)).astype(np.int32)
    return [
        pack("elapsed_s", np.arange(SECONDS, dtype=np.float64)),
        pack("latitude_semicircles", track + np.int32(700_000_000)),
        pack("longitude_semicircles", track[::-1].copy()),
        pack("distance_m", np.round(np.cumsum(speed, dtype=np.float64), 2).astype(np.float32)),
        pack("speed_m_s", speed),
        pack("altitude_m", wander(120, 0.3, 1)),
        pack("cadence_spm", wander(170, 1, 0)),
        pack("heart_rate_bpm", wander(150, 1, 0)),
        pack("power_w", wander(250, 4, 0)),
        pack("temperature_c", wander(15, 0.1, 0)),
        pack("step_length_m", wander(1.05, 0.01, 4)),
        pack("vertical_oscillation_mm", wander(85, 0.8, 1)),
        pack("ground_contact_time_ms", wander(240, 2, 0)),
        pack("ground_contact_balance_percent", wander(50, 0.1, 2)),
    ]


def test_an_hour_of_fourteen_channels_takes_less_than_thirty_kilobytes() -> None:
    assert sum(len(channel.data) for channel in an_hour(1)) < 30_000


def test_the_streams_of_an_activity_come_back_one_or_many(
    database: Database,
    athlete_id: uuid.UUID,
    run: Callable[..., ActivityValues],
    store: Callable[[uuid.UUID, ActivityValues], uuid.UUID],
) -> None:
    activity_id = store(athlete_id, run())
    with database.write() as session:
        packed = [pack(name, np.arange(3, dtype=np.float32)) for name in ("a", "b")]
        channels.insert_many(session, athlete_id, {activity_id: packed})
        channels.insert_many(session, athlete_id, {activity_id: []})
    with database.read() as session:
        assert channels.names(session, athlete_id, activity_id) == ["a", "b"]
        assert channels.read_many(session, athlete_id, activity_id).keys() == {"a", "b"}
        assert channels.read_many(session, athlete_id, activity_id, ["b", "c"]).keys() == {"b"}
        one = channels.read_one(session, athlete_id, activity_id, "a")
        assert one is not None
        assert one.tolist() == [0.0, 1.0, 2.0]
        assert channels.read_one(session, athlete_id, activity_id, "c") is None
