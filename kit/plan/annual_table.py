"""The annual target table: company, regions, teams and reps down, months across, adding up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import children as parts_of
from kit.data.territory import display
from kit.plan import schedule
from kit.plan.allocation import children, grid
from kit.plan.cascade import narrowed
from kit.plan.exact import split
from kit.plan.presence import presence
from kit.plan.spreading import spread
from kit.plan.street import kept_for, summed
from kit.plan.target import Proposal, proposal
from kit.plan.units import fine_unit, to_unit
from kit.scope import Scope

REST = "rest"  # kind of the line that holds what a scope does not hand out
_CENT = 0.01
COLUMNS = ("row", "scope", "part", "kind", "above", "depth", "period", "target", "state")


def columns(case: Case) -> tuple[Period, ...]:
    """The months of the case's period; its explicit periods where months do not make it up."""
    months = case.calendar.parts(case.period)
    whole = (case.calendar.containing(one.start, "month") == one for one in months)
    return months if all(whole) else case.calendar.parts(case.period, case.calendar.kind)


def table(case: Case) -> pd.DataFrame | Unavailable:
    """The bookings targets of the case's scope and all its parts, by month of its period.

    Parameters
    ----------
    case : Case

    Returns
    -------
    DataFrame or Unavailable
        row (counts the lines from 0), scope, part (name to show), kind (company, region, team, rep,
        or rest), above (scope of the line it is a part of), depth, period, target (money; NaN where
        the scope cannot have one, as a rep before the first day), state. Every line is followed by
        its parts, the first of which is the rest: target = Σ parts, month by month. The rest is
        negative where more is handed out than the target. Unavailable where neither the ledger nor
        the plan has a target for the scope.

    Notes
    -----
    state: `decided`, the ledger has this very target; `spread`, it has one for a longer period,
    laid over the months along the schedule and the months of the scope above; `proposed`, it has
    none and the plan's split fills what decided targets leave. A rep who moves has a line in each
    team, with the share of the target that falls, along the schedule, into the days there.
    """
    plan = proposal(case)
    spans = columns(case)
    groups = _groups(case, spans)
    fixed, totals = _known(case, [case.scope], spans, groups)
    open_ = np.isnan(fixed) & np.isnan(totals)[:, _place(groups)]
    if open_.any() and isinstance(plan, Unavailable):
        return plan
    share = schedule_shares(case, spans)
    ahead = share
    if isinstance(plan, Proposal) and plan.target > 0:
        ahead = _parted(plan.target, share, _unit(case, plan.target, len(spans)))
    own, states = spread(
        fixed, totals, groups=groups, columns=ahead, seed=ahead[None, :],
        unit=_unit(case, ahead.sum(), len(spans)),
    )  # fmt: skip
    lines = [_line(case, case.scope, "", 0, own[0], states[0])]
    _descend(case, case, plan, own[0], spans=spans, lines=lines, depth=1)
    found = []
    for number, (facts, targets, told) in enumerate(lines):
        found.append(
            pd.DataFrame(
                {"row": number, **facts, "period": [one.name for one in spans],
                 "target": targets, "state": told}
            )
        )  # fmt: skip
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def lines(case: Case) -> pd.DataFrame:
    """The scope and all its parts in the order of `table`: scope, and above, without the rests."""
    found = [(str(case.scope), "")]

    def descend(inner: Case) -> None:
        for one in parts_of(inner)["scope"]:
            found.append((one, str(inner.scope)))
            if not one.startswith("rep:"):
                descend(narrowed(inner, Scope.parse(one)))

    descend(case)
    return pd.DataFrame(found, columns=["scope", "above"])


def _descend(
    root: Case, case: Case, plan: Proposal | Unavailable, amounts: np.ndarray, *,
    spans: tuple[Period, ...], lines: list, depth: int,
) -> None:  # fmt: skip
    """Append the lines below a scope, whose own months are `amounts`."""
    parts = [Scope.parse(one) for one in parts_of(case)["scope"]]
    if not parts:
        return
    groups = _groups(root, spans)
    fixed, totals = _known(root, parts, spans, groups)
    there = np.array([presence(root, one, spans, within=case.scope) for one in parts])
    fixed, totals = _here(root, parts, fixed, totals, there, spans, groups)
    handed, seed, wanted = _shares(case, plan, amounts, parts, spans)
    if np.isnan(fixed).all() and np.isnan(totals).all() and wanted is not None:
        groups, totals, proposed = [np.arange(len(spans))], wanted[:, None], True
    else:
        proposed = False
    cells, states = spread(
        fixed, totals, groups=groups, columns=handed, seed=seed * there,
        unit=_unit(root, handed.sum(), fixed.size),
    )  # fmt: skip
    if proposed:
        states[:] = "proposed"
    cells = np.where((there > 0) | (cells > 0), cells, np.nan)
    rest = np.round(amounts - np.nansum(cells, axis=0), 6) + 0.0
    facts = {"scope": "", "part": "", "kind": REST, "above": str(case.scope), "depth": depth}
    lines.append((facts, rest, np.full(len(spans), REST, dtype=object)))
    for scope, row, told in zip(parts, cells, states, strict=True):
        lines.append(_line(root, scope, str(case.scope), depth, row, told))
        if scope.kind == "rep":
            continue
        inner = narrowed(case, scope)
        total = float(np.nansum(row))
        below = plan
        if isinstance(plan, Proposal):
            below = replace(plan, target=total, reserve=0.0, handed_out=total)
        _descend(root, inner, below, np.nan_to_num(row), spans=spans, lines=lines, depth=depth + 1)


def _line(case: Case, scope: Scope, above: str, depth: int, amounts, states) -> tuple:
    facts = {
        "scope": str(scope), "part": display(case, scope), "kind": scope.kind, "above": above,
        "depth": depth,
    }  # fmt: skip
    return facts, amounts, states


@once
def schedule_shares(case: Case, spans: tuple[Period, ...]) -> np.ndarray:
    """Shares of the columns in the scope's season; they sum to 1."""
    reached = schedule.due(case, 1.0)
    ends = [pd.Timestamp(one.end) for one in spans]
    return np.diff(reached.loc[ends].to_numpy(), prepend=0.0)


def _groups(case: Case, spans: tuple[Period, ...]) -> list[np.ndarray]:
    """Places of the columns that make up each quarter, or explicit period, of the case's."""
    names = [case.calendar.containing(one.start).name for one in spans]
    return [np.flatnonzero([one == name for one in names]) for name in dict.fromkeys(names)]


def _place(groups: list[np.ndarray]) -> np.ndarray:
    return np.repeat(np.arange(len(groups)), [len(one) for one in groups])


def _known(
    case: Case, scopes: list[Scope], spans: tuple[Period, ...], groups: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Targets in force by column and by group of columns; NaN where none is."""
    fixed = np.array([[_target(case, one, span) for span in spans] for one in scopes])
    totals = np.empty((len(scopes), len(groups)))
    for row, scope in enumerate(scopes):
        share = None
        for place, group in enumerate(groups):
            first, last = spans[group[0]], spans[group[-1]]
            whole = case.calendar.containing(first.start)
            inside = whole.start == first.start and whole.end == last.end
            totals[row, place] = _target(case, scope, whole) if inside else np.nan
        whole = _target(case, scope, case.period)
        if np.isnan(totals[row]).any() and not np.isnan(whole):
            share = schedule_shares(case, spans)
            size = np.array([share[group].sum() for group in groups])
            left = np.isnan(totals[row])
            rest = max(whole - np.nansum(totals[row]), 0.0)
            totals[row, left] = _parted(rest, size[left], _unit(case, whole, len(groups)))
    return fixed, totals


def _target(case: Case, scope: Scope, period: Period) -> float:
    found = in_force(case, scope=scope, period=period)
    return np.nan if found is None else found


def _here(
    case: Case, scopes: list[Scope], fixed: np.ndarray, totals: np.ndarray, there: np.ndarray,
    spans: tuple[Period, ...], groups: list[np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Of reps who move, the share of their targets that falls into the days in the scope."""
    fixed, totals = fixed.copy(), totals.copy()
    for row, scope in enumerate(scopes):
        if scope.kind != "rep" or not ((there[row] < 1).any()):
            continue
        whole = presence(case, scope, spans, within=Scope("company"))
        share = schedule_shares(narrowed(case, scope), spans)
        fixed[row] = np.where(whole > 0, _rounded(case, fixed[row], there[row]), fixed[row])
        for place, group in enumerate(groups):
            size = (share * whole)[group].sum()
            held = (share * there[row])[group].sum() / size if size > 0 else 0.0
            totals[row, place] = _rounded(case, totals[row, place], held)
    return fixed, totals


def _rounded(case: Case, amounts, share):
    amounts, share = np.atleast_1d(amounts), np.atleast_1d(share)
    found = np.array([
        one if np.isnan(one) or part == 1
        else to_unit(np.array([one * part]), _unit(case, one, 2))[0]
        for one, part in zip(amounts, share, strict=True)
    ])  # fmt: skip
    return found if len(found) > 1 else found[0]


def _shares(
    case: Case, plan: Proposal | Unavailable, amounts: np.ndarray, parts: list[Scope],
    spans: tuple[Period, ...],
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:  # fmt: skip
    """What is handed out by column, the seed of its split, and the plan's totals by part."""
    flat = np.ones((len(parts), 1)) * np.maximum(amounts, 1e-9)
    if isinstance(plan, Unavailable) or plan.target <= 0:
        return amounts, flat, None
    total = float(amounts.sum())
    ratio = plan.handed_out / plan.target
    out = total
    if ratio != 1:
        out = float(to_unit(np.array([total * ratio]), _unit(case, total, 1))[0])
    handed = amounts * (out / total) if total else amounts
    plan = replace(plan, target=total, reserve=total - out, handed_out=out)
    split_ = children(case, plan)
    if isinstance(split_, Unavailable):
        return handed, flat, None
    told = split_.attrs
    fixed, held = told.get("fixed"), told.get("held", {})
    whole = out if fixed else summed([*split_["target"], *map(kept_for, held.values())])
    if (fixed or held) and whole:  # parts that are decided leave no more than that
        handed = handed * (summed(split_["target"]) / whole)
    wanted = split_.set_index("scope")["target"].reindex([str(one) for one in parts]).to_numpy()
    seed = np.maximum(wanted, 1e-9)[:, None] * np.maximum(handed, 1e-9)
    by_month = grid(case, plan, parts=split_)
    if isinstance(by_month, pd.DataFrame) and {one.name for one in spans} == {*by_month["period"]}:
        wide = by_month.pivot_table(index="scope", columns="period", values="target", sort=False)
        wide = wide.reindex(index=[str(one) for one in parts], columns=[one.name for one in spans])
        seed = np.maximum(wide.to_numpy(), 1e-9)
    return handed, seed, wanted


def _parted(total: float, weights: np.ndarray, unit: float) -> np.ndarray:
    return split(total, pd.Series(weights), unit=unit).to_numpy()


def _unit(case: Case, total: float, cells: int) -> float:
    """The unit of a table's figures: never less than a hundredth, as they are to be negotiated."""
    return max(fine_unit(total, parts=cells, unit=case.settings.targets.unit), _CENT)
