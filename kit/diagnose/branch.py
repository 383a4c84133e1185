"""A branch of a gap: the part of a scope that a walk goes down to, with its own reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from kit.data.case import Case
from kit.data.frames import ScopeData, kept
from kit.data.territory import display, placed
from kit.diagnose import bridges
from kit.diagnose.reference import Reference
from kit.scope import Scope

BELOW = {
    "company": ("region", "line", "channel"),
    "region": ("team", "rep", "line", "channel"),
    "team": ("rep", "line", "channel"),
    "rep": ("line", "channel"),
}
STANDS_OUT = 0.25  # of the shortfall must a part cost beyond its own weight
_PLACES = ("region", "team", "rep")
_SERVED = {"team": "team", "rep": "rep_id"}  # dimensions that follow the customer, and columns
_FEWEST = 2  # parts among which one can cost most


@dataclass(frozen=True)
class Branch:
    """A part of a scope, or the scope itself, held against its share of the reference.

    Parameters
    ----------
    case : Case
        With the part's own rows: sales, and of deals and activities those of its reps or articles.
    found : Reference
        Its parts sum to the part's row in the bridge it was taken from.
    taken : tuple of str
        Dimensions already walked down.
    name : str
        To show: the part with the region, team or rep it was found in, such as `East · Pumps`.
    wide : bool
        Whether the walk began at a region or the company, whose data tell whether a customer was
        lost or handed over.
    """

    case: Case
    found: Reference
    taken: tuple[str, ...] = ()
    name: str = ""
    wide: bool = True


def root(case: Case, found: Reference) -> Branch:
    """The whole scope as a branch.

    Customers count with the rep and the team who served them last, now and then, so that handing
    customers over makes nobody fail and no customer lost.
    """
    sides = (case.data.sales, found.now, found.before)
    sales, now, before = _as_served(*sides)
    data = replace(case.data, frames={**case.data.frames, "sales": sales})
    found = replace(found, now=now, before=before)
    wide = case.scope.kind in ("company", "region")
    return Branch(replace(case, data=data), found, name=display(case, case.scope), wide=wide)


def costliest(branch: Branch) -> tuple[str, pd.Series] | None:
    """The part that costs most beyond its own weight, with its dimension.

    Parameters
    ----------
    branch : Branch
        Short of its reference.

    Returns
    -------
    (str, Series) or None
        The dimension and its bridge's row: part, reference, actual, effect and share (of the
        shortfall), weight (reference ÷ the branch's), named by the part's id. None where no part
        stands out.

    Notes
    -----
    Over all dimensions of the scope's kind that have at least two parts and are not yet taken, the
    part with the most negative

        excess = effect − variance × reference ÷ total

    counts, if it is at least a quarter of the shortfall. Rows that name no part do not. Region has
    its own targets where they make up the whole, as in `kit.diagnose.bridges`; team and rep are
    held against last year scaled.
    """
    found, best = branch.found, None
    for dimension, table in tables(branch):
        if found.total <= 0:
            break
        table = table[(table.index != "") & (table["effect"] < 0)]
        if table.empty:
            continue
        weight = table["reference"] / found.total
        excess = table["effect"] - found.variance * weight
        worst = excess.idxmin()
        if excess[worst] <= STANDS_OUT * found.variance and (
            best is None or excess[worst] < best[0]
        ):
            best = excess[worst], dimension, table.loc[worst].copy(), weight[worst]
    if best is None:
        return None
    _, dimension, row, weight = best
    row["share"], row["weight"] = row["effect"] / found.variance, weight
    return dimension, row


def tables(branch: Branch) -> Iterator[tuple[str, pd.DataFrame]]:
    """The bridge of each dimension not yet taken that has at least two parts; see `costliest`."""
    for dimension in BELOW[branch.case.scope.kind]:
        if dimension in branch.taken:
            continue
        found = branch.found
        if dimension in _SERVED:
            found = replace(found, target=None)
        table = bridges.parts(branch.case, found, dimension=dimension)
        if isinstance(table, pd.DataFrame) and len(table) >= _FEWEST:
            yield dimension, table


def down(branch: Branch, dimension: str, row: pd.Series) -> Branch:
    """The branch of one part of a bridge.

    Parameters
    ----------
    branch : Branch
    dimension : str
    row : Series
        reference, actual and part, named by the part's id; see `costliest`.

    Notes
    -----
    Deals and activities are those of the reps who were in the region or team on the day, those of
    the rep, or the deals for the line's articles. Where deals cannot be told apart, as by channel,
    the branch has none.
    """
    column, key = bridges.COLUMNS[dimension], str(row.name)
    now, before = (
        kept(side, side[column] == key) for side in (branch.found.now, branch.found.before)
    )
    held, total = float(before["amount"].fillna(0.0).sum()), float(row["reference"])
    found = replace(
        branch.found, actual=float(row["actual"]), total=total, target=None, now=now,
        before=before, factor=total / held if held > 0 else None,
    )  # fmt: skip
    case = _narrowed(branch.case, dimension, key)
    inside = bool(branch.taken) or branch.case.scope.kind != "company"
    name = f"{branch.name} · {row['part']}" if inside else str(row["part"])
    return Branch(case, found, (*branch.taken, dimension), name, branch.wide)


def _as_served(sales: pd.DataFrame, *others: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """Each frame with team and rep of a customer's rows as on the customer's newest order."""
    known = sales[sales["customer_id"].notna()]
    newest = known.sort_values(["date", "order_id"], kind="stable")
    newest = newest.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    made = []
    for frame in (sales, *others):
        new = {}
        for column in _SERVED.values():
            last = frame["customer_id"].map(newest[column])
            new[column] = last.where(last.notna(), frame[column])
        made.append(frame.assign(**new))
    return tuple(made)


def _narrowed(case: Case, dimension: str, key: str) -> Case:
    data = case.data
    frames, missing = dict(data.frames), set(data.missing)
    frames["sales"] = kept(data.sales, data.sales[bridges.COLUMNS[dimension]] == key)
    deals = _deals(data, dimension, key)
    if deals is None:
        missing |= {"opportunities", "stage_events"}
    elif data.has("opportunities"):
        frames["opportunities"] = deals
        events = data.frame("stage_events")
        if data.has("stage_events"):
            known = events["opportunity_id"].isin(deals["opportunity_id"])
            frames["stage_events"] = kept(events, known)
    if dimension in _PLACES and data.has("activities"):
        done = data.frame("activities")
        frames["activities"] = kept(done, _there(data, done, "date", dimension, key))
    else:
        missing.add("activities")
    scope = Scope(dimension, key) if dimension in _PLACES else case.scope
    return replace(case, scope=scope, data=ScopeData(scope, frames, frozenset(missing)))


def _deals(data: ScopeData, dimension: str, key: str) -> pd.DataFrame | None:
    """The part's deals; None where the data do not tell whose a deal is."""
    deals = data.frame("opportunities")
    if dimension in _PLACES:
        return kept(deals, _there(data, deals, "created_on", dimension, key))
    if dimension != "line" or not data.has("products"):
        return None
    products = data.frame("products")
    lines = products.drop_duplicates("product_id").set_index("product_id")["line"]
    own = deals["product_id"].map(lines)
    return kept(deals, own == key) if own.notna().any() else None


def _there(data: ScopeData, rows: pd.DataFrame, day: str, dimension: str, key: str) -> pd.Series:
    if dimension == "rep":
        return rows["rep_id"] == key
    place = placed(data.frame("roster"), rows["rep_id"], days=rows[day])
    return (place[dimension] == key).set_axis(rows.index)
