"""Allocation: who carries how much of a target, over the parts of a scope and its sub-periods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.measures import actuals
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import children as parts_of
from kit.data.territory import reps
from kit.errors import UnknownPeriodError
from kit.plan import schedule
from kit.plan.capacity import posts
from kit.plan.exact import Amounts, split
from kit.plan.history import cutoff
from kit.plan.margins import fit, rounded
from kit.plan.target import Proposal
from kit.plan.units import fine_unit
from kit.scope import Scope

__all__ = ["children", "grid", "split"]

_TRACE = 1e-6  # what a newcomer's month without ramp weighs: taken only where nobody else can


def children(
    case: Case,
    proposal: Proposal | Unavailable,
    *,
    locks: Amounts = None,
    floors: Amounts = None,
    caps: Amounts = None,
) -> pd.DataFrame | Unavailable:
    """Split what a proposal hands out over the parts of the case's scope.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    locks, floors, caps : mapping, by scope
        See `split`.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, last_year (NaN where not known), weight (sums to 1), target (sums exactly to
        `proposal.handed_out`), share (of it). attrs["blend"] holds the shares of history, potential
        and capacity that the weights were made of. Unavailable for a scope without parts (reason
        `no_children`), or without history, market or posts (reason `no_weights`).

    Notes
    -----
    weight = Σ `targets.blend` × part's share of: last year's result of the same period (history);
    market size (potential, of regions only); full posts by month, ramped, weighted by season
    (capacity). Kinds that the data cannot give are left out and the others grow to sum to 1. A part
    without last year's result, or hired since, counts with the others' result a post; where it has
    no posts, with its result of the period just before, at the others' ratio of last year's to it.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    found = weighted(case)
    if isinstance(found, Unavailable):
        return found
    total = proposal.handed_out
    unit = _unit(case, total, len(found))
    weights = found.set_index("scope")["weight"]
    target = split(total, weights, unit=unit, locks=locks, floors=floors, caps=caps).to_numpy()
    share = target / total if total else np.full(len(found), np.nan)
    return found.assign(target=target, share=share)


@once
def weighted(case: Case) -> pd.DataFrame | Unavailable:
    """The parts of the case's scope with last_year and weight; see `children`."""
    found = parts_of(case)
    if found.empty:
        return Unavailable(reason="no_children", detail=str(case.scope))
    scopes = [Scope.parse(one) for one in found["scope"]]
    before = _last_year(case, scopes)
    by_month = np.array([_posts(case)[str(one)] for one in scopes])
    staffed = by_month @ schedule.seasonality(case).to_numpy()
    kinds = {
        "history": _with_newcomers(case, scopes, before, staffed),
        "potential": _potential(case, scopes),
        "capacity": staffed,
    }
    blend = {
        kind: size
        for kind, size in case.settings.targets.blend.items()
        if size > 0 and kinds[kind] is not None and kinds[kind].sum() > 0
    }
    if not blend:
        return Unavailable(reason="no_weights", detail=str(case.scope))
    blend = {kind: size / sum(blend.values()) for kind, size in blend.items()}
    weight = sum(size * kinds[kind] / kinds[kind].sum() for kind, size in blend.items())
    found = found.assign(last_year=before, weight=weight)
    found.attrs["blend"] = blend
    return found


def grid(
    case: Case, proposal: Proposal | Unavailable, *, parts: pd.DataFrame | None = None
) -> pd.DataFrame | Unavailable:
    """Split what a proposal hands out over parts and months at once.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame, optional
        What `children` returned, where it was called with locks.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, period, target; by part, then month. Each part's months sum exactly to its
        target, each month's parts to the schedule's, all to `proposal.handed_out`. Unavailable as
        `children`.

    Notes
    -----
    Seeds are season × ramped posts, fitted in proportion to both margins, then rounded exactly.
    A newcomer's months before the ramp get something only where the margins leave no other way.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    found = children(case, proposal) if parts is None else parts
    if isinstance(found, Unavailable):
        return found
    months = schedule.parts(case, proposal.handed_out)
    rows, columns = found["target"].to_numpy(), months["target"].to_numpy()
    staffed = np.array([_posts(case)[one] for one in found["scope"]])
    most = staffed.max(axis=1, keepdims=True)
    presence = np.divide(staffed, most, out=np.ones_like(staffed), where=most > 0)
    seed = np.maximum(presence, _TRACE) * months["seasonality"].to_numpy()
    seed = np.where(columns > 0, np.maximum(seed, _TRACE), 0.0) * (rows > 0)[:, None]
    table = fit(seed, rows=rows, columns=columns)
    unit = _unit(case, proposal.handed_out, table.size)
    if unit:
        table = rounded(table, unit=unit, rows=rows, columns=columns)
    many = len(months)
    return pd.DataFrame(
        {
            "scope": np.repeat(found["scope"].to_numpy(), many),
            "part": np.repeat(found["part"].to_numpy(), many),
            "period": np.tile(months["period"].to_numpy(), len(found)),
            "target": table.ravel(),
        }
    )


def _unit(case: Case, total: float, cells: int) -> float:
    return fine_unit(total, parts=cells, unit=case.settings.targets.unit)


def _last_year(case: Case, scopes: list[Scope]) -> np.ndarray:
    """Each part's result of the same period last year; NaN where it is not above 0 or not known."""
    return _results(case, scopes, _before(case, case.calendar.year_ago))


def _results(case: Case, scopes: list[Scope], period: Period | None) -> np.ndarray:
    if period is None:
        return np.full(len(scopes), np.nan)
    span = {"start": period.start, "end": period.end}
    found = np.array([actuals(case, scope=one, **span) for one in scopes], dtype=float)
    return np.where(found > 0, found, np.nan)


def _before(case: Case, step: Callable[[Period], Period]) -> Period | None:
    """An earlier period, if the calendar has it and it is over before the case's begins."""
    try:
        before = step(case.period)
    except UnknownPeriodError:
        return None
    return before if before.end <= cutoff(case) else None


@once
def _posts(case: Case) -> dict[str, np.ndarray]:
    """Ramped posts of each part of the scope, month by month of the period."""
    scopes = [Scope.parse(one) for one in parts_of(case)["scope"]]
    months = case.calendar.parts(case.period)
    own = posts(case, months)
    rows = [
        own[own.index == one.id] if one.kind == "rep" else posts(replace(case, scope=one), months)
        for one in scopes
    ]
    return {str(one): row.sum().to_numpy() for one, row in zip(scopes, rows, strict=True)}


def _with_newcomers(
    case: Case, scopes: list[Scope], before: np.ndarray, staffed: np.ndarray
) -> np.ndarray:
    """Last year's results, and a stand-in for parts that had no full year."""
    year_ago = _before(case, case.calendar.year_ago)
    people = reps(case).set_index("rep_id")["hired_on"]
    new = [
        year_ago is not None and people.get(one.id, pd.NaT) > pd.Timestamp(year_ago.start)
        for one in scopes
    ]
    known = ~np.isnan(before) & ~np.array([bool(one) for one in new])
    per_post = before[known].sum() / staffed[known].sum() if staffed[known].sum() > 0 else 0.0
    stand_in = per_post * staffed
    lately = np.nan_to_num(_results(case, scopes, _before(case, case.calendar.previous)))
    if lately[known].sum() > 0:
        grown = before[known].sum() / lately[known].sum()
        stand_in = np.where(stand_in > 0, stand_in, grown * lately)
    return np.where(known, before, stand_in)


def _potential(case: Case, scopes: list[Scope]) -> np.ndarray | None:
    """Market size of each region in the period; None where a part has none."""
    if not case.data.has("market"):
        return None
    market = case.data.frame("market")
    size = market[market["period"] == case.period.name].groupby("region")["market_size"].sum()
    if any(one.kind != "region" or one.id not in size for one in scopes):
        return None
    return np.array([float(size[one.id]) for one in scopes])
