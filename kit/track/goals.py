"""The target of each day: along the schedule, by the version that was valid on that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.targets import in_force
from kit.errors import UnknownPeriodError
from kit.plan import schedule


@once
def by_day(case: Case, *, start: dt.date, end: dt.date, measure: str = "bookings") -> pd.Series:
    """The part of the scope's targets that each day is to bring.

    Parameters
    ----------
    case : Case
    start, end : date
        First and last day asked for.
    measure : str

    Returns
    -------
    Series
        Index: every day from start to end; NaN on days without a target.

    Notes
    -----
    A day has its part of the schedule (`kit.plan.schedule.due`) of the period it lies in: of the
    case's period, else of the quarter or explicit period, or of a month that has a target of its
    own. Where the target changed within a period, each day counts by the version valid then; days
    before the first version count by that one, and a version that became valid only after the
    period's end counts for all of it.
    """
    days = pd.date_range(start, end, freq="D", unit="us")
    daily = pd.Series(np.nan, index=days)
    rows = case.data.frame("targets")
    rows = rows[rows["measure"] == measure]
    if rows.empty or not len(days):
        return daily
    named = set(rows["period"])
    months = [one for one in case.calendar.between(start, end, "month") if one.name in named]
    changes = sorted({one.date() for one in rows["valid_from"].dropna()})
    for period in (*_whole(case, start, end), case.period, *months):
        found = _days(case, period, measure=measure, changes=changes)
        if found is not None:
            daily = found.reindex(days).where(days.isin(found.index), daily)
    return daily


def of_spans(
    case: Case, spans: Sequence[Period], daily: pd.Series, *, measure: str = "bookings"
) -> np.ndarray:
    """The target of each span; NaN where any of its days has none.

    A span that has a target of its own, unchanged since, has exactly that.
    """
    rows = case.data.frame("targets")
    named = set(rows.loc[rows["measure"] == measure, "period"])
    found = []
    for span in spans:
        part = daily.loc[pd.Timestamp(span.start) : pd.Timestamp(span.end)]
        amount = float(part.sum(skipna=False)) if len(part) else float("nan")
        if span.name in named:
            own = in_force(case, measure=measure, period=span)
            if own is not None and abs(own - amount) <= 1e-6 * max(1.0, abs(own)):
                amount = own
        found.append(amount)
    return np.array(found, dtype=float)


def _days(
    case: Case, period: Period, *, measure: str, changes: Sequence[dt.date]
) -> pd.Series | None:
    """Target by day of one period; None without a target."""
    last = min(period.end, case.as_of)
    starts = [period.start, *(one for one in changes if period.start < one <= last)]
    newest = in_force(case, measure=measure, period=period)
    if newest is None:
        return None
    goals = [newest]
    if len(starts) > 1:
        goals = [in_force(case, measure=measure, period=period, as_of=one) for one in starts]
        if goals[-1] != newest:
            goals = [newest]
    known = [one for one in goals if one is not None]
    goals = [goal if goal is not None else known[0] for goal in goals] or [newest]
    view, parts = replace(case, period=period), {}
    for goal in set(goals):
        due = schedule.due(view, goal, measure=measure)
        parts[goal] = due.diff().fillna(due.iloc[0])
    found = parts[goals[0]].copy()
    for start, goal in zip(starts[1:], goals[1:], strict=False):
        found.loc[pd.Timestamp(start) :] = parts[goal].loc[pd.Timestamp(start) :]
    return found


def _whole(case: Case, start: dt.date, end: dt.date) -> tuple[Period, ...]:
    try:
        return case.calendar.between(start, end, "")
    except UnknownPeriodError:
        return ()
