"""Who sells where: the dated roster, the parts of a scope, and its reps in a period."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import ScopeData, kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.scope import Scope


def names(roster: pd.DataFrame) -> dict[str, str]:
    """The name to show for each rep.

    Parameters
    ----------
    roster : DataFrame
        Canonical roster; the name of a rep's latest row counts.

    Returns
    -------
    dict of rep_id to name
        Where two reps share a name, `name (id)`.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-01-01"] * 3)
    >>> roster = pd.DataFrame({"rep_id": ["1", "2", "3"], "name": ["Li", "Li", "Wu"],
    ...                        "valid_from": days})
    >>> names(roster)
    {'1': 'Li (1)', '2': 'Li (2)', '3': 'Wu'}
    """
    latest = roster.sort_values("valid_from", kind="stable").drop_duplicates("rep_id", keep="last")
    latest = latest.sort_values("rep_id", kind="stable")
    shown = latest["name"].where(latest["name"].notna(), latest["rep_id"])
    twice = shown.duplicated(keep=False)
    full = shown.where(~twice, shown + " (" + latest["rep_id"] + ")")
    return dict(zip(latest["rep_id"], full, strict=True))


@once
def rep_names(data: ScopeData) -> dict[str, str]:
    """The name to show for each rep that a scope may see; see `names`."""
    return names(data.frame("roster"))


def placed(roster: pd.DataFrame, rep_ids: Iterable[str], *, days: Iterable) -> pd.DataFrame:
    """Team and region of reps on given days.

    Parameters
    ----------
    roster : DataFrame
        Canonical roster.
    rep_ids : sequence of str
    days : sequence of dates
        As long as `rep_ids`.

    Returns
    -------
    DataFrame
        Columns team and region, a row each in the order given; null where the rep has no row that
        day. Where rows overlap, the one that began last counts.

    Examples
    --------
    >>> roster = pd.DataFrame({"rep_id": ["1", "1"], "team": ["E", "S"],
    ...     "region": ["East", "South"], "valid_from": pd.to_datetime(["2024-01-01", "2025-05-01"]),
    ...     "valid_to": pd.to_datetime(["2025-04-30", None])})
    >>> placed(roster, ["1", "1"], days=["2025-04-30", "2025-05-01"])["region"].tolist()
    ['East', 'South']
    """
    asked = pd.DataFrame({"rep_id": pd.array(list(rep_ids), dtype="str")})
    asked["day"] = pd.DatetimeIndex(pd.to_datetime(pd.Series(list(days)))).as_unit("us")
    asked["order"] = np.arange(len(asked))
    rows = roster[["rep_id", "valid_from", "valid_to", "team", "region"]]
    rows = rows.astype({"rep_id": "str"}).sort_values("valid_from", kind="stable")
    rows = rows.assign(valid_from=rows["valid_from"].astype("datetime64[us]"))
    found = pd.merge_asof(
        asked.sort_values("day", kind="stable"),
        rows,
        left_on="day",
        right_on="valid_from",
        by="rep_id",
    )
    gone = found["valid_from"].isna() | (found["valid_to"] < found["day"])
    found[["team", "region"]] = found[["team", "region"]].mask(gone)
    return found.sort_values("order")[["team", "region"]].reset_index(drop=True)


def display(case: Case, scope: Scope) -> str:
    """The name of a scope for the eye: the company's title, a region, a team or a rep's name."""
    if scope.kind == "company":
        return case.settings.title
    if scope.kind == "rep":
        return rep_names(case.data).get(scope.id, scope.id)
    return scope.id


@once
def reps(case: Case) -> pd.DataFrame:
    """The reps who are active in the scope in the period.

    Returns
    -------
    DataFrame
        rep_id, rep (name to show), team and region (of the last row in the scope), hired_on,
        capacity (share of a full post, averaged over the days; an empty one counts 1), active_from
        and active_to (first and last day in the scope, within the period). Sorted by rep_id.

    Notes
    -----
    A rep who moves within the period is active in both scopes, each for a part of it.
    """
    rows = _active(case)
    shown = rep_names(case.data)
    days = (rows["active_to"] - rows["active_from"]).dt.days + 1
    rows = rows.assign(
        rep=rows["rep_id"].map(shown).astype("str"),
        days=days,
        posts=rows["capacity"].fillna(1.0) * days,
    ).sort_values(["rep_id", "active_from"], kind="stable")
    each = rows.groupby("rep_id", sort=True)
    found = each[["rep", "team", "region", "hired_on"]].last()
    sums = each[["posts", "days"]].sum()
    return found.assign(
        capacity=sums["posts"] / sums["days"],
        active_from=each["active_from"].min(),
        active_to=each["active_to"].max(),
    ).reset_index()


@once
def children(case: Case) -> pd.DataFrame:
    """The scopes that the case's scope is made of in its period.

    Returns
    -------
    DataFrame
        scope (`region:East`) and part (the name to show), sorted by scope. The company is made of
        regions (those of the roster and of the orders; teams or reps where there are none), a
        region of teams, or of reps where the roster has no teams there, a team of reps, and a rep
        has none. Where the roster knows nobody in a region or team, its parts are those who sold
        there.
    """
    kinds = {"company": ("region", "team", "rep"), "region": ("team", "rep"), "team": ("rep",)}
    sales = case.data.sales
    days = sales["date"]
    sold = kept(
        sales,
        (days >= pd.Timestamp(case.period.start))
        & (days <= pd.Timestamp(min(case.period.end, case.as_of))),
    )
    active = _active(case)
    for kind in kinds.get(case.scope.kind, ()):
        column = SCOPE_COLUMNS[kind]
        found = set(active[column].dropna())
        if not found or case.scope.kind == "company":
            found |= set(sold[column].dropna())
        if found:
            scopes = [Scope(kind, one) for one in sorted(found)]
            shown = rep_names(case.data) if kind == "rep" else {}
            parts = [shown.get(one.id, one.id) for one in scopes]
            return pd.DataFrame({"scope": [str(one) for one in scopes], "part": parts}, dtype="str")
    return pd.DataFrame({"scope": [], "part": []}, dtype="str")


def members(case: Case, scope: Scope, *, period: Period | None = None) -> tuple[str, ...]:
    """The reps whom a period finds in a scope, each rep in one place.

    Returns
    -------
    tuple of rep_id
        Those whose first roster row in the period (the case's where left out) lies in the scope:
        the reps of all regions together are the company's, each once.
    """
    rows = _active(case, scope=Scope("company"), period=period)
    first = rows.sort_values("active_from", kind="stable").drop_duplicates("rep_id")
    if scope.kind != "company":
        first = first[first[SCOPE_COLUMNS[scope.kind]] == scope.id]
    return tuple(sorted(first["rep_id"]))


@once
def _active(
    case: Case, *, scope: Scope | None = None, period: Period | None = None
) -> pd.DataFrame:
    """Roster rows of a scope that touch the period, with active_from and active_to within it."""
    scope, period = scope or case.scope, period or case.period
    roster = case.data.frame("roster")
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    rows = roster.assign(
        active_from=roster["valid_from"].clip(lower=start).astype("datetime64[us]"),
        active_to=roster["valid_to"].fillna(end).clip(upper=end).astype("datetime64[us]"),
    )
    rows = rows[rows["active_from"] <= rows["active_to"]]
    if scope.kind != "company":
        rows = rows[rows[SCOPE_COLUMNS[scope.kind]] == scope.id]
    return rows
