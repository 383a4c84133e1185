"""Own share of the market by region and line, and what its change was worth in money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.market_change import market_change

_COLUMNS = ["region", "line", "market", "market_before", "share", "share_before", "points",
            "market_growth", "own_growth", "by_market", "by_share", "competitor",
            "competitor_points"]  # fmt: skip


@dataclass(frozen=True)
class MarketShare:
    """The scope's part of its market in the newest period of the market table.

    Parameters
    ----------
    cells, regions, lines : DataFrame
        By region × line, by region and by line: region, line (null where summed over), market and
        market_before (money), share and share_before (own ÷ market), points = share − share_before
        (fraction), market_growth, own_growth, by_market and by_share (money), competitor (largest
        competitor's share, by market size) and competitor_points. Most lost by share first.
    whole : Series
        The same of all cells together.
    period, before : str
        The newest period, and last year's same one.
    left_out : int
        Cells of the newest period without an own share, or without a figure of last year.
    """

    cells: pd.DataFrame
    regions: pd.DataFrame
    lines: pd.DataFrame
    whole: pd.Series
    period: str
    before: str
    left_out: int


@once
def market_share(case: Case) -> MarketShare | Unavailable:
    """Part the change of own sales in the market into what the market and what the share gave.

    Returns
    -------
    MarketShare or Unavailable
        Unavailable without a market table, in a team's or a rep's scope (`no_own_market`), or
        without a period that is over by the end of the case's and has the year before it
        (`no_market_pair`).

    Notes
    -----
    Of each region × line (`kit.diagnose.market_change`)

        by_market = share_before × (market − market_before)
        by_share  = market × (share − share_before)

    which together are the change of own sales as the market table has them. Sums are those of the
    cells: markets that grow at different rates move the whole share too, and that counts as the
    market's. Of a running period the table knows nothing; the one before it is then the newest.
    """
    if not case.data.has("market"):
        return Unavailable(table="market")
    if case.scope.kind not in ("company", "region"):
        return Unavailable(reason="no_own_market", detail=str(case.scope))
    found = market_change(case)
    if isinstance(found, Unavailable):
        return found
    rows = found[found["share"].notna() & found["share_before"].notna()]
    if rows.empty:
        return Unavailable(reason="no_market_pair")
    period = str(rows["period"].iloc[0])
    listed = int((case.data.frame("market")["period"] == period).sum())
    before = case.calendar.year_ago(case.calendar.period(period)).name
    return MarketShare(
        _summed(rows, ["region", "line"]), _summed(rows, ["region"]), _summed(rows, ["line"]),
        _ratios(_sums(rows).to_frame().T).iloc[0], period, before, listed - len(rows),
    )  # fmt: skip


def _summed(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    each = {key: _sums(group) for key, group in rows.groupby(keys, sort=True)}
    table = _ratios(pd.DataFrame(each).T)
    names = pd.DataFrame(list(each), columns=keys, index=table.index)
    table = table.assign(**{key: names[key] for key in keys}).reindex(columns=_COLUMNS)
    order = {"by": ["by_share", *keys], "ascending": True}
    return table.sort_values(**order, ignore_index=True)


def _sums(rows: pd.DataFrame) -> pd.Series:
    sizes = {"": rows["size"], "_before": rows["size_before"]}
    rivals = {
        f"rival{when}": (rows[f"competitor{when}"] * size).sum(min_count=len(rows))
        for when, size in sizes.items()
    }
    return pd.Series(
        {
            "market": rows["size"].sum(), "market_before": rows["size_before"].sum(),
            "own": (rows["share"] * rows["size"]).sum(),
            "own_before": (rows["share_before"] * rows["size_before"]).sum(),
            "by_market": rows["by_market"].sum(), "by_share": rows["by_share"].sum(), **rivals,
        },
        dtype=float,
    )  # fmt: skip


def _ratios(sums: pd.DataFrame) -> pd.DataFrame:
    def over(above: pd.Series, below: pd.Series) -> pd.Series:
        return above / below.where(below > 0, np.nan)

    share = over(sums["own"], sums["market"])
    before = over(sums["own_before"], sums["market_before"])
    rival = over(sums["rival"], sums["market"])
    return sums.assign(
        share=share, share_before=before, points=share - before,
        market_growth=over(sums["market"], sums["market_before"]) - 1,
        own_growth=over(sums["own"], sums["own_before"]) - 1,
        competitor=rival,
        competitor_points=rival - over(sums["rival_before"], sums["market_before"]),
    )  # fmt: skip
