"""When a week cannot be compared with the weeks before it; the same for km and for flexions."""

from __future__ import annotations

import numpy as np

from analytics.history import History
from analytics.recording import Float64Array
from analytics.series.layoff import comeback, history_before
from analytics.series.reasons import Reason, ReasonArray, first_reason
from analytics.series.weekly import RAMP_WINDOW_DAYS, highest_week_before, six_days_before


def week_reason(history: History, load: Float64Array) -> ReasonArray:
    """Why a day has no weekly ramp ceiling. ``[..., days]``.

    ``insufficient_history`` below 35 days, the day included; ``unobserved`` when one of the six
    days before is not known, for the room left would be too large; ``comeback`` until a whole week
    has been run since a lay-off, for half a week is nothing to grow from; ``no_prior`` when the
    weeks before hold nothing.
    """
    unknown = (~history.observed).astype(np.float64)
    return first_reason(
        (history_before(history) < RAMP_WINDOW_DAYS - 1, Reason.INSUFFICIENT_HISTORY),
        (six_days_before(unknown) > 0, Reason.UNOBSERVED),
        (comeback(history).weeks_hold_lay_off, Reason.COMEBACK),
        (highest_week_before(load) <= 0, Reason.NO_PRIOR),
    )
