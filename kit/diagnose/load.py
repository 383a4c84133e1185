"""Load: open deals, customers and orders for each full post, against the others' median."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.funnel import decided
from kit.diagnose.productivity import (
    LEAST_PEERS,
    beside_others,
    peers_of,
    seen,
    whole_months,
    workers,
)
from kit.diagnose.reference import within
from kit.plan.capacity import posts

KINDS = ("deals", "customers", "orders")
_SMALLEST = 0.2  # of a full post: below it, a load is one of next to nothing


@once
def load(case: Case) -> pd.DataFrame | Unavailable:
    """Count what each rep has in hand, for each full post.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, marks, posts (full posts with the ramp on the last day), deals (open on
        `as_of`; null without opportunities), customers and orders (with an order in the period so
        far), deals_load, customers_load, orders_load (that for a full post ÷ the median of the
        others; null below three others or a fifth of a post), highest (of the three), over (tuple
        of those above the limit, in two decimals), limit (`settings.diagnose.people.overload`). The
        highest first. Unavailable before the period begins (`not_started`), without reps
        (`no_reps`), or with fewer than three of them (`few_people`).

    Notes
    -----
    Others are those of the scope: a team that is overloaded as a whole does not stand out in its
    own page, as the posts of other teams are not known there. A newcomer with all of a colleague's
    customers is overloaded: the ramp counts. Who left before the last day is not listed. A rep's
    own scope knows no other's deals; customers and orders are held against the anonymous peers'
    months, each peer counted as a full post.
    """
    span = seen(case)
    if span is None:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    people = workers(case)
    last = pd.Timestamp(span.end)
    people = people[people["active_to"] >= last]
    if people.empty:
        return Unavailable(reason="no_reps")
    own = case.scope.kind == "rep"
    if not own and len(people) < LEAST_PEERS:
        return Unavailable(reason="few_people")
    day = Period(span.end, span.end, span.end.isoformat(), "day")
    there = posts(case, [day])[day.name]
    table = people[["rep_id", "rep", "marks"]].reset_index(drop=True)
    table["posts"] = table["rep_id"].map(there).fillna(0.0)
    found = _counts(case, span.start, span.end)
    full = table["posts"].where(table["posts"] >= _SMALLEST)
    for kind in KINDS:
        known = kind in found
        table[kind] = table["rep_id"].map(found[kind]).fillna(0.0) if known else np.nan
        each = table[kind] / full
        if own:
            table[f"{kind}_load"] = _beside_peers(case, kind) / full
        else:
            middle = beside_others(each)["median"]
            table[f"{kind}_load"] = each / middle.where(middle > 0)
    loads = table[[f"{kind}_load" for kind in KINDS]]
    limit = case.settings.diagnose.people.overload
    table["highest"] = loads.max(axis=1)
    over = [
        tuple(kind for kind, one in zip(KINDS, row, strict=True) if one > limit)
        for row in loads.round(2).itertuples(index=False)
    ]
    table["over"] = pd.Series(over, index=table.index, dtype=object)
    table["limit"] = limit
    return table.sort_values(
        ["highest", "rep_id"], ascending=[False, True], na_position="last", ignore_index=True
    )


def _counts(case: Case, start: dt.date, end: dt.date) -> dict[str, pd.Series]:
    rows = within(case.data.sales, start, end)
    rows = kept(rows, rows["amount"] > 0)
    each = rows.groupby("rep_id")
    found = {"customers": each["customer_id"].nunique(), "orders": each["order_id"].nunique()}
    if case.data.has("opportunities"):
        deals = decided(case)
        found["deals"] = deals.loc[deals["status"] == "open", "rep_id"].value_counts()
    return found


def _beside_peers(case: Case, kind: str) -> float:
    """The rep's own count over the complete months ÷ the peers' median; null where not known."""
    months = whole_months(case, seen(case))
    middle = np.nan if kind == "deals" else peers_of(case, kind, months)[1]
    if not middle > 0:
        return np.nan
    ends = [one + pd.offsets.MonthEnd(0) for one in months]
    spans = zip(months, ends, strict=True)
    own = [_counts(case, one.date(), end.date())[kind].sum() for one, end in spans]
    return float(sum(own)) / middle
