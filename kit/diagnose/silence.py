"""Where each customer stands by its silence: active, at risk, lapsed or gone."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose import customers, trailing
from kit.diagnose.rhythm import rhythm
from kit.settings.diagnose import CustomersSettings

STATES = ("active", "at_risk", "lapsed", "gone")
GONE = 730  # days of silence after which a customer is no longer counted as one


def states(days: pd.DataFrame, *, end: dt.date, limits: CustomersSettings) -> pd.DataFrame:
    """Tell how each customer stands on a day, by its own rhythm.

    A customer has `lapsed` where `kit.diagnose.customers.status` calls it lost, or where it has
    been silent for longer than `lapsed_days`; beyond 730 days it is `gone`. It is `at_risk` where
    its silence is longer than `at_risk_intervals` usual intervals, than the usual interval and
    `at_risk_spreads` spreads, and than 30 days. All others are `active`.

    Parameters
    ----------
    days : DataFrame
        customer_id, date, amount: one row a customer and day with an order, sorted by both.
    end : date
    limits : CustomersSettings

    Returns
    -------
    DataFrame
        As `rhythm`, with state.
    """
    days = days[days["date"] <= pd.Timestamp(end)]
    table = rhythm(days, end=end)
    ordered = pd.DataFrame(
        {"customer_id": days["customer_id"], "date": days["date"], "amount": 1.0,
         "customer_since": pd.NaT}
    )  # fmt: skip
    known = customers.status(
        ordered, pd.Series(1.0, index=table.index), end=end, before_end=end
    )["status"].reindex(table.index)
    lapsed = (known == "lost") | (table["silence"] > limits.lapsed_days)
    limit = pd.concat(
        [
            limits.at_risk_intervals * table["usual"],
            table["usual"] + limits.at_risk_spreads * table["spread"],
        ],
        axis=1,
    ).max(axis=1)
    risk = table["usual"].notna() & (table["silence"] > limit.clip(lower=customers.SHORTEST))
    state = pd.Series("active", index=table.index, dtype=object).mask(risk, "at_risk")
    return table.assign(state=state.mask(lapsed, "lapsed").mask(table["silence"] > GONE, "gone"))


@once
def standing(case: Case) -> pd.DataFrame:
    """`states` of the case's customers on `seen_until`, with value.

    Returns
    -------
    DataFrame
        As `states`, with value: money of the customer's order days in the twelve months up to its
        last.
    """
    days, end = trailing.order_days(case), trailing.seen_until(case)
    table = states(days, end=end, limits=case.settings.diagnose.customers)
    last = days.groupby("customer_id")["date"].transform("max")
    recent = days[days["date"] > last - pd.DateOffset(years=1)]
    return table.assign(value=recent.groupby("customer_id")["amount"].sum())
