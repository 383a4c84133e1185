"""Top-down against bottom-up, part by part, and the way from the target to the street."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.plan.allocation import children
from kit.plan.bottom_up import bottom_up
from kit.plan.street import beyond, kept_for, summed
from kit.plan.target import Proposal
from kit.scope import Scope


def by_part(
    case: Case,
    proposal: Proposal | Unavailable,
    *,
    parts: pd.DataFrame | Unavailable | None = None,
) -> pd.DataFrame | Unavailable:
    """Lay what is asked of each part of the scope beside what its people can bring.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame or Unavailable, optional
        What `kit.plan.allocation.children` returned, where it was called with locks.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, top_down, bottom_up, shortfall (top_down − bottom_up, positive where more is
        asked than the people can bring; money), shortfall_share (of bottom_up); the last row is the
        whole (part `total`), whose top_down is what the rows above carry together. A row
        `unplaced` stands before it where somebody belongs to no part, such as a hire without a
        region, with what is held for such hires.
        Unavailable as `children` and `kit.plan.bottom_up.bottom_up`.

    Notes
    -----
    bottom_up is the capacity view of the case's scope, cut by the places of its people: so the
    parts sum to the view of the whole.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    found = children(case, proposal) if parts is None else parts
    if isinstance(found, Unavailable):
        return found
    staffed = bottom_up(case)
    if isinstance(staffed, Unavailable):
        return staffed
    scopes = [Scope.parse(one) for one in found["scope"]]
    below = [staffed.of(one.kind, one.id) for one in scopes]
    rows = [*zip(found["scope"], found["part"], found["target"], below, strict=True)]
    placed = staffed.frame[SCOPE_COLUMNS[scopes[0].kind]].isin([one.id for one in scopes])
    apart = float(staffed.frame.loc[~placed, "amount"].sum())
    held = kept_for(found.attrs.get("held", {}).get(str(case.scope), ()))
    if apart or held:
        rows.append((None, "unplaced", held, apart))
    rows.append((str(case.scope), "total", sum(found["target"]) + held, staffed.basis.amount))
    table = pd.DataFrame(rows, columns=["scope", "part", "top_down", "bottom_up"])
    short = table["top_down"] - table["bottom_up"]
    return table.assign(
        shortfall=short,
        shortfall_share=short / table["bottom_up"].where(table["bottom_up"] > 0),
    )


def street(
    proposal: Proposal | Unavailable, cascade: pd.DataFrame | Unavailable
) -> pd.DataFrame | Unavailable:
    """The way from the target to the quotas: what is held back, what is put on top.

    Parameters
    ----------
    proposal : Proposal
    cascade : DataFrame or Unavailable
        What `kit.plan.cascade.cascade` made of it: scope, above, target.

    Returns
    -------
    DataFrame or Unavailable
        measure, amount (money), share (of the target); Unavailable is handed back. Measures, in
        this order: target; reserve (held back); handed_out; padding (put on top on the way down),
        or with a λ of the settings not_handed_out and over_assigned (what all below comes to below
        or beyond handed_out); held_for_hires (stays with their teams) and not_to_reps (ends with a
        part that has no reps), where there is any; street_quota (Σ quotas of reps; its share is
        told below); over_assignment (no amount; its share is street_quota ÷ target).

    Notes
    -----
    target − reserve = handed_out, and handed_out + padding, or handed_out − not_handed_out +
    over_assigned, = held_for_hires + not_to_reps + street_quota.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> plan = SimpleNamespace(target=1000.0, reserve=50.0, handed_out=950.0)
    >>> down = pd.DataFrame({"scope": ["region:East", "rep:1", "rep:2"],
    ...     "above": ["company", "region:East", "region:East"], "target": [950.0, 600.0, 398.0]})
    >>> found = street(plan, down).set_index("measure")
    >>> found["amount"].dropna().astype(int).to_dict()
    {'target': 1000, 'reserve': 50, 'handed_out': 950, 'padding': 48, 'street_quota': 998}
    >>> float(found.loc["over_assignment", "share"])
    0.998
    """
    if isinstance(proposal, Unavailable):
        return proposal
    if isinstance(cascade, Unavailable):
        return cascade
    ends = cascade[~cascade["scope"].isin(cascade["above"])]
    reps = ends["scope"].str.startswith("rep:").astype(bool)
    quotas = float(ends.loc[reps, "target"].sum())
    elsewhere = float(ends.loc[~reps, "target"].sum())
    target = proposal.target
    held = summed(kept_for(some) for some in cascade.attrs.get("held", {}).values())
    amounts = {
        "target": target,
        "reserve": proposal.reserve,
        "handed_out": proposal.handed_out,
    }
    if cascade.attrs.get("fixed"):
        short, over = beyond(proposal.handed_out, summed([*ends["target"], held]))
        amounts |= {"not_handed_out": short, "over_assigned": over}
    else:
        amounts["padding"] = quotas + elsewhere + held - proposal.handed_out
    amounts |= {
        "held_for_hires": held,
        "not_to_reps": elsewhere,
        "street_quota": quotas,
        "over_assignment": np.nan,
    }
    for name in ("held_for_hires", "not_to_reps"):
        if not amounts[name]:
            amounts.pop(name)
    frame = pd.DataFrame({"measure": list(amounts), "amount": list(amounts.values())})
    whole = target if target > 0 else np.nan
    share = frame["amount"].mask(frame["measure"] == "street_quota") / whole
    share = share.mask(frame["measure"] == "over_assignment", quotas / whole)
    return frame.assign(share=share)
