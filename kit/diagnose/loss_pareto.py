"""Why deals are lost, the costliest reason first: to whom, and which reason grew beyond chance."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.diagnose.reference import within

UNKNOWN, OTHERS = "unknown", "others"
_COLUMNS = ["count", "amount", "share", "cumulated", "rate", "count_before", "rate_before", "p",
            "grew", "gathered"]  # fmt: skip


@once
def reasons(case: Case, *, most: int | None = None) -> pd.DataFrame | Unavailable:
    """Rank the reasons why deals were lost in the period.

    Parameters
    ----------
    case : Case
    most : int, optional
        Reasons that are named, beside those that grew; the rest are gathered as `others` at the
        end. All where left out.

    Returns
    -------
    DataFrame or Unavailable
        reason (`unknown` where none is recorded), count, amount (money of the deals lost), share
        (of the money; of the count where no deal has an amount), cumulated (share of this and all
        above), rate (deals lost for it ÷ deals decided), count_before and rate_before (twelve
        months before the period), p (chance of as large a difference of the rates where nothing
        changed), grew (the rate rose, p below 5 % ÷ number of reasons now or then), gathered (the
        row of the rest, which a reason of that name is not). Costliest first. Unavailable without
        opportunities and where no deal was lost (`no_losses`).

    Notes
    -----
    Rates are of all deals decided, won or lost: a reason grows when more deals fail for it, not
    when others fail less. Deals without a reason, and the gathered ones, are not tested; p is null
    where no deal was decided in the year before.
    """
    return _ranked(case, "loss_reason", name="reason", most=most)


@once
def competitors(case: Case, *, most: int | None = None) -> pd.DataFrame | Unavailable:
    """Rank the competitors to whom deals were lost in the period.

    Returns
    -------
    DataFrame or Unavailable
        competitor, and the columns of `reasons`; and reason, the one that cost most deals against
        that competitor, or all those gathered (null where none is recorded). Deals without a
        competitor stand as `unknown`. Unavailable as `reasons`, and where no lost deal names one
        (`no_competitors`).
    """
    deals = _lost(case)
    if isinstance(deals, Unavailable):
        return deals
    if "competitor" not in deals or deals["competitor"].isna().all():
        return Unavailable(reason="no_competitors")
    table = _ranked(case, "competitor", name="competitor", most=most)
    if isinstance(table, Unavailable):
        return table
    own = table.loc[~table["gathered"], "competitor"]
    rest = ~deals["competitor"].astype(object).where(deals["competitor"].notna(), UNKNOWN).isin(own)
    return table.assign(
        reason=[
            _main(deals.loc[rest if gathered else deals["competitor"] == name, "loss_reason"])
            for name, gathered in zip(table["competitor"], table["gathered"], strict=True)
        ]
    )


def _main(reasons: pd.Series) -> str | None:
    """The most frequent, the first by name where several are."""
    found = reasons.dropna().mode()
    return None if found.empty else found.iloc[0]


def _lost(case: Case) -> pd.DataFrame | Unavailable:
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    start, end, _ = funnel.spans(case)
    deals = within(funnel.closed(case), start, end)
    deals = deals[deals["status"] == "lost"]
    return Unavailable(reason="no_losses") if deals.empty else deals


def _ranked(
    case: Case, column: str, *, name: str, most: int | None
) -> pd.DataFrame | Unavailable:
    deals = _lost(case)
    if isinstance(deals, Unavailable):
        return deals
    start, end, before = funnel.spans(case)
    closed = funnel.closed(case)
    decided = len(within(closed, start, end))
    year = within(closed, before, start - dt.timedelta(days=1))
    key = deals[column].astype(object).where(deals[column].notna(), UNKNOWN)
    table = deals.groupby(key.rename(name))["amount"].agg(count="size", amount="sum").reset_index()
    order = {"by": ["amount", "count", name], "ascending": [False, False, True]}
    table = table.sort_values(**order, kind="stable", ignore_index=True)
    past = year.loc[year["status"] == "lost", column]
    past = past.astype(object).where(past.notna(), UNKNOWN).value_counts()
    table["count_before"] = table[name].map(past).fillna(0).astype(int)
    past_decided = len(year)
    table["p"] = [
        funnel.unlike(row.lost, decided, row.count_before, past_decided)
        if past_decided and getattr(row, name) != UNKNOWN else math.nan
        for row in table.rename(columns={"count": "lost"}).itertuples(index=False)
    ]  # fmt: skip
    known = (set(past.index) | set(table[name])) - {UNKNOWN}
    limit = funnel.ALPHA / max(len(known), 1)
    rose = table["count"] * past_decided > table["count_before"] * decided
    table["grew"] = (table["p"] < limit) & rose
    table = _gathered(table, name, most=most)
    table["share"] = _share(table)
    table["cumulated"] = table["share"].cumsum().clip(upper=1.0)
    table["rate"] = table["count"] / decided
    table["rate_before"] = table["count_before"] / (past_decided or math.nan)
    return table[[name, *_COLUMNS]]


def _gathered(table: pd.DataFrame, name: str, *, most: int | None) -> pd.DataFrame:
    """The first rows and those that grew; the rest as one at the end, unless it is one alone."""
    table = table.assign(gathered=False)
    if most is None:
        return table
    rest = ~table["grew"] & ((table.index >= most) | (table[name] == OTHERS))
    if rest.sum() < 2:
        return table
    sums = table.loc[rest, ["count", "amount", "count_before"]].sum()
    last = pd.DataFrame([{name: OTHERS, **sums, "p": math.nan, "grew": False, "gathered": True}])
    found = pd.concat([table[~rest], last], ignore_index=True)
    return found.astype({"count": int, "count_before": int, "grew": bool, "gathered": bool})


def _share(table: pd.DataFrame) -> pd.Series:
    of = "amount" if table["amount"].sum() > 0 else "count"
    return table[of] / (table[of].sum() or math.nan)
