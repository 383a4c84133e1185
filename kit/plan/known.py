"""What is known when a plan is made: the rows of a scope as they stood at the plan's cutoff."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.hindsight import seen_on
from kit.data.once import once
from kit.plan.history import cutoff


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


def year_before(day: dt.date) -> pd.Timestamp:
    """The day after the same date a year before: with `day`, it bounds twelve months.

    Examples
    --------
    >>> str(year_before(dt.date(2025, 9, 30)).date())
    '2024-10-01'
    """
    return pd.Timestamp(day) - pd.DateOffset(years=1) + pd.Timedelta(1, "D")
