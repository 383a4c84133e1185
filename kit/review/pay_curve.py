"""The curve of pay: what the plans cost if everybody reaches the same attainment."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.review.credited import quota
from kit.review.incentives import earned, exact, rounded, target_pay_of
from kit.review.outlook_pay import team_result
from kit.review.plans import held_plans
from kit.settings.incentives import Component

CURVE = tuple(Fraction(one, 20) for one in range(12, 31))  # attainment 60 % to 150 %
_JUST = Fraction(1, 10**6)
_FINE = Decimal("1e-9")


def pay_curve(case: Case) -> pd.DataFrame:
    """Pay, and its cost for each unit of bookings, if all reach the same attainment.

    Returns
    -------
    DataFrame
        attainment (0.6 to 1.5 in steps of 0.05, and just below and at each tier and threshold, so
        that a jump is one), pay, amount (bookings of all), cost (pay ÷ amount), step (whether it is
        one of the steps of 0.05). Prizes, clawback and guarantee are left out, and components
        without a quota. Empty where nobody has a quota.
    """
    held = held_plans(case)
    shares = _shares(one for _, _, plan in held for one in plan.components.values())
    paid = [Fraction(0)] * len(shares)
    amount = Fraction(0)
    for stint, _, plan in held:
        amount += Fraction(quota(case, stint) or 0)
        for component in plan.components.values():
            if component.kind == "individual":
                goal = quota(case, stint, measure=component.measure)
            elif component.kind == "team":
                goal = team_result(case, stint, measure=component.measure, at="target").quota
            else:
                continue
            if not goal:
                continue
            for place, share in enumerate(shares):
                reached = rounded(Fraction(goal) * share, unit=_FINE)
                paid[place] += earned(
                    component, credited=reached, quota=goal, part=stint.worked,
                    target_pay=target_pay_of(plan, stint.level),
                ) or Fraction(0)  # fmt: skip
    shown = shares if amount else []
    return pd.DataFrame(
        {
            "attainment": np.array([float(one) for one in shown]),
            "pay": np.array([float(one) for one in paid[: len(shown)]]),
            "amount": np.array([float(one * amount) for one in shown]),
            "cost": np.array([float(paid[at] / (one * amount)) for at, one in enumerate(shown)]),
            "step": np.array([one in CURVE for one in shown], dtype=bool),
        }
    )


def _shares(components: Iterable[Component]) -> list[Fraction]:
    """The attainments of the curve, rising."""
    turns = set()
    for one in components:
        for at in (one.threshold, one.cap, *(tier.at for tier in one.steps)):
            share = None if at is None else Fraction(exact(at))
            if share is not None and CURVE[0] < share <= CURVE[-1]:
                turns |= {share, share - _JUST}
    return sorted(turns | set(CURVE))
