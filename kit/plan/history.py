"""What a plan may know: a scope's own past, sub-period by sub-period, before the period begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.measures import USED, daily
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError

_LINES = 12  # product lines, largest first, that lend their errors to the backtest
_BY_LINE = ("bookings", "quantity", "margin")
LATE = dt.timedelta(31)  # how late a scope's first day may lie for a span to count as covered


@dataclass(frozen=True)
class Past:
    """Complete sub-periods before a period, and those up to its end.

    Parameters
    ----------
    frame : DataFrame
        A row each sub-period; column 0 is the scope's total, the others its product lines.
    known : tuple of Period
        The sub-periods of the rows.
    ahead : tuple of Period
        Those after them, up to the period's end.
    inside : int
        How many of these, counted from the end, make up the period.
    cycle : int
        Sub-periods a year.
    """

    frame: pd.DataFrame
    known: tuple[Period, ...]
    ahead: tuple[Period, ...]
    inside: int
    cycle: int


def cutoff(case: Case) -> dt.date:
    """The last day a plan for the case's period may know: the day before it, or `as_of`."""
    return min(case.period.start - dt.timedelta(1), case.as_of)


@once
def past(case: Case, *, measure: str = "bookings") -> Past | Unavailable:
    """The scope's history before its period, and what is to be forecast.

    Returns
    -------
    Past or Unavailable
        Fiscal months, twelve a year; for explicit periods these themselves, four a year. The first
        sub-period is left out where the data begin after its middle. Unavailable where a table is
        missing, for periods shorter than a month (reason `too_fine`) and with less than a year of
        history (reason `too_short`, detail the number of sub-periods).
    """
    explicit = case.calendar.kind == "explicit" and case.period.kind in ("explicit", "range")
    if case.period.kind in ("week", "day"):
        return Unavailable(reason="too_fine", detail=case.period.name)
    kind, cycle = ("explicit", 4) if explicit else ("month", 12)
    last = cutoff(case)
    days = days_before(case, measure=measure)
    if isinstance(days, Unavailable):
        return days
    known: tuple[Period, ...] = ()
    if len(days):
        first = days.index[0].date()
        spans = case.calendar.between(first, last, kind)
        whole = (one for one in spans if one.end <= last)
        known = tuple(one for one in whole if first <= one.start + (one.end - one.start) / 2)
    if len(known) < cycle:
        return Unavailable(reason="too_short", detail=str(len(known)))
    ahead = case.calendar.between(known[-1].end + dt.timedelta(1), case.period.end, kind)
    inside = sum(one.end >= case.period.start for one in ahead)
    columns = [sums(days, known)]
    for sales in _lines(case, last) if measure in _BY_LINE else ():
        part = replace(case, data=replace(case.data, frames={**case.data.frames, "sales": sales}))
        columns.append(sums(daily(part, measure=measure, start=known[0].start, end=last), known))
    frame = pd.concat(columns, axis=1, keys=range(len(columns)))
    positive = (frame > 0).all()
    return Past(frame.loc[:, positive | (frame.columns == 0)], known, ahead, inside, cycle)


@once
def days_before(case: Case, *, measure: str = "bookings") -> pd.Series | Unavailable:
    """A measure by day from the first day with a figure to the last day a plan may know."""
    dates = [case.data.sales["date"].min()]
    if measure == "collections":
        dates.append(case.data.frame("receipts")["received_on"].min())
    dates = [one for one in dates if not pd.isna(one)]
    last = cutoff(case)
    start = min(dates).date() if dates else last
    found = daily(case, measure=measure, start=min(start, last), end=last)
    if isinstance(found, Unavailable):
        return found
    return found[found.ne(0).cumsum() > 0]


def sums(days: pd.Series, spans: Sequence[Period]) -> pd.Series:
    """Sums of a daily series over spans of days, one a span, in order."""
    amounts, dates = days.fillna(0.0).to_numpy(), days.index.to_numpy().astype("datetime64[D]")
    starts = dates.searchsorted([np.datetime64(one.start) for one in spans])
    ends = dates.searchsorted([np.datetime64(one.end) for one in spans], side="right")
    found = [amounts[start:end].sum() for start, end in zip(starts, ends, strict=True)]
    return pd.Series(found, dtype="float64")


def last_year(case: Case, *, measure: str = "bookings") -> float | None:
    """The result of the same period a year before.

    Returns
    -------
    float or None
        None where the calendar has no such period, it is not over yet, the scope's data begin more
        than 31 days after its start, or its result is not above zero.
    """
    days = days_before(case, measure=measure)
    if isinstance(days, Unavailable) or not len(days):
        return None
    before = past_years(case, most=1, first=days.index[0])
    found = float(sums(days, before).sum())
    return found if found > 0 else None


def earlier(case: Case, step: Callable[[Period], Period]) -> Period | None:
    """An earlier period, if the calendar has it and it is over before the case's begins.

    Parameters
    ----------
    case : Case
    step : callable
        `case.calendar.year_ago` or `case.calendar.previous`.
    """
    try:
        before = step(case.period)
    except UnknownPeriodError:
        return None
    return before if before.end <= cutoff(case) else None


def past_years(case: Case, *, most: int, first: pd.Timestamp | None) -> tuple[Period, ...]:
    """The same period of the years before, as far as the data hold them wholly, latest first.

    Parameters
    ----------
    case : Case
    most : int
        How many years back at the most.
    first : Timestamp or None
        First day of the data; None or NaT gives no periods.

    Returns
    -------
    tuple of Period
        Those over by the plan's cutoff, whose start lies at most 31 days before `first`.
    """
    found: list[Period] = []
    if first is None or pd.isna(first):
        return ()
    one = case.period
    for _ in range(most):
        try:
            one = case.calendar.year_ago(one)
        except UnknownPeriodError:
            break
        if first > pd.Timestamp(one.start) + LATE:
            break
        if one.end <= cutoff(case):
            found.append(one)
    return tuple(found)


def _lines(case: Case, last: dt.date) -> list[pd.DataFrame]:
    sales = case.data.sales[["line", *USED]]
    sales = kept(sales, (sales["date"] <= pd.Timestamp(last)) & sales["line"].notna())
    size = sales.groupby("line")["amount"].sum().sort_index().sort_values(kind="stable")
    names = size.index[::-1][:_LINES] if len(size) > 1 else ()
    return [kept(sales[list(USED)], sales["line"] == one) for one in names]
