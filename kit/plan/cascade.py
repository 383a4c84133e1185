"""The cascade: a target handed down level by level, from the scope to its reps."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kit.data.case import Case
from kit.data.measures import sales
from kit.data.tables import Unavailable
from kit.plan.allocation import children
from kit.plan.target import Proposal
from kit.scope import Scope


def cascade(
    case: Case, proposal: Proposal | Unavailable, *, parts: pd.DataFrame | Unavailable | None = None
) -> pd.DataFrame | Unavailable:
    """Hand a proposal down over the parts of the case's scope, their parts, and so on to the reps.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame or Unavailable, optional
        What `allocation.children` returned for the first level, where it was called with locks.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, above (the scope it comes from), last_year, target, share (of the one above); each
        scope is followed by its parts. The parts of every scope sum exactly to its target, those of
        the first level to `proposal.handed_out`. attrs["blend"] as `allocation.children` has it for the
        first level. Unavailable as `allocation.children`.

    Notes
    -----
    Each level is split as `allocation.children` splits the first; what a team got is handed out to
    its reps whole, as the reserve is held back once, at the top. A part whose own parts cannot be
    weighted is not split further.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    first = children(case, proposal) if parts is None else parts
    if isinstance(first, Unavailable):
        return first
    levels = []
    for row in first.itertuples(index=False):
        levels.append(pd.DataFrame([row]).assign(above=str(case.scope)))
        inner = narrowed(case, Scope.parse(row.scope))
        below = cascade(inner, replace(proposal, target=row.target, reserve=0.0,
                                       handed_out=row.target))  # fmt: skip
        if isinstance(below, pd.DataFrame):
            levels.append(below)
    columns = ["scope", "part", "above", "last_year", "target", "share"]
    found = pd.concat(levels, ignore_index=True)[columns]
    found.attrs["blend"] = first.attrs.get("blend", {})
    return found


def narrowed(case: Case, scope: Scope) -> Case:
    """The case of a part of the scope, from the rows at hand."""
    frames = {**case.data.frames, "sales": sales(case, scope=scope)}
    return replace(case, scope=scope, data=replace(case.data, scope=scope, frames=frames))
