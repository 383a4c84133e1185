"""Conversion per step of a scope beside its anonymous peers, over the period's whole months."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from kit.data import departed
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import funnel

COLUMNS = ("stage", "next", "step", "left", "conversion", "low", "high", "peers", "peers_left",
           "peers_conversion", "p", "distinct")  # fmt: skip


def known(case: Case, measures: Sequence[str]) -> pd.DataFrame | Unavailable:
    """The peers' rows of some measures in the whole months of the period up to `as_of`.

    Parameters
    ----------
    case : Case
    measures : sequence of str
        See `kit.data.peers.compute`.

    Returns
    -------
    DataFrame or Unavailable
        As in the table `peers`; `few_peers` where there are no rows, or fewer than
        `settings.diagnose.min_peers` others in any month.
    """
    start, end, _ = funnel.spans(case)
    least, table = case.settings.diagnose.min_peers, case.data.frame("peers")
    if not table.empty:
        last = table["month"] + pd.offsets.MonthEnd(0)
        inside = (table["month"] >= pd.Timestamp(start)) & (last <= pd.Timestamp(end))
        table = table[inside & table["measure"].isin(measures)]
    if table.empty or table["peers"].min() < least:
        return Unavailable(reason="few_peers", detail=str(least))
    return table


@once
def steps(case: Case) -> pd.DataFrame | Unavailable:
    """Conversion of each step beside that of the peers together.

    Returns
    -------
    DataFrame or Unavailable
        stage, next, step (`proposal → won`), left (own deals that left the stage in the whole
        months of the period up to `as_of`, onward or lost), conversion (share of them that went
        onward), low and high (its 95 % interval), peers (how many others, in the month with the
        fewest), peers_left (deals of all peers together that left the stage), peers_conversion,
        p (chance of as large a difference where none is), distinct (p below 5 % ÷ number of steps
        compared). Unavailable without opportunities or stage_events, and where no step of the
        peers is known or there are too few of them (`few_peers`).

    Notes
    -----
    Departures of both sides are counted alike, by `kit.diagnose.funnel.departures` and
    `kit.data.departed`, in the month in which the deal left. Those of all peers together are
    mean × number of peers, summed over the months. A step is known of the peers where the events
    of the company have the same two stages one after the other; else, and where neither or only
    one side had a departure, its figures are null.
    """
    for table in ("opportunities", "stage_events"):
        if not case.data.has(table):
            return Unavailable(table=table)
    stages = case.settings.diagnose.stages
    pairs = list(zip(stages, stages[1:], strict=False))
    keys = [departed.name(stage, after) for stage, after in (*pairs[:-1], _last(stages))]
    theirs = known(case, [f"{kind}:{key}" for kind in ("left", "onward") for key in keys])
    if isinstance(theirs, Unavailable):
        return theirs
    sums = (theirs["mean"] * theirs["peers"]).groupby(theirs["measure"]).sum()
    fewest = theirs.groupby("measure")["peers"].min()
    own = funnel.departures(case)
    own = own[own["date"].dt.to_period("M").isin(theirs["month"].dt.to_period("M"))]
    rows = []
    for (stage, after), key in zip(pairs, keys, strict=True):
        gone = own.loc[own["stage"] == stage, "onward"]
        left, onward = len(gone), int(gone.sum())
        others = float(sums.get(f"left:{key}", 0.0))
        reached = float(sums.get(f"onward:{key}", 0.0))
        low, high = funnel.wilson(onward, left)
        rows.append(
            {"stage": stage, "next": after, "step": f"{stage} → {after}", "left": left,
             "conversion": onward / left if left else math.nan, "low": low, "high": high,
             "peers": fewest.get(f"left:{key}", math.nan), "peers_left": others,
             "peers_conversion": reached / others if others else math.nan,
             "p": funnel.unlike(onward, left, reached, others) if left and others else math.nan}
        )  # fmt: skip
    made = pd.DataFrame(rows)
    limit = funnel.ALPHA / max(int(made["p"].notna().sum()), 1)
    return made.assign(distinct=made["p"] < limit)[list(COLUMNS)]


def _last(stages: Sequence[str]) -> tuple[str, str]:
    """The last step, whose end is the won deal, whatever the parameters call it."""
    return stages[-2], departed.WON
