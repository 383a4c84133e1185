"""What the plan costs, and what it pays for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.credited import Stint, credited, quota
from kit.review.incentives import earned, rounded, target_pay_of, without_accelerators
from kit.review.pay_curve import pay_curve
from kit.review.payout import Payouts, payouts
from kit.review.plans import held_plans
from kit.settings.incentives import Component, Plan

_COMPARED = ("bookings", "margin")


@dataclass(frozen=True)
class PayoutCost:
    """Cost of the incentive plans of a scope; money, ratios as fractions, None where not known.

    Parameters
    ----------
    total, held : Decimal
        Paid for the period by now; earned, but paid only when the orders are collected.
    landing, target : Decimal or None
        Paid at the landing forecast, and with each at exactly 100 %; None where nothing of it is
        known, as with a plan of prizes alone.
    landing_complete : bool
        Whether each rep's landing is known.
    bookings, margin : Decimal or None
        What the same reps brought; margin None without costs.
    share_of_bookings, share_of_margin : float or None
        (total + held) ÷ bookings, and ÷ margin; None where these are not above 0.
    by_component : DataFrame
        plan, component, kind, measure, pay (with what is held; null where not known), share.
    pays_for : DataFrame
        part (`as_last_year`, `growth`, `no_last_year`, `other`), pay, share.
    below_target : Decimal
        Individual pay of those below 100 % of the quota.
    above_target : Decimal
        Individual pay for what lies above 100 %.
    accelerators : Decimal
        Of the individual pay, what tiers from 100 % on add to the tiers below them.
    curve : DataFrame
        See `kit.review.pay_curve.pay_curve`.
    running : bool
        Whether the period is not over.
    missing : int
        Reps of whose pay a part is not known.
    """

    total: Decimal
    held: Decimal
    landing: Decimal | None
    target: Decimal | None
    landing_complete: bool
    bookings: Decimal
    margin: Decimal | None
    share_of_bookings: float | None
    share_of_margin: float | None
    by_component: pd.DataFrame
    pays_for: pd.DataFrame
    below_target: Decimal
    above_target: Decimal
    accelerators: Decimal
    curve: pd.DataFrame
    running: bool
    missing: int

    @property
    def earned(self) -> Decimal:
        """Paid and held together."""
        return self.total + self.held


@once
def payout_cost(case: Case) -> PayoutCost | Unavailable:
    """Work out what the plans of the scope's reps cost and what that money is paid for.

    Parameters
    ----------
    case : Case

    Returns
    -------
    PayoutCost or Unavailable
        As `kit.review.payout.payouts`; and in a rep's own scope (`cost_of_many`), as the cost of a
        plan is that of all it holds for.

    Notes
    -----
    What would have come anyway is taken to be what the same rep brought in the same period of last
    year, up to as many working days: with b that amount, c the credit of now and the tiers and
    quota of now, `as_last_year` = pay(min(b, c)) and `growth` = pay(c) − pay(min(b, c)). It is a
    yardstick and no proof of what the plan brought about. Parts for the team, for cash, prizes,
    guarantee and clawback are `other`; reps without sales in that time are `no_last_year`.
    """
    if case.scope.kind == "rep":
        return Unavailable(reason="cost_of_many")
    now = payouts(case)
    if isinstance(now, Unavailable):
        return now
    ahead, goal = payouts(case, at="landing"), payouts(case, at="target")
    held = now.held
    paid = now.total + held
    parts = list(_individual(case))
    unit = now.unit
    bookings = _brought(case, "bookings")
    margin = _brought(case, "margin")
    landing, target = (
        one.total if isinstance(one, Payouts) and one.reps["pay"].notna().any() else None
        for one in (ahead, goal)
    )
    return PayoutCost(
        total=now.total,
        held=held,
        landing=landing,
        target=target,
        landing_complete=landing is not None and bool(ahead.reps["complete"].all()),
        bookings=bookings or Decimal(0),
        margin=margin,
        share_of_bookings=_ratio(paid, bookings),
        share_of_margin=_ratio(paid, margin),
        by_component=_by_component(now),
        pays_for=_pays_for(case, parts, paid, unit=unit),
        below_target=_added(
            (one.pay(one.done) for one in parts if one.goal and one.done < one.goal), unit
        ),
        above_target=_added(
            (one.pay(one.done) - one.pay(one.goal) for one in parts
             if one.goal and one.done > one.goal), unit,
        ),
        accelerators=_added((one.pay(one.done) - one.plain(one.done) for one in parts), unit),
        curve=pay_curve(case),
        running=not case.closed,
        missing=int((~now.reps["complete"]).sum()),
    )  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """An individual component of a stint, with its quota and credit."""

    stint: Stint
    plan: Plan
    component: Component
    goal: Decimal | None
    done: Decimal

    def pay(self, amount: Decimal | None, *, component: Component | None = None) -> Fraction:
        """Pay before rounding at another amount; 0 where it is not known."""
        found = earned(
            component or self.component, credited=amount or Decimal(0), quota=self.goal,
            part=self.stint.worked, target_pay=target_pay_of(self.plan, self.stint.level),
        )  # fmt: skip
        return found or Fraction(0)

    def plain(self, amount: Decimal) -> Fraction:
        """Pay without the tiers from 100 % on."""
        return self.pay(amount, component=without_accelerators(self.component))


def _individual(case: Case) -> Iterator[_Part]:
    for stint, _, plan in held_plans(case):
        for component in plan.components.values():
            if component.kind == "individual":
                measure = component.measure
                done = credited(case, stint, measure=measure, returns=plan.clawback.returns)
                goal = quota(case, stint, measure=measure)
                if done is not None:
                    yield _Part(stint, plan, component, goal, done)


def _pays_for(
    case: Case, parts: list[_Part], paid: Decimal, *, unit: Decimal
) -> pd.DataFrame:
    before = year_ago(case.calendar, case.period, as_of=min(case.as_of, case.period.end))
    sums = dict.fromkeys(("as_last_year", "growth", "no_last_year"), Fraction(0))
    for one in parts:
        if one.component.measure not in _COMPARED:
            continue
        full, base = one.pay(one.done), None
        if before is not None:
            then = replace(one.stint, start=before.start, end=before.end)
            base = credited(case, then, measure=one.component.measure, period=before)
        if not base or base <= 0:
            sums["no_last_year"] += full
            continue
        usual = one.pay(min(one.done, rounded(Fraction(base) * one.stint.part, unit=unit)))
        sums["as_last_year"] += usual
        sums["growth"] += full - usual
    found = {name: rounded(one, unit=unit) for name, one in sums.items()}
    found["other"] = paid - sum(found.values(), Decimal(0))
    rows = [(part, pay, _ratio(pay, paid)) for part, pay in found.items() if pay]
    return pd.DataFrame(rows, columns=["part", "pay", "share"]).astype({"share": "float64"})


def _by_component(now: Payouts) -> pd.DataFrame:
    rows = []
    for (plan, name, kind), group in now.components.groupby(
        ["plan", "component", "kind"], sort=False
    ):
        pay = None
        if group["pay"].notna().any():
            pay = _column(group, "pay", now.unit) + _column(group, "held", now.unit)
        measure = group["measure"].iloc[0]
        rows.append({"plan": plan, "component": name, "kind": kind, "measure": measure, "pay": pay})
    frame = pd.DataFrame(rows)
    whole = sum(frame["pay"].dropna(), Decimal(0))
    shares = [None if one is None else _ratio(one, whole) for one in frame["pay"]]
    return frame.assign(share=shares).astype(
        {"share": "float64"}
    )


def _brought(case: Case, measure: str) -> Decimal | None:
    found = [credited(case, stint, measure=measure) for stint, _, _ in held_plans(case)]
    known = [one for one in found if one is not None]
    return sum(known, Decimal(0)) if known else None


def _added(amounts: Iterator[Fraction], unit: Decimal) -> Decimal:
    return rounded(sum(amounts, Fraction(0)), unit=unit)


def _column(frame: pd.DataFrame, column: str, unit: Decimal) -> Decimal:
    return sum(frame[column].dropna(), Decimal(0).quantize(unit))


def _ratio(above: Decimal, below: Decimal | None) -> float | None:
    return float(above / below) if below is not None and below > 0 else None
