"""Open deals with whose they are and what keeps each from closing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.ageing import ageing


@once
def open_deals(case: Case) -> pd.DataFrame | Unavailable:
    """The open deals of the scope, and what is in the way of each.

    Returns
    -------
    DataFrame or Unavailable
        opportunity_id, rep_id, rep, customer_id, customer, customer_class, line, stage, place (of
        the stage in `diagnose.stages`, 1 for the first; 0: not among them), amount (money),
        entered_on, days (calendar days in the stage by `as_of`; without stage_events since the
        deal was created), limit_days (beyond which it is stuck; null where too few deals tell),
        expected_close_on, reason and reason_days: `overdue` (days since the expected close),
        `stuck` (days in the stage, above the limit), `no_date` (no expected close; days in the
        stage) or `running` (days in the stage). The highest amount first. Unavailable without the
        opportunities table.

    See Also
    --------
    kit.track.ageing.ageing : says which deals are stuck and overdue.
    """
    aged = ageing(case)
    if isinstance(aged, Unavailable):
        return aged
    found = aged.deals
    columns = ["opportunity_id", "rep_id", "customer_id", "product_id", "stage"]
    rows = case.data.frame("opportunities")[columns]
    rows = rows.drop_duplicates("opportunity_id").set_index("opportunity_id")
    rows = rows.reindex(found["opportunity_id"]).reset_index(drop=True)
    customers = case.data.frame("customers").drop_duplicates("customer_id").set_index("customer_id")
    products = case.data.frame("products").drop_duplicates("product_id").set_index("product_id")
    stages = {stage: at for at, stage in enumerate(case.settings.diagnose.stages, start=1)}
    stage = found["stage"].where(found["stage"] != "", rows["stage"])  # no event tells: the deal's
    days = found["stage_days"].fillna(found["age_days"]).astype(int)
    reason = np.select(
        [found["overdue"], found["stuck"], found["expected_close_on"].isna()],
        ["overdue", "stuck", "no_date"],
        "running",
    )
    late = found["overdue_days"].fillna(0).astype(int)
    return pd.DataFrame(
        {
            "opportunity_id": found["opportunity_id"],
            "rep_id": rows["rep_id"],
            "rep": found["rep"],
            "customer_id": rows["customer_id"],
            "customer": found["customer"],
            "customer_class": rows["customer_id"].map(customers["class"]),
            "line": rows["product_id"].map(products["line"]),
            "stage": stage,
            "place": stage.map(stages).fillna(0).astype(int),
            "amount": found["amount"].astype(float),
            "entered_on": pd.Timestamp(case.as_of) - pd.to_timedelta(days, unit="D"),
            "days": days,
            "limit_days": found["limit_days"].astype(float),
            "expected_close_on": found["expected_close_on"],
            "reason": reason,
            "reason_days": np.where(reason == "overdue", late, days),
        }
    )
