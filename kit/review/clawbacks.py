"""Clawback: what was paid for orders that came back or stayed unpaid, at the rates of then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.errors import UnknownPeriodError
from kit.review.credited import Stint, credited, quota, stints
from kit.review.incentives import earned, exact, minor_unit, rounded, target_pay_of
from kit.review.plans import plan_of
from kit.review.returns import lines, overdue_shares
from kit.settings.incentives import Clawback as Rules

_DAY = dt.timedelta(1)
_TAKEN = ("bookings", "margin")


@dataclass(frozen=True)
class Clawback:
    """What is taken back from one rep in the case's period.

    Parameters
    ----------
    amount : Decimal
        0 or more; below 0 where what was taken back before is paid again, as the cash came.
    credit : Decimal
        Bookings or margin that no longer count, by which it was worked out.
    known : bool
        False where an earlier quota that it hangs on is missing.
    """

    amount: Decimal
    credit: Decimal
    known: bool = True


@once
def clawback(case: Case, rep_id: str, *, plan: str) -> Clawback:
    """What a rep pays back in the case's period for orders of this one and of earlier ones.

    Parameters
    ----------
    case : Case
    rep_id : str
    plan : str
        Name of the rep's plan now; its `clawback` says what is taken back.

    Notes
    -----
    For each period p of the last `clawback.periods` and this one, with C the credit of p at its end
    and L(d) what of it was lost by the end of day d,

        taken back = pay(C − L(day before this period)) − pay(C − L(`as_of`, or the period's end)),

    by the tiers and the quota of p, so at the very rates that were paid. Lost is what came back
    after p (`returns: then`), and of each order the share that is unpaid more than `unpaid_after`
    days past due. Cash that comes later makes the difference negative: it is paid again. The plans
    are those of today's parameters.
    """
    unit = minor_unit(case.settings.currency)
    amount = credit = Decimal(0).quantize(unit)
    known = True
    rules = case.settings.review.incentives.plans[plan].clawback
    begun = case.as_of >= case.period.start
    if not begun or (rules.returns == "now" and rules.unpaid_after is None):
        return Clawback(amount, credit)
    last = min(case.as_of, case.period.end)
    for period in _periods(case, rules.periods):
        for stint in (one for one in stints(case, period=period) if one.rep_id == rep_id):
            held = plan_of(case, stint)
            before = _lost(case, stint, rules, period, case.period.start - _DAY)
            now = _lost(case, stint, rules, period, last)
            for component in held[1].components.values() if held else ():
                measure = component.measure
                if component.kind != "individual" or measure not in _TAKEN:
                    continue
                if before[measure] == now[measure]:
                    continue
                then = credited(
                    case, stint, measure=measure, returns=rules.returns, period=period
                ) or Decimal(0)  # fmt: skip
                goal = quota(case, stint, measure=measure, period=period)
                paid = [
                    earned(
                        component, credited=then - lost, quota=goal,
                        target_pay=target_pay_of(held[1], stint.level), part=stint.worked,
                    )
                    for lost in (before[measure], now[measure])
                ]  # fmt: skip
                credit += now[measure] - before[measure]
                if None in paid:
                    known = False
                    continue
                first, second = (
                    rounded(one, unit=unit, rule=held[1].rounding) for one in paid
                )
                amount += first - second
    return Clawback(amount, credit, known)


def _periods(case: Case, most: int) -> Iterator[Period]:
    """The case's period and those before it."""
    yield case.period
    period = case.period
    for _ in range(most):
        try:
            period = case.calendar.previous(period)
        except UnknownPeriodError:
            return
        yield period


def _lost(
    case: Case, stint: Stint, rules: Rules, period: Period, day: dt.date
) -> dict[str, Decimal]:
    """What of a stint's credit was lost by the end of a day, of bookings and of margin."""
    rows = _touched(case, stint.rep_id, unpaid_after=rules.unpaid_after, day=day)
    unit = minor_unit(case.settings.currency)
    nothing = Decimal(0).quantize(unit)
    first, last = pd.Timestamp(stint.start), pd.Timestamp(stint.end)
    rows = kept(rows, rows["sold_on"].between(first, last))
    if rows.empty:
        return dict.fromkeys(_TAKEN, nothing)
    later = (rows["date"] > pd.Timestamp(period.end)).tolist()
    owed = dict(zip(rows["sold_order"], rows["owed"], strict=True))
    found = {}
    for name, column in zip(_TAKEN, ("amount", "margin"), strict=True):
        whole, back = dict.fromkeys(owed, 0.0), dict.fromkeys(owed, 0.0)
        values = rows[column].fillna(0.0)
        for order, value, after in zip(rows["sold_order"], values, later, strict=True):
            if not after:
                whole[order] += value
            elif rules.returns == "then":
                back[order] -= value
        lost = (
            Fraction(exact(min(back[order] + kept_ * owed[order], kept_)))
            for order, kept_ in whole.items() if kept_ > 0
        )  # fmt: skip
        found[name] = rounded(sum(lost, Fraction(0)), unit=unit)
    return found


@once
def _touched(
    case: Case, rep_id: str, *, unpaid_after: int | None, day: dt.date
) -> pd.DataFrame:
    """Lines up to a day of orders that came back or are overdue then, with `owed`, the share."""
    rows = lines(case, rep_id)
    rows = kept(rows, rows["date"] <= pd.Timestamp(day))
    orders = rows["sold_order"].to_numpy()
    returned = set(orders[(rows["amount"] < 0).to_numpy()])
    owed: dict[str, float] = {}
    if unpaid_after is not None:
        owed = overdue_shares(case, days=unpaid_after, as_of=day)
    seen = rows["seen"].to_numpy()
    share = [owed.get(order, 0.0) if there else 0.0
             for order, there in zip(orders, seen, strict=True)]  # fmt: skip
    rows = rows.assign(owed=share)
    touched = [order in returned or one > 0 for order, one in zip(orders, share, strict=True)]
    return kept(rows, np.array(touched, dtype=bool))
