"""Posts vacant, and newcomers among customers they took over: what it cost."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import SCOPE_COLUMNS
from kit.diagnose import funnel
from kit.diagnose.catalogue import CONFIRMED, LIKELY, Cause
from kit.diagnose.reference import Reference, values, within
from kit.diagnose.usual_change import earlier, excess, excesses, known, longer, swing, times

MONTH = 30  # days of a month of the ramp
UNSURE = 1 / math.sqrt(12)  # of the reference: the standard deviation of all from none to all of it

ONE_SIDED = 1.645  # standard deviations below which 95 % lie


def capacity(case: Case, found: Reference, *, apart: frozenset[str] = frozenset()) -> Cause | None:
    """Posts that fell vacant since the eve of the period, and newcomers who are still ramping.

    Parameters
    ----------
    case : Case
    found : Reference
    apart : frozenset of str
        Customers who are causes by themselves; they are left out.

    Returns
    -------
    Cause or None
        None where no post is short, or where newcomers' customers do not fall behind the others.

    Notes
    -----
    A vacant post: effect = (posts at work ÷ posts on the eve − 1) × reference, and no more than
    is missing; colleagues may make up for it, so the interval reaches from zero to twice as much,
    and it is likely, never confirmed.

    Newcomers (within the months of `settings.targets.ramp` and, for bookings follow the work that
    brings them in, a median cycle of deals more): measured is how far the customers of
    theirs, and of those who left shortly before, fall behind the scope's other customers (m, with u
    for its usual swing in earlier periods); expected is e = −(1 − ramp) × the reference of these
    customers, give or take half of it. Either alone is poor: m is noisy, e knows nothing of what
    happened. The effect is their mean weighted by the inverse of their variances,

        effect = (m ÷ u² + e ÷ (e ÷ 2)²) ÷ (1 ÷ u² + 1 ÷ (e ÷ 2)²)

    and the interval is 1.96 standard deviations of it. It is named where it is below zero with 95 %
    (1.645 of them), confirmed where m alone is unusual,
    else likely. Nobody is named: it is the posts that are new, not a person who failed. Of the two,
    vacant posts and newcomers, the costlier one counts: a leaver's customers are in both.
    """
    posts, full, eve = _now(case, found)
    if not eve:
        return None
    facts = {"posts": posts, "posts_before": eve}
    vacant = min(full / eve - 1, 0.0) * found.total
    vacant = max(vacant, min(found.variance, 0.0)) if found.total > 0 else 0.0
    fresh = _newcomers(case, found, apart)
    if fresh is not None and fresh["effect"] <= vacant:
        facts |= {name: fresh[name] for name in ("customers", "reference", "actual")}
        known = CONFIRMED if fresh["unusual"] else LIKELY
        ends = {"low": fresh["effect"] - fresh["half"], "high": fresh["effect"] + fresh["half"]}
        return Cause("capacity", "", fresh["effect"], facts, "capacity_accounts", **ends,
                     confidence=known)  # fmt: skip
    if not vacant:
        return None
    return Cause("capacity", "", vacant, facts, low=2 * vacant, high=0.0, confidence=LIKELY)


def taken_over(case: Case, found: Reference) -> frozenset[str]:
    """Customers last served by a newcomer, or by who left since newcomers began to ramp."""
    roster = _roster(case)
    start, end = _ramp_begins(case, found), pd.Timestamp(found.end)
    last = roster.groupby("rep_id")["valid_to"].agg(lambda days: days.max(skipna=False))
    left = last.index[last.notna() & (last >= start) & (last < end)]
    reps = {*ramping(case, found), *left}
    sales = case.data.sales[["date", "order_id", "customer_id", "rep_id"]]
    sales = sales[sales["customer_id"].notna() & (sales["date"] < end + pd.Timedelta(days=1))]
    latest = sales.sort_values(["date", "order_id"], kind="stable")
    latest = latest.drop_duplicates("customer_id", keep="last")
    return frozenset(latest.loc[latest["rep_id"].isin(reps), "customer_id"])


def ramping(case: Case, found: Reference) -> frozenset[str]:
    """Reps of the scope who were hired so lately that they still ramp when the period begins."""
    roster = _roster(case)
    hired = roster["hired_on"]
    fresh = (hired > _ramp_begins(case, found)) & (hired <= pd.Timestamp(found.end))
    return frozenset(roster.loc[fresh.fillna(False).astype(bool), "rep_id"])


def _newcomers(case: Case, found: Reference, apart: frozenset[str]) -> dict | None:
    """Measured and expected shortfall of the customers taken over, as one."""
    mine = taken_over(case, found) - apart
    sales = case.data.sales[["date", "customer_id", "amount"]]
    sales = sales[(sales["date"] < pd.Timestamp(found.end) + pd.Timedelta(days=1))]
    sales = sales[~sales["customer_id"].isin(apart).to_numpy()]
    if found.factor is None or not mine:
        return None
    theirs = sales["customer_id"].isin(mine).map({True: "taken", False: "others"})
    first = sales["date"].groupby(sales["customer_id"]).transform("min")
    old = first < pd.Timestamp(found.before_end) + pd.Timedelta(days=1)
    before = within(sales, found.before_start, found.before_end)
    now = within(sales[old], found.start, found.end)
    sides = []
    for some, factor in ((before, found.factor), (now, 1.0)):
        sums = values(some, "bookings").groupby(theirs.loc[some.index]).sum()
        sides.append(sums.reindex(["taken", "others"]).fillna(0.0).to_numpy() * factor)
    held, brought = float(sides[0][0]), float(sides[1][0])
    expected = -(1 - _ramp(case, found)) * held
    if held <= 0 or expected >= 0 or sides[0][1] <= 0:
        return None
    measured = float(excess(*sides)[0])
    pairs = known(earlier(case, sales["date"]), sales)
    past = excesses(theirs, values(sales, "bookings").to_numpy(), pairs).get("taken", [])
    usual = swing(past)
    if measured >= 0:
        return None
    variance = (UNSURE * held) ** 2
    effect, unusual = expected, False
    if usual is not None:
        usual = max(usual * longer(case, found) * abs(found.total), 1e-9 * held)
        weights = 1 / usual**2, 1 / variance
        effect = (measured * weights[0] + expected * weights[1]) / sum(weights)
        variance = 1 / sum(weights)
        unusual = -measured > times(len(past)) * usual
        if effect + ONE_SIDED * math.sqrt(variance) >= 0:
            return None
    return {"effect": effect, "half": 1.96 * math.sqrt(variance), "unusual": unusual,
            "customers": len(mine), "reference": held, "actual": brought}  # fmt: skip


def _ramp(case: Case, found: Reference) -> float:
    """Mean share of a full post of the newcomers, a cycle before the days they are there."""
    ramp = case.settings.targets.ramp
    days, lag = pd.date_range(found.start, found.end), _cycle(case)
    roster = _roster(case)
    first = _ramp_begins(case, found)
    shares = [
        _shares(days[days >= row.valid_from] - lag, row.hired_on, ramp)
        for row in roster.itertuples()
        if not pd.isna(row.hired_on) and first < row.hired_on <= days[-1]
    ]
    shares = [one for one in shares if len(one)]
    return float(np.concatenate(shares).mean()) if shares else 1.0


def _ramp_begins(case: Case, found: Reference) -> pd.Timestamp:
    """Who was hired on that day brings in full bookings when the period begins."""
    months = len(case.settings.targets.ramp)
    return pd.Timestamp(found.start) - pd.Timedelta(days=MONTH * months) - _cycle(case)


def _cycle(case: Case) -> pd.Timedelta:
    """Median days from creating to winning a deal, of those won in the year before the period."""
    if not case.data.has("opportunities"):
        return pd.Timedelta(0)
    start, _, before = funnel.spans(case)
    year = within(funnel.closed(case), before, start - dt.timedelta(days=1))
    won = year[year["status"] == "won"]
    days = (won["closed_on"] - won["created_on"]).median()
    return pd.Timedelta(0) if pd.isna(days) else days.floor("D")


def _now(case: Case, found: Reference) -> tuple[float, float, float]:
    """Full posts in the period, with newcomers by their ramp and in full; and on the eve."""
    start, end = pd.Timestamp(found.start), pd.Timestamp(found.end)
    days, ramp = pd.date_range(start, end), case.settings.targets.ramp
    eve = _posts(case, pd.DatetimeIndex([start - pd.Timedelta(days=1)]), ramp=())
    return _posts(case, days, ramp=ramp), _posts(case, days, ramp=()), eve


def _posts(case: Case, days: pd.DatetimeIndex, *, ramp: tuple[float, ...]) -> float:
    """Full posts of the scope, averaged over days."""
    total = 0.0
    for row in _roster(case).itertuples():
        there = days >= row.valid_from
        if not pd.isna(row.valid_to):
            there &= days <= row.valid_to
        share = np.ones(len(days))
        if ramp and not pd.isna(row.hired_on):
            share = _shares(days, row.hired_on, ramp)
        total += float((share * there).sum()) * (1.0 if pd.isna(row.capacity) else row.capacity)
    return total / len(days)


def _shares(days: pd.DatetimeIndex, hired: pd.Timestamp, ramp: tuple[float, ...]) -> np.ndarray:
    """Share of a full post by month of tenure, on each day."""
    month = ((days - hired).days // MONTH).to_numpy()
    return np.array([*ramp, 1.0])[month.clip(0, len(ramp))]


def _roster(case: Case) -> pd.DataFrame:
    roster = case.data.frame("roster")
    if case.scope.kind == "company":
        return roster
    column = SCOPE_COLUMNS[case.scope.kind]
    return roster[(roster[column] == case.scope.id).fillna(False).astype(bool)]
