"""The period after the case's, seen from the day of the review."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.plan.growth import growth
from kit.plan.target import Proposal, proposal

_STEEPEST = 10.0  # the largest growth that the parameters take


@once
def ahead(case: Case) -> Case | Unavailable:
    """The case of the next period, on the rows and the day of the review.

    Returns
    -------
    Case or Unavailable
        Under the review's own parameters, with `review.next.growth` where it is given, so that a
        packet and a command say the same. Unavailable (reason `calendar_ends`) where the calendar
        has no next period.
    """
    try:
        period = case.calendar.next(case.period)
    except UnknownPeriodError:
        return Unavailable(reason="calendar_ends", detail=case.period.name)
    wanted = case.settings.review.next.growth
    found = replace(case, period=period)
    return found if wanted is None else with_targets(found, growth=wanted)


def with_targets(case: Case, **changes: Any) -> Case:
    """The case with some of its target parameters changed, on the same rows."""
    targets = case.settings.targets.model_copy(update=changes)
    return replace(case, settings=case.settings.model_copy(update={"targets": targets}))


def deciding(case: Case, target: float) -> dict[str, Any]:
    """The target parameters under which a case's proposal is just this amount.

    Parameters
    ----------
    case : Case
        Of the next period.
    target : float
        In whole units, as `kit.plan.target` rounds them.

    Returns
    -------
    dict
        method and growth, so that parts without an amount of their own grow alike; without last
        year's figure, or for a growth that no parameter takes, method and value.
    """
    found = growth(with_targets(case, growth=0.0))
    base = getattr(found, "amount", 0.0)
    if base > 0 and -1 < target / base - 1 <= _STEEPEST:
        changes = {"method": "growth", "growth": target / base - 1}
        plan = proposal(with_targets(case, **changes))
        if isinstance(plan, Proposal) and plan.target == target:
            return changes
    return {"method": "given", "value": target}


def decided(case: Case, target: float) -> Case:
    """The case under the parameters that make its proposal this amount."""
    return with_targets(case, **deciding(case, target))
