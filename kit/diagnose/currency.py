"""What exchange rates alone made of the money: the difference to revenue at constant rates."""

from __future__ import annotations

import numpy as np
import pandas as pd


def rated(sales: pd.DataFrame) -> bool:
    """Whether any order line says at which rate it was booked."""
    return "rate" in sales and bool(sales["rate"].notna().any())


def effect(
    now: pd.DataFrame, before: pd.DataFrame, *, keys: tuple[pd.Series, pd.Series]
) -> pd.Series:
    """The currency effect of each article between two spans of sales.

    With o = amount ÷ rate of a line, which is its money in the order's own currency, and r0 the
    mean rate before, Σ amount ÷ Σ o over the lines above zero (a return at another rate would draw
    the mean away from all real ones):

        currency = Σ o1 × (r1 − r0) = Σ amount1 − Σ o1 × r0        1: now, 0: before

    Parameters
    ----------
    now, before : DataFrame
        Order lines: amount (in the company's currency), currency (the order's own) and rate
        (company currency for one unit of it; empty: the order is in the company's currency, rate
        1). Both are optional in either span.
    keys : tuple of Series
        The article of each line, now and before.

    Returns
    -------
    Series
        Money by article. r0 is the article's own mean rate before, else that of all lines in the
        currency; a currency that had no line before has no effect.

    Notes
    -----
    Sales at constant rates are a company's sales now, recalculated at the rates of the period
    compared with, as companies report organic or constant-currency growth.

    Examples
    --------
    >>> def rows(amount, rate):
    ...     return pd.DataFrame({"amount": [amount], "rate": [rate], "currency": ["USD"]})
    >>> key = pd.Series(["A"])
    >>> found = effect(rows(690.0, 6.9), rows(700.0, 7.0), keys=(key, key))
    >>> round(float(found["A"]), 6)  # 100 dollars, each worth 0.10 less
    -10.0
    """
    one, zero = _own(now, keys[0]), _own(before[before["amount"] > 0], keys[1])
    known = one.index.get_level_values("currency")
    mean = _rate(zero.groupby("currency").sum()).reindex(known).to_numpy()
    rate = _rate(zero).reindex(one.index)
    rate = rate.fillna(pd.Series(mean, one.index))
    return (one["amount"] - one["own"] * rate).fillna(0.0).groupby("key").sum()


def _own(sales: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Money (amount), and money in the order's own currency (own), by article and currency."""
    rate, currency = (
        sales[name] if name in sales else pd.Series(np.nan, sales.index)
        for name in ("rate", "currency")
    )  # fmt: skip
    rate = rate.astype(float).where(rate > 0).fillna(1.0)
    amount = sales["amount"].astype(float)
    code = currency.astype("str").str.strip().str.upper().fillna("")
    rows = pd.DataFrame({"key": key, "currency": code, "amount": amount, "own": amount / rate})
    return rows.groupby(["key", "currency"])[["amount", "own"]].sum()


def _rate(sums: pd.DataFrame) -> pd.Series:
    rate = sums["amount"] / sums["own"].where(sums["own"] != 0)
    return rate.where(rate > 0)
