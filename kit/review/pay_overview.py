"""Pay now, at the landing and at target, side by side."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.payout import STATES, Payouts, payouts


@once
def overview(case: Case) -> pd.DataFrame | Unavailable:
    """Pay now, at the landing and at target side by side, the best paid first.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, team, plan, attainment, tier, pay, held, pay_landing, landing_low,
        landing_high (null in a closed period, whose landing is the actual), pay_target, complete.
    """
    found = {at: payouts(case, at=at) for at in STATES}
    now = found["actual"]
    if isinstance(now, Unavailable):
        return now
    table = now.reps.drop(columns=["low", "high"])
    for at, names in (
        ("landing", {"pay": "pay_landing", "low": "landing_low", "high": "landing_high"}),
        ("target", {"pay": "pay_target"}),
    ):
        other = found[at]
        if isinstance(other, Payouts):
            columns = other.reps[["rep_id", *names]].rename(columns=names)
            table = table.merge(columns, on="rep_id", how="left")
    if case.closed:
        table = table.assign(pay_landing=None, landing_low=None, landing_high=None)
    order = table["pay"].map(lambda one: float("-inf") if one is None else float(one))
    table = table.iloc[(-order).argsort(kind="stable")].reset_index(drop=True)
    return table[["rep_id", "rep", "team", "plan", "attainment", "tier", "pay", "held",
                  "pay_landing", "landing_low", "landing_high", "pay_target",
                  "complete"]]  # fmt: skip
