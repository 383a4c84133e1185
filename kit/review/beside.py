"""One rep beside anonymous peers: monthly means of what each brought and did."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.review.behaviour import activities, between, win_rates


def beside_peers(case: Case) -> pd.DataFrame | Unavailable:
    """One rep beside anonymous peers: the period's monthly means of each measure.

    Returns
    -------
    DataFrame or Unavailable
        measure, value (own monthly mean), median, low, high (monthly means of the peers' median and
        quartiles), peers (fewest in any month). Over the full months of the period up to `as_of`.
    """
    peers = between(case.data.frame("peers"), "month", case.period.start, case.as_of)
    if peers.empty:
        return Unavailable(reason="few_peers", detail=str(case.settings.diagnose.min_peers))
    months = peers["month"].nunique()
    last = (peers["month"].max() + pd.offsets.MonthEnd()).date()
    own_case = replace(case, as_of=min(case.as_of, last))
    sales = between(case.data.sales, "date", case.period.start, own_case.as_of)
    monthly = sales.groupby(sales["date"].dt.to_period("M"))
    own = {
        "bookings": sales["amount"].sum(),
        "quantity": sales["quantity"].sum(),
        "margin": (sales["amount"] - sales["cost"]).sum(),
        "orders": float(sales["order_id"].nunique()),
        "customers": float(monthly["customer_id"].nunique().sum()),
        **activities(own_case).sum().to_dict(),
        **win_rates(own_case)[["won", "lost"]].sum().to_dict(),
    }
    table = peers.groupby("measure", sort=True).agg(
        median=("median", "mean"), low=("low", "mean"), high=("high", "mean"),
        peers=("peers", "min"),
    )  # fmt: skip
    table = table[table.index.isin(own)]
    value = pd.Series(own).reindex(table.index) / months
    return table.assign(value=value).reset_index()[
        ["measure", "value", "median", "low", "high", "peers"]
    ]
