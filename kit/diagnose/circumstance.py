"""What was given to a rep: accounts of some worth, promotions, time in the company."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case

LEAST_HISTORY = 180  # days before a period from which on accounts can be valued
_YEAR = 364
_LAST_ORDERS = 3
_DAYS_A_MONTH = 365.25 / 12


def potential(case: Case, spans: Sequence[Period], rows: pd.DataFrame) -> np.ndarray:
    """Value the accounts of each rep by what they bought before the period.

    Parameters
    ----------
    case : Case
    spans : sequence of Period
        In order.
    rows : DataFrame
        rep_id, at (number of the span), days (working days × share of a full post).

    Returns
    -------
    array
        Money a day: bookings of the rep's accounts over the 364 days before the period, by whomever
        they were served, for each working day of those 364, × working days of the period ÷ days.
        Null in periods with less than 180 days of orders before them; with less than 364, the days
        there are count.

    Notes
    -----
    An account is a customer who had ordered before the period began; it is that of the rep to whom
    most of its last three orders up to the period's end are credited. So a handed-over account
    counts for the new rep once two of three orders are the new rep's, one order shared with a
    colleague moves nothing, and nothing sold within the period adds to its value.
    """
    sales = case.data.sales
    sales = sales[sales["customer_id"].notna() & sales["rep_id"].notna()]
    found = pd.Series(np.nan, index=pd.MultiIndex.from_frame(rows[["rep_id", "at"]]))
    if sales.empty:
        return found.to_numpy()
    orders = sales.groupby(["date", "order_id", "customer_id", "rep_id"], sort=True)
    orders = orders.agg(amount=("amount", "sum"), share=("share", "mean")).reset_index()
    first = orders["date"].min()
    for number in sorted(set(rows["at"])):
        start, end = pd.Timestamp(spans[number].start), pd.Timestamp(spans[number].end)
        since = max(start - pd.Timedelta(_YEAR, "D"), first)
        if (start - since).days < LEAST_HISTORY:
            continue
        until = start - pd.Timedelta(1, "D")
        past = orders[(orders["date"] >= since) & (orders["date"] < start)]
        value = past.groupby("customer_id")["amount"].sum()
        seen = orders[(orders["date"] <= end) & orders["customer_id"].isin(value.index)]
        sums = value.groupby(_owners(seen).reindex(value.index)).sum()
        worked = case.calendar.working_days(since.date(), until.date())
        here = case.calendar.working_days(spans[number].start, spans[number].end)
        own = found.index.get_level_values("at") == number
        reps = found.index.get_level_values("rep_id")[own]
        days = rows["days"].to_numpy()[own]
        if worked and here:
            per_day = sums.reindex(reps).fillna(0.0).to_numpy() / worked
            found[own] = per_day * here / days
    return found.to_numpy()


def promotions(case: Case, spans: Sequence[Period], frame: pd.DataFrame) -> np.ndarray:
    """Promotions in each period, by the events table, that touch the rep's region or all regions.

    Null where there is no events table.
    """
    if not case.data.has("events"):
        return np.full(len(frame), np.nan)
    rows = case.data.frame("events")
    rows = rows[(rows["kind"] == "promotion") & (rows["date"] <= pd.Timestamp(case.as_of))]
    counts = rows.groupby([places(rows["date"], spans), rows["region"].fillna("")]).size()
    home = case.data.frame("roster").sort_values("valid_from", kind="stable")
    own = frame[["rep_id", "start"]].assign(row=np.arange(len(frame)))
    own["end"] = pd.to_datetime([spans[one].end for one in frame["at"]])
    joined = own.merge(home[["rep_id", "valid_from", "region"]], on="rep_id")
    joined = joined[joined["valid_from"] <= joined["end"]].groupby("row")["region"].last()
    regions = joined.reindex(np.arange(len(frame)))
    touched = [{"", one} if isinstance(one, str) else {""} for one in regions]
    found = counts.to_dict()
    return np.array(
        [sum(found.get((at, one), 0) for one in names)
         for at, names in zip(frame["at"], touched, strict=True)], dtype=float,
    )  # fmt: skip


def tenure(case: Case, spans: Sequence[Period], frame: pd.DataFrame) -> np.ndarray:
    """Months from a rep's hire to the middle of each period; null where the hire is not known."""
    hired = case.data.frame("roster").groupby("rep_id")["hired_on"].min()
    middle = pd.to_datetime([one.start for one in spans]) + pd.to_timedelta(
        [one.days / 2 for one in spans], "D"
    )
    since = middle[frame["at"]] - pd.DatetimeIndex(frame["rep_id"].map(hired))
    return np.maximum(since.days.to_numpy(dtype=float) / _DAYS_A_MONTH, 0.0)


def places(days: pd.Series, spans: Sequence[Period]) -> pd.Series:
    """The number of the span that holds each day; −1 for none. Spans are in order and apart."""
    starts = np.array([one.start for one in spans], dtype="datetime64[D]")
    ends = np.array([one.end for one in spans], dtype="datetime64[D]")
    found = days.to_numpy().astype("datetime64[D]")
    at = np.searchsorted(starts, found, side="right") - 1
    inside = (at >= 0) & (found <= ends[np.maximum(at, 0)])
    return pd.Series(np.where(inside, at, -1), index=days.index, name="at")


def _owners(orders: pd.DataFrame) -> pd.Series:
    """The rep of each customer: the one with the most of its last three orders."""
    days = orders.drop_duplicates(["customer_id", "order_id"])
    last = days.groupby("customer_id", sort=False).tail(_LAST_ORDERS)[["customer_id", "order_id"]]
    mine = orders.merge(last, on=["customer_id", "order_id"])
    each = mine.groupby(["customer_id", "rep_id"], sort=True)
    sums = each.agg(share=("share", "sum"), date=("date", "max")).reset_index()
    sums = sums.sort_values(["share", "date", "rep_id"], kind="stable")
    return sums.drop_duplicates("customer_id", keep="last").set_index("customer_id")["rep_id"]
