"""The market by region and line, now and a year before: what it gave and what a share was worth."""

from __future__ import annotations

import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError

COLUMNS = ("region", "line", "size", "size_before", "share", "share_before", "competitor",
           "competitor_before", "growth", "by_market", "by_share", "period")  # fmt: skip


@once
def market_change(case: Case) -> pd.DataFrame | Unavailable:
    """Compare the newest period of the market table with the same one a year before.

    Returns
    -------
    DataFrame or Unavailable
        A row for each region × line that both periods have: region, line, size and size_before
        (money), share, share_before, competitor, competitor_before (fractions), growth of the
        market, by_market and by_share (money), period (the newest, not after the case's).
        Unavailable("no_market_pair") where the scope has no such pair of periods.

    Notes
    -----
    Own sales of a cell are size × share, and their change is exactly

        by_market = share_before × (size − size_before)
        by_share  = size × (share − share_before)

    Of a running period the table holds nothing yet; then the one before it is the newest.
    """
    if not case.data.has("market"):
        return Unavailable(table="market")
    table = case.data.frame("market")
    newest = _newest(case, table)
    if newest is None:
        return Unavailable(reason="no_market_pair")
    one, ago = newest
    names = {"market_size": "size", "own_share": "share", "competitor_share": "competitor"}
    now, before = (
        table[table["period"] == period.name].set_index(["region", "line"])[list(names)]
        .rename(columns=names)
        for period in (one, ago)
    )  # fmt: skip
    both = now.join(before.add_suffix("_before"), how="inner").sort_index().reset_index()
    both = both[both["size_before"] > 0].reset_index(drop=True)
    if both.empty:
        return Unavailable(reason="no_market_pair")
    both["growth"] = both["size"] / both["size_before"] - 1
    both["by_market"] = both["share_before"] * (both["size"] - both["size_before"])
    both["by_share"] = both["size"] * (both["share"] - both["share_before"])
    return both.assign(period=one.name)[list(COLUMNS)]


def _newest(case: Case, table: pd.DataFrame) -> tuple[Period, Period] | None:
    known = set(table["period"])
    pairs = []
    for name in known:
        try:
            one = case.calendar.period(name)
            ago = case.calendar.year_ago(one)
        except UnknownPeriodError:
            continue
        if one.end <= min(case.as_of, case.period.end) and ago.name in known:
            pairs.append((one, ago))
    return max(pairs, key=lambda pair: (pair[0].end, pair[0].name), default=None)
