"""Parameters that name people: of them a scope sees its own alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.scope import Scope
from kit.settings import Settings

BY_SCOPE = ("locks", "floors", "caps")
NAMING = (*BY_SCOPE, "leavers", "hires", "goals")  # of the targets' parameters


def discreet(settings: Settings, scope: Scope, *, roster: pd.DataFrame) -> Settings:
    """The parameters without what they say of people and parts outside a scope.

    Parameters
    ----------
    settings : Settings
    scope : Scope
        The company keeps all.
    roster : DataFrame
        The rows that the scope can read: rep_id, team, region.

    Returns
    -------
    Settings
        Locks, floors and caps of the scope, its teams and its reps; leavers among its reps; hires
        into it; goals of the scope, or of every scope; incentive plans without the other reps they
        name, and none that are for others alone.
    """
    if scope.kind == "company":
        return settings
    reps = set(roster["rep_id"].dropna()) if scope.kind != "rep" else {scope.id}
    teams = set(roster["team"].dropna()) if scope.kind == "region" else {scope.id}
    inside = {str(scope), *(f"rep:{one}" for one in reps)}
    inside |= {f"team:{one}" for one in teams} if scope.kind == "region" else set()
    targets = settings.targets
    kept: dict[str, Any] = {name: _of(getattr(targets, name), inside) for name in BY_SCOPE}
    kept["leavers"] = _of(targets.leavers, reps)
    kept["hires"] = tuple(
        one for one in targets.hires
        if scope.kind != "rep" and (one.team in teams if one.team else one.region == scope.id)
    )  # fmt: skip
    kept["goals"] = tuple(one for one in targets.goals if one.scope in ("", *inside))
    pay = settings.review.incentives
    plans = {name: one.model_copy(update={"reps": tuple(rep for rep in one.reps if rep in reps)})
             for name, one in pay.plans.items() if not one.reps or reps & {*one.reps}}  # fmt: skip
    review = settings.review.model_copy(
        update={"incentives": pay.model_copy(update={"plans": plans})}
    )
    return settings.model_copy(
        update={"targets": targets.model_copy(update=kept), "review": review}
    )


def _of(found: Mapping[str, Any], inside: set[str]) -> dict[str, Any]:
    return {name: one for name, one in found.items() if name in inside}
