"""Who deserves the next unit of effort: customers or parts by the return that can be expected."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data import territory
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.diagnose import odds
from kit.scope import Scope

COLUMNS = ("id", "part", "now", "own_best", "peers", "potential", "probability", "expected",
           "share", "cumulative", "top", "lapsed")  # fmt: skip
_FEWEST = 3  # customers or parts that can be ranked
_UPPER = 0.75  # quantile of the peers that counts as headroom


@dataclass(frozen=True)
class Focus:
    """A ranking by expected return.

    Parameters
    ----------
    table : DataFrame
        id, part (name), now (money of the latest span), own_best (most of an earlier span), peers
        (upper quartile; null where there are too few), potential, probability, expected, share (of
        all expected), cumulative, top (among the picked), lapsed (whether the customer is). Highest
        expected first.
    by : str
        `customer`, `region` or `team`.
    count, picked : int
        How many were ranked, how many are picked.
    potential_share, expected_share : float
        What the picked hold of all potential and of all that is expected; null where there is none.
    days, spans : int
        Days of a span, and how many spans the best was looked for in.
    deals : bool
        Whether a win rate is part of the probability.
    window : str
        Which deals the win rate is of: `period` or `year`; see `kit.diagnose.odds.win_rates`.
    comeback : float
        Chance that a lapsed customer comes back; null where it is not known or none is ranked.
    left_out : int
        Customers who are not ranked because they fell silent.
    left_as : str
        Why: `handed_over` (a team's or a rep's may be), `lapsed` (how many come back is not known)
        or `gone` (silent for more than two years).
    """

    table: pd.DataFrame
    by: str
    count: int
    picked: int
    potential_share: float
    expected_share: float
    days: int
    spans: int
    deals: bool
    window: str = ""
    comeback: float = math.nan
    left_out: int = 0
    left_as: str = ""


@once
def focus(case: Case, *, by: str = "customer") -> Focus | Unavailable:
    """Rank customers, or the regions or teams of a scope, by what more effort can bring.

    Parameters
    ----------
    case : Case
    by : str
        `customer`, or `part`: the regions of the company, the teams of a region.

    Returns
    -------
    Focus or Unavailable
        Unavailable("focus_few_customer"), ("focus_few_region") or ("focus_few_team") where there
        are fewer than three to rank, ("focus_no_parts") below which none lie, ("focus_short") where
        the orders hold no earlier span to compare with.

    Notes
    -----
    Spans are as long as the period, side by side, and end on the last day seen; up to
    `settings.diagnose.focus.earlier` earlier ones count. Season is not taken out.

        potential   = max(own best − now, upper quartile of the peers − now, 0)
        probability = (spans with an order + 1) ÷ (spans + 2) × win rate
        expected    = potential × probability

    A customer's peers are those of its class and region (of its class, where these are fewer than
    `min_peers`); the spans with an order are the last four. For a customer who has lapsed, the
    share of such who came back stands in place of (spans with an order + 1) ÷ (spans + 2); where it
    is not known, and in a team or of a rep, those who lapsed are left out. A part's peers are the
    other parts, per full post, and only its win rate counts. `kit.diagnose.odds` has these rates.
    One unit of effort is taken to cost the same everywhere.
    """
    if by == "customer":
        return _customers(case)
    return _parts(case)


def _customers(case: Case) -> Focus | Unavailable:
    spans = _spans(case)
    sales = _recent(case, len(spans))
    sales = kept(sales, sales["customer_id"].notna())
    if len(spans) < 2:
        return Unavailable(reason="focus_short")
    sums = _sums(sales, sales["customer_id"], spans)
    sums = sums[(sums > 0).any(axis=1)]
    silent, comeback = odds.silent(case, sums.index), odds.coming_back(case)
    why = "lapsed" if math.isnan(comeback) else "gone"
    if case.scope.kind in ("team", "rep"):
        why = "handed_over"
    left = silent.index[silent == "gone"] if why == "gone" else silent.index
    sums = sums.drop(index=left)
    if len(sums) < _FEWEST:
        return odds.few(len(sums), "customer")
    last = sales.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    last = last.reindex(sums.index)
    now = sums.iloc[:, 0]
    least = case.settings.diagnose.min_peers
    keys = last[["customer_class", "region"]].fillna("").astype(str)
    near = _upper(now, keys["customer_class"] + "\n" + keys["region"], least)
    peers = near.fillna(_upper(now, keys["customer_class"], least))
    lapsed = sums.index.isin(silent.index)
    active = odds.ordering(sums).mask(lapsed, comeback)
    wins, window = odds.win_rates(case, "customer_id", sums.index)
    names = last["customer"].where(last["customer"].notna(), sums.index.to_series())
    twice = names.duplicated(keep=False)
    names = names.where(~twice, names + " (" + sums.index.to_series() + ")")
    found = _ranked(case, sums, peers=peers, chance=active * wins, names=names, by="customer")
    table = found.table.assign(lapsed=found.table["id"].isin(silent.index))
    return replace(
        found, table=table, window=window, comeback=comeback if lapsed.any() else math.nan,
        left_out=len(left), left_as=why if len(left) else "",
    )  # fmt: skip


def _parts(case: Case) -> Focus | Unavailable:
    parts = [Scope.parse(one) for one in territory.children(case)["scope"]]
    kinds = {one.kind for one in parts}
    if len(kinds) != 1 or kinds & {"rep"}:
        return Unavailable(reason="focus_no_parts")
    kind = kinds.pop()
    if len(parts) < _FEWEST:
        return odds.few(len(parts), kind)
    spans = _spans(case)
    if len(spans) < 2:
        return Unavailable(reason="focus_short")
    sales = _recent(case, len(spans))
    ids = pd.Index([one.id for one in parts])
    sums = _sums(sales, sales[SCOPE_COLUMNS[kind]], spans).reindex(ids, fill_value=0.0)
    roster = territory.reps(case)
    days = (roster["active_to"] - roster["active_from"]).dt.days + 1
    length = (case.period.end - case.period.start).days + 1
    posts = (roster["capacity"] * days / length).groupby(roster[kind]).sum()
    posts = posts.reindex(ids).where(lambda one: one > 0)
    each = sums.iloc[:, 0] / posts
    others = pd.Series({one: each.drop(one).quantile(_UPPER) for one in ids}, dtype=float)
    wins, window = odds.win_rates(case, kind, ids)
    names = pd.Series([territory.display(case, one) for one in parts], index=ids)
    found = _ranked(case, sums, peers=others * posts, chance=wins, names=names, by=kind)
    return replace(found, window=window)


def _ranked(
    case: Case, sums: pd.DataFrame, *, peers: pd.Series, chance: pd.Series, names: pd.Series,
    by: str,
) -> Focus:  # fmt: skip
    now, best = sums.iloc[:, 0], sums.iloc[:, 1:].max(axis=1)
    potential = pd.concat([best - now, peers - now], axis=1).max(axis=1).clip(lower=0.0)
    table = pd.DataFrame(
        {"part": names, "now": now, "own_best": best, "peers": peers, "potential": potential,
         "probability": chance, "expected": potential * chance}
    )  # fmt: skip
    table = table.rename_axis("id").reset_index()
    table = table.sort_values(["expected", "id"], ascending=[False, True], ignore_index=True)
    whole = float(table["expected"].sum())
    table["share"] = table["expected"] / whole if whole > 0 else math.nan
    table["cumulative"] = table["share"].cumsum()
    picked = min(math.ceil(case.settings.diagnose.focus.top * len(table) - 1e-9), len(table))
    table["top"] = table.index < picked
    table["lapsed"] = False
    head, every = (float(one["potential"].sum()) for one in (table[table["top"]], table))
    return Focus(
        table=table[list(COLUMNS)], by=by, count=len(table), picked=picked,
        potential_share=head / every if every > 0 else math.nan,
        expected_share=float(table.loc[table["top"], "share"].sum()) if whole > 0 else math.nan,
        days=(case.period.end - case.period.start).days + 1, spans=sums.shape[1],
        deals=case.data.has("opportunities"),
    )  # fmt: skip


def _spans(case: Case) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The latest span and the earlier ones that the orders hold whole, newest first."""
    length = pd.Timedelta(days=(case.period.end - case.period.start).days + 1)
    days = case.data.sales["date"]
    end = pd.Timestamp(min(one for one in (case.as_of, case.period.end, case.through) if one))
    found = []
    while len(days) and len(found) <= case.settings.diagnose.focus.earlier:
        start = end - length + pd.Timedelta(days=1)
        if start < days.min() - pd.Timedelta(days=7):
            break
        found.append((start, end))
        end = start - pd.Timedelta(days=1)
    return found


def _recent(case: Case, many: int) -> pd.DataFrame:
    spans = _spans(case)[:many]
    sales = case.data.sales
    if not spans:
        return sales.iloc[:0]
    after = spans[0][1] + pd.Timedelta(days=1)
    return kept(sales, (sales["date"] >= spans[-1][0]) & (sales["date"] < after))


def _sums(
    sales: pd.DataFrame, ids: pd.Series, spans: list[tuple[pd.Timestamp, pd.Timestamp]]
) -> pd.DataFrame:
    """Money by id and span, the newest span first."""
    found = {}
    for number, (start, end) in enumerate(spans):
        rows = (sales["date"] >= start) & (sales["date"] < end + pd.Timedelta(days=1))
        found[number] = sales.loc[rows, "amount"].groupby(ids[rows].astype(object)).sum()
    return pd.DataFrame(found).fillna(0.0).sort_index()


def _upper(now: pd.Series, group: pd.Series, least: int) -> pd.Series:
    """The upper quartile of each one's group, without itself; null with too few others."""
    found = pd.Series(np.nan, index=now.index)
    for _, members in now.groupby(group):
        values = members.to_numpy()
        if len(values) > least:
            found[members.index] = [
                np.quantile(np.delete(values, at), _UPPER) for at in range(len(values))
            ]
    return found
