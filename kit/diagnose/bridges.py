"""Bridges from the reference to the result, by region, rep, line, customer and the like."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from kit.data import targets, territory
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose.reference import Reference, reference, values
from kit.errors import SettingsError, nearest
from kit.scope import Scope

COLUMNS = {
    "region": "region",
    "team": "team",
    "rep": "rep_id",
    "line": "line",
    "customer": "customer_id",
    "channel": "channel",
    "article": "article",
}
OTHERS, UNKNOWN = "others", "unknown"


def by(case: Case, dimension: str, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """Bridge the reference to the result by the parts of a dimension.

    Parameters
    ----------
    case : Case
    dimension : str
        region, team, rep (as credited), line, customer, channel or article.
    measure : str
        bookings, quantity or margin.

    Returns
    -------
    DataFrame or Unavailable
        part, reference, actual, effect (actual − reference), share (effect ÷ Σ effect; null where
        that is zero). The `settings.diagnose.largest` largest effects, most costly first, then the
        rest as `others`; rows that state no part are `unknown`. The sums are those of the scope.

    Raises
    ------
    SettingsError
        Where the dimension is not known.

    Notes
    -----
    The reference of region, team and rep is their own target (to date) where each part at work has
    one and they sum to the scope's. Otherwise it is last year's result × target ÷ last year, as
    `kit.diagnose.reference` has it; without a last year the bridge is Unavailable("no_last_year").
    """
    if dimension not in COLUMNS:
        raise SettingsError(f"dimension '{dimension}' is not known. {nearest(dimension, COLUMNS)}")
    found = reference(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    table = parts(case, found, dimension=dimension, measure=measure)
    if isinstance(table, Unavailable):
        return table
    return largest(table, most=case.settings.diagnose.largest)


def parts(
    case: Case, found: Reference, *, dimension: str, measure: str = "bookings"
) -> pd.DataFrame | Unavailable:
    """All parts of a dimension, indexed by id: part, reference, actual, effect, share.

    Sorted by effect, most costly first.
    """
    column = COLUMNS[dimension]
    actual = sums(found.now, column, measure)
    own = _own_targets(case, found, dimension=dimension, measure=measure)
    if own is not None:
        before = own
    elif found.factor is not None:
        before = sums(found.before, column, measure) * found.factor
    else:
        return Unavailable(reason="no_last_year")
    table = pd.concat({"reference": before, "actual": actual}, axis=1).fillna(0.0)
    table.insert(0, "part", shown(case, found, dimension=dimension, ids=table.index))
    table["effect"] = table["actual"] - table["reference"]
    table = table.rename_axis(dimension).reset_index()
    table = table.sort_values(["effect", dimension], kind="stable").set_index(dimension)
    return _shared(table)


def largest(table: pd.DataFrame, *, most: int) -> pd.DataFrame:
    """Keep the parts with the largest effects, up or down, and gather the rest as `others`.

    Examples
    --------
    >>> table = pd.DataFrame({"part": list("abc"), "reference": [5.0, 5.0, 5.0],
    ...                       "actual": [1.0, 4.0, 5.5], "effect": [-4.0, -1.0, 0.5]})
    >>> largest(table, most=1)[["part", "effect"]].values.tolist()
    [['a', -4.0], ['others', -0.5]]
    """
    order = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    named = table.loc[table.index.isin(order[:most])]
    rest = table.loc[~table.index.isin(order[:most])]
    columns = ["part", "reference", "actual", "effect"]
    rows = [named[columns]]
    if len(rest):
        gathered = rest[["reference", "actual", "effect"]].sum()
        rows.append(pd.DataFrame([{"part": OTHERS, **gathered}]))
    return _shared(pd.concat(rows, ignore_index=True))


def _shared(table: pd.DataFrame) -> pd.DataFrame:
    whole = table["effect"].sum()
    return table.assign(share=table["effect"] / whole if whole else math.nan)


def sums(sales: pd.DataFrame, column: str, measure: str = "bookings") -> pd.Series:
    """A measure summed by the ids of a column; rows without one under an empty id."""
    ids = sales[column]
    if column == "article":
        ids = ids.fillna(sales["product_id"])
    return values(sales, measure).groupby(ids.fillna("").astype(object)).sum()


def _own_targets(
    case: Case, found: Reference, *, dimension: str, measure: str
) -> pd.Series | None:
    """The parts' own targets to date by id, or None where they are not a whole."""
    if dimension not in ("region", "team", "rep") or not found.target:
        return None
    if dimension == "rep":
        scopes = [str(Scope("rep", one)) for one in territory.reps(case)["rep_id"]]
    else:
        scopes = list(territory.children(case)["scope"])
    ids = [Scope.parse(one) for one in scopes]
    if not ids or {one.kind for one in ids} != {dimension}:
        return None
    goals = [targets.in_force(case, scope=one, measure=measure) for one in ids]
    if None in goals or not math.isclose(sum(goals), found.target, rel_tol=1e-6):
        return None
    due = pd.Series(goals, index=[one.id for one in ids], dtype=float)
    return due * (found.total / due.sum())


def shown(case: Case, found: Reference, *, dimension: str, ids: Iterable[str]) -> list[str]:
    """The names to show for the ids of a dimension: reps and customers have names of their own."""
    names: dict[str, str] = {}
    if dimension == "rep":
        names = territory.rep_names(case.data)
    elif dimension == "customer":
        names = customer_names(found)
    return [names.get(one, one) if one else UNKNOWN for one in ids]


def customer_names(found: Reference) -> dict[str, str]:
    """The name to show for each customer: the name, with the id where two share it."""
    rows = pd.concat([found.before, found.now])[["customer_id", "customer"]].dropna()
    rows = rows.drop_duplicates("customer_id", keep="last").sort_values("customer_id")
    twice = rows["customer"].duplicated(keep=False)
    shown = rows["customer"].where(~twice, rows["customer"] + " (" + rows["customer_id"] + ")")
    return dict(zip(rows["customer_id"], shown, strict=True))
