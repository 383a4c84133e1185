"""Presence: which share of a period a rep belongs to a region or team."""

from __future__ import annotations

import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.scope import Scope


@once
def presence(case: Case, scope: Scope, *, period: Period | None = None) -> dict[str, float]:
    """Which share of a period each rep belongs to a region or team.

    Parameters
    ----------
    case : Case
    scope : Scope
        A region or a team.
    period : Period, optional
        The case's period where left out.

    Returns
    -------
    dict of rep_id to float
        Working days in the scope ÷ working days on the roster, within the period, above 0. A rep
        whom the roster does not know in the period belongs wholly to the last place before it, or
        else to the first after it. The shares of a rep over all regions (or teams, and no team) sum
        to 1.
    """
    period = period or case.period
    column = SCOPE_COLUMNS[scope.kind]
    roster = case.data.frame("roster").sort_values("valid_from", kind="stable")
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    ended = roster["valid_to"] < start
    inside = (roster["valid_from"] <= end) & ~ended
    found: dict[str, float] = {}
    worked = case.calendar.workdays(period.start, period.end)
    for rep, rows in roster[inside].groupby("rep_id", sort=True):
        there = (rows[column] == scope.id).to_numpy()
        if not there.any():
            continue
        first = rows["valid_from"].clip(lower=start)
        last = rows["valid_to"].fillna(end).clip(upper=end)
        days = worked.searchsorted(last, side="right") - worked.searchsorted(first)
        if not days.sum():
            days = ((last - first).dt.days + 1).to_numpy()
        share = float(days[there].sum() / days.sum())
        if share > 0:
            found[str(rep)] = share
    away = roster[~roster["rep_id"].isin(roster.loc[inside, "rep_id"])]
    for rep, rows in away.groupby("rep_id", sort=True):
        before = rows[rows["valid_from"] <= end]
        row = before.iloc[-1] if len(before) else rows.iloc[0]
        if row[column] == scope.id:
            found[str(rep)] = 1.0
    return dict(sorted(found.items()))
