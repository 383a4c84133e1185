"""Productivity: bookings for a full post of each rep, against last year and the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import territory
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.reference import within
from kit.plan.capacity import posts, ramped

LEAST_PEERS = 3
LEAST_POST_MONTHS = 0.5  # below, a figure for a full post would be made of next to nothing
_DAYS_A_MONTH = 365.25 / 12
_COLUMNS = ["rep_id", "rep", "marks", "posts", "post_months", "amount", "productivity",
            "productivity_before", "growth", "peers", "median", "beside"]  # fmt: skip


@dataclass(frozen=True)
class Productivity:
    """Bookings for each full post, of the scope and of its reps.

    Parameters
    ----------
    reps : DataFrame
        rep_id, rep, marks (tuple of `newcomer`, `part_time`, `part_period`), posts (full posts with
        the ramp, averaged over the span), post_months (posts × months of the span), amount (money),
        productivity = amount ÷ posts, productivity_before (the same of last year's span), growth,
        peers (how many others), median (theirs), beside = productivity ÷ median − 1. Nulls where
        nothing can be said; highest productivity first.
    posts, amount, productivity, productivity_before, growth, posts_before : float
        Of the whole scope. `amount` is that of the reps who have a post in it.
    elsewhere : float
        Bookings of the scope by people who have no post in it, left out above.
    start, end : date
        The span: the period up to `as_of`.
    """

    reps: pd.DataFrame
    posts: float
    amount: float
    productivity: float
    productivity_before: float
    growth: float
    posts_before: float
    elsewhere: float
    start: dt.date
    end: dt.date


@once
def productivity(case: Case) -> Productivity | Unavailable:
    """Measure what the reps of a scope brought for each full post in the period so far.

    Returns
    -------
    Productivity or Unavailable
        Unavailable before the period begins (`not_started`), without reps (`no_reps`), where nobody
        has a post in the span (`no_posts`), or where people without a post in the scope booked more
        than those who have one (`sold_by_others`): posts and bookings then do not match.

    Notes
    -----
    Full posts are capacity × ramp (`targets.ramp`, by month of tenure) × presence in the scope,
    averaged over the months of the span by their working days: a newcomer's first months count as
    the part of a post that they are expected to carry. Below half a full post in a month nothing is
    divided. Last year's span has the same number of working days. The median is that of the other
    reps of the scope, three or more, who have a figure. A rep's own scope knows the anonymous peers
    alone: theirs is the sum of the monthly medians over the complete months, each peer counted as a
    full post, beside the rep's own figure for the same months.
    """
    span = seen(case)
    if span is None:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    people = workers(case)
    if people.empty:
        return Unavailable(reason="no_reps")
    posts_now = full_posts(case, span)
    if not posts_now.sum() > 0:
        return Unavailable(reason="no_posts", detail=str(case.scope))
    amounts = _amounts(case, span)
    months = span.days / _DAYS_A_MONTH
    rows = people.set_index("rep_id")
    rows["posts"] = posts_now.reindex(rows.index).fillna(0.0)
    rows["amount"] = amounts.reindex(rows.index).fillna(0.0)
    rows["post_months"] = rows["posts"] * months
    rows["productivity"] = per_post(rows["amount"], rows["posts"], months=months)
    before = year_ago(case.calendar, case.period, as_of=span.end)
    rows["productivity_before"] = _of_span(case, before).reindex(rows.index)
    rows["growth"] = _growth(rows["productivity"], rows["productivity_before"])
    if case.scope.kind == "rep":
        rows = rows.assign(**_anonymous(case, span))
    else:
        rows[["peers", "median"]] = beside_others(rows["productivity"])
        rows["beside"] = _growth(rows["productivity"], rows["median"])
    table = rows.reset_index().sort_values(
        ["productivity", "rep_id"], ascending=[False, True], na_position="last", ignore_index=True
    )
    whole, amount = float(table["posts"].sum()), float(table["amount"].sum())
    elsewhere = float(amounts[~amounts.index.isin(rows.index)].sum())
    if elsewhere > max(amount, 0.0):
        return Unavailable(reason="sold_by_others", detail=str(case.scope))
    now, (past, then) = amount / whole, _whole(case, before)
    growth = now / past - 1 if past > 0 else np.nan
    return Productivity(
        table[_COLUMNS], whole, amount, now, past, growth, then, elsewhere, span.start, span.end
    )


def seen(case: Case) -> Period | None:
    """The case's period up to `as_of`; None before it begins."""
    end = min(case.as_of, case.period.end)
    return None if end < case.period.start else Period(case.period.start, end, "", "range")


@once
def workers(case: Case) -> pd.DataFrame:
    """The reps who were in the scope in the period so far.

    Returns
    -------
    DataFrame
        rep_id, rep, capacity, hired_on, active_from, active_to (within the period so far), marks:
        `newcomer` (on the ramp on a day of it), `part_time` (less than a full post), `part_period`
        (not there all the time).
    """
    span = seen(case)
    people = territory.reps(case)
    if span is None or people.empty:
        return people.iloc[:0].assign(marks=pd.Series(dtype=object))
    start, end = pd.Timestamp(span.start), pd.Timestamp(span.end)
    people = people[people["active_from"] <= end]
    people = people.assign(active_to=people["active_to"].clip(upper=end))
    first = Period(span.start, span.start, "", "day")
    steps = case.settings.targets.ramp
    carried = ramped(people["hired_on"], first, ramp=steps)
    short = (people["active_from"] > start) | (people["active_to"] < end)
    marked = zip(carried < 1, people["capacity"] < 1, short, strict=True)
    names = ("newcomer", "part_time", "part_period")
    marks = [tuple(np.array(names)[list(one)].tolist()) for one in marked]
    people = people.assign(marks=pd.Series(marks, index=people.index, dtype=object))
    return people.reset_index(drop=True)


def full_posts(case: Case, span: Period) -> pd.Series:
    """Full posts of each rep in the scope, with the ramp, averaged over a span by working days."""
    months = case.calendar.parts(span, "month")
    found = posts(case, months)
    worked = [case.calendar.working_days(one.start, one.end) for one in months]
    weights = np.array(worked if sum(worked) else [one.days for one in months], dtype=float)
    return pd.Series(found.to_numpy() @ (weights / weights.sum()), index=found.index)


def per_post(amounts: pd.Series, full: pd.Series, *, months: float) -> pd.Series:
    """Amounts for a full post; null where there was less than half a full post in a month.

    Examples
    --------
    >>> per_post(pd.Series([60.0, 10.0]), pd.Series([0.5, 0.01]), months=3.0).tolist()
    [120.0, nan]
    """
    return amounts.astype(float) / full.where(full * months >= LEAST_POST_MONTHS)


def beside_others(values: pd.Series) -> pd.DataFrame:
    """How many others have a value, and their median, for each one; null below three others.

    Examples
    --------
    >>> beside_others(pd.Series([1.0, 2.0, 3.0, 10.0]))["median"].tolist()
    [3.0, 3.0, 2.0, 2.0]
    >>> beside_others(pd.Series([1.0, 2.0, 3.0]))["median"].isna().all()
    np.True_
    """
    known = values.notna().to_numpy()
    rows = []
    for place in range(len(values)):
        others = known & (np.arange(len(values)) != place)
        count = int(others.sum())
        middle = np.median(values.to_numpy(dtype=float)[others]) if count >= LEAST_PEERS else np.nan
        rows.append((count if count >= LEAST_PEERS else np.nan, middle))
    return pd.DataFrame(rows, columns=["peers", "median"], index=values.index, dtype=float)


def whole_months(case: Case, span: Period) -> Sequence[pd.Timestamp]:
    """First days of the calendar months that lie wholly in a span."""
    firsts = pd.date_range(span.start, span.end, freq="MS")
    return [one for one in firsts if one + pd.offsets.MonthEnd(0) <= pd.Timestamp(span.end)]


def peers_of(case: Case, measure: str, months: Sequence[pd.Timestamp]) -> tuple[float, float]:
    """How many peers a scope has, and the sum of their monthly medians; null below three."""
    rows = case.data.frame("peers") if "peers" in case.data.frames else pd.DataFrame()
    if rows.empty or not len(months):
        return np.nan, np.nan
    rows = rows[(rows["measure"] == measure) & pd.to_datetime(rows["month"]).isin(months)]
    if len(rows) < len(months) or rows["peers"].min() < LEAST_PEERS:
        return np.nan, np.nan
    return float(rows["peers"].min()), float(rows["median"].sum())


def _anonymous(case: Case, span: Period) -> dict[str, float]:
    """peers, median and beside of a rep's own scope."""
    months = whole_months(case, span)
    count, middle = peers_of(case, "bookings", months)
    found = {"peers": count, "median": middle, "beside": np.nan}
    if len(months) and middle > 0:
        same = Period(months[0].date(), (months[-1] + pd.offsets.MonthEnd(0)).date(), "", "range")
        own = _of_span(case, same)
        found["beside"] = float(own.iloc[0] / middle - 1) if len(own) else np.nan
    return found


def _amounts(case: Case, span: Period) -> pd.Series:
    rows = within(case.data.sales, span.start, span.end)
    rows = kept(rows, rows["rep_id"].notna())
    return rows.groupby("rep_id")["amount"].sum()


def _of_span(case: Case, span: Period | None) -> pd.Series:
    """Productivity of each rep in a span; empty where there is none."""
    if span is None:
        return pd.Series(dtype=float)
    full, amounts = full_posts(case, span), _amounts(case, span)
    if amounts.empty:
        return pd.Series(dtype=float)
    amounts = amounts.reindex(full.index).fillna(0.0)
    return per_post(amounts, full, months=span.days / _DAYS_A_MONTH)


def _whole(case: Case, span: Period | None) -> tuple[float, float]:
    if span is None:
        return np.nan, np.nan
    full, amounts = full_posts(case, span), _amounts(case, span)
    there, whole = amounts[amounts.index.isin(full.index)], float(full.sum())
    return (float(there.sum()) / whole, whole) if len(there) and whole > 0 else (np.nan, np.nan)


def _growth(now: pd.Series, before: pd.Series) -> pd.Series:
    return now / before.astype(float).where(before > 0) - 1
