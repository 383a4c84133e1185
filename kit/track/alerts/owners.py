"""Who owns an alert: a person the roster names, or a role."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.scope import Scope

ROLES = ("rep", "team_lead", "regional_manager", "executive", "analyst")
_OF_KIND = {
    "rep": "rep", "team": "team_lead", "region": "regional_manager", "company": "executive",
}  # fmt: skip


def owner(case: Case, scope: Scope, *, role: str = "", person: str = "") -> str:
    """Who owns an alert of a scope.

    Parameters
    ----------
    case : Case
    scope : Scope
    role : str
        One of `ROLES`; empty: the one who answers for the scope.
    person : str
        A rep who answers for it in person, where no role is given.

    Returns
    -------
    str
        `rep:R002` for a person of the roster: the rep, the team's lead (whom most of the team report
        to), the region's manager (whom most of the leads report to). Where the roster names none,
        `team_lead:East-1`, `regional_manager:East`; `executive` and `analyst` are one each.
    """
    if not role and person:
        return f"rep:{person}"
    wanted = role or _OF_KIND[scope.kind]
    if wanted in ("executive", "analyst"):
        return wanted
    place = _places(case).get(scope, {})
    if wanted == "rep":
        return f"rep:{scope.id}" if scope.kind == "rep" else owner(case, scope)
    kind = "team" if wanted == "team_lead" else "region"
    name = scope.id if scope.kind == kind else place.get(kind)
    if name is None:
        return owner(case, scope) if role and wanted != _OF_KIND[scope.kind] else "executive"
    lead = _leads(case).get(Scope(kind, name))
    return f"rep:{lead}" if lead else f"{wanted}:{name}"


@once
def _today(case: Case) -> pd.DataFrame:
    """The roster's rows on `as_of`; for each rep who has left, the last one."""
    roster = case.data.frame("roster")
    begun = roster[roster["valid_from"] <= pd.Timestamp(case.as_of)]
    rows = begun.sort_values("valid_from", kind="stable").drop_duplicates("rep_id", keep="last")
    return rows.sort_values("rep_id", kind="stable")


@once
def _places(case: Case) -> dict[Scope, dict[str, str]]:
    found: dict[Scope, dict[str, str]] = {}
    for row in _today(case).itertuples(index=False):
        place = {kind: getattr(row, SCOPE_COLUMNS[kind]) for kind in ("team", "region")}
        place = {kind: one for kind, one in place.items() if isinstance(one, str)}
        found[Scope("rep", row.rep_id)] = place
        if "team" in place and "region" in place:
            found.setdefault(Scope("team", place["team"]), {"region": place["region"]})
    return found


def above(case: Case, scope: Scope) -> tuple[Scope, ...]:
    """The scopes that a rep or a team is in on `as_of`, the nearest first."""
    place = _places(case).get(scope, {})
    return tuple(Scope(kind, place[kind]) for kind in ("team", "region") if kind in place)


@once
def _leads(case: Case) -> dict[Scope, str]:
    """The person whom most of a team report to, and most of a region's leads."""
    rows = _today(case)
    rows = rows[~(rows["valid_to"] < pd.Timestamp(case.as_of))]
    boss = dict(zip(rows["rep_id"], rows["manager_id"], strict=True))
    found = {}
    for team, some in rows.dropna(subset=["team"]).groupby("team", sort=True):
        leads = some["manager_id"].dropna()
        leads = leads[leads != some.loc[leads.index, "rep_id"]]
        if len(leads):
            found[Scope("team", team)] = leads.value_counts(sort=False).sort_index().idxmax()
    for region, some in rows.dropna(subset=["region"]).groupby("region", sort=True):
        heads = {found.get(Scope("team", one)) for one in some["team"].dropna()} - {None}
        above_them = pd.Series([boss.get(one) for one in sorted(heads)], dtype="object").dropna()
        above_them = above_them[~above_them.isin(heads)]
        if len(above_them):
            found[Scope("region", region)] = above_them.value_counts().sort_index().idxmax()
    return found
