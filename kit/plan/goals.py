"""Goals: all that a scope is asked for, in one table with weights, each judged by SMART."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pandas as pd

from kit.data.case import Case
from kit.data.measures import MEASURES, actuals
from kit.data.tables import Unavailable
from kit.data.targets import span_of
from kit.errors import SettingsError, UnknownPeriodError, nearest
from kit.plan import smart
from kit.plan.baseline import outlook
from kit.plan.history import cutoff, last_year
from kit.plan.target import Proposal
from kit.settings import Goal

CRITERIA = ("specific", "measurable", "achievable", "relevant", "time_bound")
BEST_SCORE = 5.0
_STEP = 1.0  # points that a score can be expected to rise in a period
_CLOSE = 1e-6

Judged = tuple[str, str, dict]  # verdict, key of the evidence, facts


def goals(case: Case, proposal: Proposal | Unavailable) -> pd.DataFrame | Unavailable:
    """The bookings target and all goals of the case's scope, with weights and five verdicts.

    Parameters
    ----------
    case : Case
        `targets.goals` names the goals beside bookings; those with a scope count for it alone.
    proposal : Proposal or Unavailable
        Unavailable is handed back.

    Returns
    -------
    DataFrame or Unavailable
        goal (name), goal_kind (`personal` or `team`), term (`short` or `long`), measure, target (in
        the measure's unit, or points), before (same period last year, or the last score), weight
        (they sum to 1), due, owner, then specific, measurable, achievable, relevant, time_bound
        (`yes`, `no` or `unknown`). The bookings target comes first.

    Raises
    ------
    SettingsError
        Where the weights do not add up to 1, or two goals have the same name.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    found = evidence(case, proposal)
    verdicts = found.pivot(index="goal", columns="criterion", values="verdict")
    own = "personal" if case.scope.kind == "rep" else "team"
    rows = [
        ("bookings", own, "short", "bookings", proposal.target, proposal.last_year,
         _own_weight(case), pd.Timestamp(case.period.end), "")
    ]  # fmt: skip
    for one in _goals(case):
        facts = _Past(case, one)
        rows.append(
            (one.name, one.kind, one.term, one.measure, one.target, facts.before, one.weight,
             pd.Timestamp(one.due or case.period.end), one.owner)
        )  # fmt: skip
    names = "goal goal_kind term measure target before weight due_on owner".split()
    table = pd.DataFrame(rows, columns=names).astype(
        {"target": "float64", "before": "float64", "weight": "float64"}
    )
    return table.join(verdicts[list(CRITERIA)], on="goal")


def evidence(case: Case, proposal: Proposal | Unavailable) -> pd.DataFrame | Unavailable:
    """What each verdict on each goal rests on.

    Returns
    -------
    DataFrame or Unavailable
        goal, criterion, verdict, evidence (key of a sentence), facts (mapping of what it names).

    Notes
    -----
    Bookings are judged by `kit.plan.smart.check`. For the others: specific: a measure and an owner
    are named; measurable: the kit can compute the measure from the data, or the assessments score
    the dimension; achievable: the chance lies within `targets.achievable` and the target is not
    below last year's result, or a score is above the last one by no more than a point; relevant: an
    objective is named, its own or the plan's; time-bound: the due day lies after the day of the
    plan.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    own = smart.check(case, proposal).assign(goal="bookings")
    rows = [
        (one.name, criterion, *judge(case, one))
        for one in _goals(case)
        for criterion, judge in _JUDGES.items()
    ]
    names = ["goal", "criterion", "verdict", "evidence", "facts"]
    return pd.concat([own[names], pd.DataFrame(rows, columns=names)], ignore_index=True)


def _goals(case: Case) -> list[Goal]:
    found = [one for one in case.settings.targets.goals if one.scope in ("", str(case.scope))]
    names = ["bookings", *(one.name for one in found)]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice:
        raise SettingsError(f"targets.goals: '{twice}' stands twice. Give each goal its own name.")
    total = _own_weight(case) + sum(one.weight for one in found)
    if abs(total - 1) > _CLOSE:
        told = ", ".join(f"{one.name} {one.weight:g}" for one in found)
        raise SettingsError(
            f"targets.goals: bookings {_own_weight(case):g}, {told} add up to {total:g}. The "
            "weights of a scope's goals must add up to 1: change targets.weight or a goal's."
        )
    return found


def _own_weight(case: Case) -> float:
    """The weight of the bookings target: as set, or what the goals leave."""
    targets = case.settings.targets
    if targets.weight is not None:
        return targets.weight
    others = [one.weight for one in targets.goals if one.scope in ("", str(case.scope))]
    return round(max(1 - sum(others), 0.0), 9)


class _Past(NamedTuple):
    """What is known of a goal's measure."""

    case: Case
    goal: Goal

    @property
    def before(self) -> float | None:
        """The same period last year, or the last score."""
        if self.goal.measure in MEASURES:
            return last_year(self.case, measure=self.goal.measure)
        scores = self.scores
        return None if scores.empty else float(scores["score"].mean())

    @property
    def scores(self) -> pd.DataFrame:
        """The scores of the dimension in the last period before the case's that has any."""
        case = self.case
        if not case.data.has("assessments"):
            return pd.DataFrame({"score": []}, dtype="float64")
        found = case.data.frame("assessments")
        found = found[found["dimension"] == self.goal.measure]
        spans = found["period"].map(lambda name: span_of(case.calendar, name))
        over = [one is not None and one[1] <= cutoff(case) for one in spans]
        found, ends = found[over], [one[1] for one in spans[over]]
        return found[[one == max(ends, default=None) for one in ends]]


def _specific(case: Case, goal: Goal) -> Judged:
    facts = {"owner": goal.owner, "measure": goal.measure, "scope": str(case.scope)}
    if not goal.measure:
        return "no", "goal_no_measure", facts
    return ("yes", "goal_owned", facts) if goal.owner else ("no", "goal_no_owner", facts)


def _measurable(case: Case, goal: Goal) -> Judged:
    if goal.measure in MEASURES:
        end = cutoff(case)
        try:
            start = case.calendar.year_ago(case.period).start
        except UnknownPeriodError:
            start = min(end, case.period.start)
        found = actuals(case, measure=goal.measure, start=min(start, end), end=end)
        if isinstance(found, Unavailable):
            return "no", "goal_no_table", {"table": found.table}
        return "yes", "goal_computed", {"measure": goal.measure}
    scores = _Past(case, goal).scores
    if len(scores):
        return "yes", "goal_scored", {"rows": len(scores), "dimension": goal.measure}
    hint = nearest(goal.measure, MEASURES) if goal.measure else ""
    return "no", "goal_unmeasured", {"measure": goal.measure, "hint": hint}


def _achievable(case: Case, goal: Goal) -> Judged:
    if goal.target is None:
        return "no", "goal_no_target", {}
    before = _Past(case, goal).before
    if goal.measure not in MEASURES:
        facts = {"target": goal.target, "before": before, "best": BEST_SCORE}
        if goal.target > BEST_SCORE:
            return "no", "goal_beyond_scale", facts
        if before is None:
            return "unknown", "goal_no_score", facts
        if goal.target <= before:
            return "no", "goal_score_reached", facts
        near = goal.target <= before + _STEP
        return ("yes", "goal_score_near", facts) if near else ("no", "goal_score_far", facts)
    ahead = outlook(case, measure=goal.measure)
    chance = None if isinstance(ahead, Unavailable) else ahead.chance(goal.target)
    low, high = case.settings.targets.achievable
    facts = {"chance": chance, "low": low, "high": high}
    if chance is None:
        return "unknown", "smart_no_chance", facts
    if chance < low:
        return "no", "smart_too_high", facts
    if chance > high or (before is not None and goal.target < before):
        return "no", "smart_too_low", facts
    return "yes", "smart_within_band", facts


def _relevant(case: Case, goal: Goal) -> Judged:
    objective = (goal.objective or case.settings.targets.objective).strip()
    if objective:
        return "yes", "smart_objective", {"objective": objective}
    return "no", "smart_no_objective", {}


def _time_bound(case: Case, goal: Goal) -> Judged:
    due: dt.date = goal.due or case.period.end
    facts = {"due": due}
    return ("yes", "goal_dated", facts) if due > cutoff(case) else ("no", "goal_past_due", facts)


_JUDGES = {
    "specific": _specific,
    "measurable": _measurable,
    "achievable": _achievable,
    "relevant": _relevant,
    "time_bound": _time_bound,
}
