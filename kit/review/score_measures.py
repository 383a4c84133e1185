"""What every region, team and rep of a scope brought in a period, before any weighing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data import measures, targets
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import whole, year_ago
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.capability import scores
from kit.diagnose.productivity import seen
from kit.diagnose.reference import target_to_date, within
from kit.diagnose.results import attainment
from kit.review.score_parts import parts
from kit.review.score_quota import small
from kit.review.score_rates import efforts, kept_shares, margins, paid_shares
from kit.scope import Scope

_ACROSS = 0.1  # of the amount, brought by people of elsewhere
_WITH_TARGET = ("bookings", "new_customers", "collections")


@once
def measured(case: Case) -> pd.DataFrame | Unavailable:
    """The figures of each part of a scope in the period so far.

    Returns
    -------
    DataFrame or Unavailable
        The columns of `kit.review.score_parts.parts`, and

        - target, actual, attainment = actual ÷ target (bookings; never capped), due (the part of
          the target due by `as_of`), pace = actual ÷ due, last_year (the same working days), yoy;
        - new_customers_count, new_customers_due, cash (null where not all of
          the kind have a target for it), cash_due, paid_share;
        - margin_rate, activities, kept (share of customers), score_manager and score_customer
          (mean score ÷ required score, 1.0 at what is required; self-assessments do not count);
        - small_quota (see `kit.review.score_quota`), moved (the quota is not for this scope alone,
          so that attainment and pace are null: the rep had another team or region for a part of
          the period, or people of elsewhere brought more than a tenth of a region's amount, as
          where orders go by the customer's region and not by the rep's).

        Nulls where a table or a target is missing. Parts without a target, an order now or a year
        ago and any activity are left out: nothing is known of them. Unavailable before the period
        begins (`not_started`) and without anybody to score (`no_reps`).
    """
    span = seen(case)
    if span is None:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    table = parts(case)
    if table.empty:
        return Unavailable(reason="no_reps")
    table = pd.concat(
        [_of_kind(case, rows, kind, span) for kind, rows in table.groupby("kind", sort=False)],
        ignore_index=True,
    )
    told = table["target"].notna() | (table["activities"] > 0)
    told |= (table["actual"] != 0) | (table["last_year"].fillna(0) != 0)
    found = table[told | (case.scope.kind == "rep")].reset_index(drop=True)
    return Unavailable(reason="no_reps") if found.empty else found


def _of_kind(case: Case, table: pd.DataFrame, kind: str, span: Period) -> pd.DataFrame:
    scopes = [Scope.parse(one) for one in table["scope"]]
    days = {"start": span.start, "end": span.end}
    found = table.copy()
    for measure in _WITH_TARGET:
        goals = [_target(case, one, measure) for one in scopes]
        found[f"{measure}_target"] = pd.Series(goals, index=found.index, dtype="float64")
        asked = measure != "collections" or None not in goals  # cash counts against targets alone
        found[f"{measure}_sum"] = [
            _sum(case, one, measure, span) if asked else np.nan for one in scopes
        ]
        found[f"{measure}_due"] = found[f"{measure}_target"] * due_share(case, measure)
    found = found.rename(columns={
        "bookings_sum": "actual", "bookings_target": "target", "bookings_due": "due",
        "new_customers_sum": "new_customers_count", "collections_sum": "cash",
        "collections_due": "cash_due",
    }).drop(columns=["new_customers_target", "collections_target"])  # fmt: skip
    found["attainment"] = ratio(found["actual"], found["target"])
    found["pace"] = ratio(found["actual"], found["due"])
    found["moved"] = False
    if kind == "rep":
        held = pd.Series([attainment(case, one) for one in table["id"]], index=found.index)
        found["moved"] = found["pace"].notna() & (held.isna() | _sold_across(case, span))
        for name in ("attainment", "pace"):
            found[name] = found[name].where(~found["moved"])
    past = _last_year(case, span)
    found["last_year"] = [np.nan if past is None else _sum(case, one, "bookings", past)
                          for one in scopes]  # fmt: skip
    found["yoy"] = ratio(found["actual"], found["last_year"].where(found["last_year"] > 0)) - 1
    least = case.settings.review.scorecard.least_rows
    by_id = {
        "margin_rate": margins(case, kind, **days),
        "paid_share": paid_shares(case, kind, **days),
        "kept": kept_shares(case, kind, least=least),
        "activities": efforts(case, kind, **days),
    }
    for name, values in by_id.items():
        found[name] = table["id"].map(values).astype("float64")
    if case.data.has("activities"):
        found["activities"] = found["activities"].fillna(0.0)
    found["small_quota"] = small(case, found["scope"], found["target"])
    return _assessed(case, found, kind)


def due_share(case: Case, measure: str = "bookings") -> float:
    """The share of a target due by `as_of`, along the scope's schedule; 1 once it is over.

    One share for all parts: each is held against the same days and the same season.
    """
    big = 1e9
    return float(target_to_date(case, big, measure=measure) / big)


def ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    """Quotient that is null where the denominator is zero or missing.

    Examples
    --------
    >>> ratio(pd.Series([1.0, 2.0]), pd.Series([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    below = below.astype("float64")
    return above.astype("float64") / below.where(below != 0)


def _sold_across(case: Case, span: Period) -> bool:
    """Whether the people of a region or team sell in others too, as far as can be seen here."""
    if case.scope.kind not in ("region", "team"):
        return False
    rows = within(case.data.sales, span.start, span.end)
    people, amounts = parts(case), rows["amount"].abs()
    own = rows["rep_id"].isin(people.loc[people["kind"] == "rep", "id"])
    return bool(amounts[~own].sum() > _ACROSS * amounts.sum())


def _target(case: Case, scope: Scope, measure: str) -> float | None:
    rows = case.data.frame("targets")
    named = str(scope) in set(rows.loc[rows["measure"] == measure, "scope"])
    if not named and scope.kind not in case.settings.targets.roll_up:
        return None
    return targets.in_force(case, scope=scope, measure=measure)


def _sum(case: Case, scope: Scope, measure: str, span: Period) -> float:
    found = measures.actuals(case, scope=scope, measure=measure, start=span.start, end=span.end)
    return np.nan if isinstance(found, Unavailable) else float(found)


def _last_year(case: Case, span: Period) -> Period | None:
    """Last year's same working days, where the orders reach back to them."""
    past, days = year_ago(case.calendar, case.period, as_of=span.end), case.data.sales["date"]
    if past is None or days.empty:
        return None
    return past if whole(case.calendar, past, first=days.min().date()) else None


def _assessed(case: Case, found: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Add the scores by managers and by customers, each ÷ what is required."""
    empty = {"score_manager": np.nan, "score_customer": np.nan}
    rows = scores(case)
    if isinstance(rows, Unavailable):
        return found.assign(**empty)
    people, wanted = parts(case), case.settings.diagnose.people
    people = people[people["kind"] == "rep"].set_index("id")
    required = [wanted.required_scores.get(one, wanted.required_score) for one in rows["dimension"]]
    own = rows["rep_id"]
    rows = rows.assign(
        value=rows["score"] / required,
        by=rows["source"].map({"self": "self", "customer": "customer"}).fillna("manager"),
        id=own if kind == "rep" else own.map(people[kind]),
    )
    each = rows.groupby(["id", "by", "rep_id"])["value"].mean().groupby(["id", "by"]).mean()
    for name in empty:
        values = each[each.index.get_level_values("by") == name.removeprefix("score_")]
        found[name] = found["id"].map(values.droplevel("by")).astype("float64")
    return found
