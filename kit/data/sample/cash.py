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
    open_still = both["received_on"].isna() | (both["received_on"] > truths.LAST_DAY)
    both["received_on"] = both["received_on"].mask(open_still)
    keys = ["invoice_id", "received_on"]
    gathered = both.groupby(keys, dropna=False, as_index=False, sort=True).agg(
        {name: "sum" if name == "amount" else "first" for name in frame.columns if name not in keys}
    )
    return gathered[list(frame.columns)].assign(amount=gathered["amount"].round(2))
