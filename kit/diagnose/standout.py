"""The part that stands out: a region, team, rep, line or channel that left its siblings' path."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.tables import Unavailable
from kit.diagnose import bridges
from kit.diagnose.catalogue import Cause
from kit.diagnose.reference import Reference, values, within
from kit.errors import UnknownPeriodError

DIMENSIONS = ("region", "team", "rep", "line", "channel")
UNUSUAL = 3.0  # a part stands out beyond so many times its usual shift against the others
_COLUMNS = ("date", "order_id", "customer_id", "region", "team", "rep_id", "line", "channel",
            "amount")  # fmt: skip
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
    sales = case.data.sales[list(_COLUMNS)]
    sales = kept(sales, sales["date"] < pd.Timestamp(found.end) + pd.Timedelta(days=1))
    sales = _as_served(sales, apart)
    now = within(sales, found.start, found.end)
    before, earlier = sales.iloc[:0], []
    if found.factor is not None:
        before = within(sales, found.before_start, found.before_end)
        earlier = _earlier(case, sales["date"])
    amounts = values(sales, "bookings").to_numpy()
    days = (found.end - found.start).days + 1
    longer = math.sqrt(((case.period.end - case.period.start).days + 1) / days)
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
        table["excess"] = _excess(*both, by_price)
        past = _shares(sales[column], amounts, earlier)
        for key in sorted(table.index):
            row = table.loc[key]
            if not key or row["reference"] <= 0 or row["actual"] <= 0 or len(table) < 2:
                continue
            known, usual = past.get(key, ()), None
            if len(known) >= _FEWEST:
                usual = math.sqrt(np.mean(np.square(known))) * abs(found.total) * longer
            yield {"dimension": dimension, "part": row["part"], "usual": usual,
                   "reference": row["reference"], "actual": row["actual"],
                   "excess": float(row["excess"])}  # fmt: skip


def _excess(
    reference: np.ndarray, actual: np.ndarray, by_price: np.ndarray | float = 0.0
) -> np.ndarray:
    effect = actual - reference - by_price
    others = reference.sum() - reference
    path = np.divide(effect.sum() - effect, others, out=0.0 * others, where=others > 0)
    return np.where(others > 0, effect - reference * path, 0.0)


def _shares(
    ids: pd.Series, amounts: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]]
) -> dict[str, list[float]]:
    """The excess of each part, as a share of the whole, in the pairs in which it had business."""
    codes, names = ids.fillna("").factorize()
    found: dict[str, list[float]] = {name: [] for name in names}
    for now, before in pairs:
        actual, reference = (
            np.bincount(codes[rows], amounts[rows], len(names)) for rows in (now, before)
        )
        shares = _excess(reference, actual) / (float(amounts[before].sum()) or math.nan)
        for place in np.unique(codes[np.concatenate([now, before])]):
            found[names[place]].append(shares[place])
    return found


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


def _earlier(case: Case, dates: pd.Series) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of up to eight earlier periods, each with those of its own year before."""
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    one, days = case.period, dates.to_numpy().astype("datetime64[D]")
    first = days.min() - np.timedelta64(31, "D") if len(days) else None
    while len(pairs) < _EARLIER and first is not None:
        try:
            one = case.calendar.previous(one)
            past = case.calendar.year_ago(one)
        except UnknownPeriodError:
            break
        if np.datetime64(past.start) < first:
            break
        ends = [(np.datetime64(span.start), np.datetime64(span.end)) for span in (one, past)]
        now, before = (np.flatnonzero((days >= start) & (days <= end)) for start, end in ends)
        pairs.append((now, before))
    return pairs
