"""What each rep of a scope achieved, in ratios that people of any post can be compared by."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data import measures, targets
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.diagnose.funnel import closed
from kit.diagnose.productivity import productivity, seen
from kit.diagnose.reference import target_to_date, within
from kit.scope import Scope

RESULTS = ("attainment", "productivity", "win_rate", "margin_rate")
LEAST_DECIDED = 10  # deals below which a win rate says nothing
_MONTHS = 12  # in which deals are counted


@once
def results(case: Case) -> pd.DataFrame | Unavailable:
    """The results of each rep of the scope in the period so far.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, marks, attainment (actual ÷ target due by `as_of`), productivity (money for a
        full post), win_rate (won ÷ decided in the last twelve months, ten deals or more),
        margin_rate (margin ÷ amount). Null where it cannot be known: no target, a post too small, a
        rep who worked elsewhere for a part of the period (the target is for all of it). As
        `productivity` otherwise.
    """
    found = productivity(case)
    if isinstance(found, Unavailable):
        return found
    table = found.reps[["rep_id", "rep", "marks", "productivity"]].sort_values("rep_id")
    table = table.reset_index(drop=True)
    table["attainment"] = [attainment(case, one) for one in table["rep_id"]]
    table["win_rate"] = table["rep_id"].map(_win_rates(case)).astype(float)
    table["margin_rate"] = table["rep_id"].map(_margin_rates(case)).astype(float)
    return table[["rep_id", "rep", "marks", *RESULTS]]


def attainment(case: Case, rep_id: str) -> float:
    """Actual ÷ target due by `as_of` of one rep of the scope; null where it cannot be compared."""
    rep, span = Scope("rep", rep_id), seen(case)
    target = targets.in_force(case, scope=rep)
    if target is None or span is None or _also_elsewhere(case, rep_id):
        return np.nan
    due = target_to_date(case, target)
    actual = measures.actuals(case, scope=rep, start=span.start, end=span.end)
    return float(actual / due) if due else np.nan


def _also_elsewhere(case: Case, rep_id: str) -> bool:
    """Whether the roster has the rep outside the scope on a day of the period."""
    if case.scope.kind not in ("region", "team"):
        return False
    rows = case.data.frame("roster")
    rows = rows[rows["rep_id"] == rep_id]
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(case.period.end)
    rows = rows[(rows["valid_from"] <= end) & ~(rows["valid_to"] < start)]
    return bool((rows[SCOPE_COLUMNS[case.scope.kind]] != case.scope.id).fillna(True).any())


def _win_rates(case: Case) -> dict[str, float]:
    if not case.data.has("opportunities"):
        return {}
    end = min(case.as_of, case.period.end)
    start = (pd.Timestamp(end) - pd.DateOffset(months=_MONTHS) + pd.Timedelta(1, "D")).date()
    deals = within(closed(case), start, end)
    won = (deals["status"] == "won").groupby(deals["rep_id"]).agg(["mean", "size"])
    return won.loc[won["size"] >= LEAST_DECIDED, "mean"].to_dict()


def _margin_rates(case: Case) -> dict[str, float]:
    span = seen(case)
    if span is None:
        return {}
    rows = within(case.data.sales, span.start, span.end)
    rows = kept(rows, rows["cost"].notna() & rows["rep_id"].notna())
    sums = rows.groupby("rep_id")[["amount", "cost"]].sum()
    rate = (sums["amount"] - sums["cost"]) / sums["amount"].where(sums["amount"] > 0)
    return rate.dropna().to_dict()
