"""What is carried over: how a period's shortfall or surplus counts in the next target."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import measures, targets
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import KitError, UnknownPeriodError
from kit.plan.units import fine_unit


@dataclass(frozen=True)
class CarryOver:
    """The period's gap and what of it the next target may take up; money.

    Parameters
    ----------
    gap : float or None
        target − actual; None where the period is not over or has no target.
    share : float or None
        The rule's share of it; None where nothing is carried over.
    reason : str
        Why nothing is: `running`, `no_target`, `year_ends`, `no_rule`, `even`; empty where it is.
    """

    gap: float | None
    share: float | None
    reason: str

    def amount(self, asked: float, *, most: float, unit: float) -> float:
        """What is added to an asked amount: share × gap, at most `most` of it, in whole units.

        Examples
        --------
        >>> CarryOver(500.0, 0.5, "").amount(1000.0, most=0.1, unit=10.0)
        100.0
        """
        if self.gap is None or self.share is None:
            return 0.0
        room = most * asked
        step = fine_unit(asked, parts=1, unit=unit) or 0.01
        whole = int(min(max(self.share * self.gap, -room), room) / step)  # never beyond the limit
        return whole * step


@once
def carry_over(case: Case) -> CarryOver:
    """How the case's result counts in the next target.

    Returns
    -------
    CarryOver

    Notes
    -----
    `review.next.carry_over` is the share of a gap that is added, `carry_surplus` that of a surplus
    that is taken off; without them nothing is. A year's last period hands nothing on; a calendar
    of explicit starts has years of twelve months from its first start.
    """
    if not case.closed:
        return CarryOver(None, None, "running")
    goal = targets.in_force(case)
    actual = measures.actuals(case, start=case.period.start, end=case.period.end)
    if not goal or isinstance(actual, Unavailable):
        return CarryOver(None, None, "no_target")
    gap = float(goal - actual)
    rules = case.settings.review.next
    share = rules.carry_over if gap > 0 else rules.carry_surplus
    if gap == 0:
        return CarryOver(gap, None, "even")
    if share is None:
        return CarryOver(gap, None, "no_rule")
    if not same_year(case):
        return CarryOver(gap, None, "year_ends")
    return CarryOver(gap, share, "")


def same_year(case: Case) -> bool:
    """Whether the next period lies in the fiscal year of the case's.

    With explicit starts, which know no years, four periods counted from the first start are one.
    """
    try:
        coming = case.calendar.next(case.period)
    except UnknownPeriodError:
        return False
    if case.calendar.kind == "explicit":
        starts = [str(one) for one in case.settings.calendar.starts]
        return coming.name in starts and starts.index(coming.name) % 4 != 0
    try:
        year = case.calendar.containing(case.period.start, "year")
    except KitError:
        return False
    return coming.end <= year.end
