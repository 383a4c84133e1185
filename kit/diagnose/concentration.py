"""How much business hangs on how few customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import trailing


@dataclass(frozen=True)
class Concentration:
    """How much of the amount comes from how few customers.

    Parameters
    ----------
    measures : DataFrame
        view, value, before (the twelve months before; null where the data do not hold them). Views:
        customers, first (share of the largest customer), five (of the five largest), fifth (of the
        largest 20 %, rounded up), hhi (10,000 × Σ share²), equal (1 ÷ Σ share²: as many equal
        customers are as concentrated), gini.
    curve : DataFrame
        rank (share of customers, from 0 to 1), share (cumulated share of the amount), largest
        first; the first row is (0, 0).
    count : int
        Customers with a positive amount; others are in no share.
    """

    measures: pd.DataFrame
    curve: pd.DataFrame
    count: int


@once
def concentration(case: Case) -> Concentration | Unavailable:
    """Measure how much of the last twelve months' amount comes from how few customers.

    Returns
    -------
    Concentration or Unavailable
        Of the twelve months: Unavailable("no_customer_orders") where no line names a customer,
        "no_positive_orders" where all that do are returns or of amount zero,
        "no_positive_customers" where no customer has a positive amount after returns.

    Notes
    -----
    Shares are of the sum of positive amounts. HHI (Herfindahl and Hirschman) lies between
    10,000 ÷ n and 10,000; Gini between 0 (all equal) and 1 − 1 ÷ n.
    """
    money = trailing.money(case)
    now = _positive(money)
    if money.empty:
        return Unavailable(reason="no_customer_orders")
    if now.empty:
        ordered = bool((money["orders"] > 0).any())
        return Unavailable(reason="no_positive_customers" if ordered else "no_positive_orders")
    held = trailing.covers(case, years=2)
    before = _measured(_positive(trailing.money(case, back=1))) if held else {}
    measures = pd.DataFrame(
        [
            {"view": view, "value": value, "before": before.get(view, np.nan)}
            for view, value in _measured(now).items()
        ]
    )
    share = np.concatenate([[0.0], np.cumsum(now) / now.sum()])
    curve = pd.DataFrame({"rank": np.linspace(0.0, 1.0, len(now) + 1), "share": share})
    return Concentration(measures, curve, len(now))


def _positive(money: pd.DataFrame) -> pd.Series:
    return money.loc[money["amount"] > 0, "amount"].sort_values(ascending=False, kind="stable")


def _measured(amounts: pd.Series) -> dict[str, float]:
    many = len(amounts)
    if not many:
        return {}
    share = amounts.to_numpy(float) / float(amounts.sum())
    squares = float((share**2).sum())
    rising = np.cumsum(share[::-1])
    return {
        "customers": float(many),
        "first": float(share[0]),
        "five": float(share[:5].sum()),
        "fifth": float(share[: -(-many // 5)].sum()),
        "hhi": 10_000.0 * squares,
        "equal": 1.0 / squares,
        "gini": 1.0 - float(2.0 * rising.sum() - 1.0) / many,
    }
