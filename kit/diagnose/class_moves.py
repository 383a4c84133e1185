"""Where customers of each ABC class moved to since last year, with their money."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import trailing
from kit.diagnose.abc import CLASSES, classes

NONE = "none"
_ORDER = (*CLASSES, NONE)


@dataclass(frozen=True)
class ClassMoves:
    """Classes of the twelve months before against those of the last twelve.

    Parameters
    ----------
    moves : DataFrame
        before, now (A, B, C or none), customers, reference, actual (money of the two spans) and
        effect (actual − reference): the pairs that occur. The effects sum to the change of the
        money that names a customer.
    customers : DataFrame
        customer_id, customer, before, now, reference, actual, effect of each; largest change first.
    """

    moves: pd.DataFrame
    customers: pd.DataFrame


@once
def class_moves(case: Case) -> ClassMoves | Unavailable:
    """Hold each customer's class against that of the twelve months before.

    Both spans are classed on their own by revenue, with the same limits; `none` had no order line
    in the span.

    Returns
    -------
    ClassMoves or Unavailable
        Unavailable("customers_short") where the orders do not reach two years back (detail: their
        first day), "no_customer_orders" where neither span names a customer.
    """
    now, before = trailing.money(case)["amount"], trailing.money(case, back=1)["amount"]
    if now.empty and before.empty:
        return Unavailable(reason="no_customer_orders")
    if not trailing.covers(case, years=2):
        return Unavailable(
            reason="customers_short", detail=trailing.known_since(case).date().isoformat()
        )
    limits, names = case.settings.diagnose.customers.class_limits, trailing.names(case)
    ids = before.index.union(now.index)
    table = pd.DataFrame(
        {
            "customer_id": ids,
            "customer": [names[one] for one in ids],
            "before": classes(before, limits=limits).reindex(ids).fillna(NONE).to_numpy(),
            "now": classes(now, limits=limits).reindex(ids).fillna(NONE).to_numpy(),
            "reference": before.reindex(ids).fillna(0.0).to_numpy(),
            "actual": now.reindex(ids).fillna(0.0).to_numpy(),
        }
    )
    table["effect"] = table["actual"] - table["reference"]
    size = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    sums = table.groupby(["before", "now"]).agg(
        customers=("customer_id", "size"), reference=("reference", "sum"),
        actual=("actual", "sum"), effect=("effect", "sum"),
    )  # fmt: skip
    pairs = [(one, other) for one in _ORDER for other in _ORDER if (one, other) in sums.index]
    moves = sums.loc[pairs].reset_index()
    return ClassMoves(moves, table.loc[size].reset_index(drop=True))
