"""What moved the volume: conversion, posts filled, the number of deals and their size."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.diagnose import funnel
from kit.diagnose.catalogue import Cause
from kit.diagnose.reference import Reference, within

LIMIT = 0.01  # of the tests beside the funnel's own
_EVENT = pd.Timedelta(days=45)  # how far from the period's start an event is laid beside it


def conversion(case: Case, *, helped: bool) -> Cause | None:
    """The step whose conversion differs from the year before and moved most money."""
    table = funnel.measured(case)
    if isinstance(table, Unavailable):
        return None
    table = table[table["distinct"] & ((table["effect"] > 0) if helped else (table["effect"] < 0))]
    if table.empty:
        return None
    worst = table.loc[table["effect"].abs().idxmax()]
    names = ["stage", "next", "conversion", "low", "high", "reference_conversion"]
    facts = {one: worst[one] for one in names}
    facts |= {one: int(worst[one]) for one in ("entered", "reached")}
    event = None if helped else _event(case)
    if event is None:
        return Cause("conversion_step", worst["step"], worst["effect"], facts)
    facts |= {"event": event["label"], "when": event["date"]}
    return Cause("conversion_step", worst["step"], worst["effect"], facts, "conversion_step_event")


def capacity(case: Case, found: Reference) -> Cause | None:
    """Posts that fell vacant since the eve of the period, and newcomers who are still ramping.

    effect = (posts at work ÷ posts on the eve − 1) × reference; a newcomer counts
    `settings.targets.ramp` of a post by month of tenure. None where no post is short.
    """
    start, end = pd.Timestamp(found.start), pd.Timestamp(found.end)
    eve = _posts(case, pd.DatetimeIndex([start - pd.Timedelta(days=1)]), ramp=())
    posts = _posts(case, pd.date_range(start, end), ramp=case.settings.targets.ramp)
    if not eve or posts >= eve:
        return None
    facts = {"posts": posts, "posts_before": eve}
    return Cause("capacity", "", (posts / eve - 1) * found.total, facts)


def deals(case: Case, found: Reference) -> Cause | None:
    """Fewer or more deals entered, in time to close in the period, than the target needed.

    Counted over the period's days shifted back by the median cycle of deals won in the year before;
    needed are those of the same days a year earlier × factor. None where the counts differ by no
    more than chance (Poisson, 1 %).

        effect = difference × win rate × mean won value, both of the year before
    """
    if found.factor is None or not case.data.has("opportunities"):
        return None
    won, decided = _year(case)
    if won.empty:
        return None
    cycle = pd.Timedelta((won["closed_on"] - won["created_on"]).median()).floor("D")
    created = case.data.frame("opportunities")["created_on"]
    counts = []
    for start, end in ((found.start, found.end), (found.before_start, found.before_end)):
        first, last = pd.Timestamp(start) - cycle, pd.Timestamp(end) - cycle
        counts.append(int(created.between(first, last + pd.Timedelta(hours=23)).sum()))
    entered, before = counts
    needed = before * found.factor
    spread = math.sqrt(entered + found.factor**2 * before)
    if not before or _chance((entered - needed) / spread) >= LIMIT:
        return None
    effect = (entered - needed) * len(won) / len(decided) * won["amount"].mean()
    return Cause("deals", "", effect, {"deals": entered, "deals_needed": needed})


def deal_size(case: Case) -> Cause | None:
    """Deals won were smaller or larger than in the year before (Welch test of logarithms, 1 %)."""
    if not case.data.has("opportunities"):
        return None
    before = _year(case)[0]["amount"]
    start, end, _ = funnel.spans(case)
    now = within(funnel.closed(case), start, end)
    now = now.loc[now["status"] == "won", "amount"]
    now, before = now[now > 0], before[before > 0]
    if min(len(now), len(before)) < 5:
        return None
    logs = np.log(now), np.log(before)
    spread = math.sqrt(sum(one.var() / len(one) for one in logs))
    apart = logs[0].mean() - logs[1].mean()
    moved = now.mean() - before.mean()
    if not spread or _chance(apart / spread) >= LIMIT or apart * moved <= 0:
        return None
    facts = {"won": len(now), "mean": now.mean(), "reference_mean": before.mean()}
    return Cause("deal_size", "", len(now) * moved, facts)


def _posts(case: Case, days: pd.DatetimeIndex, *, ramp: tuple[float, ...]) -> float:
    """Full posts of the scope, averaged over days."""
    roster = case.data.frame("roster")
    if case.scope.kind != "company":
        column = SCOPE_COLUMNS[case.scope.kind]
        roster = roster[(roster[column] == case.scope.id).fillna(False).astype(bool)]
    total = 0.0
    for row in roster.itertuples():
        there = days >= row.valid_from
        if not pd.isna(row.valid_to):
            there &= days <= row.valid_to
        share = np.ones(len(days))
        if ramp and not pd.isna(row.hired_on):
            month = ((days - row.hired_on).days // 30).to_numpy()
            steps = np.array([*ramp, 1.0])
            share = steps[month.clip(0, len(ramp))]
        total += float((share * there).sum()) * (1.0 if pd.isna(row.capacity) else row.capacity)
    return total / len(days)


def _year(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Deals won, and all decided, in the twelve months before the period."""
    start, _, before = funnel.spans(case)
    table = within(funnel.closed(case), before, start - pd.Timedelta(days=1))
    return table[table["status"] == "won"], table


def _event(case: Case) -> pd.Series | None:
    """The competitor's or market's event nearest to the period's start that touched the scope."""
    table = case.data.frame("events")
    start = pd.Timestamp(case.period.start)
    table = table[(table["kind"] == "competitor") & ((table["date"] - start).abs() <= _EVENT)]
    table = table[table["date"] <= pd.Timestamp(case.as_of)]
    if case.scope.kind == "region":
        table = table[table["region"].isna() | (table["region"] == case.scope.id)]
    if table.empty:
        return None
    table = table.assign(away=(table["date"] - start).abs()).sort_values(["away", "label"])
    return table.iloc[0]


def _chance(z: float) -> float:
    return 2 * (1 - funnel.NORMAL.cdf(abs(z)))
