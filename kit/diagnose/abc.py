"""ABC classes of customers by revenue and by margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import trailing

CLASSES = ("A", "B", "C")
_SLACK = 1e-9  # of the whole: rounding does not decide a class


@dataclass(frozen=True)
class Abc:
    """Customers of the last twelve months in classes.

    Parameters
    ----------
    customers : DataFrame
        customer_id, customer, amount, margin (money, twelve months), share (of the sum of positive
        amounts; null where the own amount is zero or less), by_amount, by_margin (A, B, C; null by
        margin where it is not known). Largest amount first.
    classes : DataFrame
        A row each class: class, customers, amount, share (positive amounts of the class ÷ all
        positive amounts), by_margin (customers of that class by margin), margin (theirs),
        margin_share (as share, of margins). The last three are null without costs.
    cross : DataFrame
        by_amount, by_margin, customers, amount, margin: the pairs that occur; without costs no row.
    losing : int
        Customers with an amount above zero and a margin below it.
    losing_amount, losing_margin : float
        Their amount and margin.
    returns : int
        Customers whose net amount is zero or less: returns cancel or outweigh what they bought.
    returns_amount : float
        Their amount.
    limits : tuple of float
        Cumulated shares at which A and B end.
    """

    customers: pd.DataFrame
    classes: pd.DataFrame
    cross: pd.DataFrame
    losing: int
    losing_amount: float
    losing_margin: float
    returns: int
    returns_amount: float
    limits: tuple[float, float]


def classes(amounts: pd.Series, *, limits: tuple[float, float] = (0.8, 0.95)) -> pd.Series:
    """Sort customers into A, B and C by cumulated share.

    Customers are taken from the largest down. A customer is in class A where those before it hold
    less than the first limit of the whole, in B where they hold less than the second, else in C: so
    the customer that crosses a limit belongs to the upper class. Customers of equal amount are in
    one class, the upper one. The whole is the sum of positive amounts; an amount of zero or less
    is in C.

    Parameters
    ----------
    amounts : Series
        Money of each customer; a null stays without class.
    limits : tuple of float

    Returns
    -------
    Series
        A, B or C with the index of `amounts`.

    Examples
    --------
    >>> classes(pd.Series([70.0, 20.0, 6.0, 4.0, -3.0])).tolist()
    ['A', 'A', 'B', 'C', 'C']
    """
    positive = amounts.where(amounts > 0, 0.0).fillna(0.0).astype(float)
    whole = float(positive.sum())
    sums = positive.groupby(positive).sum().sort_index(ascending=False)
    before = positive.map(sums.cumsum() - sums)
    slack = _SLACK * whole
    found = pd.Series("C", index=amounts.index, dtype=object)
    found = found.mask((positive > 0) & (before < limits[1] * whole - slack), "B")
    found = found.mask((positive > 0) & (before < limits[0] * whole - slack), "A")
    return found.mask(amounts.isna(), None)


@once
def abc(case: Case) -> Abc | Unavailable:
    """Sort the customers of the last twelve months into classes by revenue and by margin.

    Parameters
    ----------
    case : Case
        The limits are `settings.diagnose.customers.class_limits`.

    Returns
    -------
    Abc or Unavailable
        Unavailable("no_customer_orders") where no line of the twelve months names a customer. What
        a rep's scope sees is that rep's customers, with the rep's share of shared orders.
    """
    money = trailing.money(case)
    if money.empty:
        return Unavailable(reason="no_customer_orders")
    limits = case.settings.diagnose.customers.class_limits
    names = trailing.names(case)
    positive = money["amount"].where(money["amount"] > 0)
    whole = float(positive.sum())
    table = money.assign(
        customer=[names[one] for one in money.index],
        share=positive / whole if whole > 0 else np.nan,
        by_amount=classes(money["amount"], limits=limits),
        by_margin=classes(money["margin"], limits=limits),
    ).reset_index()
    table = table.sort_values(["amount", "customer_id"], ascending=[False, True], kind="stable")
    named = ["customer_id", "customer", "amount", "margin", "share", "by_amount", "by_margin"]
    table = table[named].reset_index(drop=True)
    known = table[table["by_margin"].notna()]
    cross = known.groupby(["by_amount", "by_margin"], sort=True).agg(
        customers=("customer_id", "size"), amount=("amount", "sum"), margin=("margin", "sum")
    )
    losing = table[(table["amount"] > 0) & (table["margin"] < 0)]
    returns = table[table["amount"] <= 0]
    return Abc(
        customers=table, classes=_summed(table), cross=cross.reset_index(), losing=len(losing),
        losing_amount=float(losing["amount"].sum()), losing_margin=float(losing["margin"].sum()),
        returns=len(returns), returns_amount=float(returns["amount"].sum()), limits=limits,
    )  # fmt: skip


def _summed(table: pd.DataFrame) -> pd.DataFrame:
    def of(column: str, money: str) -> pd.DataFrame:
        each = table.assign(positive=table[money].clip(lower=0.0)).groupby(column)
        found = each.agg(count=(money, "size"), money=(money, "sum"), positive=("positive", "sum"))
        return found.reindex(list(CLASSES), fill_value=0)

    amount, margin = of("by_amount", "amount"), of("by_margin", "margin")
    costed = bool(table["by_margin"].notna().any())
    whole, earned = float(amount["positive"].sum()), float(margin["positive"].sum())
    return pd.DataFrame(
        {
            "class": list(CLASSES),
            "customers": amount["count"].to_numpy(int),
            "amount": amount["money"].to_numpy(float),
            "share": amount["positive"].to_numpy(float) / whole if whole > 0 else np.nan,
            "by_margin": margin["count"].to_numpy(float) if costed else np.nan,
            "margin": margin["money"].to_numpy(float) if costed else np.nan,
            "margin_share": margin["positive"].to_numpy(float) / earned
            if costed and earned > 0 else np.nan,
        }
    )  # fmt: skip
