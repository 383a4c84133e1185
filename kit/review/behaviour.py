"""What reps do beside what they sell: activities and win rates of a period, rep by rep."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once

FEWEST_ROWS = 20
SIGNIFICANT = 0.05


def between(frame: pd.DataFrame, column: str, start: dt.date, end: dt.date) -> pd.DataFrame:
    """Rows whose day lies from `start` to `end`, both included."""
    days = frame[column]
    return kept(frame, (days >= pd.Timestamp(start)) & (days <= pd.Timestamp(end)))


@once
def activities(case: Case) -> pd.DataFrame:
    """Activities of the period by rep and kind.

    Returns
    -------
    DataFrame
        Index rep_id, one column a kind, counts from the period's start to `as_of`; no columns where
        the activities table is missing.
    """
    last = min(case.as_of, case.period.end)
    rows = between(case.data.frame("activities"), "date", case.period.start, last)
    if rows.empty:
        return pd.DataFrame(index=pd.Index([], name="rep_id"))
    table = rows.pivot_table(index="rep_id", columns="kind", values="count", aggfunc="sum")
    return table.fillna(0.0).sort_index().sort_index(axis="columns")


@once
def win_rates(case: Case) -> pd.DataFrame:
    """Deals won and lost in the period by rep.

    Returns
    -------
    DataFrame
        Index rep_id; `won`, `lost` (counts) and `win_rate_count` = won ÷ (won + lost) of the deals
        closed from the period's start to `as_of`, null where none closed.
    """
    last = min(case.as_of, case.period.end)
    rows = between(case.data.frame("opportunities"), "closed_on", case.period.start, last)
    won = rows[rows["status"] == "won"].groupby("rep_id").size()
    lost = rows[rows["status"] == "lost"].groupby("rep_id").size()
    table = pd.DataFrame({"won": won, "lost": lost}).fillna(0.0)
    closed = table["won"] + table["lost"]
    return table.assign(win_rate_count=table["won"] / closed.where(closed > 0)).sort_index()


def linked(case: Case) -> pd.DataFrame:
    """Which activities go with results, over the reps and months of the last year.

    Spearman's rank correlation of a rep's monthly activity count with the amount of deals won in
    that month, over all rep-months of the twelve months up to `as_of`. It says what goes together,
    not what causes what; rep-months are taken as independent.

    Returns
    -------
    DataFrame
        `behaviour` (kind of activity), `correlation`, `p_value`, `rows`, `linked` (correlation above 0
        and p below 0.05, from at least 20 rep-months). No rows where activities or opportunities miss.
    """
    columns = ["behaviour", "correlation", "p_value", "rows", "linked"]
    start = (pd.Timestamp(case.as_of) - pd.DateOffset(years=1)).date() + dt.timedelta(days=1)
    done = between(case.data.frame("activities"), "date", start, case.as_of)
    deals = case.data.frame("opportunities")
    deals = between(deals[deals["status"] == "won"], "closed_on", start, case.as_of)
    if done.empty or deals.empty:
        return pd.DataFrame(columns=columns)
    months = done["date"].dt.to_period("M")
    counts = done.pivot_table(
        index=["rep_id", months], columns="kind", values="count", aggfunc="sum"
    ).fillna(0.0)
    won = deals.groupby(["rep_id", deals["closed_on"].dt.to_period("M")])["amount"].sum()
    won = won.rename_axis(counts.index.names).reindex(counts.index).fillna(0.0)
    found = []
    for kind in sorted(counts.columns):
        known = len(counts) >= FEWEST_ROWS and counts[kind].nunique() > 1 and won.nunique() > 1
        rho, p_value = stats.spearmanr(counts[kind], won) if known else (np.nan, np.nan)
        strong = bool(known and rho > 0 and p_value < SIGNIFICANT)
        found.append((kind, float(rho), float(p_value), len(counts), strong))
    return pd.DataFrame(found, columns=columns)
