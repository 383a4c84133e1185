"""What each rep does in a week: visits, quotes and new deals, beside what is usual."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
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

KINDS = ("visit", "quote", "deals")
WEEK = 5  # working days
_COLUMNS = ["rep_id", "rep", "work", "own", "now", "usual", "peers"]


@once
def levels(case: Case) -> pd.DataFrame | Unavailable:
    """Visits, quotes and new deals a week of each rep, by the last year and by the period.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, work (`visit`, `quote`, `deals`: deals created), own (number in five working
        days of a full post, over the twelve months up to the last day seen), now (the same of the
        period so far), usual (median of the others' `own`; null below three) and peers (how many).
        Kinds that nobody did are left out. Unavailable without activities and opportunities, or
        before the period begins (`not_started`).

    Notes
    -----
    Days count from the first to the last day in the scope, times the share of a full post; the ramp
    is no reason to do less. In a rep's own scope the usual is that of the anonymous peers over the
    whole months of the year; their new deals are not known.
    """
    if not case.data.has("activities") and not case.data.has("opportunities"):
        return Unavailable(table="activities")
    span = seen(case)
    if span is None:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    year = Period(_year_before(span.end), span.end, "", "range")
    people, then = workers(case), replace(case, period=year)
    past, now = _weeks(case, workers(then)), _weeks(case, people)
    parts = []
    for kind in KINDS:
        long, short = (_counts(case, kind, one) for one in (year, span))
        if long is None or not long.sum() > 0:
            continue
        rows = people[["rep_id", "rep"]].assign(work=kind)
        rows["own"] = _each(rows["rep_id"], long, past)
        rows["now"] = _each(rows["rep_id"], short, now)
        if case.scope.kind == "rep":
            rows["peers"], rows["usual"] = _peers(case, kind, year)
        else:
            found = beside_others(rows["own"])
            rows["peers"], rows["usual"] = found["peers"], found["median"]
        parts.append(rows[_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)


def goal(own: float, usual: float, *, stretch: float) -> float:
    """The level to reach: what is usual where the own one is below it, else the own one is kept.

    At most `stretch` above the own level, so that it can be reached; null where neither is known.

    Examples
    --------
    >>> goal(8.0, 9.0, stretch=0.25), goal(4.0, 9.0, stretch=0.25), goal(10.0, 9.0, stretch=0.25)
    (9.0, 5.0, 10.0)
    >>> goal(float("nan"), 9.0, stretch=0.25), goal(0.0, 9.0, stretch=0.25)
    (9.0, 9.0)
    """
    if np.isnan(own) or own <= 0:
        return usual
    if np.isnan(usual) or usual <= own:
        return own
    return min(usual, own * (1 + stretch))


def at_tenure(case: Case, rep_id: str, *, kind: str) -> float:
    """What colleagues did in a week when they had been there as long as a newcomer has now.

    Returns
    -------
    float
        The median of three or more colleagues of the scope over the same days after their hire as
        the newcomer's of the period so far; null where fewer are known, or in a rep's own scope.
    """
    span, roster = seen(case), case.data.frame("roster")
    hired = roster.dropna(subset=["hired_on"]).groupby("rep_id")["hired_on"].max()
    if span is None or rep_id not in hired.index or case.scope.kind == "rep":
        return np.nan
    begin = max(pd.Timestamp(span.start), hired[rep_id]) - hired[rep_id]
    length = pd.Timestamp(span.end) - hired[rep_id]
    since = roster.groupby("rep_id")["valid_from"].min()
    there = hired[(since.reindex(hired.index) <= hired) & (hired.index != rep_id)]
    there = there[(there + begin >= _first(case)) & (there + length <= pd.Timestamp(span.end))]
    found = []
    for other, day in there.items():
        one = Period((day + begin).date(), (day + length).date(), "", "range")
        counts = _counts(case, kind, one)
        days = case.calendar.working_days(one.start, one.end)
        if counts is not None and days:
            found.append(float(counts.get(other, 0.0)) / days * WEEK)
    return float(np.median(found)) if len(found) >= LEAST_PEERS else np.nan


def _first(case: Case) -> pd.Timestamp:
    """First day on which activities (or deals, where there are none) are known."""
    days = case.data.frame("activities")["date"].min()
    first = case.data.frame("opportunities")["created_on"].min() if pd.isna(days) else days
    return pd.Timestamp.max if pd.isna(first) else pd.Timestamp(first).normalize()


def _year_before(day: dt.date) -> dt.date:
    return (pd.Timestamp(day) - pd.DateOffset(years=1) + pd.Timedelta(1, "D")).date()


def _weeks(case: Case, people: pd.DataFrame) -> dict[str, float]:
    return {
        one.rep_id: case.calendar.working_days(one.active_from, one.active_to) * one.capacity / WEEK
        for one in people.itertuples(index=False)
    }


def _counts(case: Case, kind: str, span: Period) -> pd.Series | None:
    if kind == "deals":
        if not case.data.has("opportunities"):
            return None
        deals = decided(case)
        return within(deals.assign(date=deals["created_on"]), span.start, span.end)[
            "rep_id"
        ].value_counts()
    if not case.data.has("activities"):
        return None
    done = within(case.data.frame("activities"), span.start, span.end)
    return done[done["kind"] == kind].groupby("rep_id")["count"].sum()


def _each(rep_ids: pd.Series, counts: pd.Series, weeks: dict[str, float]) -> pd.Series:
    there = rep_ids.map(weeks).astype(float)
    return rep_ids.map(counts).fillna(0.0).astype(float) / there.where(there > 0)


def _peers(case: Case, kind: str, span: Period) -> tuple[float, float]:
    """How many peers and their usual number a week, over the whole months they are known of."""
    known = pd.to_datetime(case.data.frame("peers")["month"])
    months = [one for one in whole_months(case, span) if (known == one).any()]
    count, middle = peers_of(case, kind, months)
    ends = [one + pd.offsets.MonthEnd(0) for one in months]
    worked = sum(map(case.calendar.working_days, months, ends))
    return (count, middle / worked * WEEK) if worked and middle >= 0 else (np.nan, np.nan)
