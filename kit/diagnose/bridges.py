"""Bridges from the reference to the result, by region, rep, line, customer and the like."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
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
    "article": "article",
    "class": "customer_class",
    "customer": "customer_id",
    "channel": "channel",
}
OTHERS, UNKNOWN = "others", "unknown"
_NAMED_IN = {"line": "products", "class": "customers"}  # the table that says the part


def by(
    case: Case, dimension: str, *, measure: str = "bookings", against: str = "target"
) -> pd.DataFrame | Unavailable:
    """Bridge the reference to the result by the parts of a dimension.

    Parameters
    ----------
    case : Case
    dimension : str
        region, team, rep (as credited), line, article, class (of the customer), customer or
        channel.
    measure : str
        bookings, quantity or margin.
    against : str
        `target` (to date; last year, where none is set), `last_year` or `last_period`.

    Returns
    -------
    DataFrame or Unavailable
        part, reference, actual, effect (actual − reference), share (effect ÷ Σ effect; null where
        that is zero), basis (key of where the reference of all rows is from: `own_target`,
        `scaled_target`, `last_year`, `last_period`). The `settings.diagnose.largest` largest
        effects, most costly first, then the rest as `others`; rows that state no part are
        `unknown`. The sums are those of the scope. Unavailable as `kit.diagnose.reference` is, or
        where no row states a line or class and the table that would is missing.

    Raises
    ------
    SettingsError
        Where the dimension or `against` is not known.

    Notes
    -----
    Against the target the reference of region, team and rep is their own target (to date) where
    each part at work has one and they sum to the scope's. Otherwise it is last year's result ×
    target ÷ last year, as `kit.diagnose.reference` has it; without a last year the bridge is
    Unavailable("no_last_year"). A running period is held against as many working days.

    Examples
    --------
    >>> from kit.data.sample.at_hand import at_hand
    >>> from kit.data.sample.company import make
    >>> case = at_hand(make(planted=False), period="2025Q3", as_of="2025-08-20")
    >>> found = by(case, "channel", against="last_year")
    >>> sorted(found["part"])
    ['direct', 'distributor', 'online']
    """
    if dimension not in COLUMNS:
        raise SettingsError(f"dimension '{dimension}' is not known. {nearest(dimension, COLUMNS)}")
    found = reference(case, measure=measure, against=against)
    if isinstance(found, Unavailable):
        return found
    table = _NAMED_IN.get(dimension, "")
    if table and not case.data.has(table) and not _stated(found, COLUMNS[dimension]):
        return Unavailable(table=table)
    made = parts(case, found, dimension=dimension, measure=measure)
    if isinstance(made, Unavailable):
        return made
    basis = made["basis"].iloc[0] if len(made) else found.against
    return largest(made, most=case.settings.diagnose.largest).assign(basis=basis)


def every(
    case: Case, *, measure: str = "bookings", against: str = "target"
) -> dict[str, pd.DataFrame | Unavailable]:
    """The bridges of all dimensions, by dimension; see `by`."""
    return {one: by(case, one, measure=measure, against=against) for one in COLUMNS}


def parts(
    case: Case, found: Reference, *, dimension: str, measure: str = "bookings"
) -> pd.DataFrame | Unavailable:
    """All parts of a dimension, indexed by id: part, reference, actual, effect, share, basis.

    Sorted by effect, most costly first.
    """
    column = COLUMNS[dimension]
    actual = sums(found.now, column, measure)
    own = _own_targets(case, found, dimension=dimension, measure=measure)
    if own is not None:
        before, basis = own, "own_target"
    elif found.factor is not None:
        before = sums(found.before, column, measure) * found.factor
        basis = "scaled_target" if found.against == "target" else found.against
    else:
        return Unavailable(reason="no_last_year")
    table = pd.concat({"reference": before, "actual": actual}, axis=1).fillna(0.0)
    table.insert(0, "part", shown(case, found, dimension=dimension, ids=table.index))
    table["effect"] = table["actual"] - table["reference"]
    table = table.rename_axis(dimension).reset_index()
    table = table.sort_values(["effect", dimension], kind="stable").set_index(dimension)
    return _shared(table).assign(basis=basis)


def _stated(found: Reference, column: str) -> bool:
    return bool(found.now[column].notna().any() or found.before[column].notna().any())


def largest(table: pd.DataFrame, *, most: int) -> pd.DataFrame:
    """Keep the parts with the largest effects, up or down, and gather the rest as `others`.

    A rest of one part is no shorter gathered than named: it is named.

    Examples
    --------
    >>> table = pd.DataFrame({"part": list("abc"), "reference": [5.0, 5.0, 5.0],
    ...                       "actual": [1.0, 4.0, 5.5], "effect": [-4.0, -1.0, 0.5]})
    >>> largest(table, most=1)[["part", "effect"]].values.tolist()
    [['a', -4.0], ['others', -0.5]]
    """
    named = chosen(table["effect"], most=most)
    named, rest = table.loc[named], table.loc[~named]
    columns = ["part", "reference", "actual", "effect"]
    rows = [named[columns]]
    if len(rest):
        gathered = rest[["reference", "actual", "effect"]].sum()
        rows.append(pd.DataFrame([{"part": OTHERS, **gathered}]))
    return _shared(pd.concat(rows, ignore_index=True))


def chosen(effect: pd.Series, *, most: int) -> np.ndarray:
    """Which effects are named: the largest, up or down, and all where one alone would be left.

    Examples
    --------
    >>> chosen(pd.Series([-4.0, -1.0, 0.5, 2.0]), most=2).tolist()
    [True, False, False, True]
    >>> chosen(pd.Series([-4.0, -1.0, 2.0]), most=2).tolist()
    [True, True, True]
    """
    order = np.argsort(-effect.abs().to_numpy(), kind="stable")
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    return place < (most if len(order) > most + 1 else len(order))


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
    ids = [Scope.parse(one) for one in territory.children(case)["scope"]]
    if {one.kind for one in ids} != {dimension}:  # teams of a company, reps of a region
        column = "rep_id" if dimension == "rep" else dimension
        at_work = territory.reps(case)[column].dropna()
        ids = [Scope(dimension, one) for one in sorted(set(at_work))]
    if not ids:
        return None
    goals = [targets.in_force(case, scope=one, measure=measure) for one in ids]
    if None in goals or not math.isclose(sum(goals), found.target, rel_tol=1e-6):
        return None
    due = pd.Series(goals, index=[one.id for one in ids], dtype=float)
    return due * (found.total / due.sum())


def shown(case: Case, found: Reference, *, dimension: str, ids: Iterable[str]) -> list[str]:
    """The names to show for the ids of a dimension: reps, customers and articles have their own."""
    names: dict[str, str] = {}
    if dimension == "rep":
        names = territory.rep_names(case.data)
    elif dimension == "customer":
        names = customer_names(found)
    elif dimension == "article":
        names = _names(found, "article", "product")
    return [names.get(one, one) if one else UNKNOWN for one in ids]


def customer_names(found: Reference) -> dict[str, str]:
    """The name to show for each customer: the name, with the id where two share it."""
    return _names(found, "customer_id", "customer")


def _names(found: Reference, key: str, name: str) -> dict[str, str]:
    rows = pd.concat([found.before, found.now])[[key, name]].dropna()
    rows = rows.drop_duplicates(key, keep="last").sort_values(key)
    twice = rows[name].duplicated(keep=False)
    shown = rows[name].where(~twice, rows[name] + " (" + rows[key] + ")")
    return dict(zip(rows[key], shown, strict=True))
