"""The parts of the next target: what each is asked, carries over and is suggested to carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.plan.allocation import children
from kit.plan.baseline import outlook
from kit.plan.cascade import cascade
from kit.plan.exact import split
from kit.plan.hierarchy import narrowed
from kit.plan.street import summed
from kit.plan.target import proposal
from kit.plan.units import fine_unit, finer
from kit.review.coming import ahead, decided
from kit.review.next_target import moved_for, outside_relief, suggest
from kit.review.part_cases import part_cases
from kit.scope import Scope

_DUST = 1e-6  # of a hundredth of the currency: what a float may be off
COLUMNS = ("scope", "part", "last_year", "asked", "carried", "relief", "raised", "balance",
           "target", "growth", "chance", "within", "evidence")  # fmt: skip


@dataclass(frozen=True)
class NextParts:
    """How a suggested target is carried by the parts; money where not said otherwise.

    Parameters
    ----------
    period : str
    target, handed_out, reserve : float
        Suggested for the scope: target = handed_out + reserve.
    carried_by_parts : float
        What the parts carry together: handed_out, with padding, without what is held for planned
        hires.
    table : DataFrame
        scope, part, last_year, asked (as target setting would split what is asked of the scope),
        carried (over from this period; below 0: taken off), relief, raised, balance (what makes
        the parts add up), target, growth (on last year), chance, within (1 where the chance is
        not below the band, 0 where it is; null where not known), evidence (`cause`, `baseline` or
        empty); target = asked + carried − relief + raised + balance, and the targets sum to
        carried_by_parts.
    below : DataFrame
        As `kit.plan.cascade.cascade`: all levels down to the reps.
    """

    period: str
    target: float
    handed_out: float
    reserve: float
    carried_by_parts: float
    table: pd.DataFrame
    below: pd.DataFrame


@once
def parts(case: Case) -> NextParts | Unavailable:
    """Suggest what each part of the scope carries in the next period.

    Returns
    -------
    NextParts or Unavailable
        Unavailable as `kit.review.next_target.suggest` and `kit.plan.allocation.children`; for a
        rep, who has no parts, reason `no_children`; where locks, floors and caps of the parameters
        leave no room (reason `next_locked`).

    Notes
    -----
    Each part is asked what target setting would split off for it, and moved by the rules of the
    scope's own target: carry-over, and relief with evidence (`kit.review.reach.moved`). As parts
    must add up to what the scope hands out, the rest is shared in proportion, within the limit of
    `review.relief` where that leaves room; it is shown as balance. Locks of the parameters stand.
    Reps below get their share of their team's, as target setting splits it
    (`kit.plan.cascade.cascade`), so that both show the same.
    """
    found = suggest(case)
    if isinstance(found, Unavailable):
        return found
    coming = ahead(case)
    asked_case = decided(coming, found.target if found.asked is None else found.asked)
    final_case = decided(coming, found.target)
    plan = proposal(final_case)
    try:
        asked = children(asked_case, proposal(asked_case))
        whole = children(final_case, plan)
        if isinstance(asked, Unavailable):
            return asked
        if isinstance(whole, Unavailable):
            return whole
        table = _table(case, coming, asked, total=summed(whole["target"]))
        locks = dict(zip(table["scope"], table["target"], strict=True))
        below = cascade(final_case, plan, locks=locks)
    except InfeasibleError as error:
        return Unavailable(reason="next_locked", detail=str(error))
    return NextParts(
        period=found.period, target=plan.target, handed_out=plan.handed_out,
        reserve=plan.reserve, carried_by_parts=summed(table["target"]), table=table, below=below,
    )  # fmt: skip


def _table(case: Case, coming: Case, asked: pd.DataFrame, *, total: float) -> pd.DataFrame:
    opened = {str(one.scope): one for one in part_cases(case).values()}
    rows, outlooks = [], {}
    for one in asked.itertuples(index=False):
        part = opened.get(one.scope)
        own = narrowed(case, Scope.parse(one.scope)) if part is None else part
        future = ahead(own)
        outlooks[one.scope] = own, outlook(future)
        outside = None if part is None else outside_relief(part)
        move, carried = moved_for(
            own, outlooks[one.scope][1], asked=float(one.target),
            share=outside.share if outside else 0.0,
        )  # fmt: skip
        rows.append({"scope": one.scope, "part": one.part, "last_year": one.last_year,
                     "asked": float(one.target), "carried": carried, "relief": move.relief,
                     "raised": move.raised, "evidence": move.evidence,
                     "moved": move.amount})  # fmt: skip
    table = pd.DataFrame(rows)
    table["target"] = balanced(case, table, total=total)
    before = table["last_year"].where(table["last_year"] > 0)
    last = [
        moved_for(own, seen, asked=target, fixed=True)[0]
        for (own, seen), target in zip(outlooks.values(), table["target"], strict=True)
    ]
    table = table.assign(
        balance=table["target"] - table["moved"],
        growth=table["target"] / before - 1,
        chance=pd.array([one.chance for one in last], dtype="float64"),
        within=pd.array([None if one.within is None else float(one.within) for one in last],
                        dtype="float64"),
    )  # fmt: skip
    return table[list(COLUMNS)]


def balanced(case: Case, table: pd.DataFrame, *, total: float) -> np.ndarray:
    """Amounts moved part by part, made to add up to a total.

    Parameters
    ----------
    case : Case
        Its locks stand; `review.relief` limits how far from what is asked a part may lie.
    table : DataFrame
        scope, asked and moved (money).
    total : float

    Returns
    -------
    array
        In whole units; they sum exactly to the total. The limit gives way where it leaves no room.

    Raises
    ------
    InfeasibleError
        Where locks leave no room.
    """
    wanted, share = case.settings.targets, case.settings.review.relief
    asked = table.set_index("scope")["asked"]
    weights = table.set_index("scope")["moved"]
    weights = weights if weights.sum() > 0 else asked + 1.0
    locks = {name: wanted.locks[name] for name in asked.index if name in wanted.locks}
    free = asked.drop(list(locks))
    most = case.settings.review.next.most if _carries(case) else 0.0
    first = fine_unit(total, parts=len(asked), unit=wanted.unit) or 0.01
    low, high = free * (1 - share), free * (1 + share + most)
    held = {"floors": np.floor(100 * low + _DUST) / 100, "caps": np.ceil(100 * high - _DUST) / 100}
    for unit in finer(first):
        try:
            return split(total, weights, unit=unit, locks=locks, **held).to_numpy()
        except InfeasibleError:
            continue
    return split(total, weights, unit=first, locks=locks).to_numpy()


def _carries(case: Case) -> bool:
    rules = case.settings.review.next
    return rules.carry_over is not None or rules.carry_surplus is not None
