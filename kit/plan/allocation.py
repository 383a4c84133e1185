"""Allocation: who carries how much of a target, over parts, sub-periods and product lines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.plan import cube as tables
from kit.plan import hierarchy, limits, schedule
from kit.plan import mix as last_mix
from kit.plan.exact import Amounts, split
from kit.plan.margins import fit, rounded
from kit.plan.street import handed_down, shared, summed
from kit.plan.target import Proposal
from kit.plan.units import common, fine_unit
from kit.plan.weights import posts_by_part

__all__ = ["children", "cube", "grid", "handed_down", "mix", "months", "split"]

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
        `equal_chance` or `even`), lam (λ of equal-chance quotas, or None). Unavailable for a scope
        without parts (reason `no_children`), or without history, market or posts (`no_weights`).

    Notes
    -----
    Handed down is `proposal.handed_out` × (1 + `targets.padding` of the scope's kind). Weights are
    those of `kit.plan.weights.weighted`, or quotas of `kit.plan.equal_chance.quotas` where the
    settings ask for equal chances. Where locks and limits leave no split in whole units, a finer
    unit is taken, down to a hundredth of the currency.

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
    return shared(case, found, proposal.handed_out, bounds=held)


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
        target, each month's parts to the schedule's of what is handed down, all to that.
        Unavailable as `children`.

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
    spans = schedule.parts(case, summed(found["target"]))
    table = months(
        case, found, spans["target"].to_numpy(), posts=posts_by_part(case),
        season=spans["seasonality"].to_numpy(),
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


def months(
    case: Case,
    parts: pd.DataFrame,
    columns: np.ndarray,
    *,
    posts: Mapping[str, np.ndarray],
    season: np.ndarray,
) -> np.ndarray:
    """A table of parts × months with given targets of the parts and sums of the months.

    Parameters
    ----------
    case : Case
        For its unit.
    parts : DataFrame
        scope, target.
    columns : array
        Money a month; adds up to the parts' targets.
    posts : mapping of scope to array
        Ramped full posts by month.
    season : array
        Shares of the months.

    Returns
    -------
    array, parts × months
        Rounded to a unit of which all sums are multiples; not rounded where there is none.
    """
    rows = parts["target"].to_numpy()
    staffed = np.array([posts[one] for one in parts["scope"]])
    most = staffed.max(axis=1, keepdims=True)
    there = np.divide(staffed, most, out=np.ones_like(staffed), where=most > 0)
    seed = np.maximum(there, _TRACE) * season
    seed = np.where(columns > 0, np.maximum(seed, _TRACE), 0.0) * (rows > 0)[:, None]
    table = fit(seed, rows=rows, columns=columns)
    unit = common(
        fine_unit(float(rows.sum()), parts=table.size, unit=case.settings.targets.unit),
        rows, columns,
    )  # fmt: skip
    return rounded(table, unit=unit, rows=rows, columns=columns) if unit else table


def mix(case: Case, proposal: Proposal | Unavailable) -> pd.DataFrame | Unavailable:
    """Split what a proposal hands out over product lines, customer classes and channels at once.

    Parameters
    ----------
    case : Case
    proposal : Proposal

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
    total = handed_down(case, proposal.handed_out)
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
