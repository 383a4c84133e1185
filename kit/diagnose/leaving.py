"""Which customers are leaving, by recency against their own rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import territory
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import trailing
from kit.diagnose.silence import STATES, standing


@dataclass(frozen=True)
class Leaving:
    """Customers by how long they have been silent.

    Parameters
    ----------
    customers : DataFrame
        Those at risk or lapsed, largest value first: customer_id, customer, rep (who had the
        largest part of its last order day), rep_left (that rep is not in the scope's roster on the
        day), state (`at_risk`, `lapsed`), value (money of the order days in the twelve months
        up to its last), last, usual and silence (days), ratio, chance; see `kit.diagnose.rhythm`.
    named : DataFrame
        The `settings.diagnose.largest` of them with the largest value; see `largest`.
    states : DataFrame
        state, customers, value, share (of the value of all but the gone): active, at_risk, lapsed,
        gone.
    scope : str
        Kind of the scope: within a part of the company, the silent may order elsewhere.
    """

    customers: pd.DataFrame
    named: pd.DataFrame
    states: pd.DataFrame
    scope: str


@once
def leaving(case: Case) -> Leaving | Unavailable:
    """Find the customers who are leaving, with what they are worth.

    Parameters
    ----------
    case : Case
        The limits are those of `settings.diagnose.customers`.

    Returns
    -------
    Leaving or Unavailable
        Unavailable("no_customer_orders") where no line names a customer, "no_positive_orders" where
        all that do are returns or of amount zero.

    Notes
    -----
    Within a region, team or rep, a customer that orders from somebody else is silent here. How
    far to believe the flag: `kit.diagnose.leaving_record`.
    """
    table = standing(case)
    if table.empty:
        named = bool(trailing.names(case))
        return Unavailable(reason="no_positive_orders" if named else "no_customer_orders")
    flagged = table[table["state"].isin(["at_risk", "lapsed"])].reset_index()
    flagged = flagged.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable")
    owners = _owners(case, flagged)
    found = flagged.merge(owners, on="customer_id", how="left")
    names = trailing.names(case)
    found["customer"] = [names[one] for one in found["customer_id"]]
    columns = "customer_id customer rep rep_left state value last usual silence ratio chance"
    each = table.groupby("state")["value"].agg(["size", "sum"])
    each = each.reindex(list(STATES), fill_value=0)
    whole = float(each["sum"].drop("gone").sum())
    share = each["sum"] / whole if whole > 0 else each["sum"] * np.nan
    summed = pd.DataFrame(
        {"state": list(STATES), "customers": each["size"].to_numpy(int),
         "value": each["sum"].to_numpy(float),
         "share": share.mask(share.index == "gone").to_numpy(float)}
    )  # fmt: skip
    found = found[columns.split()]
    named = largest(found, most=case.settings.diagnose.largest)
    return Leaving(found, named, summed, case.scope.kind)


def largest(customers: pd.DataFrame, *, most: int) -> pd.DataFrame:
    """Keep the customers of the largest value and gather the rest, two or more, as `others`.

    Returns
    -------
    DataFrame
        customer, rep, rep_left, state, value, usual, silence, ratio, count (of customers in the
        row); of the others only value and count are known.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer": ["a", "b", "c"], "rep": "Li", "rep_left": False,
    ...     "state": "at_risk", "value": [9.0, 2.0, 1.0], "usual": 7.0, "silence": 30,
    ...     "ratio": 4.3})
    >>> largest(rows, most=1)[["customer", "value", "count"]].values.tolist()
    [['a', 9.0, 1], ['others', 3.0, 2]]
    """
    columns = ["customer", "rep", "rep_left", "state", "value", "usual", "silence", "ratio"]
    most = most if len(customers) > most + 1 else len(customers)
    named, rest = customers[columns].head(most).assign(count=1), customers.iloc[most:]
    if rest.empty:
        return named.reset_index(drop=True)
    one = {name: None for name in columns} | {
        "customer": "others", "rep_left": False, "value": float(rest["value"].sum()),
        "count": len(rest),
    }  # fmt: skip
    rows = [*named.to_dict("records"), one]
    return pd.DataFrame(rows, columns=[*columns, "count"])


def _owners(case: Case, flagged: pd.DataFrame) -> pd.DataFrame:
    """Who had the largest part of each customer's last order day: customer_id, rep, rep_left."""
    sales = case.data.sales[["customer_id", "rep_id", "date", "amount"]]
    rows = sales[sales["amount"] > 0].merge(flagged[["customer_id", "last"]], on="customer_id")
    rows = rows[rows["date"].dt.normalize() == rows["last"]]
    sums = rows.groupby(["customer_id", "rep_id"], sort=True)["amount"].sum().reset_index()
    sums = sums.sort_values(["customer_id", "amount", "rep_id"], ascending=[True, False, True])
    first = sums.drop_duplicates("customer_id")
    day, roster = pd.Timestamp(trailing.seen_until(case)), case.data.frame("roster")
    here = roster[
        (roster["valid_from"] <= day) & (roster["valid_to"].isna() | (roster["valid_to"] >= day))
    ]
    shown = territory.rep_names(case.data)
    return pd.DataFrame(
        {
            "customer_id": first["customer_id"].to_numpy(),
            "rep": [shown.get(one, one) for one in first["rep_id"]],
            "rep_left": ~first["rep_id"].isin(here["rep_id"]).to_numpy(bool),
        }
    )
