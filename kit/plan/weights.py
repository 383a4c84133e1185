"""Weights: what a target is split by over the parts of a scope, a stated blend of three kinds."""

from __future__ import annotations

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
from kit.plan import schedule
from kit.plan.capacity import hires, posts
from kit.plan.history import earlier
from kit.plan.open_posts import open_posts
from kit.scope import Scope


@once
def weighted(case: Case) -> pd.DataFrame | Unavailable:
    """The parts of the case's scope and what each weighs in a split.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, last_year (money; NaN where not known), weight (0 is no potential; sums to 1
        with the open posts). attrs: blend, the shares of history, potential and capacity; open, the
        `kit.plan.open_posts.OpenPost`s of the scope with their weights. Unavailable for a scope
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

    An open post, a planned hire, weighs by its ramped posts: the others' result a post for history,
    nothing for potential, its posts for capacity, where it counts in all parts above it too.

    With `targets.split: even` all parts that would weigh anything weigh the same, and an open post
    what its ramped posts are of such a part's.
    """
    found = parts_of(case)
    if found.empty:
        return Unavailable(reason="no_children", detail=str(case.scope))
    even = case.settings.targets.split == "even"
    scopes = [Scope.parse(one) for one in found["scope"]]
    before = _last_year(case, scopes)
    season = schedule.seasonality(case).to_numpy()
    by_month = np.array([posts_by_part(case)[str(one)] for one in scopes])
    staffed = by_month @ season
    joining = open_posts(case)
    open_ = np.array([np.array(one.by_month) @ season for one in joining])
    people = np.array([_people(case)[str(one)] for one in scopes]) @ season
    history, per_post = _with_newcomers(case, scopes, before, staffed, full=people)
    potential = _potential(case, scopes)
    kinds = {
        "history": np.append(history, per_post * open_),
        "potential": None if potential is None else np.append(potential, 0 * open_),
        "capacity": np.append(staffed, open_),
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
        weight = np.where(weight > 0, 1.0, 0.0)[: len(found)] if blend else np.ones(len(found))
        usual = staffed[weight > 0].sum() / weight.sum() if weight.any() else 0.0
        weight = np.append(weight, open_ / usual if usual > 0 else 0 * open_)
        weight, blend = weight / weight.sum(), {}
    own, theirs = weight[: len(found)], weight[len(found) :]
    found = found.assign(last_year=before, weight=own)
    found.attrs["blend"] = blend
    found.attrs["open"] = tuple(
        replace(one, weight=float(size)) for one, size in zip(joining, theirs, strict=True)
    )
    return found


@once
def posts_by_part(case: Case) -> dict[str, np.ndarray]:
    """Ramped full posts of each part of the scope, month by month; planned hires are counted in."""
    found = _people(case)
    if not case.settings.targets.hires:
        return found
    months = case.calendar.parts(case.period)
    names = [one.name for one in months]
    for name, people in found.items():
        scope = Scope.parse(name)
        if scope.kind != "rep":
            joining = hires(replace(case, scope=scope), months)
            found = {**found, name: people + joining[names].sum().to_numpy(dtype=float)}
    return found


@once
def _people(case: Case) -> dict[str, np.ndarray]:
    """Ramped full posts of the people of each part, month by month of the period."""
    scopes = [Scope.parse(one) for one in parts_of(case)["scope"]]
    months = case.calendar.parts(case.period)
    own = posts(case, months)
    rows = [
        own[own.index == one.id] if one.kind == "rep" else posts(replace(case, scope=one), months)
        for one in scopes
    ]
    return {str(one): row.sum().to_numpy() for one, row in zip(scopes, rows, strict=True)}


@once
def attendance(case: Case) -> dict[str, float]:
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
    return _results(case, scopes, earlier(case, case.calendar.year_ago))


def _results(case: Case, scopes: list[Scope], period: Period | None) -> np.ndarray:
    if period is None:
        return np.full(len(scopes), np.nan)
    span = {"start": period.start, "end": period.end}
    found = np.array([actuals(case, scope=one, **span) for one in scopes], dtype=float)
    return np.where(found > 0, found, np.nan)


def _with_newcomers(
    case: Case, scopes: list[Scope], before: np.ndarray, staffed: np.ndarray, *,
    full: np.ndarray,
) -> tuple[np.ndarray, float]:  # fmt: skip
    """Last year's results, with a stand-in for parts that had no full year; the result a post."""
    year_ago = earlier(case, case.calendar.year_ago)
    people = reps(case).set_index("rep_id")["hired_on"]
    new = [
        year_ago is not None and people.get(one.id, pd.NaT) > pd.Timestamp(year_ago.start)
        for one in scopes
    ]
    known = ~np.isnan(before) & ~np.array([bool(one) for one in new])
    per_post = before[known].sum() / full[known].sum() if full[known].sum() > 0 else 0.0
    stand_in = per_post * staffed
    there = np.array([attendance(case)[str(one)] for one in scopes])
    lately = np.nan_to_num(_results(case, scopes, earlier(case, case.calendar.previous)))
    if lately[known].sum() > 0:
        grown = before[known].sum() / lately[known].sum()
        stand_in = np.where(stand_in > 0, stand_in, grown * lately * there)
    return np.where(known, before * there, stand_in), float(per_post)


def _potential(case: Case, scopes: list[Scope]) -> np.ndarray | None:
    """Market size of each region in the period; None where a part has none."""
    if not case.data.has("market"):
        return None
    market = case.data.frame("market")
    size = market[market["period"] == case.period.name].groupby("region")["market_size"].sum()
    if any(one.kind != "region" or one.id not in size for one in scopes):
        return None
    return np.array([float(size[one.id]) for one in scopes])
