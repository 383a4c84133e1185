"""What is measured: bookings, quantity, margin, new customers and collections, day by day."""

from __future__ import annotations

import pandas as pd

from kit.data.calendar import Day, as_day
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.territory import placed
from kit.errors import SettingsError, nearest
from kit.scope import Scope

MEASURES = ("bookings", "quantity", "margin", "new_customers", "collections")

_PLACE = {"region": "region", "team": "team", "rep": "rep_id"}


def actuals(
    case: Case, *, measure: str = "bookings", start: Day, end: Day, scope: Scope | None = None
) -> float | Unavailable:
    """The sum of a measure from start to end, both included, as seen on `as_of`.

    Parameters
    ----------
    case : Case
    measure : str
        One of `MEASURES`.
    start, end : date
    scope : Scope, optional
        The case's scope or a part of it.

    Returns
    -------
    float or Unavailable
        In the measure's unit; 0.0 where there are no rows. Unavailable where a table is missing.

    See Also
    --------
    daily : the same by day, with the formulas.
    """
    found = daily(case, measure=measure, start=start, end=end, scope=scope)
    return found if isinstance(found, Unavailable) else float(found.sum())


def daily(
    case: Case, *, measure: str = "bookings", start: Day, end: Day, scope: Scope | None = None
) -> pd.Series | Unavailable:
    """A measure by day, from start to end, both included, as seen on `as_of`.

    Parameters
    ----------
    case : Case
    measure : str
        bookings = Σ amount; quantity = Σ quantity; margin = Σ (amount − cost), lines without a cost
        left out; new_customers = customers on the day they came, which is `customer_since` or else
        the first order in the scope's own sales; collections = Σ amount of receipts by received_on.
    start, end : date
    scope : Scope, optional
        The case's scope or a part of it.

    Returns
    -------
    Series or Unavailable
        Index: every day from start to end; 0.0 on days without rows and after `as_of`. Unavailable
        where a table is missing, or no line has a cost (reason `no_cost`).

    Raises
    ------
    SettingsError
        Where the measure is not known.
    """
    if measure not in MEASURES:
        raise SettingsError(f"measure '{measure}' is not known. {nearest(measure, MEASURES)}")
    scope = scope or case.scope
    if measure == "collections":
        if not case.data.has("receipts"):
            return Unavailable(table="receipts")
        rows = receipts(case, scope=scope)
        found = rows["amount"].groupby(rows["received_on"]).sum()
    else:
        rows = sales(case, scope=scope)
        if measure == "new_customers":
            found = _arrivals(rows).value_counts()
        else:
            if measure == "margin" and len(rows) and rows["cost"].isna().all():
                return Unavailable(reason="no_cost")
            values = {"bookings": rows["amount"], "quantity": rows["quantity"]}
            values["margin"] = (rows["amount"] - rows["cost"]).fillna(0.0)
            found = values[measure].groupby(rows["date"]).sum()
    days = pd.date_range(as_day(start), as_day(end), freq="D", unit="us")
    found = found[found.index <= pd.Timestamp(case.as_of)]
    return found.astype("float64").reindex(days, fill_value=0.0).rename(measure)


def sales(case: Case, *, scope: Scope | None = None) -> pd.DataFrame:
    """The case's sales up to `as_of` that belong to a scope: its own, or those of a part of it.

    A region's are the lines of that region, a team's those credited to reps while in it, a rep's
    those credited to the rep.
    """
    rows = case.data.sales
    rows = rows[rows["date"] <= pd.Timestamp(case.as_of)]
    if scope is None or scope == case.scope or scope.kind == "company":
        return rows
    return rows[(rows[_PLACE[scope.kind]] == scope.id).fillna(False).astype(bool)]


def receipts(case: Case, *, scope: Scope | None = None) -> pd.DataFrame:
    """The case's receipts up to `as_of` that belong to a scope: its own, or those of a part of it.

    A region's are those of its orders, or of the rep's region on the day of the invoice where the
    order is not known; a team's go by the rep's team on that day.
    """
    rows = case.data.frame("receipts")
    rows = rows[(rows["received_on"] <= pd.Timestamp(case.as_of)).fillna(False)]
    if scope is None or scope == case.scope or scope.kind == "company":
        return rows
    if scope.kind == "rep":
        return rows[(rows["rep_id"] == scope.id).fillna(False).astype(bool)]
    place = placed(case.data.frame("roster"), rows["rep_id"], days=rows["invoiced_on"])
    place = place[scope.kind].set_axis(rows.index)
    if scope.kind == "region":
        lines = case.data.sales.drop_duplicates("order_id").set_index("order_id")["region"]
        known = rows["order_id"].map(lines)
        place = known.where(known.notna(), place)
    return rows[(place == scope.id).fillna(False).astype(bool)]


def _arrivals(rows: pd.DataFrame) -> pd.Series:
    """The day each customer came, by customer_id."""
    known = rows.dropna(subset=["customer_id"]).groupby("customer_id", sort=True)
    first, since = known["date"].min(), known["customer_since"].min()
    return since.where(since.notna(), first)
