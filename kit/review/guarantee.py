"""Guaranteed pay of newcomers, by month of tenure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from kit.data.case import Case
from kit.review.credited import Stint
from kit.review.incentives import exact, minor_unit, rounded, target_pay_of
from kit.settings.incentives import Plan


def guaranteed(case: Case, stint: Stint, *, plan: Plan) -> Decimal | None:
    """The least pay of a newcomer's stint; None for others.

    Each working day of the stint counts target pay ÷ working days of the period × the share that
    `guarantee` has for its month of tenure, the first for the month from the day of hire.

    Parameters
    ----------
    case : Case
    stint : Stint
    plan : Plan
    """
    if not plan.guarantee:
        return None
    roster = case.data.frame("roster")
    hired = roster.loc[roster["rep_id"] == stint.rep_id, "hired_on"].dropna()
    if hired.empty:
        return None
    day = hired.max()
    total = case.calendar.working_days(case.period.start, case.period.end)
    count = Fraction(0)
    for place, share in enumerate(plan.guarantee):
        first = (day + pd.DateOffset(months=place)).date()
        last = (day + pd.DateOffset(months=place + 1) - pd.Timedelta(1, "D")).date()
        start, end = max(first, stint.start), min(last, stint.end)
        if start <= end:
            count += Fraction(exact(share)) * case.calendar.working_days(start, end)
    if not count or not total:
        return None
    least = Fraction(target_pay_of(plan, stint.level)) * count / total
    return rounded(least, unit=minor_unit(case.settings.currency), rule=plan.rounding)
