"""Targets reached and missed by each rep, period by period, and how many misses in a row."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data import measures, targets
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import past_periods
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import reps
from kit.diagnose.reference import within
from kit.plan.capacity import ramped
from kit.review.posts_held import days_held, held
from kit.scope import Scope

HALF = 0.5  # of a period's working days with a post, below which it is not counted
COLUMNS = ["scope", "rep_id", "rep", "team", "region", "period", "start", "end", "target", "actual",
           "attainment", "basis", "missed", "in_row", "limit"]  # fmt: skip


@once
def misses(case: Case) -> pd.DataFrame | Unavailable:
    """Each rep of the scope in each of the last periods: reached or missed, and for how long.

    Parameters
    ----------
    case : Case
        `settings.review.people` says how many periods and what a miss is.

    Returns
    -------
    DataFrame or Unavailable
        scope, rep_id, rep, team, region, period, start, end, target, actual (money), attainment =
        actual ÷ target, basis (`counted`, or why not: `no_target`, `on_ramp`, `not_there`,
        `elsewhere`), missed (attainment below `miss_below`), in_row (misses in a row up to that
        period), limit (`miss_below`). By rep, then in order of time. Unavailable without reps on
        the day (`no_reps`), without targets (table), or where no period of this kind is over
        (`none_over`).

    Notes
    -----
    Periods are those of the kind of the case's period that lie wholly in the data and are over on
    `as_of`; a running one does not count. Targets and orders are as they were in force and
    credited. A period without a target or with one of zero, on the ramp (on its first day), or with
    a post on less than half of its working days is not counted and breaks nothing. One in which the
    rep also worked outside of the scope is not known here and ends a row, for what was before it
    cannot be joined to what came after.
    """
    if not case.data.has("targets"):
        return Unavailable(table="targets")
    last = pd.Timestamp(min(case.as_of, case.period.end))
    people = reps(case)
    people = people[(people["active_from"] <= last) & (people["active_to"] >= last)]
    if people.empty:
        return Unavailable(reason="no_reps")
    spans = over(case)
    if not spans:
        return Unavailable(reason="none_over", detail=str(case.as_of))
    sums = [_actuals(case, one) for one in spans]
    rows = [
        _row(case, person, one, actual=float(sold.get(person["rep_id"], 0.0)))
        for person in people.to_dict("records") for one, sold in zip(spans, sums, strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    parts = [_in_row(each) for _, each in table.groupby("rep_id", sort=False)]
    limit = case.settings.review.people.miss_below
    return table.assign(in_row=pd.concat(parts), limit=limit)[COLUMNS]


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """One row a rep: how the last periods went, and the misses in a row by now.

    Parameters
    ----------
    found : DataFrame
        From `misses`.

    Returns
    -------
    DataFrame
        scope, rep_id, rep, counted (periods), misses, in_row, since (first period of the row),
        shortfall (money short over the row, above zero), attainment (over the row); the longest
        row first. Null where there is no row.
    """
    rows = []
    for rep_id, each in found.groupby("rep_id", sort=True):
        row = run(found, rep_id)
        target, actual = row["target"].sum(), row["actual"].sum()
        rows.append(
            {
                "scope": f"rep:{rep_id}", "rep_id": rep_id, "rep": each["rep"].iloc[0],
                "counted": int((each["basis"] == "counted").sum()),
                "misses": int(each["missed"].sum()), "in_row": len(row),
                "since": row["period"].iloc[0] if len(row) else None,
                "shortfall": float(target - actual) if len(row) else np.nan,
                "attainment": float(actual / target) if len(row) else np.nan,
            }
        )  # fmt: skip
    order = {"by": ["in_row", "shortfall", "rep_id"], "ascending": [False, False, True]}
    return pd.DataFrame(rows).sort_values(**order, ignore_index=True)


def run(found: pd.DataFrame, rep_id: str, *, missed: bool = True) -> pd.DataFrame:
    """The counted periods in a row up to the last one that a rep missed (or did not miss).

    Examples
    --------
    >>> basis = ["counted", "counted", "no_target", "counted"]
    >>> found = pd.DataFrame({"rep_id": "1", "basis": basis, "period": list("abcd"),
    ...                       "missed": [False, True, False, True]})
    >>> run(found, "1")["period"].tolist()
    ['b', 'd']
    """
    own = found[(found["rep_id"] == rep_id) & found["basis"].isin(["counted", "elsewhere"])]
    other = (own["basis"] == "elsewhere") | (own["missed"] != missed)
    return own[~other[::-1].cummax()[::-1]]


@once
def over(case: Case) -> tuple[Period, ...]:
    """The last periods of the case's kind that are over, with its own once it is closed."""
    most = case.settings.review.people.periods
    known = past_periods(
        case.calendar, case.period, first=_first_day(case), as_of=case.as_of, most=most
    )
    return (*known, case.period)[-most:] if case.closed else known


def _first_day(case: Case) -> dt.date | None:
    """First day of the data that this scope knows of, by the anonymous peers' months too."""
    days = [case.data.sales["date"].min(), case.data.frame("peers")["month"].min()]
    known = [pd.Timestamp(one) for one in days if not pd.isna(one)]
    return min(known).date() if known else None


def _actuals(case: Case, span: Period) -> pd.Series:
    """Bookings of each rep in a span, as credited; all at once, for there may be many reps."""
    rows = within(measures.sales(case), span.start, span.end)
    return rows.groupby("rep_id")["amount"].sum()


def _row(case: Case, person: dict, span: Period, *, actual: float) -> dict:
    scope = Scope("rep", person["rep_id"])
    target = targets.in_force(case, scope=scope, period=span)
    basis = _basis(case, person, span, target)
    attainment = actual / target if basis == "counted" else np.nan
    return {
        "scope": str(scope), "rep_id": person["rep_id"], "rep": person["rep"],
        "team": person["team"], "region": person["region"], "period": span.name,
        "start": span.start, "end": span.end, "target": np.nan if target is None else target,
        "actual": np.nan if basis == "elsewhere" else actual, "attainment": attainment,
        "basis": basis,
        "missed": bool(attainment < case.settings.review.people.miss_below - 1e-9),
    }  # fmt: skip


def _basis(case: Case, person: dict, span: Period, target: float | None) -> str:
    if target is None or not target > 0:
        return "no_target"
    first = Period(span.start, span.start, "", "day")
    hired = pd.Series(pd.to_datetime([person["hired_on"]]))
    if ramped(hired, first, ramp=case.settings.targets.ramp)[0] < 1:
        return "on_ramp"
    rows = held(case, person["rep_id"], start=span.start, end=span.end)
    kind = case.scope.kind
    if kind in ("region", "team") and any(getattr(one, kind) != case.scope.id for one in rows):
        return "elsewhere"
    worked = case.calendar.working_days(span.start, span.end) or span.days
    return "counted" if days_held(case, rows) >= HALF * worked else "not_there"


def _in_row(each: pd.DataFrame) -> pd.Series:
    count, found = 0, []
    for basis, missed in zip(each["basis"], each["missed"], strict=True):
        if basis == "elsewhere" or (basis == "counted" and not missed):
            count = 0
        count += bool(missed)
        found.append(count)
    return pd.Series(found, index=each.index, dtype=int)
