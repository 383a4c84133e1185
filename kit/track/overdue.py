"""Overdue: open invoices, those past due, who owes them, and days sales outstanding."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.late_payers import late_payers

DSO_DAYS = 90  # days of invoices that receivables are laid against, as kit.plan.collections does


@dataclass(frozen=True)
class Overdue:
    """What is owed and overdue: open, overdue, overdue_share, dso and payers, as in
    `kit.track.receipts.Receipts`."""

    open: float
    overdue: float
    overdue_share: float
    dso: float
    payers: pd.DataFrame


@once
def overdue(case: Case) -> Overdue | Unavailable:
    """What is owed and overdue on `as_of`, without plan and outlook.

    Returns
    -------
    Overdue or Unavailable
        Unavailable without the table or without any receipt.
    """
    found = owed(case)
    if isinstance(found, Unavailable):
        return found
    rows, open_, late = found
    total, past = float(open_["amount"].sum()), float(late["amount"].sum())
    return Overdue(total, past, _ratio(past, total), dso(rows, case.as_of),
                   late_payers(case, rows, open_, late))  # fmt: skip


def dso(rows: pd.DataFrame, day: dt.date) -> float:
    """Days sales outstanding at the end of a day.

    Parameters
    ----------
    rows : DataFrame
        Canonical receipts.
    day : date

    Returns
    -------
    float
        Open invoices ÷ invoiced in the last 90 days × 90; NaN where nothing was invoiced then, or
        the receipts do not reach back so far.

    Examples
    --------
    >>> rows = pd.DataFrame({"invoiced_on": pd.to_datetime(["2025-01-01", "2025-03-01"]),
    ...     "received_on": pd.to_datetime(["2025-02-01", None]), "amount": [300.0, 100.0]})
    >>> dso(rows, dt.date(2025, 3, 31))  # 100 open of 400 invoiced in 90 days
    22.5
    """
    last = pd.Timestamp(day)
    rows = rows[rows["amount"] > 0]
    since = last - pd.Timedelta(DSO_DAYS, "D")
    if rows.empty or rows["invoiced_on"].min() > since + pd.Timedelta(DSO_DAYS // 3, "D"):
        return float("nan")
    made = rows["invoiced_on"] <= last
    owed = rows.loc[made & ~(rows["received_on"] <= last), "amount"].sum()
    billed = rows.loc[made & (rows["invoiced_on"] > since), "amount"].sum()
    return _ratio(float(owed) * DSO_DAYS, float(billed))


def owed(case: Case) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame] | Unavailable:
    """Receipts of invoices made by `as_of`; those of them that are open; those past due."""
    if not case.data.has("receipts"):
        return Unavailable(table="receipts")
    rows = case.data.frame("receipts")
    rows = rows[rows["invoiced_on"] <= pd.Timestamp(case.as_of)]
    if rows.empty:
        return Unavailable(reason="no_receipts")
    found = open_invoices(rows, case.as_of)
    found = found[found["amount"] > 0]
    return rows, found, found[found["late_days"] >= 0]


def open_invoices(rows: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The open parts of invoices with late_days: days past due, negative before."""
    last = pd.Timestamp(day)
    owed = rows[~(rows["received_on"] <= last)]
    return owed.assign(late_days=(last - owed["due_on"]).dt.days)


def _ratio(over: float, under: float) -> float:
    return over / under if under > 0 else float("nan")

