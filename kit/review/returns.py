"""Order lines of a rep: the sales that returns take back, and which share of an order is paid."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once

_REST = 1e-9


def matched(rows: pd.DataFrame) -> pd.DataFrame:
    """Order lines of one rep with the day of the sale that each return takes back.

    Parameters
    ----------
    rows : DataFrame
        Columns date, order_id, customer_id, product_id, amount, cost, share of sales.

    Returns
    -------
    DataFrame
        date, order_id, amount, margin (amount − cost, null without a cost), sold_on, sold_order,
        share. A return (amount below zero) becomes a row for each sale it takes back, the latest
        first; what no earlier sale of the article to that customer explains keeps its own day.

    Notes
    -----
    No table says which order a return belongs to, so the latest sales of the same article to the
    same customer by the rep, on or before its day, are taken to be the ones that came back.

    Examples
    --------
    >>> sales = pd.DataFrame({
    ...     "date": pd.to_datetime(["2025-05-02", "2025-06-02", "2025-07-02"]),
    ...     "order_id": ["1", "2", "3"], "customer_id": "C", "product_id": "P",
    ...     "amount": [100.0, 50.0, -80.0], "cost": [60.0, 30.0, -48.0], "share": 1.0})
    >>> found = matched(sales)
    >>> [(float(one.amount), str(one.sold_on.date())) for one in found.itertuples()][2:]
    [(-50.0, '2025-06-02'), (-30.0, '2025-05-02')]
    """
    rows = rows.sort_values(["date", "order_id"], kind="stable")
    frame = pd.DataFrame(
        {
            "date": rows["date"], "order_id": rows["order_id"], "amount": rows["amount"],
            "margin": rows["amount"] - rows["cost"], "sold_on": rows["date"],
            "sold_order": rows["order_id"], "share": rows["share"],
        }
    ).reset_index(drop=True)  # fmt: skip
    back = frame.index[frame["amount"] < 0]
    if not len(back):
        return frame
    keys = list(zip(rows["customer_id"], rows["product_id"], strict=True))
    asked = {keys[at] for at in back}
    open_: dict[tuple, list[list]] = {}
    pieces, gone = [], []
    for at, amount in enumerate(frame["amount"].to_numpy()):
        key = keys[at]
        if key not in asked or any(pd.isna(one) for one in key):
            continue
        stack = open_.setdefault(key, [])
        if amount > 0:
            stack.append([float(amount), at])
        elif amount < 0:
            gone.append(at)
            pieces += _taken(frame.iloc[at], float(amount), stack, frame)
    return pd.concat([frame.drop(gone), pd.DataFrame(pieces, columns=frame.columns)]).sort_values(
        "date", kind="stable", ignore_index=True
    ) if gone else frame  # fmt: skip


def _taken(row: pd.Series, amount: float, stack: list[list], frame: pd.DataFrame) -> list[dict]:
    """A return in pieces, one for each sale it takes back, and the rest with its own day."""
    found, left = [], -amount
    while stack and left > _REST:
        taken = min(left, stack[-1][0])
        sale = frame.iloc[stack[-1][1]]
        found.append(_piece(row, taken, -amount, sale["sold_on"], sale["order_id"]))
        left = round(left - taken, 9)
        stack[-1][0] -= taken
        if stack[-1][0] <= _REST:
            stack.pop()
    if left > _REST:
        found.append(_piece(row, left, -amount, row["date"], row["order_id"]))
    return found


def _piece(row: pd.Series, taken: float, whole: float, day: pd.Timestamp, order: str) -> dict:
    share = taken / whole
    return {
        **row.to_dict(), "amount": -taken if share < 1 else row["amount"],
        "margin": row["margin"] * share, "sold_on": day, "sold_order": order,
    }  # fmt: skip


@once
def lines(case: Case, rep_id: str) -> pd.DataFrame:
    """A rep's order lines up to `as_of`, returns split by the sales they take back.

    Returns
    -------
    DataFrame
        As `matched` with seen: whether the rep follows the order's cash, as it
        is unshared or invoiced in the rep's name.
    """
    found = matched(measures.sales(case).iloc[_places(case).get(rep_id, [])])
    own = followed(case).get(rep_id, frozenset())
    seen = [
        share >= 1 or order in own
        for share, order in zip(found["share"], found["sold_order"], strict=True)
    ]
    return found.assign(seen=np.array(seen, dtype=bool))


@once
def _places(case: Case) -> dict[str, np.ndarray]:
    """Where the lines of each rep stand in the case's sales."""
    return measures.sales(case).groupby("rep_id", sort=False).indices


@once
def paid_shares(case: Case, *, as_of: dt.date | None = None) -> pd.Series:
    """Share of each invoiced order that is paid on a day, the case's where left out.

    Returns
    -------
    Series
        By order_id: cash received ÷ invoiced, 0 to 1; orders without an invoice are not in it.
    """
    day = pd.Timestamp(as_of or case.as_of)
    rows = case.data.frame("receipts")
    rows = kept(rows, (rows["invoiced_on"] <= day) & rows["order_id"].notna())
    return _share(rows, rows["received_on"] <= day)


@once
def followed(case: Case) -> dict[str, frozenset[str]]:
    """The orders whose invoices run in each rep's name."""
    rows = case.data.frame("receipts")
    rows = kept(rows, rows["order_id"].notna())
    return {str(rep): frozenset(some) for rep, some in rows.groupby("rep_id")["order_id"]}


@once
def overdue_shares(case: Case, *, days: int, as_of: dt.date) -> dict[str, float]:
    """Share of each order that is unpaid more than so many days past due, where that is any."""
    day = pd.Timestamp(as_of)
    rows = case.data.frame("receipts")
    rows = kept(rows, (rows["invoiced_on"] <= day) & rows["order_id"].notna())
    late = rows["due_on"] + pd.Timedelta(days, "D") < day
    share = _share(rows, late & ~(rows["received_on"] <= day))
    return share[share > 0].to_dict()


def _share(rows: pd.DataFrame, counted: pd.Series) -> pd.Series:
    part = rows["amount"].where(counted.to_numpy(dtype=bool), 0.0)
    part = part.groupby(rows["order_id"]).sum()
    total = rows.groupby("order_id")["amount"].sum()
    share = part / total.where(total > 0)
    return share.replace([np.inf, -np.inf], np.nan).fillna(0.0).clip(0.0, 1.0)
