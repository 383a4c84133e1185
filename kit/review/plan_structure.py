"""The sales plan as a tree: objective, target, actions, resources and people, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import display, rep_names
from kit.review import actions, resources
from kit.review.coming import ahead
from kit.review.next_parts import NextParts, parts
from kit.review.next_target import suggest
from kit.review.part_cases import part_cases

COLUMNS = ("resource", "cause", "subject", "measure", "text", "owner", "owner_role", "days_low",
           "days_high", "expected_low", "expected_high", "due_on", "facts")  # fmt: skip


@dataclass(frozen=True)
class Branch:
    """One part of the plan; money where not said otherwise.

    Parameters
    ----------
    scope, part : str
    target, last_year : float or None
        Suggested for the next period; the same period a year before.
    growth : float or None
    owner : str or None
        Who answers for it.
    people : tuple of str
        Who carries it: names of its reps, the largest target first.
    actions : DataFrame
        resource, cause, subject, measure, text, owner, owner_role, days_low, days_high,
        expected_low, expected_high, due_on, facts: what is done against each confirmed cause.
    """

    scope: str
    part: str
    target: float | None
    last_year: float | None
    growth: float | None
    owner: str | None
    people: tuple[str, ...]
    actions: pd.DataFrame


@dataclass(frozen=True)
class PlanStructure:
    """The plan of the next period.

    Parameters
    ----------
    period : str
    objective : str
        `targets.objective`; empty where none is set.
    cause : mapping or None
        cause, subject, effect and facts of the largest confirmed cause, which stands in for the
        objective where none is set; None where there is none.
    goals : tuple of str
        Names of the goals beside bookings.
    own : Branch
        The scope itself.
    parts : tuple of Branch
        Its parts.
    """

    period: str
    objective: str
    cause: dict | None
    goals: tuple[str, ...]
    own: Branch
    parts: tuple[Branch, ...]


@once
def structure(case: Case) -> PlanStructure | Unavailable:
    """Lay out the next period's plan: strategy, actions, resources and people of each part.

    Returns
    -------
    PlanStructure or Unavailable
        Unavailable as `kit.review.next_target.suggest`.

    Notes
    -----
    A region's parts are its teams, the company's its regions; actions are those that the part's own
    confirmed causes ask for (`kit.review.resources`), which needs each part opened by itself. Where
    there are more parts than `review.next.parts`, or the case was built by hand, the parts have
    targets and people, and actions stand with the scope alone.
    """
    found = suggest(case)
    if isinstance(found, Unavailable):
        return found
    split = parts(case)
    coming = ahead(case)
    own = Branch(
        str(case.scope), display(case, case.scope), found.target, found.last_year, found.growth,
        actions.owner(case), _people(coming, split, str(case.scope)), _actions(case),
    )  # fmt: skip
    opened = {str(one.scope): one for one in part_cases(case).values()}
    branches = []
    if isinstance(split, NextParts):
        for one in split.table.itertuples(index=False):
            part = opened.get(one.scope)
            branches.append(Branch(
                one.scope, one.part, float(one.target), _known(one.last_year),
                _known(one.growth), None if part is None else actions.owner(part),
                _people(coming, split, one.scope),
                pd.DataFrame(columns=list(COLUMNS)) if part is None else _actions(part),
            ))  # fmt: skip
    wanted = case.settings.targets
    return PlanStructure(
        period=found.period,
        objective=wanted.objective.strip(),
        cause=_largest(own.actions),
        goals=tuple(one.name for one in wanted.goals if one.scope in ("", str(case.scope))),
        own=own,
        parts=tuple(branches),
    )


def _actions(case: Case) -> pd.DataFrame:
    found = resources.asked(case)
    if isinstance(found, Unavailable):
        return pd.DataFrame(columns=list(COLUMNS))
    return found.table.assign(owner=actions.owner(case))[list(COLUMNS)]


def _largest(table: pd.DataFrame) -> dict | None:
    if table.empty:
        return None
    one = table.sort_values("expected_high", ascending=False, kind="stable").iloc[0]
    return {name: one[name] for name in ("cause", "subject", "facts")}


def _people(case: Case | Unavailable, split: NextParts | Unavailable, scope: str) -> tuple:
    """Names of the reps below a scope, the largest target first; a rep's own for a rep."""
    if isinstance(case, Unavailable):
        return ()
    shown = rep_names(case.data)
    if scope.startswith("rep:"):
        return (shown.get(scope[4:], scope[4:]),)
    if not isinstance(split, NextParts):
        return ()
    inside, reps = {scope}, []
    for one in split.below.itertuples(index=False):
        if one.above in inside:
            inside.add(one.scope)
            if one.scope.startswith("rep:"):
                reps.append((one.target, one.part))
    return tuple(dict.fromkeys(name for _, name in sorted(reps, key=lambda pair: -pair[0])))


def _known(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)
