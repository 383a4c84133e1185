"""What two causes would both count: taken from the one of them that says less."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from kit.data.case import Case
from kit.diagnose.catalogue import Cause
from kit.diagnose.conversion_money import worth


def without_customers(case: Case, cause: Cause, customers: Collection[str]) -> Cause:
    """A conversion's cause without the deals of customers who are told of elsewhere.

    Notes
    -----
    The effect of a step is a sum over deals (`kit.diagnose.conversion_money.worth`), so the part of
    some customers' deals is known exactly, and is left to the cause that names these
    customers. Deals created are counted without them from the start (`kit.diagnose.volume.deals`).
    Number of deals, pace, conversion and size need no such step: each counts what came through the
    step before it, at the year before's level of the steps after it, so that together they are the
    change once.
    """
    if not customers:
        return cause
    deals = case.data.frame("opportunities")
    theirs = deals.loc[deals["customer_id"].isin(list(customers)), "opportunity_id"]
    each = worth(case, stage=cause.facts["stage"])
    return _less(cause, float(each.loc[each["opportunity_id"].isin(theirs), "money"].sum()))


def without_price(cause: Cause, lines: pd.DataFrame) -> Cause:
    """A deal size's cause without what lower or higher prices made of it.

    Parameters
    ----------
    cause : Cause
    lines : DataFrame
        Effects by line (`kit.diagnose.effects.by_line`): price and priced.
    """
    priced = float(lines["priced"].sum())
    if priced <= 0:
        return cause
    change = float(lines["price"].sum()) / priced
    return _less(cause, cause.facts["won"] * cause.facts["reference_mean"] * change)


def without_money(cause: Cause, part: float) -> Cause:
    """The cause without money that another names; nothing, where that is all of it."""
    return _less(cause, part)


def within_rest(cause: Cause, left: float) -> Cause:
    """The cause with no more money than is left; its fact `measured` keeps what was measured.

    For causes that say where, not why: what other causes explain is among what they measure.
    """
    if abs(cause.effect) <= abs(left):
        return replace(cause, facts={**cause.facts, "measured": cause.effect})
    return _less(cause, cause.effect - left)


def _less(cause: Cause, part: float) -> Cause:
    """The cause without a part of its money that goes the same way; nothing, if it is all."""
    if part * cause.effect <= 0:
        return cause
    taken = part if abs(part) < abs(cause.effect) else cause.effect
    low, high = (None if end is None else end - taken for end in (cause.low, cause.high))
    facts = {**cause.facts, "measured": cause.effect}
    return replace(cause, effect=cause.effect - taken, facts=facts, low=low, high=high)
