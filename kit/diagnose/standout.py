"""The part that stands out: a region, team, rep, line or channel that left its siblings' path."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.tables import Unavailable
from kit.diagnose import bridges
from kit.diagnose.catalogue import CANDIDATE, CONFIRMED, Cause
from kit.diagnose.newcomers import ramping
from kit.diagnose.reference import Reference, values, within
from kit.diagnose.usual_change import earlier, excess, excesses, longer, swing, times

PLACES = ("region", "team", "rep")  # dimensions whose parts are scopes
SURE = 1.96  # standard deviations to either side that hold 95 %
DIMENSIONS = ("region", "team", "rep", "line", "channel")
CHANCE = 0.05  # that any of the parts looked at stands out where nothing changed
_COLUMNS = ("date", "order_id", "customer_id", "region", "team", "rep_id", "line", "channel",
            "amount")  # fmt: skip


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

    It stands out beyond so many times its root mean square of up to eight earlier periods as, with
    all the parts looked at together, chance reaches once in twenty (Student's t, Bonferroni); the
    interval is 1.96 times that root mean square. With fewer than four earlier periods there is no
    test, the evidence says so and the part is a candidate. Customers are counted with the rep and
    team who served them last, now and then, so that handing customers over makes nobody fail; for
    the same reason a rep who is still ramping is no candidate. Nor are parts without business in
    both periods.
    """
    best, rows = None, list(_excesses(case, found, apart=apart, price=price))
    for one in rows:
        unusual = 0.0
        if one["usual"] is not None:
            unusual = one["usual"] * times(one["periods"], tests=len(rows), chance=CHANCE)
        if one["excess"] * left <= 0 or abs(one["excess"]) < max(least, unusual):
            continue
        if best is None or abs(one["excess"]) > abs(best["excess"]):
            best = one
    if best is None:
        return None
    facts = {name: best[name] for name in ("dimension", "reference", "actual")}
    ends, moved = {}, best["excess"]
    if best["usual"] is not None:
        ends = {"low": moved - SURE * best["usual"], "high": moved + SURE * best["usual"]}
    evidence = "volume_part" if ends else "volume_part_untested"
    where = f"{best['dimension']}:{best['key']}" if best["dimension"] in PLACES else ""
    return Cause("volume_part", best["part"], moved, facts, evidence, **ends, scope=where,
                 confidence=CONFIRMED if ends else CANDIDATE)  # fmt: skip


def _excesses(case: Case, found: Reference, *, apart: set[str], price: pd.Series) -> Iterator[dict]:
    sales = case.data.sales[list(_COLUMNS)]
    sales = kept(sales, sales["date"] < pd.Timestamp(found.end) + pd.Timedelta(days=1))
    sales = _as_served(sales, apart)
    now = within(sales, found.start, found.end)
    before, pairs = sales.iloc[:0], []
    if found.factor is not None:
        before = within(sales, found.before_start, found.before_end)
        pairs = earlier(case, sales["date"])
    amounts = values(sales, "bookings").to_numpy()
    scale, fresh = abs(found.total) * longer(case, found), ramping(case, found)
    for dimension in DIMENSIONS:
        column = bridges.COLUMNS[dimension]
        if found.factor is None:
            table = bridges.parts(case, found, dimension=dimension)
            if isinstance(table, Unavailable):
                continue
            table = table[["part", "reference", "actual"]]
        else:
            sides = {"reference": bridges.sums(before, column), "actual": bridges.sums(now, column)}
            table = pd.concat(sides, axis=1).fillna(0.0)
            table["reference"] *= found.factor
            names = bridges.shown(case, found, dimension=dimension, ids=table.index)
            table.insert(0, "part", names)
        by_price: np.ndarray | float = 0.0
        if dimension == "line":
            by_price = price.reindex(table.index).fillna(0.0).to_numpy()
        both = table["reference"].to_numpy(), table["actual"].to_numpy()
        table["excess"] = excess(*both, by_price)
        past = excesses(sales[column], amounts, pairs)
        for key in sorted(table.index):
            row = table.loc[key]
            if not key or row["reference"] <= 0 or row["actual"] <= 0 or len(table) < 2:
                continue
            if dimension == "rep" and key in fresh:
                continue
            known = past.get(key, ())
            usual = swing(known)
            yield {"dimension": dimension, "part": row["part"], "key": key, "periods": len(known),
                   "usual": None if usual is None else usual * scale,
                   "reference": row["reference"], "actual": row["actual"],
                   "excess": float(row["excess"])}  # fmt: skip


def _as_served(sales: pd.DataFrame, apart: set[str]) -> pd.DataFrame:
    """Sales without some customers, each customer's under the rep and team who served it last."""
    codes, customers = sales["customer_id"].factorize()
    left = ~np.isin(codes, customers.get_indexer(list(apart))) | (codes < 0)
    sales, codes = kept(sales, left), codes[left]
    newest = sales["date"].groupby(codes).transform("max")
    last = kept(sales, (codes >= 0) & (sales["date"] == newest))
    last = last.sort_values("order_id", kind="stable")
    last = last.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    served = {}
    for column in ("rep_id", "team"):
        latest = [*last[column].reindex(customers), None]  # the last for rows without a customer
        latest = np.array(latest, dtype=object)[codes]
        ids = np.where(pd.isna(latest), sales[column].to_numpy(dtype=object), latest)
        served[column] = pd.Series(ids, index=sales.index, dtype=object)
    return sales.assign(**served)
