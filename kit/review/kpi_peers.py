"""What the anonymous peers of a scope bring, month by month: means and upper quartiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose.productivity import seen, whole_months
from kit.diagnose.reference import within

_FIGURES = ["mean", "median", "low", "high"]


@once
def sums(case: Case) -> pd.DataFrame:
    """The peers' figures of the period, where it is made of whole calendar months so far.

    Returns
    -------
    DataFrame
        Index measure; mean, median, low, high (sums over the months; of the quartiles an upper
        bound of how far apart peers lie over all months, as it is not always the same peer) and
        peers (the fewest of any month). A figure missing in a month is null; a measure missing in
        one has no row. No rows where the span is not made of whole months, or a month has fewer
        than three peers.
    """
    span = seen(case)
    empty = pd.DataFrame(columns=[*_FIGURES, "peers"], dtype="float64")
    if span is None:
        return empty
    months = whole_months(case, span)
    whole = len(months) and months[0] == pd.Timestamp(span.start)
    if not whole or months[-1] + pd.offsets.MonthEnd(0) != pd.Timestamp(span.end):
        return empty
    rows = case.data.frame("peers")
    rows = rows[pd.to_datetime(rows["month"]).isin(months)]
    each = rows.groupby("measure", sort=True)
    found = each[_FIGURES].agg(lambda one: one.astype(float).sum(skipna=False))
    found["peers"] = each["peers"].min().astype(float)
    return found[each.size() == len(months)]


def margin_rate(case: Case) -> float:
    """The peers' margin ÷ their bookings: that of all of them together."""
    found = sums(case)
    if not {"margin", "bookings"} <= set(found.index) or not found.at["bookings", "mean"] > 0:
        return np.nan
    return float(found.at["margin", "mean"] / found.at["bookings", "mean"])


def win_rate(case: Case) -> float:
    """The peers' deals won ÷ those won and lost: of all of them together."""
    found = sums(case)
    if not {"won", "lost"} <= set(found.index):
        return np.nan
    won, lost = found.at["won", "mean"], found.at["lost", "mean"]
    return float(won / (won + lost)) if won + lost > 0 else np.nan


def effort(case: Case, kinds: Sequence[str]) -> float:
    """The peers' mean number of activities of some kinds."""
    found = sums(case)
    known = [one for one in kinds if one in found.index]
    return float(found.loc[known, "mean"].sum()) if known else np.nan


def quarter(case: Case) -> int | None:
    """In which quarter of the peers the scope's bookings lie: 1 the highest, 4 the lowest.

    Returns
    -------
    int or None
        None with fewer than five peers, or where the period so far is not made of whole months.
    """
    found, span = sums(case), seen(case)
    if "bookings" not in found.index or found.loc["bookings", _FIGURES].isna().any():
        return None
    own = float(within(case.data.sales, span.start, span.end)["amount"].sum())
    cuts = found.loc["bookings", ["high", "median", "low"]].astype(float)
    return 1 + int((own < cuts).sum())
