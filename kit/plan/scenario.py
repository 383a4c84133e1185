"""Scenarios: the same scope and period under other parameters, side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from kit.data.case import Case, reopen
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError, SettingsError
from kit.plan.allocation import children
from kit.plan.comparison import Comparison, compare, differing, titled
from kit.plan.target import Proposal, proposal
from kit.scenario_file import Scenario, short
from kit.scenarios import find, shown

__all__ = ["Comparison", "compare", "differing", "each", "of", "pair", "reopen", "titled"]

_FIGURES = ("target", "growth", "handed_out", "reserve", "chance")


@once
def of(case: Case, name: str) -> Case:
    """The case as it was opened, under a scenario of its company (name or title); empty: none.

    Parameters laid over it since, such as by levers that were moved, do not count.

    Raises
    ------
    SettingsError
        Where there is no such scenario (the nearest one is named) or the case was built by hand.
    """
    origin = case.origin
    name = find(origin.config, name).name if origin and name else name
    if origin is None or origin.given in (None, origin.overrides):
        return case if origin and origin.scenario == name else reopen(case, scenario=name)
    first = replace(case, origin=replace(origin, overrides=origin.given))
    return reopen(first, scenario=name)


@once
def each(case: Case) -> pd.DataFrame | Unavailable:
    """The case as it is and under the scenarios of its company that a packet shows.

    Returns
    -------
    DataFrame or Unavailable
        scenario (name; empty for the case without one), title, note, target, growth (on last year),
        handed_out, reserve, chance (fraction, null where not known), fault (`broken`: its file
        cannot be used; `infeasible`: its locks and limits cannot hold together; else empty) and
        detail (what is wrong, in one line); money where not said else. The case without a scenario
        first, then by target, the lowest first, then those that cannot be used, without figures.
        attrs: more, the number of scenarios beyond those shown. Scenarios under which nothing can
        be proposed are left out. Unavailable (reason `no_scenarios`) where the company has no
        scenario that can be shown.

    Notes
    -----
    Shown are those of `kit.scenarios.shown`: no drafts but the chosen one, and not more than
    `kit.scenarios.SHOWN`. A broken file costs only itself, unless it is the chosen one. What is
    wrong with a file may name others than the case's scope, so the detail is for the company alone.
    """
    if case.origin is None:
        return Unavailable(reason="no_scenarios", detail=case.settings.company)
    known, more = shown(case.origin.config, chosen=case.origin.scenario)
    rows = [_row(case, one) for one in (Scenario("", "", "", Path()), *known)]
    rows = [row for row in rows if row]
    if not any(row["scenario"] for row in rows):
        return Unavailable(reason="no_scenarios", detail=case.settings.company)
    frame = pd.DataFrame(rows).astype(dict.fromkeys(_FIGURES, "float64"))
    order = frame.assign(
        first=frame["scenario"] != "", broken=frame["target"].isna(),
    ).sort_values(["first", "broken", "target", "scenario"], kind="stable")  # fmt: skip
    found = frame.loc[order.index].reset_index(drop=True)
    found.attrs = {"more": more}
    return found


def pair(case: Case, *, first: str = "", second: str = "") -> Comparison | Unavailable:
    """Compare two of the company's scenarios.

    Parameters
    ----------
    case : Case
    first, second : str
        Names of scenarios. Where both are empty: those with the lowest and the highest target;
        where one is: the case without a scenario stands for it.

    Returns
    -------
    Comparison or Unavailable
        Unavailable as `each` and `compare`, and where both are empty and there are not two
        scenarios that can be used (reason `no_scenarios`).
    """
    if not first and not second:
        found = each(case)
        if isinstance(found, Unavailable):
            return found
        usable = found[(found["scenario"] != "") & (found["fault"] == "")]
        names = usable["scenario"].tolist()
        if len(names) < 2:
            return Unavailable(reason="no_scenarios", detail=case.settings.company)
        first, second = names[0], names[-1]
    return compare(of(case, first), of(case, second))


def _row(case: Case, scenario: Scenario) -> dict[str, Any] | None:
    """What a scenario comes to, or what is wrong with it; None where nothing can be proposed."""
    row = {"scenario": scenario.name, "title": scenario.title, "note": scenario.note,
           **dict.fromkeys(_FIGURES), "fault": "", "detail": ""}  # fmt: skip
    try:
        if scenario.fault:
            raise SettingsError(scenario.fault)
        other = of(case, scenario.name)
        plan = proposal(other)
        if not isinstance(plan, Proposal):
            return None
        _require_feasible(other, plan)
    except (SettingsError, InfeasibleError) as error:
        if scenario.name == case.origin.scenario and isinstance(error, SettingsError):
            raise
        broken = isinstance(error, SettingsError)
        told = "" if broken and case.scope.kind != "company" else short(error, scenario.path)
        return row | {"fault": "broken" if broken else "infeasible", "detail": told}
    return row | {name: getattr(plan, name) for name in _FIGURES}


def _require_feasible(case: Case, plan: Proposal) -> None:
    """Split a plan where its parameters hold anything that may leave no split."""
    wanted = case.settings.targets
    if wanted.locks or wanted.floors or wanted.caps or wanted.growth_limits is not None:
        children(case, plan)
