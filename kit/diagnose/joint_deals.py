"""Joint deals: what orders shared between reps are like beside comparable ones of a single rep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.funnel import wilson

LEAST = 10  # joint orders without which nothing is compared
DRAWS = 1_999
_SEED = 20_250_930
_LEVEL = 0.95
_COLUMNS = ["result", "matched", "joint", "single", "difference", "low", "high", "orders",
            "singles", "verdict"]  # fmt: skip


@dataclass(frozen=True)
class JointDeals:
    """Orders that reps share, and what is different about them.

    Parameters
    ----------
    orders, singles : int
        Joint orders of the span, and the others.
    amount, share : float
        Money of the joint ones, and their share of all.
    frame : DataFrame
        result (`size`, money of an order; `repeat`, share followed by another order of the customer
        within the days; `followed`, money the customer ordered in those days), matched
        (`same_class`, `same_customer`), joint, single, difference = joint − single, low and high
        (95 % interval), orders and singles (compared), verdict (`more`, `less`, `not_distinct`,
        `too_few`).
    adds : float or None
        Size difference × matched joint orders, money: None unless it is told apart from 0 among the
        same customers too (among classes alone, where too few customers have both).
    follow_days : int
    start, end : date
        The span: so many months up to `as_of`.
    """

    orders: int
    singles: int
    amount: float
    share: float
    frame: pd.DataFrame
    adds: float | None
    follow_days: int
    start: pd.Timestamp
    end: pd.Timestamp


@once
def joint_deals(case: Case) -> JointDeals | Unavailable:
    """Compare joint orders with single ones of the same customers and of the same kind.

    Parameters
    ----------
    case : Case
        `settings.diagnose.people.joint_months` and `joint_follow_days` set the span and how long an
        order is followed.

    Returns
    -------
    JointDeals or Unavailable
        Unavailable without credits, in a rep's own scope (`one_person`: the others' shares are not
        the rep's to see), or with fewer than ten joint orders (`few_joint`, with their number).

    Notes
    -----
    `same_class` compares within class × region × quarter, `same_customer` within the customer; a
    stratum with orders of one kind alone is left out, and each weighs by its joint orders:

        difference = Σ n (mean joint − mean single) ÷ Σ n, n = joint orders of the stratum

    The interval draws customers, not orders, with replacement, as orders of a customer resemble
    each other; that of a share is never narrower than Newcombe's. An order's size is that of the
    whole order, not of the share. A team does not see what other teams' customers ordered next, so
    of it only sizes are compared. Returns, orders without
    a customer and, for what follows, orders too young to be followed are left out. Whether deals
    are won more often together is not known: a deal has one rep. Orders are not shared at random,
    so a difference is what goes with working together and no proof of what it does.
    """
    if not case.data.has("credits"):
        return Unavailable(table="credits")
    if case.scope.kind == "rep":
        return Unavailable(reason="one_person")
    people = case.settings.diagnose.people
    end = pd.Timestamp(min(case.as_of, case.period.end))
    start = end - pd.DateOffset(months=people.joint_months) + pd.Timedelta(1, "D")
    orders = _followed(orders_of(case), end, days=people.joint_follow_days)
    orders = orders[(orders["date"] >= start) & (orders["date"] <= end)].reset_index(drop=True)
    joint = int(orders["joint"].sum())
    if joint < LEAST:
        return Unavailable(reason="few_joint", detail=str(joint))
    quarter = orders["date"].dt.to_period("Q").astype(str)
    same = [orders["customer_class"].fillna(""), orders["region"].fillna(""), quarter]
    kinds = {"same_class": same, "same_customer": [orders["customer_id"]]}
    rows = []
    known = ("size",) if case.scope.kind == "team" else ("size", "repeat", "followed")
    for result in known:
        for matched, keys in kinds.items():
            stratum = orders.groupby(keys, sort=True).ngroup()
            found = compared(
                orders[result], orders["joint"], stratum=stratum, cluster=orders["customer_id"]
            )
            rows.append((result, matched, *found))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    amount = float(orders.loc[orders["joint"], "size"].sum())
    return JointDeals(
        joint, len(orders) - joint, amount, amount / float(orders["size"].sum()), frame,
        _adds(frame), people.joint_follow_days, start, end,
    )  # fmt: skip


def orders_of(case: Case) -> pd.DataFrame:
    """The scope's orders: order_id, date, customer_id, customer_class, region, size, joint.

    An order is joint where a rep has a share of it below the whole; its size is that of the whole
    order. Orders that sum to 0 or less are left out, and those without a customer.
    """
    sales = case.data.sales
    sales = kept(sales, sales["customer_id"].notna() & (sales["date"] <= pd.Timestamp(case.as_of)))
    lines = sales.assign(
        size=sales["amount"] / sales["share"].where(sales["share"] > 0), joint=sales["share"] < 1
    ).drop_duplicates(["order_id", "line_no"])
    each = lines.groupby("order_id", sort=True)
    found = each[["date", "customer_id", "customer_class", "region"]].first()
    found = found.assign(size=each["size"].sum(), joint=each["joint"].any())
    return found[found["size"] > 0].reset_index()


def compared(
    values: pd.Series, joint: pd.Series, *, stratum: pd.Series, cluster: pd.Series
) -> tuple[float, float, float, float, float, int, int, str]:
    """Joint against single within strata, with an interval from drawing clusters.

    Parameters
    ----------
    values : Series
        Of each order; nulls are left out.
    joint : Series of bool
    stratum, cluster : Series

    Returns
    -------
    tuple
        joint, single, difference, low, high, joint orders and single ones compared, verdict.

    Examples
    --------
    >>> size = pd.Series([3.0, 1.0, 1.0] * 12)
    >>> together = pd.Series([True, False, False] * 12)
    >>> who = pd.Series([number // 3 for number in range(36)])
    >>> found = compared(size, together, stratum=who % 2, cluster=who)
    >>> found[:3], found[-1]
    ((3.0, 1.0, 2.0), 'more')
    """
    rows = pd.DataFrame({"value": values.astype(float), "joint": joint.astype(bool)})
    rows = rows.assign(stratum=stratum, cluster=cluster)[values.notna()]
    part = rows["joint"].astype(float).groupby(rows["stratum"]).transform("mean")
    rows = rows[part.between(0, 1, inclusive="neither")]
    ours = int(rows["joint"].sum())
    sums = _tables(rows)
    if ours < LEAST or sums is None:
        return (np.nan,) * 5 + (ours, len(rows) - ours, "too_few")
    one, other = (float(side[0]) for side in _means(sums, np.ones((1, sums.shape[2]))))
    who = sums.shape[2]
    draws = np.random.default_rng(_SEED).multinomial(who, np.full(who, 1 / who), size=DRAWS)
    above, below = _means(sums, draws.astype(float))
    tail = (1 - _LEVEL) / 2
    low, high = np.nanquantile(above - below, [tail, 1 - tail])
    if set(rows["value"].unique()) <= {0.0, 1.0}:
        least, most = shares_apart(one, ours, other, len(rows) - ours)
        low, high = min(low, least), max(high, most)
    verdict = "more" if low > 0 else "less" if high < 0 else "not_distinct"
    return one, other, one - other, float(low), float(high), ours, len(rows) - ours, verdict


def shares_apart(one: float, many: int, other: float, others: int) -> tuple[float, float]:
    """Newcombe's interval of the difference of two shares, which holds where a share is 0 or 1.

    Examples
    --------
    >>> [round(end, 3) for end in shares_apart(1.0, 94, 0.99, 4720)]
    [-0.029, 0.013]
    """
    (low, high), (least, most) = (
        wilson(share * count, count) for share, count in ((one, many), (other, others))
    )
    apart = one - other
    return (
        apart - float(np.hypot(one - low, most - other)),
        apart + float(np.hypot(high - one, other - least)),
    )


def _tables(rows: pd.DataFrame) -> np.ndarray | None:
    """Counts and sums: [joint or single] × [count, sum] × cluster × stratum."""
    clusters, who = rows["cluster"].factorize()[0], rows["cluster"].nunique()
    if who < 2:
        return None
    strata, many = rows["stratum"].factorize()[0], rows["stratum"].nunique()
    found = np.zeros((2, 2, who, many))
    side = np.where(rows["joint"], 0, 1)
    np.add.at(found, (side, 0, clusters, strata), 1.0)
    np.add.at(found, (side, 1, clusters, strata), rows["value"].to_numpy())
    return found


def _means(sums: np.ndarray, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of both sides over the strata that a draw holds both of, weighed by joint orders."""
    count, total, others, rest = (draws @ sums[side, kind] for side in (0, 1) for kind in (0, 1))
    there = (count > 0) & (others > 0)
    weight = np.where(there, count, 0.0)
    whole = np.where(there.any(axis=1), weight.sum(axis=1), np.nan)
    above = np.where(there, total, 0.0).sum(axis=1) / whole
    mean = np.divide(rest, others, out=np.zeros_like(rest), where=there)
    return above, (weight * mean).sum(axis=1) / whole


def _followed(orders: pd.DataFrame, end: pd.Timestamp, *, days: int) -> pd.DataFrame:
    """repeat and followed of each order; null where it is not as old as that yet."""
    rows = orders.sort_values(["customer_id", "date", "order_id"], ignore_index=True)
    wide = pd.Timedelta(days, "D")
    follow = np.zeros(len(rows))
    for places in rows.groupby("customer_id", sort=False).indices.values():
        dates = rows["date"].to_numpy()[places]
        total = np.r_[0.0, np.cumsum(rows["size"].to_numpy()[places])]
        after = np.searchsorted(dates, dates, side="right")
        until = np.searchsorted(dates, dates + wide.to_timedelta64(), side="right")
        follow[places] = total[until] - total[after]
    old = rows["date"] + wide <= end
    followed = pd.Series(follow, index=rows.index).where(old)
    return rows.assign(followed=followed, repeat=(followed > 1e-9).astype(float).where(old))


def _adds(frame: pd.DataFrame) -> float | None:
    size = frame[frame["result"] == "size"].set_index("matched")
    kind, closer = size.loc["same_class"], size.loc["same_customer"]
    closer = kind if closer["verdict"] == "too_few" else closer
    if kind["verdict"] != closer["verdict"] or kind["verdict"] not in ("more", "less"):
        return None
    return float(closer["difference"] * closer["orders"])
