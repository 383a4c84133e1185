"""What is measured: bookings, quantity, margin, new customers, collections, activities, by day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.calendar import Day, as_day
from kit.data.case import Case
from kit.data.frames import ScopeData, kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.territory import placed
from kit.errors import SettingsError, nearest
from kit.scope import Scope

KINDS = ("visit", "call", "quote", "demo")  # of activities that can have a target of their own
ACTIVITIES = ("activities", *KINDS)
MEASURES = ("bookings", "quantity", "margin", "new_customers", "collections", *ACTIVITIES)
USED = ("date", "amount", "quantity", "cost", "customer_id", "customer_since")  # of the sales

_DAY = np.timedelta64(1, "D")


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
        the first order in the scope's own sales; collections = Σ amount of receipts by received_on;
        activities = Σ count of activities of all kinds; visit, call, quote, demo = Σ count of that
        kind.
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
    if measure == "collections" and not case.data.has("receipts"):
        return Unavailable(table="receipts")
    if measure in ACTIVITIES and not case.data.has("activities"):
        return Unavailable(table="activities")
    part = _part(case, scope)
    if measure == "margin" and _no_cost(case.data, part, as_of=case.as_of):
        return Unavailable(reason="no_cost")
    if measure == "new_customers":
        dates, amounts = _arrivals(case.data, part, as_of=case.as_of)
    else:
        dates, amounts = _sums(case.data, part, measure=measure)
    days = pd.date_range(as_day(start), as_day(end), freq="D", unit="us")
    found = np.zeros(len(days))
    if len(days):
        first, last = days[0].to_datetime64(), min(days[-1], pd.Timestamp(case.as_of))
        shown = slice(*dates.searchsorted([first, last.to_datetime64() + _DAY]))
        found[(dates[shown] - first) // _DAY] = amounts[shown]
    return pd.Series(found, index=days, name=measure)


def sales(case: Case, *, scope: Scope | None = None) -> pd.DataFrame:
    """The case's sales up to `as_of` that belong to a scope: its own, or those of a part of it.

    A region's are the lines of that region, a team's those credited to reps while in it, a rep's
    those credited to the rep.
    """
    rows = case.data.sales
    rows = kept(rows, rows["date"] <= pd.Timestamp(case.as_of))
    return _within(rows, _part(case, scope))


def receipts(case: Case, *, scope: Scope | None = None) -> pd.DataFrame:
    """The case's receipts up to `as_of` that belong to a scope: its own, or those of a part of it.

    A region's are those of its orders, or of the rep's region on the day of the invoice where the
    order is not known; a team's go by the rep's team on that day.
    """
    rows = case.data.frame("receipts")
    rows = kept(rows, rows["received_on"] <= pd.Timestamp(case.as_of))
    return _received(case.data, rows, _part(case, scope))


def activities(case: Case, *, scope: Scope | None = None) -> pd.DataFrame:
    """The case's activities up to `as_of` that belong to a scope: its own, or those of a part.

    A region's or a team's are those of reps while in it, by the day of the activity.
    """
    rows = case.data.frame("activities")
    rows = kept(rows, rows["date"] <= pd.Timestamp(case.as_of))
    return _done(case.data, rows, _part(case, scope))


def _part(case: Case, scope: Scope | None) -> Scope | None:
    """The scope whose rows are to be picked; None where they are all of the case's."""
    return None if scope is None or scope == case.scope or scope.kind == "company" else scope


def _within(sales: pd.DataFrame, part: Scope | None) -> pd.DataFrame:
    return sales if part is None else kept(sales, sales[SCOPE_COLUMNS[part.kind]] == part.id)


def _received(data: ScopeData, rows: pd.DataFrame, part: Scope | None) -> pd.DataFrame:
    if part is None:
        return rows
    if part.kind == "rep":
        return kept(rows, rows["rep_id"] == part.id)
    place = placed(data.frame("roster"), rows["rep_id"], days=rows["invoiced_on"])
    place = place[part.kind].set_axis(rows.index)
    if part.kind == "region":
        lines = data.sales[["order_id", "region"]].drop_duplicates("order_id")
        known = rows["order_id"].map(lines.set_index("order_id")["region"])
        place = known.where(known.notna(), place)
    return kept(rows, place == part.id)


def _done(data: ScopeData, rows: pd.DataFrame, part: Scope | None) -> pd.DataFrame:
    if part is None:
        return rows
    if part.kind == "rep":
        return kept(rows, rows["rep_id"] == part.id)
    place = placed(data.frame("roster"), rows["rep_id"], days=rows["date"])
    return kept(rows, (place[part.kind] == part.id).to_numpy())


@once
def _rows(data: ScopeData, part: Scope | None) -> pd.DataFrame:
    """The lines of a part, with what is summed and counted of them."""
    place = [] if part is None else [SCOPE_COLUMNS[part.kind]]
    return _within(data.sales[[*place, *USED]], part)


@once
def _sums(data: ScopeData, part: Scope | None, *, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Days with rows, rising, and the sum of a measure on each."""
    if measure == "collections":
        rows = data.frame("receipts")
        rows = rows[["rep_id", "order_id", "invoiced_on", "received_on", "amount"]]
        rows = _received(data, kept(rows, rows["received_on"].notna()), part)
        return _by_day(rows["amount"].groupby(rows["received_on"]).sum())
    if measure in ACTIVITIES:
        rows = _done(data, data.frame("activities"), part)
        if measure in KINDS:
            rows = kept(rows, rows["kind"] == measure)
        return _by_day(rows["count"].groupby(rows["date"]).sum())
    rows = _rows(data, part)
    if measure == "margin":
        values = (rows["amount"] - rows["cost"]).fillna(0.0)
    else:
        values = rows[{"bookings": "amount", "quantity": "quantity"}[measure]]
    return _by_day(values.groupby(rows["date"]).sum())


@once
def _no_cost(data: ScopeData, part: Scope | None, *, as_of: dt.date) -> bool:
    """Whether there are lines up to a day, but none with a cost."""
    rows = _rows(data, part)
    costs = rows["cost"].to_numpy()[(rows["date"] <= pd.Timestamp(as_of)).to_numpy()]
    return len(costs) > 0 and bool(pd.isna(costs).all())


@once
def _arrivals(
    data: ScopeData, part: Scope | None, *, as_of: dt.date
) -> tuple[np.ndarray, np.ndarray]:
    """Days on which customers came, rising, and how many came on each."""
    found = _first_seen(data, part)
    found = found[found["date"] <= pd.Timestamp(as_of)].groupby("customer")
    first, since = found["date"].min(), found["since"].min()
    return _by_day(since.where(since.notna(), first).value_counts(sort=False).sort_index())


@once
def _first_seen(data: ScopeData, part: Scope | None) -> pd.DataFrame:
    """The first day of each customer, by the day it is said to be a customer since."""
    rows = _rows(data, part)
    rows = kept(rows, rows["customer_id"].notna())
    customer, _ = rows["customer_id"].factorize()
    since, days = rows["customer_since"].factorize()
    pair = customer * (len(days) + 1) + since
    _, places = np.unique(pair, return_index=True)
    first = rows["date"].groupby(pair).min()
    known = rows["customer_since"].iloc[places]
    return pd.DataFrame({"customer": customer[places], "since": known.array, "date": first.array})


def _by_day(found: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A sum by time as days and amounts; what does not lie on a whole day is left out."""
    times = found.index.to_numpy().astype("datetime64[us]")
    days = times.astype("datetime64[D]")
    whole = days == times
    return days[whole], found.to_numpy(dtype="float64", na_value=np.nan)[whole]
