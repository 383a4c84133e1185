"""The next step: how much more a rep needs until the next tier or prize, and what it adds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import elapsed
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.credited import Stint, credited, quota
from kit.review.incentives import earned, exact, minor_unit, rounded, target_pay_of
from kit.review.plans import held_plans, no_pay
from kit.review.prizes import Entry, decided_here, places
from kit.settings.incentives import Component, Plan

NEAR = Fraction(1, 20)  # of the quota: by how much a prize of a closed period was just missed

_COLUMNS = ["rep_id", "rep", "plan", "component", "kind", "step", "at", "measure", "needed",
            "pay_added", "rate", "per_day", "days_left", "closed"]  # fmt: skip


@once
def next_step(case: Case) -> pd.DataFrame | Unavailable:
    """How far each rep is from the next tier, threshold or prize, and what reaching it adds.

    Parameters
    ----------
    case : Case

    Returns
    -------
    DataFrame or Unavailable
        A row each rep and individual component with a quota, and each prize that can still be won:
        rep_id, rep, plan, component, kind, step (`threshold`, `tier`, `prize`, or `top` where no
        step is left), at (attainment of it), measure, needed (money still missing; of a closed
        period: what it was short by), pay_added (on reaching it exactly), rate (of the tier from
        there on), per_day (needed ÷ days_left; null where none are left), days_left (working
        days), closed. Nearest first. Unavailable as `kit.review.payout.payouts`.

    Notes
    -----
    needed = attainment of the step × quota − credit, up to the next minor unit, for a step is
    reached when it is met. pay_added = pay(credit + needed) − pay(credit), before hold-backs. Of a
    prize the last paid place is the step: what the rep needs to draw level with it, or the least
    attainment where fewer are in for it; what is added is that place's amount. Of a closed period
    only prizes missed by no more than `NEAR`, 5 % of the quota, are told, as more was no near miss.
    """
    missing = no_pay(case)
    if missing is not None:
        return missing
    held = held_plans(case)
    left = elapsed(case.calendar, case.period, as_of=case.as_of).left
    rows = []
    for stint, plan_name, plan in held:
        if stint.end < min(case.as_of, case.period.end):
            continue
        for name, component in plan.components.items():
            if component.kind == "individual":
                rows += _tier(case, stint, plan_name, plan, name, component)
    rows += _prizes(case, held)
    for one in rows:
        one |= {"days_left": left, "closed": case.closed, "per_day": None}
        if one["needed"] is not None and left:
            one["per_day"] = _up(Fraction(one["needed"]) / left, case)
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    order = frame["needed"].map(lambda one: float("inf") if one is None else float(one))
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _tier(
    case: Case, stint: Stint, plan_name: str, plan: Plan, name: str, component: Component
) -> Iterator[dict[str, Any]]:
    goal = quota(case, stint, measure=component.measure)
    done = credited(case, stint, measure=component.measure, returns=plan.clawback.returns)
    if not goal or goal <= 0 or done is None:
        return
    made = _blank(stint, plan_name, name, component)
    share = Fraction(done) / Fraction(goal)
    steps = {exact(one.at): "tier" for one in component.steps if one.at > 0}
    if component.threshold:
        steps[exact(component.threshold)] = "threshold"
    most = None if component.cap is None else exact(component.cap)
    ahead = sorted(
        one for one in steps
        if Fraction(one) > share and one >= exact(component.threshold)
        and (most is None or one <= most)
    )  # fmt: skip
    if not ahead:
        yield made
        return
    needed = _up(Fraction(ahead[0]) * Fraction(goal) - Fraction(done), case)
    paid = [
        rounded(
            earned(component, credited=amount, quota=goal, part=stint.worked,
                   target_pay=target_pay_of(plan, stint.level)) or Fraction(0),
            unit=minor_unit(case.settings.currency), rule=plan.rounding,
        )
        for amount in (done, done + needed)
    ]  # fmt: skip
    tier = [one for one in component.steps if exact(one.at) <= ahead[0]][-1]
    yield made | {
        "step": steps[ahead[0]], "at": float(ahead[0]), "needed": needed,
        "pay_added": paid[1] - paid[0],
        "rate": tier.rate if tier.rate is not None else tier.multiple,
    }  # fmt: skip


def _prizes(case: Case, held: tuple) -> Iterator[dict[str, Any]]:
    """Of each rep without a place that is paid, the way to the last one that is."""
    entries = [
        Entry(stint, plan_name, plan, name, component)
        for stint, plan_name, plan in held
        for name, component in plan.components.items()
        if component.kind == "prize" and decided_here(case, component)
    ]  # fmt: skip
    found = places(case, entries)
    for entry in entries:
        one, component = found[entry], entry.component
        if one.pay is None or one.pay > 0 or one.note == "later_stint" or one.attainment is None:
            continue
        unit = entry.stint.place(component.within)
        rivals = sorted(
            (found[other].attainment or Fraction(0) for other in entries
             if (other.plan_name, other.name) == (entry.plan_name, entry.name)
             and other.stint.place(component.within) == unit and found[other].place),
            reverse=True,
        )  # fmt: skip
        at, last = Fraction(exact(component.min_attainment)), len(component.prizes)
        taken = len(rivals) >= last
        if taken:
            at = max(at, rivals[last - 1])
        if case.closed and at - one.attainment > NEAR:
            continue
        those = [other.stint for other in entries
                 if other.stint.rep_id == entry.stint.rep_id and other.name == entry.name
                 and other.stint.place(component.within) == unit]  # fmt: skip
        goal = sum(
            (Fraction(quota(case, stint, measure=component.measure) or 0) for stint in those),
            Fraction(0),
        )
        needed = _up((at - one.attainment) * goal, case)
        place = last if taken else len(rivals) + 1
        yield _blank(entry.stint, entry.plan_name, entry.name, component) | {
            "step": "prize", "at": float(at), "needed": needed,
            "pay_added": rounded(exact(component.prizes[place - 1]),
                                 unit=minor_unit(case.settings.currency)),
        }  # fmt: skip


def _blank(stint: Stint, plan: str, name: str, component: Component) -> dict[str, Any]:
    return dict.fromkeys(_COLUMNS) | {
        "rep_id": stint.rep_id, "rep": stint.rep, "plan": plan, "component": name,
        "kind": component.kind, "step": "top", "measure": component.measure,
    }  # fmt: skip


def _up(amount: Fraction, case: Case) -> Decimal:
    """An amount in minor units, rounded up: with less the step is not met."""
    unit = minor_unit(case.settings.currency)
    found = rounded(amount, unit=unit, rule="down")
    return found if Fraction(found) >= amount else found + unit
