"""What to copy from whom: reps who beat their peers and what they did differently."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.review.behaviour import activities, between, linked, win_rates

MORE = 1.25
BEST = 3


def worth_copying(case: Case, scorecard: pd.DataFrame | Unavailable) -> pd.DataFrame | Unavailable:
    """Reps who reached their target and stand above the middle of their peers, and by what.

    A behaviour is named where the rep did at least 1.25 times the median of the scope's reps and where
    it goes with deals won in this scope (`kit.review.behaviour.linked`). A win rate above the median by
    the same factor is named as well. It is an association in this company's data, not a proof of cause.

    Parameters
    ----------
    case : Case
    scorecard : DataFrame
        From `kit.review.scorecard.reps`.

    Returns
    -------
    DataFrame or Unavailable
        rep, attainment, behaviour (visit, quote, …, win_rate), value, median, multiple (value ÷ median);
        at most three reps, best attainment first. No rows where nobody did something clearly more.
    """
    if isinstance(scorecard, Unavailable):
        return scorecard
    if not case.data.has("activities") and not case.data.has("opportunities"):
        return Unavailable(table="activities")
    if len(scorecard) < case.settings.diagnose.min_peers:
        return Unavailable(reason="few_peers", detail=str(len(scorecard)))
    ids = scorecard["scope"].str.removeprefix("rep:")
    done = activities(case).reindex(ids)
    ties = linked(case)
    kinds = [kind for kind in ties.loc[ties["linked"], "behaviour"] if kind in done.columns]
    habits = done[kinds].assign(win_rate=win_rates(case)["win_rate_count"].reindex(ids))
    best = scorecard[
        (scorecard["attainment"] >= 1) & (scorecard["attainment"] > scorecard["attainment"].median())
    ].nlargest(BEST, "attainment")
    rows = []
    for person in best.itertuples(index=False):
        own = habits.loc[person.scope.removeprefix("rep:")]
        for behaviour in habits.columns:
            median = habits[behaviour].median()
            if median > 0 and own[behaviour] >= MORE * median:
                rows.append((person.rep, person.attainment, behaviour, float(own[behaviour]),
                             float(median), float(own[behaviour] / median)))  # fmt: skip
    return pd.DataFrame(
        rows, columns=["rep", "attainment", "behaviour", "value", "median", "multiple"]
    )


def beside_peers(case: Case) -> pd.DataFrame | Unavailable:
    """One rep beside anonymous peers: the period's monthly means of each measure.

    Returns
    -------
    DataFrame or Unavailable
        measure, value (own monthly mean), median, low, high (monthly means of the peers' median and
        quartiles), peers (fewest in any month). Over the full months of the period up to `as_of`.
    """
    peers = between(case.data.frame("peers"), "month", case.period.start, case.as_of)
    if peers.empty:
        return Unavailable(reason="few_peers", detail=str(case.settings.diagnose.min_peers))
    months = peers["month"].nunique()
    last = (peers["month"].max() + pd.offsets.MonthEnd()).date()
    own_case = replace(case, as_of=min(case.as_of, last))
    sales = between(case.data.sales, "date", case.period.start, own_case.as_of)
    own = {
        "bookings": sales["amount"].sum(),
        "quantity": sales["quantity"].sum(),
        "margin": (sales["amount"] - sales["cost"]).sum(),
        "orders": float(sales["order_id"].nunique()),
        "customers": float(sales.groupby(sales["date"].dt.to_period("M"))["customer_id"].nunique().sum()),
        **activities(own_case).sum().to_dict(),
        **win_rates(own_case)[["won", "lost"]].sum().to_dict(),
    }
    table = peers.groupby("measure", sort=True).agg(
        median=("median", "mean"), low=("low", "mean"), high=("high", "mean"), peers=("peers", "min")
    )
    table = table[table.index.isin(own)]
    value = pd.Series(own).reindex(table.index) / months
    return table.assign(value=value).reset_index()[
        ["measure", "value", "median", "low", "high", "peers"]
    ]
