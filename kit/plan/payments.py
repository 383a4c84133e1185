"""How a scope's customers pay: delays from order and invoice to cash, and what they still owe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.delays import Delays, delays
from kit.plan.history import cutoff
from kit.plan.known import known

WINDOW = 182  # days before the cutoff whose payments are learned from
_LEAST = 30  # payments in the window without which a year is taken, then all
_ENOUGH = 50  # payments from which on a term has delays of its own


@dataclass(frozen=True)
class Habits:
    """How customers pay, as seen at a plan's cutoff; money where not said otherwise.

    Parameters
    ----------
    from_order, from_invoice : Delays
    by_terms : mapping of int to Delays
        From invoice to cash, by days from invoice to due.
    invoiced : float
        Invoiced ÷ booked, of orders old enough to be invoiced.
    open : DataFrame
        invoiced_on, due_on, terms (days; −1 where not known), amount: invoices not paid.
    waiting : DataFrame
        date, amount: orders not invoiced yet, as they will be.
    billed : Series
        Invoiced by day.
    last : Timestamp
        The cutoff.
    count : int
        Invoices under observation.
    """

    from_order: Delays
    from_invoice: Delays
    by_terms: Mapping[int, Delays]
    invoiced: float
    open: pd.DataFrame
    waiting: pd.DataFrame
    billed: pd.Series
    last: pd.Timestamp
    count: int


@once
def habits(case: Case) -> Habits | Unavailable:
    """Learn from the receipts known at the cutoff how the scope's customers pay.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Habits or Unavailable
        Unavailable where receipts are missing, or fewer than 30 were ever paid (reason
        `few_receipts`).

    Notes
    -----
    Learned is what happened in the half year before the cutoff (a year, or all, where that holds
    fewer than 30 payments): an invoice older than that comes under observation at the age it then
    had (`kit.plan.delays`), so that old habits are left behind and slow payers are not. Delays from
    the order use receipts that name an order known; where these are less than half of the money,
    bookings are taken as invoiced on the day they are made. Terms with 50 payments have delays of
    their own. Orders are old enough to be invoiced after the time within which nineteen of twenty
    invoices follow their order.
    """
    data, last = known(case), pd.Timestamp(cutoff(case))
    if not data.has("receipts"):
        return Unavailable(table="receipts")
    rows = data.frame("receipts")
    rows = rows[rows["amount"] > 0].reset_index(drop=True)
    paid = rows["received_on"].notna()
    if paid.sum() < _LEAST:
        return Unavailable(reason="few_receipts", detail=str(int(paid.sum())))
    end = rows["received_on"].fillna(last)
    window = _window(end[paid], last)
    terms = (rows["due_on"] - rows["invoiced_on"]).dt.days.fillna(-1).astype(int)
    watched = end >= window
    from_invoice = _delays(rows[watched], rows["invoiced_on"], end, window)
    by_terms = {
        int(one): _delays(rows[watched & (terms == one)], rows["invoiced_on"], end, window)
        for one in sorted(set(terms[watched]))
        if (watched & paid & (terms == one)).sum() >= _ENOUGH
    }
    orders = data.sales.groupby("order_id").agg(date=("date", "min"), amount=("amount", "sum"))
    ordered = orders["date"].reindex(rows["order_id"]).set_axis(rows.index)
    linked = ordered.notna()
    invoiced, waiting = 1.0, orders.iloc[:0]
    from_order = from_invoice
    if rows.loc[linked, "amount"].sum() >= rows["amount"].sum() / 2:
        from_order = _delays(rows[watched & linked], ordered, end, window)
        invoiced, waiting = _invoiced(rows[linked], ordered[linked], orders, last)
    return Habits(
        from_order=from_order,
        from_invoice=from_invoice,
        by_terms=by_terms,
        invoiced=invoiced,
        open=rows.loc[~paid, ["invoiced_on", "due_on", "amount"]].assign(terms=terms[~paid]),
        waiting=waiting,
        billed=rows.groupby("invoiced_on")["amount"].sum().sort_index(),
        last=last,
        count=int(watched.sum()),
    )


def _window(received: pd.Series, last: pd.Timestamp) -> pd.Timestamp:
    """The first day of those that are learned from."""
    for days in (WINDOW, 365):
        first = last - pd.Timedelta(days - 1, "D")
        if (received >= first).sum() >= _LEAST:
            return first
    return received.min()


def _delays(rows: pd.DataFrame, since: pd.Series, end: pd.Series, window: pd.Timestamp) -> Delays:
    start = since[rows.index]
    return delays(
        (end[rows.index] - start).dt.days,
        rows["received_on"].notna(),
        amounts=rows["amount"],
        entered=(window - start).dt.days.clip(lower=0),
    )


def _invoiced(
    rows: pd.DataFrame, ordered: pd.Series, orders: pd.DataFrame, last: pd.Timestamp
) -> tuple[float, pd.DataFrame]:
    """Invoiced ÷ booked of orders old enough, and the younger orders not invoiced yet."""
    lags = (rows["invoiced_on"] - ordered).dt.days.clip(lower=0)
    lag = int(np.ceil(np.quantile(lags, 0.95)))
    old = last - pd.Timedelta(lag, "D")
    first = max(ordered.min(), old - pd.Timedelta(364, "D"))
    settled = orders[(orders["date"] >= first) & (orders["date"] <= old)]
    billed = rows.loc[(ordered >= first) & (ordered <= old), "amount"].sum()
    share = float(billed / settled["amount"].sum()) if settled["amount"].sum() > 0 else 1.0
    young = orders[(orders["date"] > old) & (orders["amount"] > 0)]
    have = set(rows.loc[ordered > old, "order_id"])
    young = kept(young, [one not in have for one in young.index])
    return share, young.assign(amount=young["amount"] * share).reset_index(drop=True)
