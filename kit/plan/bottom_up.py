"""The capacity view: what the people who will be there can bring, added up rep by rep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.territory import rep_names
from kit.plan.basis import Basis
from kit.plan.capacity import hires, places
from kit.plan.productivity import Productivity, productivity
from kit.plan.season import load


@dataclass(frozen=True)
class BottomUp:
    """The capacity view of a scope, and what each rep adds to it.

    Parameters
    ----------
    frame : DataFrame
        rep_id (empty for a planned hire), rep (name to show), team, region, hired_on, one column a
        month of the period with its full posts, posts (full posts on average over the months),
        productivity (money a full post and average month), weight (how far it rests on the rep's
        own history), amount (money), hire (whether it is a planned one). A row each rep and place.
    months : tuple of str
        Names of the columns of months.
    basis : Basis
        The view: its amount is the sum of the frame's. Facts: people, posts, hires (full posts
        planned to join), leavers (reps who leave by the end), usual (the peers' productivity),
        start and end of the year it rests on, others (share of that year's result by people who
        will not be there).
    """

    frame: pd.DataFrame
    months: tuple[str, ...]
    basis: Basis

    def of(self, kind: str, name: str | None) -> float:
        """The amount of a region, team or rep; of those without one where the name is None."""
        places = self.frame[SCOPE_COLUMNS[kind]]
        chosen = places.isna() if name is None else (places == name).fillna(False)
        return float(self.frame.loc[chosen.astype(bool), "amount"].sum())


@once
def bottom_up(case: Case) -> BottomUp | Unavailable:
    """Add up what each rep of the scope, and each planned hire, can bring in the period.

    Returns
    -------
    BottomUp or Unavailable
        Unavailable where nobody has a post in the period (reason `no_posts`), or as
        `kit.plan.productivity.productivity`.

    Notes
    -----
    amount = Σ over reps and months of productivity × capacity × ramp × share of the month's days in
    the scope × season and working days of the month. It assumes that everybody stays as productive
    as over the last four quarters, and that who joins becomes as productive as the peers once
    ramped. Planned hires are `targets.hires`, those who leave `targets.leavers` and the roster's
    last days. Where a rep moves within the period, each place has a row.
    """
    known = productivity(case)
    if isinstance(known, Unavailable):
        return known
    spans = case.calendar.parts(case.period, "month")
    months = [one.name for one in spans]
    people = places(case, spans).assign(hire=False)
    if case.scope.kind == "rep":
        people = people[people["rep_id"] == case.scope.id]
    joining = hires(case, spans).assign(hire=True)
    rows = pd.concat([people, joining.astype({"hire": bool})], ignore_index=True)
    staffed = rows[months].to_numpy(dtype=float)
    if not staffed.sum() > 0:
        return Unavailable(reason="no_posts", detail=str(case.scope))
    by_rep = known.frame.reindex(rows["rep_id"])
    each = by_rep["productivity"].fillna(known.usual).to_numpy()
    frame = pd.DataFrame(
        {
            "rep_id": rows["rep_id"],
            "rep": rows["rep_id"].map(rep_names(case.data)),
            "team": rows["team"],
            "region": rows["region"],
            "hired_on": pd.to_datetime(rows["hired_on"]),
            **{name: rows[name].astype(float) for name in months},
            "posts": staffed.mean(axis=1),
            "productivity": each,
            "weight": by_rep["weight"].fillna(0.0).to_numpy(),
            "amount": staffed @ load(case, spans) * each,
            "hire": rows["hire"].astype(bool),
        }
    )
    return BottomUp(frame, tuple(months), _basis(case, frame, known))


def _basis(case: Case, frame: pd.DataFrame, known: Productivity) -> Basis:
    there = set(frame["rep_id"].dropna())
    theirs = known.frame.loc[known.frame.index.isin(there), "result"].sum()
    leavers = {
        rep: day for rep, day in case.settings.targets.leavers.items()
        if rep in known.frame.index and day <= case.period.end
    }  # fmt: skip
    joining = sum(frame.loc[frame["hire"], "posts"])
    key = "capacity" + ("_hires" if joining else "") + ("_leavers" if leavers else "")
    facts = {
        "people": len(there),
        "posts": float(frame["posts"].sum()),
        "hires": float(joining),
        "leavers": len(leavers),
        "usual": known.usual,
        "start": known.start,
        "end": known.end,
        "others": max(float(1 - theirs / known.result), 0.0) if known.result > 0 else None,
    }
    return Basis(float(np.sum(frame["amount"])), key, facts)
