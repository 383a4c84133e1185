"""Scorecards: each rep of a scope against target, last year and peers, with one weighted score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data import measures, targets, territory
from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.tables import Unavailable
from kit.review.behaviour import activities, win_rates
from kit.scope import Scope

EFFORT = ("visit", "quote", "demo")


def reps(case: Case) -> pd.DataFrame | Unavailable:
    """One row a rep who was in the scope in the period, best score first.

    The score is the weighted mean of up to four ratios, each 1.0 where the rep is on the mark:

    - `bookings`: actual ÷ target;
    - `margin`: the rep's margin rate ÷ the scope's margin rate;
    - `new_customers`: the rep's new customers ÷ the mean of the scope's reps; left out where that
      mean is below 1, as one customer more or less would then decide the score;
    - `activity`: the rep's visits, quotes and demos ÷ the median of the scope's reps.

    Weights are `settings.review.scorecard.weights`; a ratio that cannot be known is left out and the other
    weights grow to sum to 1. Ratios are not capped.

    Returns
    -------
    DataFrame or Unavailable
        rank, scope, rep, team, target, actual, attainment, last_year, yoy, margin (rate of amount),
        new_customers, win_rate_count, score. Money in the company's currency; rates as fractions.
        A rep without a target has null attainment and stands after those with one.
    """
    people = territory.reps(case)
    if people.empty:
        return Unavailable(reason="no_reps")
    last = min(case.as_of, case.period.end)
    before = year_ago(case.calendar, case.period, as_of=last)
    rows = []
    for person in people.itertuples(index=False):
        scope = Scope("rep", person.rep_id)
        actual = _number(measures.actuals(case, scope=scope, measure="bookings",
                                          start=case.period.start, end=last))  # fmt: skip
        target = targets.in_force(case, scope=scope, measure="bookings")
        last_year = np.nan
        if before is not None:
            last_year = _number(measures.actuals(case, scope=scope, measure="bookings",
                                                 start=before.start, end=before.end))  # fmt: skip
        margin = _number(measures.actuals(case, scope=scope, measure="margin",
                                          start=case.period.start, end=last))  # fmt: skip
        fresh = _number(measures.actuals(case, scope=scope, measure="new_customers",
                                         start=case.period.start, end=last))  # fmt: skip
        rows.append(
            {
                "scope": str(scope), "rep_id": person.rep_id, "rep": person.rep, "team": person.team,
                "target": np.nan if target is None else float(target), "actual": actual,
                "last_year": last_year, "margin_money": margin, "new_customers": fresh,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table["attainment"] = ratio(table["actual"], table["target"])
    table["yoy"] = ratio(table["actual"], table["last_year"]) - 1
    table["margin"] = ratio(table["margin_money"], table["actual"])
    table["win_rate_count"] = table["rep_id"].map(win_rates(case)["win_rate_count"])
    table["score"] = weighted(_ratios(case, table), case.settings.review.scorecard.weights)
    table = table.sort_values(
        ["score", "attainment", "actual", "rep_id"],
        ascending=[False, False, False, True],
        na_position="last",
        ignore_index=True,
    )
    table["rank"] = range(1, len(table) + 1)
    return table[
        ["rank", "scope", "rep", "team", "target", "actual", "attainment", "last_year", "yoy",
         "margin", "new_customers", "win_rate_count", "score"]
    ]  # fmt: skip


def ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    """Quotient that is null where the denominator is zero or missing.

    Examples
    --------
    >>> ratio(pd.Series([1.0, 2.0]), pd.Series([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    return above.astype("float64") / below.where(below != 0)


def weighted(ratios: pd.DataFrame, weights: dict[str, float]) -> pd.Series:
    """Weighted mean of the ratios that are known, the weights scaled to sum to 1 over them.

    Examples
    --------
    >>> table = pd.DataFrame({"bookings": [1.0, 0.5], "margin": [2.0, None]})
    >>> weighted(table, {"bookings": 0.75, "margin": 0.25, "activity": 1.0}).tolist()
    [1.25, 0.5]
    """
    known = [name for name in weights if name in ratios.columns]
    table = ratios[known].astype("float64")
    share = table.notna() * pd.Series({name: float(weights[name]) for name in known})
    total = share.sum(axis="columns")
    return (table.fillna(0.0) * share).sum(axis="columns") / total.where(total > 0)


def _number(found: object) -> float:
    return np.nan if found is None or isinstance(found, Unavailable) else float(found)


def _ratios(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    scope_margin = table["margin_money"].sum(min_count=1)
    scope_actual = table["actual"].sum(min_count=1)
    rate = scope_margin / scope_actual if scope_actual else np.nan
    ratios = pd.DataFrame({"bookings": table["attainment"]})
    ratios["margin"] = table["margin"] / rate if rate else np.nan
    fresh = table["new_customers"].mean()
    ratios["new_customers"] = table["new_customers"] / fresh if fresh >= 1 else np.nan
    done = activities(case)
    kinds = [kind for kind in EFFORT if kind in done.columns]
    effort = table["rep_id"].map(done[kinds].sum(axis="columns")) if kinds else np.nan
    middle = effort.median() if kinds else np.nan
    ratios["activity"] = effort / middle if middle and not np.isnan(middle) else np.nan
    return ratios
