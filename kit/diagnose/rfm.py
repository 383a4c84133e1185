"""Segments of customers by recency, frequency and money, with rules that hold for few customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import silence, trailing

SEGMENTS = (
    "champions", "loyal", "promising", "occasional", "new",
    "at_risk_large", "at_risk", "lapsed_large", "lapsed", "gone",
)  # fmt: skip
FEWEST = 10  # customers, below which a third of them says nothing
_YEAR = 365


def terciles(values: pd.Series) -> pd.Series:
    """Thirds of values, 1 the lowest and 3 the highest; equal values share a third.

    Examples
    --------
    >>> terciles(pd.Series([5.0, 1.0, 3.0])).tolist(), terciles(pd.Series([2.0, 2.0])).tolist()
    ([3, 1, 2], [2, 2])
    """
    share = values.rank(method="average") - 0.5
    return np.floor(3 * share / max(len(values), 1)).astype(int).clip(0, 2) + 1


@once
def segments(case: Case) -> pd.DataFrame | Unavailable:
    """Put every customer into one segment, and sum the segments up.

    Parameters
    ----------
    case : Case

    Returns
    -------
    DataFrame or Unavailable
        A row each segment that has customers, in the order of the table: segment, customers, share
        (of customers), amount (net money of the last twelve months), amount_share (of all), value
        (money of the twelve months up to each one's last order). The amounts sum to all that
        names a customer. Unavailable("few_customers", detail: how many) below ten customers who
        ordered within 730 days.

    Notes
    -----
    Quintiles of few customers jump with every order, so recency has fixed limits and the rest
    thirds. R is the state by the customer's own rhythm (`kit.diagnose.silence.states`). F is the
    third by days with an order, M the third by net money, both in the 365 days up to the
    customer's last order, among all customers who ordered within 730 days, so that silence counts
    in R alone. The first line that fits decides:

    ============= =========================================================
    segment       rule
    ============= =========================================================
    gone          silent for more than 730 days, or only returns
    lapsed_large  R lapsed and M 3
    lapsed        R lapsed
    at_risk_large R at risk and M 3
    at_risk       R at risk
    new           first order within `settings.diagnose.customers.new_days`
    champions     R active, F 3 and M 3
    loyal         R active, F and M 2 or 3
    promising     R active, F or M 2 or 3
    occasional    R active, F 1 and M 1
    ============= =========================================================
    """
    table = customers(case)
    alive = int((table["segment"] != "gone").sum())
    if alive < FEWEST:
        return Unavailable(reason="few_customers", detail=str(alive))
    each = table.groupby("segment").agg(
        customers=("segment", "size"), amount=("amount", "sum"), value=("value", "sum")
    )
    each = each.reindex([one for one in SEGMENTS if one in each.index])
    whole = float(each["amount"].sum())
    each["share"] = each["customers"] / each["customers"].sum()
    each["amount_share"] = each["amount"] / whole if whole > 0 else np.nan
    columns = ["customers", "share", "amount", "amount_share", "value"]
    return each[columns].rename_axis("segment").reset_index()


@once
def customers(case: Case) -> pd.DataFrame:
    """Each customer with its segment.

    Returns
    -------
    DataFrame
        customer_id, customer, segment, state, frequency and money (thirds; null where gone), orders
        (days with an order in the 365 up to the last), value (money of that year), amount (net
        money of the last twelve months); sorted by customer_id. Nobody is `new` where the data
        begin within `new_days`, nor who became a customer before by `customer_since`.
    """
    table, days = silence.standing(case), trailing.order_days(case)
    bought = trailing.money(case)["amount"]
    end = pd.Timestamp(trailing.seen_until(case))
    limits, first = case.settings.diagnose.customers, trailing.known_since(case)
    last = days.groupby("customer_id")["date"].transform("max")
    recent = days[days["date"] > last - pd.Timedelta(days=_YEAR)]
    orders = recent.groupby("customer_id").size().reindex(table.index).fillna(0)
    alive = table["state"] != "gone"
    frequency = terciles(orders[alive]).reindex(table.index)
    money = terciles(table.loc[alive, "value"]).reindex(table.index)
    since = end - pd.Timedelta(days=limits.new_days)
    began = case.data.sales.groupby("customer_id")["customer_since"].min()
    began = pd.to_datetime(began).reindex(table.index)
    fresh = (table["first"] > since) & ~(began <= since) & (pd.Timestamp(first or end) <= since)
    state = table["state"]
    rules = [
        ("gone", ~alive),
        ("lapsed_large", (state == "lapsed") & (money == 3)),
        ("lapsed", state == "lapsed"),
        ("at_risk_large", (state == "at_risk") & (money == 3)),
        ("at_risk", state == "at_risk"),
        ("new", fresh),
        ("champions", (frequency == 3) & (money == 3)),
        ("loyal", (frequency >= 2) & (money >= 2)),
        ("promising", (frequency >= 2) | (money >= 2)),
    ]
    segment = np.select([rule.to_numpy(bool) for _, rule in rules], [name for name, _ in rules],
                        "occasional")  # fmt: skip
    found = pd.DataFrame(
        {"segment": segment, "state": state, "frequency": frequency, "money": money,
         "orders": orders.astype(int), "value": table["value"]}
    )  # fmt: skip
    names = trailing.names(case)
    every = pd.Index(sorted(names), dtype=object)
    found = found.reindex(every)
    found["segment"] = found["segment"].fillna("gone")
    found["state"] = found["state"].fillna("gone")
    found[["orders", "value"]] = found[["orders", "value"]].fillna(0)
    found.insert(0, "customer", [names[one] for one in every])
    found["amount"] = bought.reindex(every).fillna(0.0)
    return found.rename_axis("customer_id").reset_index()
