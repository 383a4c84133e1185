"""Allocation: who carries how much of a target, over parts, sub-periods and product lines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.plan import cube as tables
from kit.plan import hierarchy, limits, schedule
from kit.plan import mix as last_mix
from kit.plan.exact import Amounts, split
from kit.plan.month_table import months
from kit.plan.street import handed_down, kept_for, shared, summed
from kit.plan.target import Proposal
from kit.plan.units import common, fine_unit
from kit.plan.weights import posts_by_part

__all__ = ["children", "cube", "grid", "handed_down", "mix", "months", "split"]


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
        `targets.split`, `blend`, `padding`, `locks`, `floors`, `caps` and `growth_limits` hold.
    proposal : Proposal
    locks, floors, caps : mapping, by scope
        Amounts that win over the settings', of parts at any level; see `kit.plan.limits.bounds`.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, last_year (NaN where not known), weight (sums to 1), target (sums exactly to
        what is handed down), share (of it); for equal-chance quotas also baseline, sd (money) and
        split_by (`equal_chance`, or `blend` for a part without an outlook). attrs: blend (shares of
        history, potential and capacity that the weights were made of), split (`blend`,
        `equal_chance` or `even`), lam (λ of equal-chance quotas, or None), fixed (whether the
        settings give λ), target (the proposal's), handed_out (what was there to hand out),
        handed_down (what the parts carry together) and held (by scope, the
        `kit.plan.open_posts.OpenPost`s with what the scope holds for them). Unavailable for a scope
        without parts (reason `no_children`), or without history, market or posts (`no_weights`).

    Notes
    -----
    Handed down is `proposal.handed_out` × (1 + `targets.padding` of the scope's kind). Weights are
    those of `kit.plan.weights.weighted`, or quotas of `kit.plan.equal_chance.quotas` where the
    settings ask for equal chances. Where locks and limits leave no split in whole units, a finer
    unit is taken, down to a hundredth of the currency.

    Without `targets.lam`, λ is solved for each scope that is split, so that its parts make up what
    it hands down; each scope then has a λ of its own. With it, that one λ holds for all scopes at
    all levels of the company: every part's quota is its forecast + λ × its standard deviation,
    held by its lock, floor or cap and rounded to the unit. The parts then sum to what they sum to,
    and the difference is stated: `kit.plan.street.beyond`. A part without a forecast gets its share
    of the blend. λ has no effect on another split, as `targets.blend` has none on an even one.

    A planned hire takes part in the split of its team (of its region or the company where it names
    no team), but what it gets stays with the team until there is somebody to carry it: parts and
    held sum to what is handed down, and weight and share to 1, together only.

    Raises
    ------
    InfeasibleError
        Where locks, floors and caps cannot hold together, or leave something that nobody takes: it
        names the conflict and the amount.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    found = hierarchy.parts(case)
    if isinstance(found, Unavailable):
        return found
    held = limits.bounds(case, locks=locks, floors=floors, caps=caps)
    result = shared(case, found, proposal.handed_out, bounds=held)
    result.attrs["target"] = float(proposal.target)
    return result


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
        target, each month's parts to the schedule's of what is handed down, all to that; in each
        month a little less where some of it is held for planned hires. Unavailable as `children`.

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
    held = found.attrs.get("held", {}).get(str(case.scope), ())
    spans = schedule.parts(case, summed([*found["target"], kept_for(held)]))
    table = months(
        case, found, spans["target"].to_numpy(), posts=posts_by_part(case),
        season=spans["seasonality"].to_numpy(), held=held,
    )  # fmt: skip
    many = len(spans)
    return pd.DataFrame(
        {
            "scope": np.repeat(found["scope"].to_numpy(), many),
            "part": np.repeat(found["part"].to_numpy(), many),
            "period": np.tile(spans["period"].to_numpy(), len(found)),
            "target": table.ravel(),
        }
    )


def mix(
    case: Case, proposal: Proposal | Unavailable, *, parts: pd.DataFrame | None = None
) -> pd.DataFrame | Unavailable:
    """Split what a proposal hands out over product lines, customer classes and channels at once.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame, optional
        What `children` returned, where it was called with locks and the parts do not make up what
        is handed out: with a λ of the settings, or planned hires.

    Returns
    -------
    DataFrame or Unavailable
        line, customer_class, channel (`""` where the sales do not say; `*` for all lines beyond the
        twelve largest), last_year (money, same period), share, target; cells with neither are left
        out. Lines, classes, channels and all sum exactly to what is handed down. Unavailable as
        `kit.plan.mix.last_season`.

    Notes
    -----
    Each line, class and channel gets its share of last year's same period; cells start from last
    year's, drawn towards independence by one order line's worth a cell, are fitted to these three
    margins and rounded exactly.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    before = last_mix.last_season(case)
    if isinstance(before, Unavailable):
        return before
    seed = before.seed
    total = handed_down(case, proposal.handed_out) if parts is None else summed(parts["target"])
    margins = {
        (axis,): _by_share(case, total, tables.margin(before.amounts, (axis + 1,)))
        for axis in range(seed.ndim)
    }
    unit = fine_unit(total, parts=seed.size, unit=case.settings.targets.unit)
    table = tables.split(seed, margins=margins, unit=common(unit, *margins.values())).table
    cells = pd.MultiIndex.from_product(before.names, names=last_mix.DIMENSIONS)
    found = cells.to_frame(index=False).assign(
        last_year=before.amounts.sum(axis=0).ravel(),
        share=table.ravel() / total if total else np.nan,
        target=table.ravel(),
    )
    return found[(found["target"] > 0) | (found["last_year"] != 0)].reset_index(drop=True)


def cube(
    case: Case, proposal: Proposal | Unavailable, *, parts: pd.DataFrame | None = None
) -> pd.DataFrame | Unavailable:
    """Split what a proposal hands out over parts, months and product lines at once.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame, optional
        What `children` returned, where it was called with locks.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, period, line, target; by part, month and line. Each part's month sums exactly
        to `grid`'s, each line to `mix`'s, all to what is handed down. Unavailable as `children` and
        `mix`.

    Notes
    -----
    Cells start from the grid × the part's own mix of lines in last year's same period, drawn
    towards the scope's by one order line's worth a line, × the month's against the period's.
    """
    table = grid(case, proposal, parts=parts)
    if isinstance(table, Unavailable):
        return table
    before = last_mix.last_season(case)
    if isinstance(before, Unavailable):
        return before
    scopes, periods = table["scope"].unique(), table["period"].unique()
    shape = (len(scopes), len(periods))
    both = table["target"].to_numpy().reshape(shape)
    total = summed(table["target"])
    lines = _by_share(case, total, tables.margin(before.amounts, (1,)))
    own = last_mix.lines_of_parts(case, tuple(scopes))
    by_month = last_mix.lines_of_months(case)
    seed = both[:, :, None] * own[:, None, :] * by_month[None, :, :]
    margins = {(0, 1): both, (2,): lines}
    unit = fine_unit(total, parts=seed.size, unit=case.settings.targets.unit)
    unit = common(unit, both.ravel(), lines)
    found = tables.split(seed, margins=margins, unit=unit).table
    many = len(lines)
    keys = table.loc[table.index.repeat(many), ["scope", "part", "period"]].reset_index(drop=True)
    return keys.assign(line=np.tile(before.names[0], len(table)), target=found.ravel())


def _by_share(case: Case, total: float, shares: np.ndarray) -> np.ndarray:
    """A total split over one dimension."""
    unit = fine_unit(total, parts=len(shares), unit=case.settings.targets.unit)
    return split(total, dict(enumerate(shares)), unit=unit or 0.01).to_numpy()
