"""Repeat business: what customers who bought before are expected to order without a deal."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.history import LATE, cutoff, past_years
from kit.plan.known import known, year_before

_YEARS = 3


@dataclass(frozen=True)
class Repeat:
    """Repeat business expected in a period, and what it rests on; money where not said otherwise.

    Parameters
    ----------
    amount : float
        level × base.
    spread : float
        Standard deviation of the amount.
    level : float
        Repeat business in the same period of past years ÷ what these customers bought in the year
        before it.
    base : float
        What customers bought in the twelve months up to the cutoff.
    customers : int
        How many these are.
    years : int
        Past years the level is taken from.
    """

    amount: float
    spread: float
    level: float
    base: float
    customers: int
    years: int


@once
def repeat_business(case: Case) -> Repeat | Unavailable:
    """Estimate what customers of the last twelve months will order in the period without a deal.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Repeat or Unavailable
        Unavailable where no past period and the twelve months before it are held wholly (reason
        `no_repeat_history`, detail the first day of the orders, `no_repeat_orders` where there are
        none), or where no customer is known to have bought in these (reason `no_repeat_customers`,
        detail the period).

    Notes
    -----
    For each of up to three past years: the customers who bought in the twelve months up to the same
    point before the period (b_c each); what they ordered in the period, less the amount of their
    deals won in it (r_c each). Orders carry no mark of the deal they came from, so the deals are
    taken off as a sum; where a deal names no customer, the share of bookings that these customers
    have is taken off of it. level = Σ r ÷ Σ b over all years; amount = level × base, not below 0.

    The variance is the larger of two. Customers: Σ_c (r_c − level × b_c)² a year, brought to the
    base now, plus that of the level itself (the ratio estimator of survey sampling, customers
    taken as independent). Years: base² × variance of the yearly levels × (1 + 1 ÷ years); it is
    known from two years on only, so that one year's interval is too narrow rather than too wide.
    Orders without a customer count as new business.
    """
    data, last = known(case), cutoff(case)
    sales = data.sales
    lead = pd.Timestamp(case.period.start) - pd.Timestamp(last)
    bought = _bought(sales, year_before(last), pd.Timestamp(last))
    bought = bought[bought > 0]
    base = float(bought.sum())
    deals = data.frame("opportunities")
    deals = deals[deals["status"] == "won"]
    sums, levels, nameless = [], [], False
    for one in past_years(case, most=_YEARS, first=sales["date"].min()):
        until = (pd.Timestamp(one.start) - lead).date()
        if sales["date"].min() > year_before(until) + LATE:
            break
        before = _bought(sales, year_before(until), pd.Timestamp(until))
        before = before[before > 0]
        if before.empty:
            nameless = True
            break
        span = (pd.Timestamp(one.start), pd.Timestamp(one.end))
        came = _came(sales, deals, *span, customers=before.index)
        sums.append((before, came))
        levels.append(float(came.sum() / before.sum()))
    if not sums:
        return _unknown(sales, nameless=nameless, period=case.period.name)
    total = sum(float(before.sum()) for before, _ in sums)
    level = max(sum(float(came.sum()) for _, came in sums) / total, 0.0)
    squares = sum(float(((came - level * before) ** 2).sum()) for before, came in sums)
    by_customer = squares / total * base + base**2 * squares / total**2
    many = len(levels)
    by_year = base**2 * float(np.var(levels, ddof=1)) * (1 + 1 / many) if many > 1 else 0.0
    spread = math.sqrt(max(by_customer, by_year))
    return Repeat(level * base, spread, level, base, len(bought), many)


def _unknown(sales: pd.DataFrame, *, nameless: bool, period: str) -> Unavailable:
    """Why no past year tells the level."""
    if nameless:
        return Unavailable(reason="no_repeat_customers", detail=period)
    if sales.empty:
        return Unavailable(reason="no_repeat_orders")
    return Unavailable(
        reason="no_repeat_history", detail=sales["date"].min().date().isoformat()
    )


def _bought(sales: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    rows = sales[(sales["date"] >= start) & (sales["date"] <= end)]
    return rows.groupby("customer_id", sort=True)["amount"].sum()


def _came(
    sales: pd.DataFrame,
    deals: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    *,
    customers: pd.Index,
) -> pd.Series:
    """What customers ordered in a span, less their deals won in it."""
    ordered = _bought(sales, start, end)
    came = ordered.reindex(customers, fill_value=0.0)
    won = deals[(deals["closed_on"] >= start) & (deals["closed_on"] <= end)]
    by_name = won.groupby("customer_id")["amount"].sum().reindex(customers, fill_value=0.0)
    nameless = float(won.loc[won["customer_id"].isna(), "amount"].sum())
    everything = float(ordered.sum())
    if not nameless or everything <= 0:
        return came - by_name
    return came - by_name - nameless * came / everything
