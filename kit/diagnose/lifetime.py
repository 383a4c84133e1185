"""What today's customers are worth: orders and money expected of them in the next four quarters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import bgnbd, trailing
from kit.diagnose.abc import CLASSES, classes
from kit.diagnose.rhythm import drawn

FEWEST, YEARS = 100, 2
_WEEK = 7.0
_AHEAD = 365.0 / _WEEK  # weeks
_DRAWS, _SEED = 400, 20250101
_EDGES = (0.1, 0.9)


@dataclass(frozen=True)
class Holdout:
    """What the model, fitted a year ago, said of the year since, and what came.

    Parameters
    ----------
    customers : int
        Those who had ordered by then.
    expected, low, high : float
        Order days expected, and the ends of the 80 % interval (the parameters taken as known).
    actual : float
    unchanged : float
        Order days of the same customers in the year before: a forecast without a model.
    expected_amount, actual_amount : float
        Money; net of returns.
    """

    customers: int
    expected: float
    low: float
    high: float
    actual: float
    unchanged: float
    expected_amount: float
    actual_amount: float

    @property
    def error(self) -> float:
        """Expected ÷ actual − 1; nan where nothing came."""
        return self.expected / self.actual - 1.0 if self.actual else float("nan")


@dataclass(frozen=True)
class Lifetime:
    """Orders and money expected of the customers there are, in the next 365 days.

    Parameters
    ----------
    totals : DataFrame
        class (A, B, C of the last twelve months, none; `total` last), customers, alive (expected
        number that has not left), orders (expected order days), amount (money), margin (null where
        lines have no cost), last_year (money of the last twelve months).
    orders, low, high : float
        The orders of all, and the 80 % interval of their sum (the parameters taken as known).
    model : BgNbd
        In weeks.
    holdout : Holdout or None
        None where a model a year ago would have had fewer than 100 customers or a year of orders.
    """

    totals: pd.DataFrame
    orders: float
    low: float
    high: float
    model: bgnbd.BgNbd
    holdout: Holdout | None


def summary(days: pd.DataFrame, *, end: pd.Timestamp) -> pd.DataFrame:
    """What the model needs of each customer.

    Parameters
    ----------
    days : DataFrame
        customer_id, date: one row a customer and day with an order, sorted by both.
    end : Timestamp
        Later rows are not read.

    Returns
    -------
    DataFrame
        Indexed by customer_id: x (order days after the first), tx (weeks from the first to the
        last), span (weeks from the first to `end`), mean and variance (of the amounts of its order
        days), value (mean drawn towards that of all; see `kit.diagnose.rhythm.drawn`).

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": "C1", "date": pd.to_datetime(["2025-01-01",
    ...                     "2025-01-15"]), "amount": [10.0, 30.0]})
    >>> summary(days, end=pd.Timestamp("2025-01-29"))[["x", "tx", "span"]].values.tolist()
    [[1.0, 2.0, 4.0]]
    """
    days = days[days["date"] <= end]
    each = days.groupby("customer_id", sort=True)
    first, last = each["date"].min(), each["date"].max()
    table = pd.DataFrame(
        {
            "x": each.size() - 1.0,
            "tx": (last - first).dt.days / _WEEK,
            "span": (end - first).dt.days / _WEEK,
            "mean": each["amount"].mean(),
            "variance": each["amount"].var(),
        }
    )
    value, _ = drawn(each.size(), table["mean"], table["variance"])
    return table.assign(value=value)


@once
def lifetime(case: Case) -> Lifetime | Unavailable:
    """Estimate what the customers there are will order in the next 365 days.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Lifetime or Unavailable
        Unavailable("no_customer_orders"); "lifetime_few" (detail: customers) below 100 customers;
        "lifetime_short" (detail: first day) where the orders reach back less than two years;
        "lifetime_no_repeat" where nobody ordered twice.

    Notes
    -----
    BG/NBD: each customer orders at random at a rate of its own until it leaves, which it may do
    after any order. Of a customer with contracts, fixed dates or seasons this does not hold, nor
    where it comes back after years: the totals are better than any single customer, and who is
    leaving is told by `kit.diagnose.leaving`. Customers older than the data are counted from their
    first order in them. Order days are drawn from the model; money = order days × the customer's
    mean order day, drawn towards the mean of all by credibility, × net ÷ gross of returns (lines
    of days without an order); margin = money × the customers' margin of the last twelve months.
    New customers are not in it.
    """
    days = trailing.order_days(case)
    if days.empty:
        return Unavailable(reason="no_customer_orders")
    many = int(days["customer_id"].nunique())
    if many < FEWEST:
        return Unavailable(reason="lifetime_few", detail=str(many))
    if not trailing.covers(case, years=YEARS):
        return Unavailable(
            reason="lifetime_short", detail=trailing.known_since(case).date().isoformat()
        )
    if len(days) == many:
        return Unavailable(reason="lifetime_no_repeat")
    table = summary(days, end=trailing.year_end(case))
    model, orders = _ahead(table)
    low, high = _interval(model, table)
    totals = _totals(case, table, model, orders)
    return Lifetime(
        totals=totals, orders=float(orders.sum()), low=low, high=high, model=model,
        holdout=_holdout(case),
    )  # fmt: skip


def _ahead(table: pd.DataFrame) -> tuple[bgnbd.BgNbd, pd.Series]:
    columns = (table["x"], table["tx"], table["span"])
    model = bgnbd.fit(*columns)
    return model, pd.Series(bgnbd.expected(model, *columns, ahead=_AHEAD), index=table.index)


def _interval(model: bgnbd.BgNbd, table: pd.DataFrame) -> tuple[float, float]:
    drawn_sums = bgnbd.simulate(
        model, table["x"], table["tx"], table["span"], ahead=_AHEAD, draws=_DRAWS, seed=_SEED
    )
    low, high = np.quantile(drawn_sums, _EDGES)
    return float(low), float(high)


def _totals(
    case: Case, table: pd.DataFrame, model: bgnbd.BgNbd, orders: pd.Series
) -> pd.DataFrame:
    bought = trailing.money(case)
    limits = case.settings.diagnose.customers.class_limits
    each = pd.DataFrame(
        {
            "class": classes(bought["amount"], limits=limits).reindex(table.index).fillna("none"),
            "alive": bgnbd.chance_alive(model, table["x"], table["tx"], table["span"]),
            "orders": orders,
            "amount": orders * table["value"] * _net(case, until=trailing.year_end(case)),
            "last_year": bought["amount"].reindex(table.index).fillna(0.0),
        }
    )
    each["margin"] = each["amount"] * _margin_rate(bought)
    sums = each.groupby("class").agg(
        customers=("alive", "size"), alive=("alive", "sum"), orders=("orders", "sum"),
        amount=("amount", "sum"), margin=("margin", lambda found: found.sum(min_count=1)),
        last_year=("last_year", "sum"),
    )  # fmt: skip
    sums = sums.reindex([one for one in (*CLASSES, "none") if one in sums.index])
    whole = sums.sum(min_count=1).to_frame("total").T
    found = pd.concat([sums, whole]).rename_axis("class").reset_index()
    return found.astype({"customers": int})


def _net(case: Case, *, until: pd.Timestamp) -> float:
    """Net amount ÷ amount of order days, of lines that name a customer, up to a day."""
    sales, days = case.data.sales, trailing.order_days(case)
    there = (sales["date"].dt.normalize() <= until) & sales["customer_id"].notna()
    gross = float(days.loc[days["date"] <= until, "amount"].sum())
    return float(sales.loc[there, "amount"].sum()) / gross if gross > 0 else 1.0


def _margin_rate(bought: pd.DataFrame) -> float:
    known = bought[bought["margin"].notna()]
    amount = float(known["amount"].sum())
    return float(known["margin"].sum()) / amount if amount > 0 else float("nan")


def _holdout(case: Case) -> Holdout | None:
    if not trailing.covers(case, years=YEARS):
        return None
    days, end = trailing.order_days(case), trailing.year_end(case)
    cut = end - pd.Timedelta(days=365)
    table = summary(days, end=cut)
    if len(table) < FEWEST or not (table["x"] > 0).any():
        return None
    model, orders = _ahead(table)
    low, high = _interval(model, table)
    mine = days[days["customer_id"].isin(table.index)]
    before = mine["date"].between(cut - pd.Timedelta(days=364), cut)
    sales = case.data.sales
    after = (sales["date"].dt.normalize() > cut) & (sales["date"].dt.normalize() <= end)
    actual = float(sales.loc[after & sales["customer_id"].isin(table.index), "amount"].sum())
    return Holdout(
        customers=len(table),
        expected=float(orders.sum()),
        low=low,
        high=high,
        actual=float((mine["date"] > cut).sum()),
        unchanged=float(before.sum()),
        expected_amount=float((orders * table["value"]).sum()) * _net(case, until=cut),
        actual_amount=actual,
    )
