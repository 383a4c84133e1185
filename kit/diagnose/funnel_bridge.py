"""The funnel bridge: how many deals, how many won, how large, and what is no deal."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.diagnose.reference import Reference, reference, within
from kit.diagnose.shapley import MOST, shapley

ALPHA = 0.05
_FEWEST = 5  # deals won on each side, from which on sizes are compared
_COLUMNS = ["factor", "step", "kind", "reference", "actual", "effect", "p", "distinct"]


@dataclass(frozen=True)
class FunnelBridge:
    """The difference of bookings by the factors of the funnel.

    Parameters
    ----------
    against : str
        `target`, `last_year` or `last_period`.
    reference, actual : float
        Bookings, money.
    factors : DataFrame
        factor (`deals`, `conversion`, `deal_size`, `other_orders`), step (`lead → qualified`, where
        conversion is split by step, else empty), kind (count, percent or money: unit of the next
        two), reference, actual (null where the span states none), effect (money; they sum to
        actual − reference), p (chance of as large a difference where nothing changed; null where
        nothing tells), distinct (p below 5 % ÷ number of factors that have one).
    by_step : bool
        Whether conversion is split by step.
    start, end, before_start, before_end : date
        The two spans.
    """

    against: str
    reference: float
    actual: float
    factors: pd.DataFrame
    by_step: bool
    start: dt.date
    end: dt.date
    before_start: dt.date
    before_end: dt.date


@once
def funnel_bridge(case: Case, *, against: str = "target") -> FunnelBridge | Unavailable:
    """Bridge the reference to the bookings by deals, conversion, deal size and other orders.

    In each span

        bookings = deals × conversion × deal size + other orders

    where deals are those decided in it, won or lost, whenever they were created; conversion is the
    share of them that was won; deal size the mean amount of those won; other orders the bookings
    less the amounts of the deals won, which is repeat business and all else that was no deal. With
    `stage_events` conversion is the product over the steps of the share that went on, of the
    decided deals that had reached the step's stage or a later one. The four (or more) effects are
    Shapley values (`kit.diagnose.shapley`): they sum to the difference and no order of the factors
    is preferred. Against the target, last year's deals and other orders are multiplied by target ÷
    last year, at last year's conversion and deal size.

    Parameters
    ----------
    case : Case
    against : str
        `target` (last year, where none is set), `last_year` or `last_period`.

    Returns
    -------
    FunnelBridge or Unavailable
        Unavailable without opportunities, as `kit.diagnose.reference` is, and for `no_last_year`
        (nothing to scale to the target), `no_deals` (none decided now or before),
        `no_deals_before` (none was decided in the span before, or orders there are older than the
        first deal) and `no_deal_amounts`.

    Notes
    -----
    Deals count for their owner's scope in full, with the amount they closed at; orders as credited.
    A difference between the two is among the other orders. A conversion or size that a span does
    not state (no deal got there) is taken to be the other span's, so that its effect is zero.

    Deals are told apart from chance by a Poisson test, conversions by a two-proportion test, sizes
    by Welch's test of their logarithms (from five deals won on each side).
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    found = reference(case, against=against)
    if isinstance(found, Unavailable):
        return found
    if found.factor is None:
        return Unavailable(reason="no_last_year")
    closed = _reached(case)
    now = within(closed, found.start, found.end)
    before = within(closed, found.before_start, found.before_end)
    if now.empty and before.empty:
        return Unavailable(reason="no_deals")
    if before.empty or _begins_later(case, found):
        return Unavailable(reason="no_deals_before")
    if not (_money(now) or _money(before)):
        return Unavailable(reason="no_deal_amounts")
    table = _factors(case, found, now, before)
    return FunnelBridge(
        against=found.against, reference=found.total, actual=found.actual, factors=table,
        by_step=bool((table["step"] != "").any()), start=found.start, end=found.end,
        before_start=found.before_start, before_end=found.before_end,
    )  # fmt: skip


def _factors(
    case: Case, found: Reference, now: pd.DataFrame, before: pd.DataFrame
) -> pd.DataFrame:
    stages = case.settings.diagnose.stages
    by_step = case.data.has("stage_events") and 2 < len(stages) <= MOST - 2
    passed = [_passed(side, len(stages) if by_step else 0) for side in (before, now)]
    steps = [f"{one} → {other}" for one, other in zip(stages, stages[1:], strict=False)]
    steps = steps if by_step else [""]
    names = ["deals", *(f"conversion {one}" for one in steps), "deal_size", "other_orders"]
    zero = _levels(before, passed[0], names, bookings=found.total, factor=found.factor)
    one = _levels(now, passed[1], names, bookings=found.actual)
    sides = [_filled(zero, one), _filled(one, zero)]
    product = names[:-1]
    effects = shapley(
        lambda at: math.prod(at[name] for name in product) + at["other_orders"], *sides
    )
    rows = []
    for name in names:
        factor, _, step = name.partition(" ")
        rows.append(
            {"factor": factor, "step": step, "reference": zero[name], "actual": one[name],
             "kind": {"deals": "count", "conversion": "percent"}.get(factor, "money"),
             "effect": effects[name]}
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table["p"] = _chances(now, before, passed, factor=found.factor)
    table["distinct"] = table["p"] < ALPHA / max(int(table["p"].notna().sum()), 1)
    return table[_COLUMNS]


def _levels(
    deals: pd.DataFrame, passed: list[int], names: list[str], *, bookings: float, factor: float = 1
) -> dict[str, float]:
    shares = [
        after / stage if stage else math.nan
        for stage, after in zip(passed, passed[1:], strict=False)
    ]
    money, won = _money(deals), passed[-1]
    levels = [passed[0] * factor, *shares, money / won if won else math.nan]
    return dict(zip(names, [*levels, bookings - money * factor], strict=True))


def _filled(levels: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """The levels; those that are not stated are the other side's, or zero where it has none."""
    given = {name: other[name] if math.isnan(one) else one for name, one in levels.items()}
    return {name: 0.0 if math.isnan(one) else one for name, one in given.items()}


def _passed(deals: pd.DataFrame, stages: int) -> list[int]:
    """How many of the decided deals reached each stage or a later one; the last are those won."""
    won = int((deals["status"] == "won").sum())
    if not stages:
        return [len(deals), won]
    return [len(deals), *(int((deals["place"] >= at).sum()) for at in range(1, stages - 1)), won]


def _reached(case: Case) -> pd.DataFrame:
    """The deals decided, with the place of the furthest stage each had reached."""
    deals = funnel.closed(case)
    stages = case.settings.diagnose.stages
    place = pd.Series(0, index=deals.index)
    if case.data.has("stage_events"):
        stays = funnel.departures(case)
        at = stays["stage"].map({stage: place for place, stage in enumerate(stages)})
        furthest = at.groupby(stays["opportunity_id"]).max()
        place = deals["opportunity_id"].map(furthest).fillna(0).astype(int)
    return deals.assign(place=place.where(deals["status"] != "won", len(stages) - 1))


def _money(deals: pd.DataFrame) -> float:
    return float(deals.loc[deals["status"] == "won", "amount"].sum())


def _begins_later(case: Case, found: Reference) -> bool:
    """Whether orders of the span before are older than the first deal there is."""
    first = funnel.decided(case)["created_on"].min()
    return bool(len(found.before) and found.before["date"].min() < first)


def _chances(
    now: pd.DataFrame, before: pd.DataFrame, passed: list[list[int]], *, factor: float
) -> list[float]:
    """p of deals, of each conversion, of the deal size, and none for the other orders."""
    one, zero = len(now), len(before)
    spread = math.sqrt(one + factor**2 * zero)
    counts = 2 * stats.norm.sf(abs(one - factor * zero) / spread) if spread else math.nan
    shares = [
        funnel.differ(b, a, d, c) if a and c else math.nan
        for (a, b), (c, d) in zip(
            zip(passed[1], passed[1][1:], strict=False),
            zip(passed[0], passed[0][1:], strict=False),
            strict=True,
        )
    ]
    sizes = [side.loc[(side["status"] == "won") & (side["amount"] > 0), "amount"]
             for side in (now, before)]  # fmt: skip
    logs = [np.log(side.to_numpy(dtype=float)) for side in sizes]
    size = math.nan
    if min(len(side) for side in logs) >= _FEWEST and any(np.ptp(side) for side in logs):
        size = float(stats.ttest_ind(*logs, equal_var=False).pvalue)
    return [float(counts), *shares, size, math.nan]
