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

    Returns
    -------
    str or None
        Of the company, whom all report to, directly or not. None where there is no such person, or
        the roster does not name the person.
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
    if scope.kind == "company":
        above = dict(zip(now["rep_id"], now["manager_id"], strict=True))
        chains = [_chain(one, above) for one in above]
        shared = [one for one in chains[0] if all(one in each for each in chains)] if chains else []
        found = shared[:1]
    else:
        found = now["manager_id"].dropna().value_counts().sort_index().nlargest(1).index.tolist()
    names = roster.loc[roster["rep_id"].isin(found), "name"]
    return None if names.empty else str(names.iloc[-1])


def _chain(rep_id: str, above: dict) -> list[str]:
    """A rep and all above, nearest first."""
    found = [rep_id]
    while (upper := above.get(found[-1])) and isinstance(upper, str) and upper not in found:
        found.append(upper)
    return found
