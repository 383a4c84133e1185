"""What is known when a plan is made: the rows of a scope as they stood at the plan's cutoff."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.hindsight import seen_on
from kit.data.once import once
from kit.errors import UnknownPeriodError
from kit.plan.history import cutoff

_LATE = pd.Timedelta(31, "D")  # how late a scope's first row may lie for a span to count as covered


@once
def known(case: Case) -> ScopeData:
    """The rows of the case's scope as they stood on the last day its plan may know.

    Returns
    -------
    ScopeData
        As `kit.data.hindsight.seen_on` gives it: deals that closed later are open, invoices that
        were paid later are unpaid.
    """
    return seen_on(case.data, cutoff(case), calendar=case.calendar)


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
        if first > pd.Timestamp(one.start) + _LATE:
            break
        if one.end <= cutoff(case):
            found.append(one)
    return tuple(found)


def year_before(day: dt.date) -> pd.Timestamp:
    """The day after the same date a year before: with `day`, it bounds twelve months.

    Examples
    --------
    >>> str(year_before(dt.date(2025, 9, 30)).date())
    '2024-10-01'
    """
    return pd.Timestamp(day) - pd.DateOffset(years=1) + pd.Timedelta(1, "D")
