"""Presence: the share of each period that a rep spends in a team or region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import placed
from kit.scope import Scope


def presence(case: Case, scope: Scope, spans: tuple[Period, ...], *, within: Scope) -> np.ndarray:
    """Share of the working days of each span on which a rep belongs to a scope.

    Parameters
    ----------
    case : Case
    scope : Scope
        A rep; any other scope is always where it is.
    spans : tuple of Period
    within : Scope
        Team, region or company.

    Returns
    -------
    array
        One share a span, of the days on which the rep is anywhere: 1 for a rep who was hired within
        the span and has been in the scope since, 0 where the rep is elsewhere or not there at all.
        1 throughout for a rep whom the roster does not know.
    """
    found = np.ones(len(spans))
    roster = case.data.frame("roster")
    rows = roster[roster["rep_id"] == scope.id] if scope.kind == "rep" else roster.iloc[:0]
    if rows.empty:
        return found
    first, last = pd.Timestamp(spans[0].start), pd.Timestamp(spans[-1].end)
    stays = (rows["valid_from"] <= first) & (rows["valid_to"].isna() | (rows["valid_to"] >= last))
    column = SCOPE_COLUMNS.get(within.kind)
    if stays.any() and (column is None or (len(rows) == 1 and rows[column].iloc[0] == within.id)):
        return found
    days = [_days(case, one) for one in spans]
    where = placed(rows, [scope.id] * sum(map(len, days)), days=np.concatenate(days))
    anywhere = where[["team", "region"]].notna().any(axis=1).to_numpy()
    here = anywhere if column is None else (where[column] == within.id).to_numpy()
    ends = np.cumsum([len(one) for one in days])[:-1]
    for place, (one, any_) in enumerate(
        zip(np.split(here, ends), np.split(anywhere, ends), strict=True)
    ):
        found[place] = one.sum() / any_.sum() if any_.any() else 0.0
    return found


def _days(case: Case, span: Period) -> np.ndarray:
    """The working days of a span, or all of its days where none is one."""
    days = pd.DatetimeIndex(case.calendar.workdays(span.start, span.end))
    days = days if len(days) else pd.date_range(span.start, span.end)
    return days.to_numpy()
