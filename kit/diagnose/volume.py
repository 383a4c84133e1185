"""What moved the volume: conversion, posts filled, the number of deals and their size."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.diagnose.catalogue import CONFIRMED, Cause
from kit.diagnose.conversion_money import worth
from kit.diagnose.newcomers import capacity
from kit.diagnose.reference import Reference, within
from kit.diagnose.step_place import step_place

__all__ = ("LIMIT", "capacity", "conversion", "deal_size", "deals")

LIMIT = 0.01  # of the tests beside the funnel's own
SURE = 1.96  # standard deviations to either side that hold 95 %
_EVENT = pd.Timedelta(days=45)  # how far from the period's start an event is laid beside it


def conversion(case: Case, *, helped: bool) -> Cause | None:
    """The step whose conversion differs from the year before and moved most money in the period.

    What it moved: `kit.diagnose.conversion_money.worth`. The interval is that of the conversion
    (95 %, Wilson) as a share of its difference to the reference, which is held fixed.
    """
    table = funnel.measured(case)
    if isinstance(table, Unavailable):
        return None
    table = table[table["distinct"]]
    table = table.assign(moved=[worth(case, stage=one)["money"].sum() for one in table["stage"]])
    table = table[(table["moved"] * table["effect"] > 0) & ((table["moved"] > 0) == helped)]
    if table.empty:
        return None
    worst = table.loc[table["moved"].abs().idxmax()]
    names = ["stage", "next", "conversion", "low", "high", "reference_conversion"]
    facts = {one: worst[one] for one in names}
    facts |= {one: int(worst[one]) for one in ("entered", "reached")}
    reference = worst["reference_conversion"]
    each = worst["moved"] / (worst["conversion"] - reference)
    ends = {one: each * (worst[one] - reference) for one in ("low", "high")}
    evidence, event = "", None if helped else _event(case)
    if event is not None:
        facts |= {"event": event["label"], "when": event["date"]}
        evidence = "conversion_step_event"
    place = step_place(case, stage=worst["stage"])
    if place is not None:
        facts |= {"part": place.part, "part_share": place.share,
                  "part_before": place.share_before, "elsewhere": place.elsewhere,
                  "elsewhere_before": place.elsewhere_before}  # fmt: skip
        evidence = (evidence or "conversion_step") + "_part"
    return Cause("conversion_step", worst["step"], worst["moved"], facts, evidence, **ends,
                 confidence=CONFIRMED, scope="" if place is None else place.scope)  # fmt: skip


def deals(case: Case, found: Reference, *, apart: Collection[str] = ()) -> Cause | None:
    """Fewer or more deals entered, in time to close in the period, than the target needed.

    Deals of customers set `apart`, who are causes by themselves, are not counted. Counted over the
    period's days shifted back by the median cycle of deals won in the year before; needed are those
    of the same days a year earlier × factor. None where the counts differ by no more than chance
    (Poisson, 1 %).

        effect = difference × win rate × mean won value, both of the year before

    The interval is 1.96 standard deviations of the difference of the two counts.
    """
    if found.factor is None or not case.data.has("opportunities"):
        return None
    won, decided = _year(case)
    if won.empty:
        return None
    cycle = pd.Timedelta((won["closed_on"] - won["created_on"]).median()).floor("D")
    table = case.data.frame("opportunities")
    created = table.loc[~table["customer_id"].isin(list(apart)), "created_on"]
    counts = []
    for start, end in ((found.start, found.end), (found.before_start, found.before_end)):
        first, last = pd.Timestamp(start) - cycle, pd.Timestamp(end) - cycle
        counts.append(int(created.between(first, last + pd.Timedelta(hours=23)).sum()))
    entered, before = counts
    needed = before * found.factor
    spread = math.sqrt(entered + found.factor**2 * before)
    if not before or _chance((entered - needed) / spread) >= LIMIT:
        return None
    each = len(won) / len(decided) * won["amount"].mean()
    effect, half = (entered - needed) * each, SURE * spread * each
    facts = {"deals": entered, "deals_needed": needed}
    return Cause("deals", "", effect, facts, low=effect - half, high=effect + half,
                 confidence=CONFIRMED)  # fmt: skip


def deal_size(case: Case) -> Cause | None:
    """Deals won were smaller or larger than in the year before (Welch test of logarithms, 1 %).

    effect = deals won × difference of the mean values; the interval is 1.96 standard errors of it.
    """
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
    effect = len(now) * moved
    half = SURE * len(now) * math.sqrt(sum(one.var() / len(one) for one in (now, before)))
    return Cause("deal_size", "", effect, facts, low=effect - half, high=effect + half,
                 confidence=CONFIRMED)  # fmt: skip


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
