"""The course of a month: how much of its result has usually come by which working day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.history import cutoff, days_before

_MONTHS = 24  # latest months that are looked at
_LEAST = 6  # months without which no course is told
_STEPS = 20  # points of the course
_ENDS = (0.1, 0.9)  # of ten months, one lies below and one above


@once
def course(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """How a month's result has come in, learned from the latest complete months before the period.

    Parameters
    ----------
    case : Case
    measure : str

    Returns
    -------
    DataFrame or Unavailable
        passed (share of the month's working days that are over, 0 to 1), share (of the month's
        result that had come, mean of the months), low, high (between which eight of ten months
        lay), months (how many were seen). Unavailable with fewer than six months with a result
        (reason `few_months`, detail how many there are).

    Notes
    -----
    Up to 24 months. What is booked on a day off counts with the working day before it, or with the
    first one. Between days the course is a straight line. Months with returns larger than sales, or
    whose cumulated result leaves 0 to 1 by more than half, are left out.
    """
    days = days_before(case, measure=measure)
    if isinstance(days, Unavailable):
        return days
    grid = np.linspace(0, 1, _STEPS + 1)
    seen = [one for one in (_course(case, days, month, grid) for month in _months(case, days))
            if one is not None]  # fmt: skip
    if len(seen) < _LEAST:
        return Unavailable(reason="few_months", detail=str(len(seen)))
    low, high = np.quantile(seen, _ENDS, axis=0)
    return pd.DataFrame(
        {
            "passed": grid, "share": np.mean(seen, axis=0), "low": low, "high": high,
            "months": len(seen),
        }
    )  # fmt: skip


def reached(course: pd.DataFrame, passed: float, *, column: str = "share") -> float:
    """The share of a month's result that has usually come when a share of its days is over.

    Examples
    --------
    >>> even = pd.DataFrame({"passed": [0.0, 0.5, 1.0], "share": [0.0, 0.4, 1.0]})
    >>> round(reached(even, 0.25), 9)
    0.2
    """
    return float(np.interp(passed, course["passed"], course[column]))


def _months(case: Case, days: pd.Series) -> list[Period]:
    if not len(days):
        return []
    first, last = days.index[0].date(), cutoff(case)
    spans = [one for one in case.calendar.between(first, last, "month") if one.end <= last]
    worked = case.calendar.workdays(spans[0].start, spans[0].end) if spans else ()
    if len(worked) and first > pd.Timestamp(worked[0]).date():
        spans = spans[1:]  # the data begin within it
    return spans[-_MONTHS:]


def _course(
    case: Case, days: pd.Series, month: Period, grid: np.ndarray
) -> np.ndarray | None:
    """One month's cumulated share at each point of the grid; None where it has none to tell."""
    inside = days.loc[pd.Timestamp(month.start) : pd.Timestamp(month.end)].fillna(0.0)
    total = float(inside.sum())
    worked = case.calendar.workdays(month.start, month.end)
    if total <= 0 or len(worked) < 2:
        return None
    place = np.searchsorted(pd.DatetimeIndex(worked), inside.index, side="right").clip(min=1)
    by_day = np.bincount(place, weights=inside.to_numpy(), minlength=len(worked) + 1)
    reached = by_day.cumsum() / total
    if reached.min() < -0.5 or reached.max() > 1.5:
        return None
    return np.interp(grid, np.arange(len(worked) + 1) / len(worked), reached)
