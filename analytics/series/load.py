"""Every day's load in columns, and the load as a day begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.history import History
from analytics.recording import BoolArray, Float64Array
from analytics.series.decay import redi
from analytics.series.layoff import history_before
from analytics.series.longest import REFERENCE_DAYS, longest_before, spike
from analytics.series.ratio_reason import value_reason, zone_reason
from analytics.series.ratios import coupled_ratio, ewma_ratio, uncoupled_ratio
from analytics.series.reasons import Reason, ReasonArray, first_reason
from analytics.series.week_reason import week_reason
from analytics.series.weekly import ramp, seven_day_total


@dataclass(frozen=True, slots=True)
class StartOfDay:
    """The load as it stood before the day's own run; None with the reason's code.

    ``zone_reason`` says why the ratios have no zone; it may stand beside a value.
    """

    seven_day_km: float
    seven_day_flexions: float
    ramp: float | None
    ramp_reason: str | None
    ratio_coupled: float | None
    ratio_uncoupled: float | None
    ratio_ewma: float | None
    ratio_reason: str | None
    zone_reason: str | None
    redi_km: float | None
    longest_run_30d_km: float | None


@dataclass(frozen=True, slots=True)
class LoadSeries:
    """Every day's load at its end, in columns ``[..., days]``; NaN where its reason is not 0.

    ``ratio_reason`` belongs to all three ratios; ``zone_reason`` also says where a ratio has a
    value but no zone. ``longest_run_30d_km`` is of the 30 days before the day, and ``spike`` the
    day's longest run against it, NaN on days without a run; ``spike_reason`` is ``PARTIAL`` where
    there are fewer than 30 days of history. Reasons are ``Reason`` codes in int8.
    """

    first_date: date
    distance_km: Float64Array
    hip_flexions: Float64Array
    seven_day_km: Float64Array
    seven_day_flexions: Float64Array
    ramp: Float64Array
    ramp_reason: ReasonArray
    ratio_coupled: Float64Array
    ratio_uncoupled: Float64Array
    ratio_ewma: Float64Array
    ratio_reason: ReasonArray
    zone_reason: ReasonArray
    redi_km: Float64Array
    longest_run_km: Float64Array
    longest_run_30d_km: Float64Array
    spike: Float64Array
    spike_reason: ReasonArray


def load_series(history: History) -> LoadSeries:
    """The load of every day, its own run included."""
    km = history.distance_km
    ramp_codes = _or_unobserved(week_reason(history, km), history.observed)
    ratio_codes = _or_unobserved(value_reason(history), history.observed)
    has_ratio = ratio_codes == Reason.NONE
    reference = longest_before(history.longest_run_km)
    return LoadSeries(
        first_date=history.first_date,
        distance_km=km,
        hip_flexions=history.hip_flexions,
        seven_day_km=seven_day_total(km),
        seven_day_flexions=seven_day_total(history.hip_flexions),
        ramp=np.where(ramp_codes == Reason.NONE, ramp(km), np.nan),
        ramp_reason=ramp_codes,
        ratio_coupled=np.where(has_ratio, coupled_ratio(km), np.nan),
        ratio_uncoupled=np.where(has_ratio, uncoupled_ratio(km), np.nan),
        ratio_ewma=np.where(has_ratio, ewma_ratio(km, history.first_run_index), np.nan),
        ratio_reason=ratio_codes,
        zone_reason=_or_unobserved(zone_reason(history), history.observed),
        redi_km=redi(km, history.observed & _begun(history)),
        longest_run_km=history.longest_run_km,
        longest_run_30d_km=np.where(reference > 0, reference, np.nan),
        spike=np.where(history.run_days, spike(history.longest_run_km), np.nan),
        spike_reason=first_reason(
            (reference <= 0, Reason.NO_REFERENCE),
            (history_before(history) < REFERENCE_DAYS, Reason.PARTIAL),
        ),
    )


def start_of_day(history: History, day: int) -> StartOfDay:
    """One athlete's load as it stood before the runs of day ``day``."""
    reference = float(longest_before(history.longest_run_km)[day])
    longest = reference if reference > 0 else None
    if day == 0:
        nothing = Reason.INSUFFICIENT_HISTORY.code
        return StartOfDay(
            seven_day_km=0.0,
            seven_day_flexions=0.0,
            ramp=None,
            ramp_reason=nothing,
            ratio_coupled=None,
            ratio_uncoupled=None,
            ratio_ewma=None,
            ratio_reason=nothing,
            zone_reason=nothing,
            redi_km=None,
            longest_run_30d_km=longest,
        )
    series = load_series(history)
    yesterday = day - 1
    return StartOfDay(
        seven_day_km=float(series.seven_day_km[yesterday]),
        seven_day_flexions=float(series.seven_day_flexions[yesterday]),
        ramp=_number(series.ramp[yesterday]),
        ramp_reason=_code(series.ramp_reason[yesterday]),
        ratio_coupled=_number(series.ratio_coupled[yesterday]),
        ratio_uncoupled=_number(series.ratio_uncoupled[yesterday]),
        ratio_ewma=_number(series.ratio_ewma[yesterday]),
        ratio_reason=_code(series.ratio_reason[yesterday]),
        zone_reason=_code(series.zone_reason[yesterday]),
        redi_km=_number(series.redi_km[yesterday]),
        longest_run_30d_km=longest,
    )


def _or_unobserved(reasons: ReasonArray, observed: BoolArray) -> ReasonArray:
    """Reasons judged before the day's own run; at its end a day not known has no value either."""
    return np.where((reasons == Reason.NONE) & ~observed, np.int8(Reason.UNOBSERVED), reasons)


def _begun(history: History) -> BoolArray:
    first = np.asarray(history.first_run_index)[..., np.newaxis]
    return np.arange(history.days) >= first


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _code(reason: np.int8) -> str | None:
    return Reason(int(reason)).code or None
