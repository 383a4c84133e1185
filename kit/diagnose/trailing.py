"""What each customer bought in the twelve months up to a day, and in the twelve before."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once

LATE = pd.Timedelta(days=31)  # data may begin so much later than a span and still hold it


def seen_until(case: Case) -> dt.date:
    """The last day that counts: `as_of`, or the company's last order where that is earlier."""
    return case.as_of if case.through is None else min(case.as_of, case.through)


def year_end(case: Case, *, back: int = 0) -> pd.Timestamp:
    """The last day of the twelve months up to now, or of those so many years back."""
    return pd.Timestamp(seen_until(case)) - pd.DateOffset(years=back)


def known_since(case: Case) -> pd.Timestamp | None:
    """The day of the scope's first order; None without one."""
    days = case.data.sales["date"]
    return days.min() if len(days) else None


def covers(case: Case, *, years: int) -> bool:
    """Whether the scope's orders begin early enough to hold so many years up to now."""
    first = known_since(case)
    return first is not None and first <= year_end(case, back=years) + LATE


@once
def money(case: Case, *, back: int = 0) -> pd.DataFrame:
    """What each customer bought in twelve months, net of returns.

    Parameters
    ----------
    case : Case
    back : int
        0: the twelve months up to `seen_until`; 1: the twelve before; and so on.

    Returns
    -------
    DataFrame
        Indexed by customer_id: amount (money), margin (amount − cost; null where a line has no
        cost), orders (days with an order). Customers with a line in the span alone; lines without
        a customer belong to none.
    """
    end, start = year_end(case, back=back), year_end(case, back=back + 1)
    sales = case.data.sales
    days = sales["date"].dt.normalize()
    rows = kept(sales, (days > start) & (days <= end) & sales["customer_id"].notna())
    each = rows.assign(
        margin=rows["amount"] - rows["cost"].astype(float), day=rows["date"].dt.normalize()
    ).groupby("customer_id", sort=True)
    ordered = order_days(case)
    ordered = ordered[(ordered["date"] > start) & (ordered["date"] <= end)]
    found = pd.DataFrame(
        {"amount": each["amount"].sum(), "margin": each["margin"].sum(min_count=1)}
    ).astype(float)
    unknown = each["margin"].count() < each["amount"].size()
    found["margin"] = found["margin"].mask(unknown, np.nan)
    count = ordered["customer_id"].value_counts()
    return found.assign(orders=count.reindex(found.index).fillna(0).astype(int))


@once
def order_days(case: Case) -> pd.DataFrame:
    """The days on which each customer ordered, up to `seen_until`.

    Returns
    -------
    DataFrame
        customer_id, date, amount (net sum of the customer's lines of the day), sorted by customer
        and date. A day counts where a line of it has a positive amount: returns are no orders.
    """
    sales = case.data.sales
    days = sales["date"].dt.normalize()
    rows = kept(sales, (days <= year_end(case)) & sales["customer_id"].notna())
    rows = pd.DataFrame(
        {
            "customer_id": rows["customer_id"].astype(object),
            "date": rows["date"].dt.normalize(),
            "amount": rows["amount"].astype(float),
            "order": rows["amount"] > 0,
        }
    )
    each = rows.groupby(["customer_id", "date"], sort=True).agg({"amount": "sum", "order": "any"})
    return each[each["order"]].drop(columns="order").reset_index()


@once
def names(case: Case) -> dict[str, str]:
    """The name to show for each customer: its latest, with the id where two share it."""
    rows = case.data.sales[["customer_id", "customer"]]
    rows = rows[rows["customer_id"].notna()].drop_duplicates("customer_id", keep="last")
    rows = rows.sort_values("customer_id")
    shown = rows["customer"].where(rows["customer"].notna(), rows["customer_id"])
    twice = shown.duplicated(keep=False)
    shown = shown.where(~twice, shown + " (" + rows["customer_id"] + ")")
    return dict(zip(rows["customer_id"], shown, strict=True))
