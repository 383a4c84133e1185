"""Prices and discounts as a cause: what they cost or brought, and whether that is unusual."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose import bridges, effects
from kit.diagnose.catalogue import CONFIRMED, LIKELY, Cause
from kit.diagnose.reference import reference
from kit.diagnose.usual_change import FEWEST, ceiling, earlier


def lines(case: Case, apart: Collection[str] = ()) -> pd.DataFrame:
    """The effects of a case with a last year by line, without the customers told of elsewhere."""
    if not apart:
        return effects.by_line(case)
    found, status = reference(case), effects.statuses(case)["status"]
    status = status.mask(status.index.isin(list(apart)), "apart")
    return effects.decompose(found.now, found.before, factor=found.factor, status=status)


def prices(case: Case, table: pd.DataFrame, *, least: float) -> dict[int, Cause]:
    """The price cause that cost (−1) and the one that helped (1), each named for its main line.

    Parameters
    ----------
    case : Case
        With a last year.
    table : DataFrame
        From `lines`.
    least : float
        Money below which none is named.

    Notes
    -----
    It is confirmed where the prices of all lines together moved beyond what one more of the earlier
    periods would exceed with a chance of 1 % (`kit.diagnose.usual_change.ceiling`), each against
    its own year before; else, or without four of them, likely.
    """
    both = {}
    for sign in (-1, 1):
        side = table[np.sign(table["price"]) == sign]
        effect = float(side["price"].sum())
        if side.empty or abs(effect) < least:
            continue
        main = side.loc[side["price"].abs().idxmax()]
        line = str(main.name) or bridges.UNKNOWN
        facts = {"line": line, "line_effect": float(main["price"])}
        listed = main["listed"] > 0 and main["listed_before"] > 0
        if main["priced"] > 0:
            facts["price_ratio"] = float(1 + main["price"] / main["priced"])
        if listed:
            facts["discount"] = float(1 - main["net"] / main["listed"])
            facts["reference_discount"] = float(1 - main["net_before"] / main["listed_before"])
        evidence = "price" if listed and "price_ratio" in facts else "price_plain"
        known = CONFIRMED if _unusual(case, table, sign) else LIKELY
        both[sign] = Cause("price", line, effect, facts, evidence, confidence=known)
    return both


def _unusual(case: Case, table: pd.DataFrame, sign: int) -> bool:
    past = [sign * one for one in _past(case)]
    if len(past) < FEWEST:
        return False
    return sign * _change(table) > ceiling(past)


def _change(table: pd.DataFrame) -> float:
    """Price of all lines ÷ what they are worth at the reference's prices."""
    priced = float(table["priced"].sum())
    return float(table["price"].sum()) / priced if priced > 0 else 0.0


@once
def _past(case: Case) -> tuple[float, ...]:
    """The change of prices in each earlier period against its year before."""
    sales = case.data.sales
    sales = sales[sales["date"] < pd.Timestamp(case.period.start)]
    return tuple(
        _change(effects.decompose(sales.iloc[now], sales.iloc[before]))
        for now, before in earlier(case, sales["date"])
        if len(now) and len(before)
    )
