"""What reps do beside what they sell: activities and win rates of a period, rep by rep."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once


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
