"""Weights: what a target is split by over the parts of a scope, a stated blend of three kinds."""

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
from kit.plan.history import cutoff
from kit.scope import Scope


@once
def weighted(case: Case) -> pd.DataFrame | Unavailable:
    """The parts of the case's scope and what each weighs in a split.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, last_year (money; NaN where not known), weight (sums to 1; 0 is no potential).
        attrs["blend"] holds the shares of history, potential and capacity. Unavailable for a scope
        without parts (reason `no_children`), or without history, market or posts (`no_weights`).

    Notes
    -----
    weight = Σ `targets.blend` × part's share of: last year's result of the same period (history;
    the same months, never a share of the year, so that a part is not charged for its season);
    market size (potential, of regions only); full posts by month, ramped, weighted by season
    (capacity). Kinds that the data cannot give are left out and the others grow to sum to 1.

    A part without last year's result, or hired since, counts with the others' result a post; where
    it has no posts, with its result of the period just before, at the others' ratio of last year's
    to it. A rep who is there for a part of the period counts with that part of last year's result.

    With `targets.split: even` all parts that would weigh anything weigh the same.
    """
    found = parts_of(case)
    if found.empty:
        return Unavailable(reason="no_children", detail=str(case.scope))
    even = case.settings.targets.split == "even"
    scopes = [Scope.parse(one) for one in found["scope"]]
    before = _last_year(case, scopes)
    by_month = np.array([posts_by_part(case)[str(one)] for one in scopes])
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
    if not blend and not even:
        return Unavailable(reason="no_weights", detail=str(case.scope))
    blend = {kind: size / sum(blend.values()) for kind, size in blend.items()}
    weight = sum(size * kinds[kind] / kinds[kind].sum() for kind, size in blend.items())
    if even:
        weight = np.where(weight > 0, 1.0, 0.0) if blend else np.ones(len(found))
        weight, blend = weight / weight.sum(), {}
    found = found.assign(last_year=before, weight=weight)
    found.attrs["blend"] = blend
    return found


@once
def posts_by_part(case: Case) -> dict[str, np.ndarray]:
    """Ramped full posts of each part of the scope, month by month of the period."""
    scopes = [Scope.parse(one) for one in parts_of(case)["scope"]]
    months = case.calendar.parts(case.period)
    own = posts(case, months)
    rows = [
        own[own.index == one.id] if one.kind == "rep" else posts(replace(case, scope=one), months)
        for one in scopes
    ]
    return {str(one): row.sum().to_numpy() for one, row in zip(scopes, rows, strict=True)}


@once
def presence(case: Case) -> dict[str, float]:
    """The share of the period, by season, that each part of the scope is there; 1 but for reps.

    A rep who joins, leaves or moves within the period, or is ramped, has less than 1.
    """
    season = schedule.seasonality(case).to_numpy()
    full = reps(case).set_index("rep_id")["capacity"]
    found = {}
    for name, by_month in posts_by_part(case).items():
        scope = Scope.parse(name)
        most = float(full.get(scope.id, 0.0)) if scope.kind == "rep" else 0.0
        found[name] = min(float(by_month @ season) / most, 1.0) if most > 0 else 1.0
    return found


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
    there = np.array([presence(case)[str(one)] for one in scopes])
    lately = np.nan_to_num(_results(case, scopes, _before(case, case.calendar.previous)))
    if lately[known].sum() > 0:
        grown = before[known].sum() / lately[known].sum()
        stand_in = np.where(stand_in > 0, stand_in, grown * lately * there)
    return np.where(known, before * there, stand_in)


def _potential(case: Case, scopes: list[Scope]) -> np.ndarray | None:
    """Market size of each region in the period; None where a part has none."""
    if not case.data.has("market"):
        return None
    market = case.data.frame("market")
    size = market[market["period"] == case.period.name].groupby("region")["market_size"].sum()
    if any(one.kind != "region" or one.id not in size for one in scopes):
        return None
    return np.array([float(size[one.id]) for one in scopes])
