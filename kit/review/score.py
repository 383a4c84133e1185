"""The scorecard: every region, team and rep of a scope with one weighted score, and its course."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import past_periods
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review import kpi_peers
from kit.review.score_measures import measured
from kit.review.score_ratios import ratios
from kit.review.score_weights import COMPONENTS, weighted, weights

PERIODS = 4  # of a trend, this one included
_ORDER = {"region": 0, "team": 1, "rep": 2}
_FRONT = ["scope", "kind", "part", "team", "region", "score", "rank", "of", "quarter", "trend",
          "known"]  # fmt: skip
_FIGURES = ["target", "actual", "attainment", "last_year", "yoy", "new_customers_count",
            "margin_rate", "small_quota", "moved", "marks"]  # fmt: skip


@once
def scorecard(case: Case) -> pd.DataFrame | Unavailable:
    """One row a region, team and rep of the scope, each kind with the best score first.

    Returns
    -------
    DataFrame or Unavailable
        - scope, kind (`region`, `team`, `rep`), part (the name to show), team, region;
        - score (1.0: all on the mark), rank and of (among the parts of its kind that have a score;
          equal scores share a rank), quarter (of a rep's own scope and with
          `review.scorecard.rank_for_reps`: in which quarter of the anonymous peers the bookings
          lie, 1 the highest), trend (tuple: the scores of up to four periods, this one last, None
          where there was none), known (share of the weight behind the score);
        - bookings, margin, collections, new_customers, activity, assessment, satisfaction,
          retention: the ratio of each component, uncapped, null where it is not known;
        - target, actual, attainment = actual ÷ target, last_year (the same number of working days),
          yoy, new_customers_count, margin_rate, small_quota, moved, marks.

        Money in the company's currency, rates as fractions. Unavailable before the period begins
        (`not_started`) and without anybody to score (`no_reps`).

    Notes
    -----
    Each component is 1.0 on the mark. Results: `bookings` = actual ÷ target due by now; `margin` =
    margin rate ÷ the scope's; `collections` and `new_customers` = actual ÷ target due by now where
    all parts of the kind have one, and else the share of what fell due that has come ÷ the scope's,
    and new customers for a full post ÷ the mean of the kind (from a mean of one on). Behaviour:
    `activity` = visits, quotes and demos for a full post ÷ the median of the kind; `assessment` =
    scores by the manager ÷ what is required. Customers: `satisfaction` = scores by customers ÷ what
    is required; `retention` = share of the year before's customers that ordered again ÷ the
    median of the kind (whoever buys from a colleague is lost to a rep, not to the scope). What
    compares with others needs two or more of the kind.

    score = Σ weight × min(max(ratio, 0), cap) ÷ Σ weight, over the components that are known, with
    the weights of `kit.review.score_weights`. Below `review.scorecard.least_known` of the weight
    there is neither score nor rank. A small quota's attainment (`kit.review.score_quota`) is
    shown and does not count; that of a rep whose quota is for work elsewhere too (`moved`) is null.
    A rep's own packet has its own row alone and no rank: the others' scores are not the rep's to
    read.
    """
    found = scored(case)
    if isinstance(found, Unavailable):
        return found
    past = [scored(one) for one in before(case)]
    scores = [
        {} if isinstance(one, Unavailable) else dict(zip(one["scope"], one["score"], strict=True))
        for one in past
    ]
    trend = [
        (*(_number(one.get(row.scope)) for one in scores), _number(row.score))
        for row in found.itertuples(index=False)
    ]
    told = case.scope.kind == "rep" and case.settings.review.scorecard.rank_for_reps
    found["quarter"] = (kpi_peers.quarter(case) if told else None) or np.nan
    found["trend"] = pd.Series(trend, index=found.index, dtype=object)
    return found[[*_FRONT, *COMPONENTS, *_FIGURES]]


@once
def before(case: Case) -> tuple[Case, ...]:
    """The case at the end of each of the periods of its kind before it, three at the most."""
    days = case.data.sales["date"]
    first = None if days.empty else days.min().date()
    spans = past_periods(
        case.calendar, case.period, first=first, as_of=case.as_of, most=PERIODS - 1
    )
    return tuple(replace(case, period=one, as_of=min(one.end, case.as_of)) for one in spans)


@once
def scored(case: Case) -> pd.DataFrame | Unavailable:
    """The scorecard of one period, without the course before it."""
    found = measured(case)
    if isinstance(found, Unavailable):
        return found
    card = case.settings.review.scorecard
    shares = ratios(case, found)
    made = weighted(shares, weights(case), cap=card.cap)
    score = made["score"].where(made["known"] >= card.least_known - 1e-9)
    ranked = case.scope.kind != "rep"
    each = score.groupby(found["kind"])
    table = found.assign(
        **shares, score=score, known=made["known"].round(9),
        rank=each.rank(method="min", ascending=False) if ranked else np.nan,
        of=each.transform("count").where(score.notna()).astype(float) if ranked else np.nan,
        _kind=found["kind"].map(_ORDER),
    )  # fmt: skip
    return table.sort_values(
        ["_kind", "score", "attainment", "actual", "scope"],
        ascending=[True, False, False, False, True], na_position="last", ignore_index=True,
    ).drop(columns=["_kind"])  # fmt: skip


def _number(found: object) -> float | None:
    return None if found is None or pd.isna(found) else float(found)
