"""The cascade: a target handed down level by level, from the scope to its reps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.plan import hierarchy, limits, schedule
from kit.plan.allocation import children, months
from kit.plan.exact import Amounts, split
from kit.plan.hierarchy import Level, narrowed
from kit.plan.limits import Bounds
from kit.plan.open_posts import OpenPost
from kit.plan.street import beyond, kept_for, shared, summed
from kit.plan.target import Proposal
from kit.plan.units import common, fine_unit

__all__ = ["by_month", "cascade", "narrowed"]

_FIRST = ("split", "lam", "fixed", "target", "handed_out", "handed_down")  # attrs
_COLUMNS = ("scope", "part", "above", "last_year", "target", "share", "handed_down")


def cascade(
    case: Case,
    proposal: Proposal | Unavailable,
    *,
    parts: pd.DataFrame | Unavailable | None = None,
    locks: Amounts = None,
    floors: Amounts = None,
    caps: Amounts = None,
) -> pd.DataFrame | Unavailable:
    """Hand a proposal down over the parts of the case's scope, their parts, and so on to the reps.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame or Unavailable, optional
        What `allocation.children` returned for the first level.
    locks, floors, caps : mapping, by scope
        Amounts that win over the settings', of parts at any level; see `kit.plan.limits.bounds`.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, above (the scope it comes from), last_year, target, share (of all its
        siblings' targets), handed_down (what the part's own parts carry together; NaN where it has
        none), and split_by for equal-chance quotas; each scope is followed by its parts. The parts
        of every scope sum exactly to what it hands down, which is its target × (1 + padding). With
        planned hires also held (money that the part holds for those of its own, who are no rows):
        its parts and held make up what it hands down. With a λ of the settings also not_handed_out
        and over_assigned (money: what the part's own parts and held come to below or beyond its
        target) and over_assignment (handed_down ÷ target). attrs: as `allocation.children` has them
        for the first level; held, OpenPosts by scope, and lams, λ by scope that is split, of all
        levels. Unavailable as `allocation.children`.

    Notes
    -----
    Each level is split as `allocation.children` splits the first; what a team got is handed out to
    its reps whole, as the reserve is held back once, at the top. A part whose own parts cannot be
    weighted is not split further.

    Without `targets.lam` each scope that is split has its own λ; with it one λ holds for all, and
    target − not_handed_out + over_assigned = handed_down + held at every level.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    held = {"locks": locks, "floors": floors, "caps": caps}
    first = children(case, proposal, **held) if parts is None else parts
    if isinstance(first, Unavailable):
        return first
    top = hierarchy.level(case)
    splits = [(str(case.scope), first)]
    if isinstance(top, Level):
        splits = [
            (str(level.scope), found)
            for level, found in _walked(case, top, first, bounds=limits.bounds(case, **held))
        ]
    handed = {above: summed(found["target"]) for above, found in splits}
    joining = {scope: some for _, found in splits for scope, some in _held(found).items()}
    frames = {above: found.assign(above=above) for above, found in splits}
    for above, found in frames.items():
        frames[above] = found.assign(handed_down=found["scope"].map(handed).astype("float64"))
    rows = _in_order(str(case.scope), frames)
    result = pd.concat(rows, ignore_index=True)
    columns = [*_COLUMNS, *(["split_by"] if "split_by" in result else [])]
    if joining:
        sums = {scope: kept_for(some) for scope, some in joining.items()}
        own = result["scope"].map(sums).fillna(0.0).astype("float64")
        result = result.assign(held=own.where(result["handed_down"].notna()))
        columns.append("held")
    if first.attrs.get("fixed"):
        result = _beyond(result)
        columns += ["not_handed_out", "over_assigned", "over_assignment"]
    result = result[columns]
    result.attrs = {
        **{key: first.attrs.get(key) for key in _FIRST},
        "blend": first.attrs.get("blend", {}),
        "held": joining,
        "lams": {above: found.attrs.get("lam") for above, found in splits},
    }
    return result


def by_month(
    case: Case, proposal: Proposal | Unavailable, *, parts: pd.DataFrame | None = None
) -> pd.DataFrame | Unavailable:
    """Hand a proposal down to the reps, month by month.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    parts : DataFrame, optional
        What `cascade` returned; made anew where it is left out.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, above, period, target; in the cascade's order, then by month. Each part's
        months sum exactly to its target, the parts of a scope exactly to what it hands down, in
        every month: that month of its own target, or the same with padding or a λ of the settings,
        less what is held for planned hires. Unavailable as `cascade`.

    Notes
    -----
    The first level's months follow the schedule; those below follow their own scope's months, and
    reps' by their ramped posts too. Each scope is one table of parts × months; see
    `allocation.months`.
    """
    whole = cascade(case, proposal) if parts is None else parts
    if isinstance(whole, Unavailable):
        return whole
    top = hierarchy.level(case)
    if isinstance(top, Unavailable):
        return top
    first = whole[whole["above"] == str(case.scope)]
    own = kept_for(_held(whole).get(str(case.scope), ()))
    spans = schedule.parts(case, summed([*first["target"], own]))
    found: dict[str, np.ndarray] = {}
    _fill(case, top, whole, spans["target"].to_numpy(), season=spans["seasonality"].to_numpy(),
          into=found)  # fmt: skip
    many = len(spans)
    keys = whole.loc[whole.index.repeat(many), ["scope", "part", "above"]].reset_index(drop=True)
    amounts = [
        found[above, scope] for scope, above in zip(whole["scope"], whole["above"], strict=True)
    ]
    return keys.assign(
        period=np.tile(spans["period"].to_numpy(), len(whole)), target=np.concatenate(amounts)
    )


def _walked(
    case: Case, level: Level, found: pd.DataFrame, *, bounds: Bounds
) -> Iterator[tuple[Level, pd.DataFrame]]:
    """Every level below a split, with its own split."""
    yield level, found
    for row in found.itertuples(index=False):
        inner = level.below.get(row.scope)
        if inner is not None:
            below = shared(
                case, inner.parts, row.target, bounds=bounds, scope=str(inner.scope)
            )
            yield from _walked(case, inner, below, bounds=bounds)


def _held(found: pd.DataFrame) -> Mapping[str, tuple[OpenPost, ...]]:
    return found.attrs.get("held", {})


def _beyond(rows: pd.DataFrame) -> pd.DataFrame:
    """How far what is handed down lies below or beyond each target."""
    down = rows["handed_down"]
    held = rows["held"] if "held" in rows else 0.0 * down
    pairs = [
        (np.nan, np.nan) if np.isnan(one) else beyond(target, summed([one, more]))
        for target, one, more in zip(rows["target"], down, held, strict=True)
    ]
    short, over = np.array(pairs, dtype=float).reshape(-1, 2).T
    return rows.assign(
        not_handed_out=short,
        over_assigned=over,
        over_assignment=down / rows["target"].where(rows["target"] > 0),
    )


def _in_order(above: str, frames: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Rows of a scope's parts, each followed by its own."""
    rows = []
    for place, scope in enumerate(frames[above]["scope"]):
        rows.append(frames[above].iloc[[place]])
        if scope in frames:
            rows += _in_order(scope, frames)
    return rows


def _fill(
    case: Case, level: Level, whole: pd.DataFrame, columns: np.ndarray, *, season: np.ndarray,
    into: dict,
) -> None:  # fmt: skip
    """The months of a level's parts and of all below them, put into `into` by (above, scope)."""
    above = str(level.scope)
    own = whole[whole["above"] == above]
    held = _held(whole)
    table = months(case, own, columns, posts=level.posts, season=season, held=held.get(above, ()))
    for row, amounts in zip(own.itertuples(index=False), table, strict=True):
        into[above, row.scope] = amounts
        inner = level.below.get(row.scope)
        if inner is None:
            continue
        sums = amounts
        down = summed([row.handed_down, kept_for(held.get(row.scope, ()))])
        if down != row.target:
            unit = fine_unit(down, parts=len(amounts), unit=case.settings.targets.unit)
            unit = common(unit, np.array([down])) or 0.01
            named = dict(enumerate(amounts if amounts.sum() > 0 else season))
            sums = split(down, named, unit=unit).to_numpy()
        _fill(case, inner, whole, sums, season=season, into=into)
