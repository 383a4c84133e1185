"""Invoices of the sample company and the cash that comes for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.vocabulary import Vocabulary

TERMS = (30, 60, 0)  # days from invoice to due, by channel
DELAY = ((4.0, 5.0), (7.0, 6.0), (0.0, 1.0))  # days after due: mean, spread, by channel
PARTIAL = 0.05  # share of invoices paid in two parts
DISPUTED = 0.003  # share of invoices that are argued about: paid long after, the latest not yet
ARGUED = 120  # days such an argument takes


def receipts(
    orders: pd.DataFrame, words: Vocabulary, *, rng: np.random.Generator, planted: bool = True
) -> pd.DataFrame:
    """One invoice an order, with the day the cash came, empty where it had not by the last day.

    Distributors pay `LATE_DAYS` later for what is invoiced from `LATE_FROM` on.
    """
    heads = orders[orders["quantity"] > 0].groupby("order_id", sort=True).agg(
        date=("date", "first"), customer_id=("customer_id", "first"), rep_id=("rep_id", "first"),
        channel=("channel", "first"), amount=("amount", "sum"),
    ).reset_index()  # fmt: skip
    count = len(heads)
    channel = heads["channel"].map({name: n for n, name in enumerate(words.channels)}).to_numpy()
    invoiced = heads["date"] + pd.to_timedelta(rng.integers(0, 5, count), unit="D")
    due = invoiced + pd.to_timedelta(np.array(TERMS)[channel], unit="D")
    mean, spread = np.array(DELAY)[channel].T
    late = planted & (channel == 1) & (invoiced >= pd.Timestamp(truths.LATE_FROM))
    delay = np.round(rng.normal(mean, spread)) + np.where(late, truths.LATE_DAYS, 0)
    waited = np.maximum((due - invoiced).dt.days + delay, 0)
    received = invoiced + pd.to_timedelta(waited, unit="D")
    disputed = rng.uniform(size=count) < DISPUTED
    received = received + pd.to_timedelta(np.where(disputed, ARGUED, 0), unit="D")
    frame = pd.DataFrame(
        {
            "invoice_id": [f"INV{number + 1:06d}" for number in range(count)],
            "received_on": received,
            "order_id": heads["order_id"],
            "customer_id": heads["customer_id"],
            "rep_id": heads["rep_id"],
            "invoiced_on": invoiced,
            "due_on": due,
            "amount": heads["amount"].round(2),
        }
    )
    frame = frame[frame["invoiced_on"] <= truths.LAST_DAY]
    return _in_parts(frame, rng=rng)


def _in_parts(frame: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Split some invoices into two payments and empty what comes after the last day."""
    split = rng.uniform(size=len(frame)) < PARTIAL
    rest = frame[split].copy()
    first = (frame["amount"] * 0.6).round(2)
    rest["amount"] = (rest["amount"] - first[split]).round(2)
    rest["received_on"] = rest["received_on"] + pd.Timedelta(days=20)
    both = pd.concat([frame.assign(amount=frame["amount"].where(~split, first)), rest])
    return _gathered(both)


def _gathered(both: pd.DataFrame) -> pd.DataFrame:
    """One row an invoice and day of payment; what comes after the last day has not come."""
    open_still = both["received_on"].isna() | (both["received_on"] > truths.LAST_DAY)
    both = both.assign(received_on=both["received_on"].mask(open_still))
    keys = ["invoice_id", "received_on"]
    gathered = both.groupby(keys, dropna=False, as_index=False, sort=True).agg(
        {name: "sum" if name == "amount" else "first" for name in both.columns if name not in keys}
    )
    return gathered[list(both.columns)].assign(amount=gathered["amount"].round(2))


def followed(paid: pd.DataFrame, *, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The receipts of orders some of which are gone, cheaper, later or somebody else's now.

    Parameters
    ----------
    paid : DataFrame
        Receipts of the orders `before`.
    before, now : DataFrame
        Orders; `now` holds no others than `before`.

    Returns
    -------
    DataFrame
        Every payment moved by as many days, and changed by the same factor, as its order.
    """
    sides = [
        one[one["quantity"] > 0].groupby("order_id").agg(
            date=("date", "first"), rep_id=("rep_id", "first"), amount=("amount", "sum")
        )
        for one in (before, now)
    ]  # fmt: skip
    there = paid[paid["order_id"].isin(sides[1].index)]
    was, is_now = (one.loc[there["order_id"]].set_index(there.index) for one in sides)
    later = is_now["date"] - was["date"]
    days = {name: there[name] + later for name in ("received_on", "invoiced_on", "due_on")}
    amount = (there["amount"] * is_now["amount"] / was["amount"]).round(2)
    moved = there.assign(**days, amount=amount, rep_id=is_now["rep_id"])
    return _gathered(moved[moved["invoiced_on"] <= truths.LAST_DAY])
