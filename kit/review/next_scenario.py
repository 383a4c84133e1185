"""The suggestion as a scenario: the parameters that target setting opens for the next period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.data.case import Case, reopen
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.parameters import load
from kit.plan.cascade import cascade
from kit.plan.target import Proposal, proposal
from kit.review.coming import ahead, deciding
from kit.review.next_parts import NextParts, parts
from kit.review.next_target import NextTarget, suggest
from kit.settings import TargetSettings

# parameters that move a target or its split and, where the next period's differ, are set as well
_SPLIT = ("unit", "padding", "split", "lam", "blend", "ramp", "growth_limits", "hires")
_WEIGHTS = ("padding", "blend")  # merged by key, so that a key that is gone is set to 0
_CENT = 0.005


@dataclass(frozen=True)
class NextScenario:
    """What is written for target setting to open.

    Parameters
    ----------
    period : str
        The period it is for.
    name : str
        Proposed name: `2025Q4-from-review`, with the scope where it is not the company's.
    changes : dict
        The parameters it sets, below `targets`.
    target : NextTarget
    parts : NextParts or Unavailable
        Unavailable for a rep, who has none.
    replaced : tuple of str
        Parameters of the next period that it sets otherwise than the company's files.
    """

    period: str
    name: str
    changes: dict[str, Any]
    target: NextTarget
    parts: NextParts | Unavailable
    replaced: tuple[str, ...]


@once
def scenario(case: Case) -> NextScenario | Unavailable:
    """Turn the review's suggestion into parameters of the next period.

    Returns
    -------
    NextScenario or Unavailable
        Unavailable as `kit.review.next_target.suggest`, or with reason `next_locked`.

    Notes
    -----
    The company's target and those of all below it are locks under the method given, so that each
    scope opens at its own. Another scope's is set by growth (by value where last year is not
    known) and its parts' are locks. The reserve is the review's. Floors and caps of the locked
    parts are emptied. What else moves targets and differs in the next period's own parameters is
    set as the review had it.
    """
    found = suggest(case)
    if isinstance(found, Unavailable):
        return found
    split = parts(case)
    if isinstance(split, Unavailable) and split.reason == "next_locked":
        return split
    coming = ahead(case)
    wanted = coming.settings.targets
    theirs = _theirs(case, coming)
    changes = deciding(coming, found.target) | {"reserve": wanted.reserve}
    if isinstance(split, NextParts):
        whole = case.scope.kind == "company"
        rows = split.below if whole else split.table
        once = rows[~rows["scope"].duplicated(keep=False)]  # who moves has two amounts
        locks = dict(zip(once["scope"], once["target"].astype(float), strict=True))
        if whole:
            changes = {"method": "given", "reserve": wanted.reserve}
            locks = {str(case.scope): found.target, **locks}
        changes["locks"] = locks
        for name in ("floors", "caps"):
            held = [one for one in getattr(theirs, name) if one in changes["locks"]]
            changes |= {name: dict.fromkeys(held, "")} if held else {}
    changes |= {name: _set(wanted, theirs, name) for name in _SPLIT
                if getattr(wanted, name) != getattr(theirs, name)}  # fmt: skip
    replaced = [one for one in changes
                if one != "locks" and changes[one] != getattr(theirs, one)]  # fmt: skip
    tail = "" if case.scope.kind == "company" else f"-{case.scope.folder}"
    return NextScenario(
        period=found.period, name=f"{found.period}-from-review{tail}",
        changes={"targets": changes}, target=found, parts=split, replaced=tuple(replaced),
    )  # fmt: skip


def opened(case: Case, found: NextScenario) -> Case:
    """The next period as target setting opens it under these parameters.

    Raises
    ------
    SettingsError
        Where the case was built by hand.
    """
    over = {f"targets.{name}": one for name, one in found.changes["targets"].items()}
    return reopen(case, period=found.period, scenario="", overrides=over)


def differences(case: Case, found: NextScenario) -> pd.DataFrame:
    """Where target setting, under these parameters, comes to other amounts than the review.

    Returns
    -------
    DataFrame
        scope, suggested, planned; no rows where all agree: the scope's target, and every amount
        of its cascade down to the reps.

    Raises
    ------
    InfeasibleError
        Where the next period's parameters leave no split.
    """
    coming = opened(case, found)
    plan = proposal(coming)
    planned = {str(case.scope): plan.target if isinstance(plan, Proposal) else None}
    suggested = {str(case.scope): found.target.target}
    if isinstance(found.parts, NextParts):
        below = cascade(coming, plan)
        if isinstance(below, Unavailable):
            raise InfeasibleError(
                f"{case.scope}, {found.period}: the parts have suggestions, but target setting "
                "cannot split the target there. Check the roster of that period."
            )
        for into, rows in ((suggested, found.parts.below), (planned, below)):
            keys = zip(rows["above"], rows["scope"], strict=True)
            into |= dict(zip((f"{above} → {one}" for above, one in keys), rows["target"],
                             strict=True))  # fmt: skip
    names = dict.fromkeys([*suggested, *planned])
    rows = [(name, suggested.get(name), planned.get(name)) for name in names]
    apart = [row for row in rows if None in row or abs(row[1] - row[2]) > _CENT]
    return pd.DataFrame(apart, columns=["scope", "suggested", "planned"])


def _theirs(case: Case, coming: Case) -> TargetSettings:
    """The target parameters that the company's files have for the next period."""
    if case.origin is None:
        return coming.settings.targets
    scope = None if case.scope.kind == "company" else case.scope
    over: Mapping[str, Any] = case.origin.overrides
    return load(case.origin.config, period=coming.period.name, scope=scope, overrides=over).targets


def _set(ours: TargetSettings, theirs: TargetSettings, name: str) -> Any:
    found = ours.model_dump(mode="json")[name]
    if name in _WEIGHTS:
        return {**dict.fromkeys(getattr(theirs, name), 0.0), **found}
    return "" if found is None else found
