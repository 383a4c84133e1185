"""The part that stands out: a region, team, rep, line or channel that left its siblings' path."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import bridges
from kit.diagnose.catalogue import Cause
from kit.diagnose.reference import Reference, values, within
from kit.errors import UnknownPeriodError

DIMENSIONS = ("region", "team", "rep", "line", "channel")
UNUSUAL = 3.0  # a part stands out beyond so many times its usual shift against the others
_EARLIER, _FEWEST = 8, 4  # earlier periods a part is judged by


def part(
    case: Case, found: Reference, *, left: float, apart: set[str], price: pd.Series, least: float
) -> Cause | None:
    """The region, team, rep, line or channel that stands out most from its siblings.

    Parameters
    ----------
    left : float
        Money still to be explained; a part has to stand out in that direction.
    apart : set of str
        Customers who are causes by themselves: their sales are left out.
    price : Series
        Price effect by line that is a cause by itself.
    least : float
        Money below which nothing is named.

    Notes
    -----
    A part's excess is its effect less what it would have been on the path of its siblings:

        excess = effect − reference × (Σ effects of the others ÷ Σ references of the others)

    It stands out where the excess is three times its root mean square over up to eight earlier
    periods; with fewer than four of them there is no test and the evidence says so. Customers are
    counted with the rep and team who served them last, now and then, so that handing customers over
    makes nobody fail. Parts without business in both periods are no candidates.
    """
    best = None
    for one in _excesses(case, found, apart=apart, price=price):
        usual = UNUSUAL * one["usual"] if one["usual"] is not None else 0.0
        if one["excess"] * left <= 0 or abs(one["excess"]) < max(least, usual):
            continue
        if best is None or abs(one["excess"]) > abs(best["excess"]):
            best = one
    if best is None:
        return None
    facts = {name: best[name] for name in ("dimension", "reference", "actual")}
    evidence = "volume_part" if best["usual"] is not None else "volume_part_untested"
    return Cause("volume_part", best["part"], best["excess"], facts, evidence)


def _excesses(case: Case, found: Reference, *, apart: set[str], price: pd.Series) -> Iterator[dict]:
    seen = case.data.sales["date"] < pd.Timestamp(found.end) + pd.Timedelta(days=1)
    sales = _as_served(case.data.sales[seen], apart)
    now = within(sales, found.start, found.end)
    before, earlier = sales.iloc[:0], []
    if found.factor is not None:
        before = within(sales, found.before_start, found.before_end)
        earlier = _earlier(case, sales)
    days = (found.end - found.start).days + 1
    longer = math.sqrt(((case.period.end - case.period.start).days + 1) / days)
    for dimension in DIMENSIONS:
        if found.factor is None:
            table = bridges.parts(case, found, dimension=dimension)
            if isinstance(table, Unavailable):
                continue
            table = table[["part", "reference", "actual"]]
        else:
            table = _sides(now, before, dimension)
            table["reference"] *= found.factor
            names = bridges.shown(case, found, dimension=dimension, ids=table.index)
            table.insert(0, "part", names)
        excess = _excess(table, price if dimension == "line" else None)
        past = [_excess(_sides(*pair, dimension)) / _whole(pair[1]) for pair in earlier]
        for key in sorted(table.index):
            row = table.loc[key]
            if not key or row["reference"] <= 0 or row["actual"] <= 0 or len(table) < 2:
                continue
            known = [one[key] for one in past if key in one.index]
            usual = None
            if len(known) >= _FEWEST:
                usual = math.sqrt(np.mean(np.square(known))) * abs(found.total) * longer
            yield {"dimension": dimension, "part": row["part"], "usual": usual,
                   "reference": row["reference"], "actual": row["actual"],
                   "excess": float(excess[key])}  # fmt: skip


def _sides(now: pd.DataFrame, before: pd.DataFrame, dimension: str) -> pd.DataFrame:
    column = bridges.COLUMNS[dimension]
    sides = {"reference": bridges.sums(before, column), "actual": bridges.sums(now, column)}
    return pd.concat(sides, axis=1).fillna(0.0)


def _excess(table: pd.DataFrame, price: pd.Series | None = None) -> pd.Series:
    effect = table["actual"] - table["reference"]
    if price is not None:
        effect = effect - price.reindex(effect.index).fillna(0.0)
    others = (table["reference"].sum() - table["reference"]).where(lambda found: found > 0)
    path = (effect.sum() - effect) / others
    return (effect - table["reference"] * path).fillna(0.0)


def _whole(before: pd.DataFrame) -> float:
    return float(values(before, "bookings").sum()) or math.nan


def _as_served(sales: pd.DataFrame, apart: set[str]) -> pd.DataFrame:
    """Sales without some customers, each customer's under the rep and team who served it last."""
    sales = sales[~sales["customer_id"].isin(apart)]
    last = sales.dropna(subset=["customer_id"]).sort_values(["date", "order_id"], kind="stable")
    last = last.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    served = {}
    for column in ("rep_id", "team"):
        latest = sales["customer_id"].map(last[column].to_dict()).astype(object)
        served[column] = latest.fillna(sales[column].astype(object))
    return sales.assign(**served)


def _earlier(case: Case, sales: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Sales of up to eight earlier periods, each with those of its own year before."""
    pairs: list[tuple[pd.DataFrame, pd.DataFrame]] = []
    one = case.period
    while len(pairs) < _EARLIER and len(sales):
        try:
            one = case.calendar.previous(one)
            past = case.calendar.year_ago(one)
        except UnknownPeriodError:
            break
        if pd.Timestamp(past.start) < sales["date"].min() - pd.Timedelta(days=31):
            break
        pairs.append((within(sales, one.start, one.end), within(sales, past.start, past.end)))
    return pairs
