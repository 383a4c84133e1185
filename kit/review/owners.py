"""Who answers for a scope."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.scope import Scope


def owner(case: Case, *, part: Scope | None = None) -> str | None:
    """Who answers for a scope: the manager of most of its reps, or the rep alone.

    Parameters
    ----------
    case : Case
    part : Scope, optional
        A part of the case's scope; left out: the scope itself.
    """
    scope = part or case.scope
    roster = case.data.frame("roster")
    day = pd.Timestamp(case.as_of)
    now = roster[
        (roster["valid_from"] <= day) & (roster["valid_to"].isna() | (roster["valid_to"] >= day))
    ].sort_values("rep_id")
    if part is not None and part.kind in ("region", "team"):
        now = now[now[part.kind] == part.id]
    if scope.kind == "rep":
        own = now[now["rep_id"] == scope.id]
        return None if own.empty else str(own["name"].iloc[0])
    managers = now["manager_id"].dropna()
    if managers.empty:
        return None
    most = managers.value_counts().sort_index().idxmax()
    names = roster.loc[roster["rep_id"] == most, "name"]
    return None if names.empty else str(names.iloc[-1])
