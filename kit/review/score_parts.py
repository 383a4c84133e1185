"""Whose scores a reader may see: the regions, teams and reps of a scope, and their rows."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd

from kit.data import territory
from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.once import once
from kit.diagnose.productivity import workers
from kit.scope import Scope

BELOW = MappingProxyType(
    {
        "company": ("region", "team", "rep"),
        "region": ("team", "rep"),
        "team": ("rep",),
        "rep": ("rep",),
    }
)
_DAYS = {"opportunities": "created_on", "activities": "date", "receipts": "invoiced_on"}
_COLUMNS = ["kind", "scope", "part", "id", "team", "region", "posts", "marks"]


@once
def parts(case: Case) -> pd.DataFrame:
    """The regions, teams and reps that a scope is made of in its period.

    Returns
    -------
    DataFrame
        kind (`region`, `team`, `rep`), scope, part (the name to show), id, team, region (of a rep:
        where the period leaves it; of a team: of most of its reps), posts (full posts: capacity ×
        share of the period's days in the scope, without the ramp) and marks (tuple, of reps:
        `newcomer`, `part_time`, `part_period`). Regions first, then teams, then reps, each by id.

    Notes
    -----
    A rep's own scope has one row, a team's its reps, a region's its teams and reps. Reps are those
    of the roster in the period; regions that only orders name are there too.
    """
    people = territory.reps(case)
    days = (people["active_to"] - people["active_from"]).dt.days + 1
    whole = (case.period.end - case.period.start).days + 1
    people = people.assign(posts=people["capacity"] * days / whole)
    known = workers(case)
    marks = dict(zip(known["rep_id"], known["marks"], strict=True))
    direct = [Scope.parse(one) for one in territory.children(case)["scope"]]
    rows = []
    for kind in BELOW[case.scope.kind]:
        if kind == "rep":
            rows += _reps(case, people, marks, [one.id for one in direct if one.kind == "rep"])
            continue
        ids = set(people[kind].dropna()) | {one.id for one in direct if one.kind == kind}
        for one in sorted(ids):
            mine = people[people[kind] == one]
            home = mine["region"].dropna().mode()
            region = one if kind == "region" else home.iloc[0] if len(home) else None
            rows.append(
                (kind, f"{kind}:{one}", one, one, one if kind == "team" else None, region,
                 float(mine["posts"].sum()), ())
            )  # fmt: skip
    found = pd.DataFrame(rows, columns=_COLUMNS)
    return found.astype({"posts": "float64"})


def _reps(case: Case, people: pd.DataFrame, marks: dict, direct: list[str]) -> list[tuple]:
    rows = [
        ("rep", f"rep:{one.rep_id}", one.rep, one.rep_id, one.team, one.region, one.posts,
         marks.get(one.rep_id, ()))
        for one in people.itertuples(index=False)
    ]  # fmt: skip
    known, names = set(people["rep_id"]), territory.rep_names(case.data)
    only = [case.scope.id] if case.scope.kind == "rep" else direct
    rows += [
        ("rep", f"rep:{one}", names.get(one, one), one, None, None, float("nan"), ())
        for one in sorted(only) if one not in known
    ]  # fmt: skip
    return rows


@once
def owners(data: ScopeData, table: str, *, kind: str) -> pd.Series:
    """To which region, team or rep each row of a table belongs.

    Parameters
    ----------
    data : ScopeData
    table : str
        `opportunities`, `activities` or `receipts`.
    kind : str
        `region`, `team` or `rep`.

    Returns
    -------
    Series
        Ids, with the index of the table; null where nobody knows. A receipt is of its order's
        region, and else, as all the rest, of the place that the rep had on the day of the invoice,
        the activity or, of a deal, its creation.
    """
    rows = data.frame(table)
    if kind == "rep":
        return rows["rep_id"]
    if data.scope.kind == kind:
        return pd.Series(data.scope.id, index=rows.index, dtype="str")
    place = territory.placed(data.frame("roster"), rows["rep_id"], days=rows[_DAYS[table]])
    place = place[kind].set_axis(rows.index)
    if kind != "region" or table != "receipts":
        return place
    lines = data.sales[["order_id", "region"]].drop_duplicates("order_id")
    known = rows["order_id"].map(lines.set_index("order_id")["region"])
    return known.where(known.notna(), place)
