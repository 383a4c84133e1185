"""Who owes what is overdue, and how late customers pay now and paid a year ago."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.case import Case

RECENT = 90  # days back within which payments show how late a customer pays now


def late_payers(
    case: Case, rows: pd.DataFrame, owed: pd.DataFrame, late: pd.DataFrame
) -> pd.DataFrame:
    """Customers with an overdue invoice; those without a customer under the empty name.

    Parameters
    ----------
    case : Case
    rows : DataFrame
        Canonical receipts of invoices made by `as_of`.
    owed : DataFrame
        Those of them that are open, above zero.
    late : DataFrame
        Those of the open ones that are past due, with late_days.

    Returns
    -------
    DataFrame
        customer_id, customer, amount (overdue), invoices, late_days (the oldest), open (all open
        invoices), paid_late, paid_late_before; the largest amount first.

    Notes
    -----
    paid_late = Σ amount × (received − due) ÷ Σ amount of what came in the last 90 days; before: in
    the 90 days up to the same day a year earlier. Null where nothing with a due day came.
    """
    found = _late_by(late, owed, _keys(late["customer_id"]), _keys(owed["customer_id"]))
    found = found.join(_lateness(case, rows, _keys(rows["customer_id"])))
    found = found.rename_axis("customer_id").reset_index()
    names = case.data.frame("customers").drop_duplicates("customer_id", keep="last")
    names = names.set_index("customer_id")["name"]
    if names.empty and "customer" in case.data.sales:
        sold = case.data.sales[["customer_id", "customer"]].dropna()
        names = sold.drop_duplicates("customer_id", keep="last").set_index("customer_id")["customer"]
    shown = found["customer_id"].map(names)
    shown = shown.where(shown.notna(), found["customer_id"])
    found.insert(1, "customer", shown.astype("str"))
    columns = ["customer_id", "customer", "amount", "invoices", "late_days", "open", "paid_late",
               "paid_late_before"]  # fmt: skip
    order = ["amount", "customer_id"]
    found = found.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)
    return found[columns]


def late_channels(
    case: Case, rows: pd.DataFrame, owed: pd.DataFrame, late: pd.DataFrame
) -> pd.DataFrame:
    """The same by the channel of the order: channel, amount, customers, invoices, paid_late,
    paid_late_before, open. Empty where no invoice names a known order."""
    columns = ["channel", "amount", "customers", "invoices", "paid_late", "paid_late_before", "open"]
    sales = case.data.sales
    if "channel" not in sales:
        return pd.DataFrame(columns=columns)
    by_order = sales[["order_id", "channel"]].dropna().drop_duplicates("order_id")
    by_order = by_order.set_index("order_id")["channel"]
    channel = rows["order_id"].map(by_order)
    if channel.isna().all():
        return pd.DataFrame(columns=columns)
    keys = _keys(channel)
    found = _late_by(late, owed, keys.loc[late.index], keys.loc[owed.index])
    found = found.join(_lateness(case, rows, keys)).rename_axis("channel").reset_index()
    payers = late.groupby(keys.loc[late.index])["customer_id"].nunique()
    found = found.assign(customers=found["channel"].map(payers).fillna(0).astype("int64"))
    order = ["amount", "channel"]
    found = found.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)
    return found[columns]


def _late_by(
    late: pd.DataFrame, owed: pd.DataFrame, late_keys: pd.Series, owed_keys: pd.Series
) -> pd.DataFrame:
    """amount, invoices, late_days and open of each key that has something overdue."""
    each = late.groupby(late_keys, sort=True)
    found = pd.DataFrame(
        {
            "amount": each["amount"].sum(),
            "invoices": each["invoice_id"].nunique(),
            "late_days": each["late_days"].max(),
        }
    )
    return found.assign(open=owed.groupby(owed_keys)["amount"].sum().reindex(found.index))


def _lateness(case: Case, rows: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    """paid_late and paid_late_before of each key: days after due, weighted by money."""
    group, names = pd.factorize(keys.to_numpy(), sort=True)
    received, due = (rows[name].to_numpy().astype("datetime64[D]") for name in ("received_on", "due_on"))
    amount = rows["amount"].to_numpy(dtype=float)
    days = (received - due).astype("int64").astype(float)
    known = ~(np.isnat(received) | np.isnat(due)) & (amount > 0)
    found = {}
    for name, last in (("paid_late", case.as_of), ("paid_late_before", year_before(case.as_of))):
        end = np.datetime64(last)
        there = known & (received <= end) & (received > end - np.timedelta64(RECENT, "D"))
        late, paid = (
            np.bincount(group[there], weights=one[there], minlength=len(names))
            for one in (days * amount, amount)
        )
        found[name] = np.divide(late, paid, out=np.full(len(names), np.nan), where=paid > 0)
    return pd.DataFrame(found, index=pd.Index(names, dtype="object"))


def _keys(values: pd.Series) -> pd.Series:
    return values.astype("object").where(values.notna(), "")


def year_before(day: dt.date) -> dt.date:
    """The same day a year earlier."""
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()
