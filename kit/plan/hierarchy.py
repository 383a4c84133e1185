"""The hierarchy below a scope: the parts of every level, with what they weigh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.measures import sales
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan import equal_chance
from kit.plan.baseline import Outlook, outlook
from kit.plan.weights import attendance, posts_by_part, weighted
from kit.scope import Scope


@dataclass(frozen=True)
class Level:
    """A scope that is split, and the levels below it.

    Parameters
    ----------
    scope : Scope
    parts : DataFrame
        See `parts`.
    posts : mapping of scope to array
        Ramped full posts of each part by month, planned hires of a team or region counted in.
    below : mapping of scope to Level
        Of the parts that are split further.
    """

    scope: Scope
    parts: pd.DataFrame
    posts: Mapping[str, np.ndarray]
    below: Mapping[str, Level]


@once
def parts(case: Case) -> pd.DataFrame | Unavailable:
    """The parts of the case's scope, with what a split needs to know of them.

    Returns
    -------
    DataFrame or Unavailable
        As `kit.plan.weights.weighted`; with `targets.split: equal_chance` also baseline (money,
        the forecast of the period) and sd (money, how far off it may be), both empty where a part
        has no outlook.
    """
    found = weighted(case)
    if isinstance(found, Unavailable) or case.settings.targets.split != "equal_chance":
        return found
    there, expected = attendance(case), []
    for one in found["scope"]:
        ahead = outlook(narrowed(case, Scope.parse(one)))
        known = isinstance(ahead, Outlook)
        pair = (
            equal_chance.expected(ahead, interval=case.settings.track.interval)
            if known
            else (np.nan, np.nan)
        )
        expected.append([there[one] * value for value in pair])
    means, sds = np.array(expected).T
    again = found.assign(baseline=means, sd=sds)
    again.attrs.update(found.attrs)
    return again


@once
def level(case: Case) -> Level | Unavailable:
    """The case's scope and all levels below it, down to the reps.

    Returns
    -------
    Level or Unavailable
        Unavailable as `parts`. A part whose own parts cannot be weighted is not split further.
    """
    found = parts(case)
    if isinstance(found, Unavailable):
        return found
    below = {}
    for one in found["scope"]:
        scope = Scope.parse(one)
        inner = level(narrowed(case, scope)) if scope.kind != "rep" else None
        if isinstance(inner, Level):
            below[one] = inner
    return Level(case.scope, found, posts_by_part(case), below)


def narrowed(case: Case, scope: Scope) -> Case:
    """The case of a part of the scope, from the rows at hand."""
    frames = {**case.data.frames, "sales": sales(case, scope=scope)}
    return replace(case, scope=scope, data=replace(case.data, scope=scope, frames=frames))
