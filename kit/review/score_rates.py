"""Rates of every region, team or rep at once: margin, cash of what fell due, customers kept."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.tables import SCOPE_COLUMNS
from kit.diagnose import trailing
from kit.diagnose.reference import within
from kit.review.score_parts import owners

EFFORT = ("visit", "quote", "demo")


def margins(case: Case, kind: str, *, start: dt.date, end: dt.date) -> pd.Series:
    """Margin rate by part: Σ (amount − cost) ÷ Σ amount of the lines with a cost.

    Parameters
    ----------
    case : Case
    kind : str
        `region`, `team`, `rep`, or empty for the scope as one, under the id "".
    start, end : date

    Returns
    -------
    Series
        Fraction by id; ids whose amounts do not sum to more than zero are left out.
    """
    rows = within(case.data.sales, start, end)
    rows = kept(rows, rows["cost"].notna())
    key = rows[SCOPE_COLUMNS[kind]] if kind else pd.Series("", index=rows.index)
    sums = rows.groupby(key)[["amount", "cost"]].sum()
    sums = sums[sums["amount"] > 0]
    return (1 - sums["cost"] / sums["amount"]).astype(float)


def paid_shares(case: Case, kind: str, *, start: dt.date, end: dt.date) -> pd.Series:
    """What share of the money that fell due in a span had come by its end.

    collections rate = Σ amount of invoices due from start to end and received by `end`
    ÷ Σ amount of invoices due from start to end

    of invoices above zero, by their due day; parts that were paid count as paid. Older debts that
    came in are in neither sum, so the rate lies between 0 and 1. An invoice whose due day is `end`
    counts as unpaid where that day ended without the cash.

    Parameters
    ----------
    case, kind, start, end
        As `margins`.

    Returns
    -------
    Series
        Fraction by id; ids without an invoice due in the span are left out.
    """
    rows = case.data.frame("receipts")
    mask = (rows["due_on"] >= pd.Timestamp(start)) & (rows["due_on"] <= pd.Timestamp(end))
    mask &= (rows["amount"] > 0) & (rows["invoiced_on"] <= pd.Timestamp(end))
    rows = kept(rows, mask)
    if rows.empty:
        return pd.Series(dtype="float64")
    key = owners(case.data, "receipts", kind=kind).reindex(rows.index) if kind else ""
    paid = rows["amount"].where(rows["received_on"] <= pd.Timestamp(end), 0.0)
    rows = pd.DataFrame({"key": key, "amount": rows["amount"], "paid": paid})
    sums = rows.groupby("key")[["amount", "paid"]].sum()
    return (sums["paid"] / sums["amount"]).astype(float)


def kept_shares(case: Case, kind: str, *, least: int = 1) -> pd.Series:
    """Share of the customers of the twelve months before last with an order in the last twelve.

    The view `kept` of `kit.diagnose.retention`, of every part at once.

    Parameters
    ----------
    case : Case
    kind : str
        As `margins`.
    least : int
        Customers of the year before from which on a share is given.

    Returns
    -------
    Series
        Fraction by id; none where the orders do not reach two years back.
    """
    if not trailing.covers(case, years=2):
        return pd.Series(dtype="float64")
    sales = case.data.sales
    ends = [trailing.year_end(case, back=back) for back in range(3)]
    days = sales["date"].dt.normalize()
    mask = (days > ends[2]) & (days <= ends[0]) & (sales["amount"] > 0)
    rows = kept(sales, mask & sales["customer_id"].notna())
    key = rows[SCOPE_COLUMNS[kind]] if kind else pd.Series("", index=rows.index)
    rows = pd.DataFrame(
        {"key": key, "customer": rows["customer_id"],
         "now": rows["date"].dt.normalize() > ends[1]}
    )  # fmt: skip
    each = rows.groupby(["key", "customer"])["now"].agg(["any", "all"])
    before = each.loc[~each["all"], "any"].groupby("key").agg(["mean", "size"])
    return before.loc[before["size"] >= least, "mean"].astype(float)


def efforts(case: Case, kind: str, *, start: dt.date, end: dt.date) -> pd.Series:
    """Visits, quotes and demos by part; all activities where none of these is recorded."""
    rows = within(case.data.frame("activities"), start, end)
    asked = rows["kind"].isin(EFFORT)
    rows = kept(rows, asked) if asked.any() else rows
    if rows.empty:
        return pd.Series(dtype="float64")
    key = owners(case.data, "activities", kind=kind).reindex(rows.index)
    return rows["count"].groupby(key).sum().astype(float)
