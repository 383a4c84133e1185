"""How a measure moves month by month: against target, the month before and last year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import same_point, whole
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.errors import UnknownPeriodError
from kit.plan import schedule
from kit.track.pacing import first_day
from kit.track.status import ratio

COLUMNS = ("period", "start", "end", "target", "actual", "variance", "variance_share",
           "rolling_gap", "moving_average", "mom", "yoy", "last_year", "running")  # fmt: skip

_TIME = "datetime64[us]"


@once
def months(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """The months from a year before the period up to `as_of`, one row each.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`.

    Returns
    -------
    DataFrame or Unavailable
        `COLUMNS`; amounts in the measure's unit, `running` (bool) where the month is not over. The
        first row is the first month of the same period last year, as far as there are data; the
        last is the month of `as_of`, or of the period's end where that is earlier.

    Notes
    -----
    - target: the one in force for the month, or else its part of the schedule of the period it lies
      in; of a running month the whole.
    - variance = actual − target, variance_share = variance ÷ target.
    - rolling_gap: Σ (target − actual) over the last `settings.track.rolling` closed months.
    - moving_average: mean actual of the last `settings.track.moving_average` closed months.
    - mom = actual ÷ actual of the month before − 1; yoy likewise against last_year, the same month
      of the year before. A running month is compared with the other month up to the same number of
      working days (and last_year is that part); a closed month with the whole of it.
    - rolling_gap and moving_average are null in a running month and where the window is not full.
      A month that the data hold only in part is compared with nothing, nor counted in an average;
      a ratio to zero or less is null.
    """
    first = first_day(case, measure=measure)
    found = measures.daily(
        case,
        measure=measure,
        start=min(first or case.as_of, case.period.start, case.as_of),
        end=max(case.as_of, case.period.end),
    )
    if isinstance(found, Unavailable):
        return found
    spans = _span(case, first=first)
    goals = _goals(case, spans, measure=measure)
    rows, cumulated = [], found.cumsum()
    for month, goal in zip(spans, goals, strict=True):
        look = _Look(case, cumulated, month, first)
        actual = look.upto(month, case.as_of)
        before = look.same_part(case.calendar.previous(month))
        last_year = look.same_part(case.calendar.year_ago(month))
        rows.append(
            {
                "period": month.name,
                "start": pd.Timestamp(month.start),
                "end": pd.Timestamp(month.end),
                "target": goal,
                "actual": actual,
                "variance": actual - goal,
                "variance_share": ratio(actual - goal, goal),
                "mom": ratio(actual, before) - 1 if look.whole else np.nan,
                "yoy": ratio(actual, last_year) - 1 if look.whole else np.nan,
                "last_year": last_year,
                "running": month.end > case.as_of,
                "counted": look.whole and month.end <= case.as_of,
            }
        )
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "counted"])
    closed = frame["actual"].astype("float64").where(frame["counted"].astype(bool))
    gap = frame["target"].astype("float64") - closed
    frame = frame.assign(
        rolling_gap=gap.rolling(case.settings.track.rolling).sum(),
        moving_average=closed.rolling(case.settings.track.moving_average).mean(),
    )
    kinds = {"period": "str", "start": _TIME, "end": _TIME, "running": "bool"}
    frame = frame[list(COLUMNS)].astype({name: kinds.get(name, "float64") for name in COLUMNS})
    return frame[frame["start"] >= pd.Timestamp(_from(case))].reset_index(drop=True)


class _Look(NamedTuple):
    """One month beside others, in the cumulated history of a case."""

    case: Case
    cumulated: pd.Series
    month: Period
    first: dt.date | None

    @property
    def whole(self) -> bool:
        return whole(self.case.calendar, self.month, first=self.first)

    def upto(self, period: Period, day: dt.date) -> float:
        """Amount from a period's start up to a day of it."""
        last = self.cumulated.asof(pd.Timestamp(min(day, period.end)))
        before = self.cumulated.asof(pd.Timestamp(period.start) - pd.Timedelta(1, "D"))
        return float(np.nan_to_num(last) - np.nan_to_num(before))

    def same_part(self, other: Period) -> float:
        """Amount of another month up to the point where this one stands; NaN where not known."""
        case = self.case
        if not whole(case.calendar, other, first=self.first):
            return float("nan")
        point = same_point(case.calendar, self.month, as_of=case.as_of, other=other)
        return self.upto(other, point)


def _from(case: Case) -> dt.date:
    """First day of the first month shown: the period's first month, a year ago."""
    try:
        start = case.calendar.year_ago(case.period).start
    except UnknownPeriodError:
        start = case.period.start - dt.timedelta(364)
    return case.calendar.containing(start, "month").start


def _span(case: Case, *, first: dt.date | None) -> tuple[Period, ...]:
    """The months looked at: those shown, and those before that windows reach back to."""
    track = case.settings.track
    start = case.calendar.containing(_from(case), "month")
    for _ in range(max(track.rolling, track.moving_average)):
        start = case.calendar.previous(start)
    start = max(start.start, first or case.period.start)
    return case.calendar.between(start, min(case.as_of, case.period.end), "month")


def _goals(case: Case, spans: tuple[Period, ...], *, measure: str) -> list[float]:
    """The target of each month; NaN where any of its days has none."""
    if not spans:
        return []
    days = pd.date_range(spans[0].start, spans[-1].end, freq="D", unit="us")
    daily = pd.Series(np.nan, index=days)
    rows = case.data.frame("targets")
    named = set(rows.loc[rows["measure"] == measure, "period"])
    for period in (*_periods(case, spans), case.period):
        target = in_force(case, measure=measure, period=period)
        if target is None:
            continue
        due = schedule.due(replace(case, period=period), target, measure=measure)
        due = due.diff().fillna(due.iloc[0])
        daily = due.reindex(days).where(days.isin(due.index), daily)
    goals = []
    for month in spans:
        own = in_force(case, measure=measure, period=month) if month.name in named else None
        part = daily.loc[pd.Timestamp(month.start) : pd.Timestamp(month.end)]
        goals.append(float(part.sum(skipna=False)) if own is None else own)
    return goals


def _periods(case: Case, spans: tuple[Period, ...]) -> tuple[Period, ...]:
    try:
        return case.calendar.between(spans[0].start, spans[-1].end, "")
    except UnknownPeriodError:
        return ()
