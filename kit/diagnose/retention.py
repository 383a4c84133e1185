"""Who bought again: customers and money kept from year to year, cohorts and the repeat rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import trailing
from kit.errors import UnknownPeriodError

WITHIN = (90, 180, 365)  # days after the first order
_COHORTS = 8


@dataclass(frozen=True)
class Retention:
    """What was kept of the year before, and how many order again.

    Parameters
    ----------
    measures : DataFrame
        view, value, before (the same a year earlier; null where the data do not hold it). Views:
        kept (share of the customers of the twelve months before with an order in the last twelve),
        gross (money of those with money left after returns, each counted at most as much as before
        ÷ their money before), net (all their money now ÷ their money before), repeat (share of
        customers with orders on two days or more, of those of the last twelve months).
    bridge : DataFrame
        part, customers, amount: before (the twelve months before), lost (no order now), shrunk,
        grown, back (ordered before, not in the year before), new (no order before in the data),
        returns (no order in either year, but returns; no row without such customers), now. The
        amounts of all parts but now sum to now. Of before and now the money that names a customer;
        their customers are those with an order.
    cohorts : DataFrame
        period (quarter of the first order), start, customers, and d90, d180, d365: share that
        ordered again within so many days; null where not all of the cohort have had the time. The
        latest eight; customers of the first year of the data are left out, as their first order is
        not known.
    scope : str
        Kind of the scope: within a part of the company, who is lost may buy elsewhere.
    """

    measures: pd.DataFrame
    bridge: pd.DataFrame
    cohorts: pd.DataFrame
    scope: str


@once
def retention(case: Case) -> Retention | Unavailable:
    """Measure how many customers, and how much of their money, came again.

    Returns
    -------
    Retention or Unavailable
        Unavailable("no_customer_orders") where no line names a customer, "no_positive_orders" where
        all that do are returns or of amount zero, "customers_short" where the orders do not reach
        two years back (detail: their first day).

    Notes
    -----
    A customer of a span has an order in it, a day with a line above zero: a return makes nobody a
    customer and, where an order stands beside it, takes nobody out. Within a region, team or rep a
    customer that buys from somebody else counts as lost.
    """
    if trailing.order_days(case).empty:
        named = bool(trailing.names(case))
        return Unavailable(reason="no_positive_orders" if named else "no_customer_orders")
    if not trailing.covers(case, years=2):
        return Unavailable(
            reason="customers_short", detail=trailing.known_since(case).date().isoformat()
        )
    now, before = _measured(case, back=0), _measured(case, back=1)
    measures = pd.DataFrame(
        [{"view": view, "value": now[view], "before": before[view]} for view in now]
    )
    return Retention(measures, _bridge(case), _cohorts(case), case.scope.kind)


def kept_money(now: pd.Series, before: pd.Series) -> dict[str, float]:
    """Money kept from one span to the next, of customers with a positive amount before.

    Parameters
    ----------
    now, before : Series
        Net money of each customer.

    Returns
    -------
    dict
        gross, net; nan where nobody has a positive amount before.

    Examples
    --------
    >>> kept_money(pd.Series({"a": 150.0, "b": 20.0}), pd.Series({"a": 100.0, "b": 60.0,
    ...                                                           "c": 40.0}))
    {'gross': 0.6, 'net': 0.85}
    """
    held = before[before > 0]
    if held.empty:
        return dict.fromkeys(("gross", "net"), np.nan)
    came = now.reindex(held.index).fillna(0.0)
    whole = float(held.sum())
    return {
        "gross": float(np.minimum(came, held).clip(lower=0).sum()) / whole,
        "net": float(came.sum()) / whole,
    }


def _measured(case: Case, *, back: int) -> dict[str, float]:
    now = trailing.money(case, back=back)
    found = dict.fromkeys(("kept", "gross", "net"), np.nan)
    if trailing.covers(case, years=back + 2):
        before = trailing.money(case, back=back + 1)
        before = before[before["orders"] > 0]
        if len(before):
            came = now["orders"].reindex(before.index).fillna(0)
            found["kept"] = float((came > 0).mean())
        found |= kept_money(now["amount"], before["amount"])
    orders = now.loc[now["orders"] > 0, "orders"]
    return {**found, "repeat": float((orders > 1).mean()) if len(orders) else np.nan}


def _bridge(case: Case) -> pd.DataFrame:
    now, before = trailing.money(case), trailing.money(case, back=1)
    ids = before.index.union(now.index)
    columns = ["amount", "orders"]
    before, now = (span[columns].reindex(ids).fillna(0.0) for span in (before, now))
    one, other = before["amount"], now["amount"]
    days = trailing.order_days(case)
    first = days.groupby("customer_id")["date"].min().reindex(ids)
    early = first <= trailing.year_end(case, back=1)
    had, has = before["orders"] > 0, now["orders"] > 0
    change = other - one
    masks = {
        "lost": had & ~has,
        "shrunk": had & has & (change < 0),
        "grown": had & has & (change >= 0),
        "back": ~had & has & early,
        "new": ~had & has & ~early,
    }
    returns = ~had & ~has & ((one != 0) | (other != 0))
    if returns.any():
        masks["returns"] = returns
    rows = [("before", int(had.sum()), float(one.sum()))]
    rows += [(part, int(mask.sum()), float(change[mask].sum())) for part, mask in masks.items()]
    rows.append(("now", int(has.sum()), float(other.sum())))
    return pd.DataFrame(rows, columns=["part", "customers", "amount"])


def _cohorts(case: Case) -> pd.DataFrame:
    days, end = trailing.order_days(case), trailing.year_end(case)
    each = days.groupby("customer_id")["date"]
    second = days[each.cumcount() == 1].set_index("customer_id")["date"]
    table = pd.DataFrame({"first": each.min()}).join(second.rename("second"))
    since = days["date"].min() + pd.DateOffset(years=1)
    columns = ["period", "start", "customers", *(f"d{one}" for one in WITHIN)]
    table = table[table["first"] >= since]
    if table.empty:
        return pd.DataFrame(columns=columns)
    rows = []
    for one in _quarters(case, table["first"].min(), end):
        if pd.Timestamp(one.start) < since:
            continue
        mine = table[table["first"].between(pd.Timestamp(one.start), pd.Timestamp(one.end))]
        shares = {}
        for within in WITHIN:
            over = pd.Timestamp(one.end) + pd.Timedelta(days=within) <= end
            came = (mine["second"] - mine["first"]).dt.days <= within
            shares[f"d{within}"] = float(came.mean()) if over and len(mine) else np.nan
        rows.append({"period": one.name, "start": one.start, "customers": len(mine), **shares})
    found = pd.DataFrame(rows, columns=columns)
    return found[found["customers"] > 0].tail(_COHORTS).reset_index(drop=True)


def _quarters(case: Case, start: pd.Timestamp, end: pd.Timestamp) -> tuple:
    try:
        return case.calendar.between(start.date(), end.date(), "")
    except UnknownPeriodError:
        return ()
