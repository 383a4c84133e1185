"""Prizes: who stands where among those who compete, and what the place pays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.errors import UnknownPeriodError
from kit.review.credited import Stint, credited, quota, stints
from kit.review.incentives import exact, minor_unit, rounded, shared_prizes
from kit.scope import Scope
from kit.settings.incentives import Component, Plan

_WIDER = ("company", "region", "team", "rep")


@dataclass(frozen=True, eq=False)
class Entry:
    """A stint that competes for one prize of a plan."""

    stint: Stint
    plan_name: str
    plan: Plan
    name: str
    component: Component


@dataclass(frozen=True)
class Placed:
    """How an entry stands.

    Parameters
    ----------
    attainment : Fraction or None
    figure : Fraction or None
        What is ranked: the attainment, or its rise on the last period.
    place : int or None
        None below the least attainment.
    pay : Decimal or None
        None where it cannot be known.
    note : str
        `others_needed`, `no_quota`, `below_least`, `no_last_period`, `no_rise`, `later_stint`
        (paid there) or empty.
    """

    attainment: Fraction | None
    figure: Fraction | None
    place: int | None
    pay: Decimal | None
    note: str = ""


def decided_here(case: Case, component: Component) -> bool:
    """Whether the case sees everybody among whom a prize is decided."""
    return _WIDER.index(case.scope.kind) <= _WIDER.index(component.within)


def places(case: Case, entries: Iterable[Entry]) -> dict[Entry, Placed]:
    """Rank the entries of each prize in each region, team or the company.

    Parameters
    ----------
    case : Case
    entries : iterable of Entry

    Returns
    -------
    dict of Entry to Placed
        Of several stints of a rep in one unit the last has the prize.

    Notes
    -----
    An attainment is the rep's in that unit: the credit of the stints there ÷ their share of the
    quota. Whoever was in two units competes in each with what was done there. For `progress` it is
    held against the same rep's of the last period. Where somebody who is in for it was elsewhere in
    the last period, wholly or for a part, and the case does not see that, nobody's place is known
    (`others_needed`), for the prize might be theirs. Ranks are of exact fractions, not of rounded
    percentages.
    """
    found: dict[Entry, Placed] = {}
    contests: dict[tuple, dict[str, list[Entry]]] = {}
    for entry in entries:
        if not decided_here(case, entry.component):
            found[entry] = Placed(None, None, None, None, "others_needed")
            continue
        unit = entry.stint.place(entry.component.within)
        contest = contests.setdefault((entry.plan_name, entry.name, unit), {})
        contest.setdefault(entry.stint.rep_id, []).append(entry)
    for reps in contests.values():
        found |= _contest(case, reps)
    return found


def attainment(
    case: Case, those: Iterable[Stint], *, component: Component, plan: Plan,
    period: Period | None = None,
) -> Fraction | None:
    """Credit ÷ quota of several stints of one rep; None without a quota above 0."""
    done, goal = Fraction(0), Fraction(0)
    for stint in those:
        asked: dict[str, Any] = {"measure": component.measure, "period": period}
        amount = credited(case, stint, returns=plan.clawback.returns, **asked)
        aim = quota(case, stint, **asked)
        if amount is None or aim is None:
            return None
        done, goal = done + Fraction(amount), goal + Fraction(aim)
    return done / goal if goal > 0 else None


def _contest(case: Case, reps: dict[str, list[Entry]]) -> dict[Entry, Placed]:
    unit = minor_unit(case.settings.currency)
    standing: dict[str, Placed] = {}
    for rep, mine in reps.items():
        component, plan = mine[-1].component, mine[-1].plan
        share = attainment(case, [one.stint for one in mine], component=component, plan=plan)
        figure, note = share, "" if share is not None else "no_quota"
        if share is not None and component.kind == "progress":
            before = _last(case, mine[-1])
            figure, note = (None, "no_last_period") if before is None else (share - before, "")
            if figure is not None and figure <= 0:
                note = "no_rise"
            if rep in _elsewhere(case):
                figure, note = None, "others_needed"
        if share is not None and share < Fraction(exact(component.min_attainment)):
            note = "below_least"
        standing[rep] = Placed(share, figure, None, None if figure is None else Decimal(0), note)
    unseen = any(one.note == "others_needed" for one in standing.values())
    if unseen:
        standing = {
            rep: Placed(one.attainment, None, None, None, "others_needed")
            for rep, one in standing.items()
        }
    ranked = {rep: one.figure for rep, one in standing.items() if one.figure is not None
              and not one.note}  # fmt: skip
    component = next(iter(reps.values()))[-1].component
    won = shared_prizes(ranked, component.prizes, ties=component.ties, unit=unit)
    found = {}
    for rep, mine in reps.items():
        place, prize = won.get(rep, (None, Decimal(0).quantize(unit)))
        one = standing[rep]
        pay = None if one.note in ("no_quota", "no_last_period", "others_needed") else prize
        found[mine[-1]] = Placed(one.attainment, one.figure, place, pay, one.note)
        nothing = rounded(Decimal(0), unit=unit)
        for earlier in mine[:-1]:
            found[earlier] = Placed(one.attainment, one.figure, None, nothing, "later_stint")
    return found


@once
def _elsewhere(case: Case) -> frozenset[str]:
    """Reps who by the roster spent days of the last period where the case does not see."""
    try:
        before = case.calendar.previous(case.period)
    except UnknownPeriodError:
        return frozenset()
    seen = set(stints(case, period=before))
    everywhere = stints(replace(case, scope=Scope("company")), period=before)
    return frozenset(one.rep_id for one in everywhere if one not in seen)


def _last(case: Case, entry: Entry) -> Fraction | None:
    """The rep's attainment of the last period, of all stints that the case sees."""
    try:
        before = case.calendar.previous(case.period)
    except UnknownPeriodError:
        return None
    those = [one for one in stints(case, period=before) if one.rep_id == entry.stint.rep_id]
    if not those:
        return None
    return attainment(
        case, those, component=entry.component, plan=entry.plan, period=before
    )
