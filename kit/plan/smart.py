"""The SMART check: is a target specific, measurable, achievable, relevant and time-bound?"""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.territory import children, reps
from kit.plan.milestones import milestones
from kit.plan.target import Proposal


def check(case: Case, proposal: Proposal | Unavailable) -> pd.DataFrame | Unavailable:
    """Judge a proposed target by the five criteria.

    Returns
    -------
    DataFrame
        criterion, verdict (`yes`, `no` or `unknown`), evidence (key of a sentence), facts (mapping
        of what the sentence names: money, fractions, counts, dates).

    Notes
    -----
    specific: the roster or the orders name people who carry it; measurable: there are order lines
    to compute it from; achievable: its chance lies within `targets.achievable`, and it is not below
    last year's result; relevant: `targets.objective` names the objective it serves; time-bound: it
    has a due date, and milestones before it.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    judged = {
        "specific": _specific(case, proposal),
        "measurable": _measurable(case),
        "achievable": _achievable(case, proposal),
        "relevant": _relevant(case),
        "time_bound": _time_bound(case, proposal),
    }
    rows = [(criterion, *found) for criterion, found in judged.items()]
    return pd.DataFrame(rows, columns=["criterion", "verdict", "evidence", "facts"])


def _specific(case: Case, proposal: Proposal) -> tuple[str, str, dict]:
    sellers = children(case)["scope"].str.startswith("rep:").sum()
    carriers = len(reps(case)) or int(sellers)
    facts = {"scope": str(case.scope), "target": proposal.target, "reps": carriers}
    if facts["reps"]:
        return "yes", "smart_carried", facts
    return "no", "smart_nobody", facts


def _measurable(case: Case) -> tuple[str, str, dict]:
    dates = case.data.sales["date"]
    dates = dates[dates <= pd.Timestamp(case.as_of)]
    if dates.empty:
        return "no", "smart_unmeasured", {}
    return "yes", "smart_measured", {"rows": len(dates), "last": dates.max().date()}


def _achievable(case: Case, proposal: Proposal) -> tuple[str, str, dict]:
    low, high = case.settings.targets.achievable
    facts = {"chance": proposal.chance, "low": low, "high": high}
    if proposal.chance is None:
        return "unknown", "smart_no_chance", facts
    if proposal.chance < low:
        return "no", "smart_too_high", facts
    if proposal.chance > high:
        return "no", "smart_too_low", facts
    if proposal.last_year is not None and proposal.target < proposal.last_year:
        return "no", "smart_below_history", facts | {"last_year": proposal.last_year}
    return "yes", "smart_within_band", facts


def _relevant(case: Case) -> tuple[str, str, dict]:
    objective = case.settings.targets.objective.strip()
    if objective:
        return "yes", "smart_objective", {"objective": objective}
    return "no", "smart_no_objective", {}


def _time_bound(case: Case, proposal: Proposal) -> tuple[str, str, dict]:
    dates = milestones(case, proposal.target)["date"]
    before = int((dates < pd.Timestamp(case.period.end)).sum())
    facts = {"due": case.period.end, "milestones": before}
    return ("yes", "smart_dated", facts) if before else ("no", "smart_undated", facts)
