"""Conversion beside others: each part of a scope beside its siblings, and a scope beside peers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.territory import children, placed
from kit.diagnose import cohorts, funnel, peer_steps
from kit.diagnose.incidence import incidence
from kit.scope import Scope


@dataclass(frozen=True)
class WinRate:
    """Deals won of those decided, and conversion per step, beside anonymous peers.

    Parameters
    ----------
    won, decided : int
        The scope's own, over the whole months of the period up to `as_of`.
    share, low, high : float
        won ÷ decided and its 95 % interval.
    peers : int
        How many others, in the month with the fewest.
    peers_share : float
        The same over all peers together.
    p : float
        Chance of as large a difference where none is.
    distinct : bool
        p below 5 %.
    steps : DataFrame or Unavailable
        Step by step; see `kit.diagnose.peer_steps.steps`.
    """

    won: int
    decided: int
    share: float
    low: float
    high: float
    peers: int
    peers_share: float
    p: float
    distinct: bool
    steps: pd.DataFrame | Unavailable = field(
        default=Unavailable(table="stage_events"), compare=False
    )


@once
def parts(case: Case) -> pd.DataFrame | Unavailable:
    """Conversion of each part's cohort beside those of its siblings together, step by step.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, stage, step, days (the horizon), entered, conversion, low, high, others (the
        conversion of the other parts together), p, distinct (p below 5 % ÷ number of comparisons).
        Parts as `kit.data.territory.children` has them; a deal belongs to where its rep was when it
        was created. Unavailable as `kit.diagnose.cohorts.conversions`, and for a scope with fewer
        than two parts (`no_siblings`).
    """
    table = cohorts.conversions(case)
    if isinstance(table, Unavailable):
        return table
    below = children(case)
    if len(below) < 2:
        return Unavailable(reason="no_siblings")
    kind = Scope.parse(below["scope"].iloc[0]).kind
    found = cohorts.entering(cohorts.stays(case), cohorts.windows(case)["now"])
    where = found["opportunity_id"].map(places(case, SCOPE_COLUMNS[kind]))
    rows = []
    for one in below.itertuples(index=False):
        mine = where == Scope.parse(one.scope).id
        for step in table[["stage", "step", "days"]].itertuples(index=False):
            there = found["stage"] == step.stage
            own, others = (
                incidence(side["days"].to_numpy(), side["ended"].to_numpy(), horizon=step.days)
                for side in (found[there & mine], found[there & ~mine & where.notna()])
            )
            known = not math.isnan(step.days)
            rows.append(
                {"scope": one.scope, "part": one.part, "stage": step.stage, "step": step.step,
                 "days": step.days, "entered": own.entered,
                 "conversion": own.share if known else math.nan,
                 "low": own.low if known else math.nan, "high": own.high if known else math.nan,
                 "others": others.share if known else math.nan,
                 "p": cohorts.alike(own, others) if known else math.nan}
            )  # fmt: skip
    made = pd.DataFrame(rows)
    limit = funnel.ALPHA / max(int(made["p"].notna().sum()), 1)
    return made.assign(distinct=made["p"] < limit)


@once
def peers(case: Case) -> WinRate | Unavailable:
    """The win rate and the steps of a scope beside those of its anonymous peers.

    Returns
    -------
    WinRate or Unavailable
        Unavailable without opportunities, for the company and wherever fewer than
        `settings.diagnose.min_peers` others are known (`few_peers`), and where neither or only one
        side decided a deal (`no_deals`).

    Notes
    -----
    Of peers, won and lost deals are kept by month of decision (see `kit.data.peers`): so the rate
    is of deals decided, not of a cohort. Those of all peers together are mean × number of peers,
    summed over the period's whole months.
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    table = peer_steps.known(case, ("won", "lost"))
    if isinstance(table, Unavailable):
        return table
    theirs = (table["mean"] * table["peers"]).groupby(table["measure"]).sum()
    deals = funnel.closed(case)
    deals = deals[deals["date"].dt.to_period("M").isin(table["month"].dt.to_period("M"))]
    won, decided = int((deals["status"] == "won").sum()), len(deals)
    peers_won, peers_decided = float(theirs.get("won", 0.0)), float(theirs.sum())
    if not decided or not peers_decided:
        return Unavailable(reason="no_deals")
    p = funnel.unlike(won, decided, peers_won, peers_decided)
    low, high = funnel.wilson(won, decided)
    return WinRate(
        won, decided, won / decided, low, high, int(table["peers"].min()),
        peers_won / peers_decided, p, p < funnel.ALPHA, peer_steps.steps(case),
    )  # fmt: skip


def places(case: Case, column: str) -> pd.Series:
    """Region, team or rep of each deal when it was created."""
    deals = funnel.decided(case)
    ids = deals["opportunity_id"].to_numpy()
    if column == "rep_id":
        return pd.Series(deals["rep_id"].to_numpy(), index=ids)
    found = placed(case.data.frame("roster"), deals["rep_id"], days=deals["created_on"])
    return pd.Series(found[column].to_numpy(), index=ids)
